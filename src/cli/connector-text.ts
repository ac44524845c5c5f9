import type { ReplyOf } from '../api/contract.ts';
import type { Paint } from './paint.ts';
import { facts, hubText, list, table, time } from './text.ts';
import { diagnosisText } from './trust-text.ts';

type Connector = ReplyOf<'getConnector'>;

export function connectorTable(connectors: readonly Connector[]): string {
  const rows = connectors.map(connector => {
    const { id, name, accountType, accountId, state, moving, currentHub, assets, scopes } = connector;
    const observed = `${scopes.complete}/${scopes.total}`;
    return [
      name,
      accountType,
      accountId,
      moving ? `${state}, moving` : state,
      hubText(currentHub),
      assets,
      observed,
      id,
    ];
  });
  return table(['name', 'account type', 'account', 'state', 'current hub', 'assets', 'scopes observed', 'id'], rows);
}

export function connectorCountsText({ items }: ReplyOf<'countConnectors'>): string {
  const sum = (of: 'connectors' | 'needAttention') => items.reduce((total, item) => total + item[of], 0);
  const rows = items.map(({ state, connectors, needAttention }) => [state, connectors, needAttention]);
  return table(['state', 'connectors', 'need attention'], [...rows, ['all', sum('connectors'), sum('needAttention')]]);
}

export function connectorText(connector: Connector): string {
  const { lastRun, lastCheck, targetFault } = connector;
  return facts([
    ['Id', connector.id],
    ['Name', connector.name],
    ['Description', connector.description],
    ['Account type', connector.accountType],
    ['Account', connector.accountId],
    ['Role', connector.roleArn],
    ['External ID', connector.externalId],
    ['Regions', list(connector.regions, 'all that the account has enabled')],
    ['Polling', `every ${connector.pollingMinutes} minutes`],
    ['Apps', list(connector.apps, '')],
    ['Tags', pairs(connector.tags)],
    ['Asset tags', pairs(connector.assetTags)],
    ['State', connector.moving ? `${connector.state}, moving` : connector.state],
    ['Current hub', hubText(connector.currentHub)],
    ['Target hub', hubText(connector.targetHub)],
    ...(targetFault ? [['Target refused', `${targetFault.detail} ${targetFault.remedy}`] as const] : []),
    ['Last check', lastCheck && `${lastCheck.outcome}, ${time(lastCheck.checkedAt)}`],
    ['Last run', lastRun && `${lastRun.state}, ${time(lastRun.finishedAt ?? lastRun.startedAt) ?? 'not begun'}`],
    ...(lastRun?.fault ? [['Fault', `${lastRun.fault.title}: ${lastRun.fault.detail}`] as const] : []),
    ['Next run', time(connector.nextRunAt)],
    ['Assets', connector.assets],
    ['Scopes', `${connector.scopes.complete} of ${connector.scopes.total} observed completely`],
  ]);
}

export function checkText(check: ReplyOf<'checkConnector'>, paint: Paint): string {
  const { fault, targetFault, probes, diagnosis, nextTryAt } = check;
  const head = facts([
    ['Outcome', check.outcome],
    ['Checked', time(check.checkedAt)],
    ['Hub', hubText(check.hub)],
    ['Caller', check.callerArn ?? null],
    ['With the external ID', probes.withExternalId],
    ['Without it', probes.withoutExternalId],
    ['With a wrong one', probes.wrongExternalId],
    ...(fault ? faultFacts(check.outcome === 'ok' ? 'Warning' : 'Fault', fault) : []),
    ...(targetFault ? faultFacts('Target hub', targetFault) : []),
    ...(nextTryAt === undefined ? [] : [['Next try', time(nextTryAt)] as const]),
  ]);
  return diagnosis ? `${head}\n\n${diagnosisText(diagnosis, paint)}` : head;
}

export function roleSetupText(setup: ReplyOf<'roleSetup'>): string {
  const head = facts([
    ['Role name', setup.roleName],
    ['Trusted', hubText(setup.trusted)],
    ['External ID', setup.externalId],
  ]);
  return [
    head,
    `Trust policy:\n${JSON.stringify(setup.trustPolicy, null, 2)}`,
    `Permissions policy:\n${JSON.stringify(setup.permissionsPolicy, null, 2)}`,
    'Or as a whole: --format cloudformation, terraform or aws-cli.',
  ].join('\n\n');
}

function faultFacts(label: string, fault: NonNullable<ReplyOf<'checkConnector'>['fault']>) {
  return [
    [label, `${fault.title}: ${fault.detail}`] as const,
    ['What to do', fault.remedy] as const,
    ...(fault.aws?.requestId ? [['AWS request id', fault.aws.requestId] as const] : []),
  ];
}

function pairs(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}
