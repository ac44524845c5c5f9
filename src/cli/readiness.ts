import { type Command, Option } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { ACCOUNT_TYPES, type AccountType } from '../domain/partition.ts';
import { MENDER_WORDS, READINESS, READINESS_LETTERS, type Readiness, regionsInOrder } from '../domain/readiness.ts';
import { withConnector } from './find-connector.ts';
import type { Io } from './io.ts';
import { answer, type Outcome } from './outcome.ts';
import { type CommonOptions, leaf, run, type Session } from './run-command.ts';
import { count, facts, table } from './text.ts';

type ConnectorReadiness = ReplyOf<'connectorReadiness'>;
type Reason = ConnectorReadiness['reasons'][number];
type Connector = ReplyOf<'getConnector'>;

/** `connectors readiness` and `connectors problems`. */
export function addReadinessCommands(group: Command, io: Io): void {
  leaf(group, 'readiness [connector]', 'how fresh each region and asset type is, of one connector or of all')
    .addOption(new Option('--account-type <type>', 'of all connectors of this account type').choices(ACCOUNT_TYPES))
    .option('--account-id <id>', 'of the connectors that read this account')
    .action((named: string | undefined, options: EstateOptions) =>
      run(io, options, session =>
        named === undefined ? estate(session, options) : withConnector(session, named, readiness),
      ),
    );
  leaf(group, 'problems <connector>', 'why scopes are not fresh, and the policy change that mends it')
    .addOption(new Option('--format <format>', 'print only this of the policy change').choices(Object.keys(FORMATS)))
    .action((named: string, options: CommonOptions & { format?: string }) =>
      run(io, options, session =>
        withConnector(session, named, (_, connector) => problems(session, connector, options.format)),
      ),
    );
}

interface EstateOptions extends CommonOptions {
  readonly accountType?: AccountType;
  readonly accountId?: string;
}

async function estate({ client }: Session, { accountType, accountId }: EstateOptions): Promise<Outcome> {
  const found = await client.call('getReadiness', { query: { accountType, accountId } });
  return found.ok ? answer(estateText(found.value), found.value) : found;
}

async function readiness({ client }: Session, { id }: Connector): Promise<Outcome> {
  const found = await client.call('connectorReadiness', { params: { id } });
  return found.ok ? answer(heatTable(found.value), found.value) : found;
}

async function problems({ client }: Session, connector: Connector, format: string | undefined): Promise<Outcome> {
  const found = await client.call('connectorReadiness', { params: { id: connector.id } });
  if (!found.ok) return found;
  const { reasons, policyChange } = found.value;
  const print = FORMATS[format ?? ''];
  if (!print) return answer(problemsText(found.value, connector), { reasons, policyChange });
  const nothing = 'No change of the role’s permissions policy is needed, or none would help.';
  return answer(policyChange ? print(policyChange) : nothing, policyChange);
}

type PolicyChange = NonNullable<ConnectorReadiness['policyChange']>;

const FORMATS: Readonly<Record<string, (change: PolicyChange) => string>> = {
  statement: ({ statement }) => JSON.stringify(statement, null, 2),
  'permissions-policy': ({ permissionsPolicy }) => JSON.stringify(permissionsPolicy, null, 2),
  cloudformation: ({ cloudFormationTemplate }) => cloudFormationTemplate,
  terraform: ({ terraform }) => terraform,
  'aws-cli': ({ awsCli }) => awsCli,
};

/** A row for each asset type, a column for each region; one letter a scope, and what the letters mean. */
function heatTable({ scopes, totals }: ConnectorReadiness): string {
  const regions = regionsInOrder(scopes);
  const isFlawed = ({ readiness, reason }: (typeof scopes)[number]) => readiness === 'fresh' && reason !== null;
  const rows = [...Map.groupBy(scopes, ({ assetType }) => assetType)].map(([assetType, cells]) => [
    assetType,
    ...regions.map(region => {
      const cell = cells.find(scope => scope.region === region);
      return cell ? `${READINESS_LETTERS[cell.readiness]}${isFlawed(cell) ? '!' : ''}` : ' ';
    }),
  ]);
  const legend = READINESS.filter(name => totals[name] > 0).map(
    name => `${READINESS_LETTERS[name]} ${name}: ${totals[name]}`,
  );
  if (scopes.length === 0) return 'No run has planned any scope yet.';
  const flawed = scopes.some(isFlawed) ? '\n! some details of the items could not be read' : '';
  return `${table(['asset type', ...regions.map(shortOf)], rows)}\n\n${legend.join('   ')}${flawed}`;
}

/** The share of fresh scopes in percent, never rounded up to 100, and the causes that keep the others from being so. */
function estateText({ cells, totals, reasons }: ReplyOf<'getReadiness'>): string {
  const regions = regionsInOrder(cells);
  const rows = [...Map.groupBy(cells, ({ assetType }) => assetType)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([assetType, places]) => [
      assetType,
      ...regions.map(region => {
        const place = places.find(other => other.region === region);
        return place ? percentOf(place.totals) : ' ';
      }),
    ]);
  if (cells.length === 0) return 'No run has planned any scope yet.';
  const all = READINESS.reduce((sum, state) => sum + totals[state], 0);
  const causes = reasons.map(({ title, scopes, connectors, examples, remedy }) => {
    const others = connectors - examples.length;
    const named = examples.map(({ name }) => name).join(', ');
    return [title, scopes, others > 0 ? `${named} and ${others} more` : named, remedy];
  });
  return [
    `${totals.fresh} of ${count(all, 'scope')} are fresh; below, in percent.`,
    table(['asset type', ...regions.map(shortOf)], rows),
    ...(causes.length > 0 ? [table(['cause', 'scopes', 'connectors', 'what to do'], causes)] : []),
  ].join('\n\n');
}

function percentOf(totals: Readonly<Partial<Record<Readiness, number>>>): string {
  const all = READINESS.reduce((sum, state) => sum + (totals[state] ?? 0), 0) - (totals['not-applicable'] ?? 0);
  return all === 0 ? '·' : String(Math.floor(((totals.fresh ?? 0) / all) * 100));
}

/** `us-gov-east-1` as `usge1`: seventeen regions have to fit beside one another. */
function shortOf(region: string): string {
  return region.split('-').length < 3
    ? region
    : region.replace(/^(\w+?)-(?:(gov|iso\w?)-)?(\w+)-(\d+)$/, (_, area, kind = '', side, number) => {
        return `${area}${kind.slice(0, 1)}${SIDES[side] ?? side.slice(0, 1)}${number}`;
      });
}

const SIDES: Readonly<Record<string, string>> = {
  northeast: 'ne',
  northwest: 'nw',
  southeast: 'se',
  southwest: 'sw',
};

function problemsText({ reasons, policyChange, totals }: ConnectorReadiness, { name, id }: Connector): string {
  const all = READINESS.reduce((sum, state) => sum + totals[state], 0);
  const summary = `${totals.fresh} of ${count(all, 'scope')} of ${name} are fresh.`;
  if (reasons.length === 0) return `${summary} There are no problems.`;
  const change = policyChange && [
    'Add this statement to the role’s permissions policy:',
    FORMATS.statement?.(policyChange) ?? '',
    `Or replace the whole policy: causeway connectors problems ${id} --format aws-cli, cloudformation or terraform`,
  ];
  return [summary, ...reasons.map(reasonText), ...(change ?? [])].join('\n\n');
}

function reasonText({ title, detail, remedy, mender, scopes, regions, assetTypes, readiness, fault }: Reason): string {
  const where = scopes === 0 ? null : `${regions.join(', ')}`;
  const what = readiness === 'fresh' ? `details in ${count(scopes, 'scope')}` : count(scopes, 'scope');
  return `${title}\n${facts([
    ['  Why', detail],
    ['  What to do', remedy],
    ['  Who can', MENDER_WORDS[mender]],
    ['  Keeps from being fresh', what],
    ...(where ? [['  Regions', where] as const, ['  Asset types', assetTypes.join(', ')] as const] : []),
    ...(fault?.aws?.message ? [['  AWS', fault.aws.message] as const] : []),
    ...(fault?.aws?.requestId ? [['  AWS request id', fault.aws.requestId] as const] : []),
  ])}`;
}
