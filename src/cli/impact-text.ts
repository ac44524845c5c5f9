import type { ReplyOf } from '../api/contract.ts';
import type { Paint } from './paint.ts';
import { count, facts, hubText, table, time } from './text.ts';

export type Impact = ReplyOf<'impactOfBaseAccount'>;
type ConnectorImpact = Impact['connectors'][number];

/** What a change would do: the sums, then each connector, those that would stop working first. */
export function impactText(impact: Impact, { paint, policies }: { paint: Paint; policies: boolean }): string {
  const { totals, connectors } = impact;
  const head = facts([
    ['Change', CHANGES[impact.change]],
    ['Account type', impact.accountType],
    ['Hub afterwards', hubText(impact.hubAfter) ?? 'none: connectors of this type would have nothing to go through'],
    ['Tried', time(impact.takenAt)],
    ['Would move', totals.moves],
    ['Would stay', totals.stays],
    ['Would break', totals.breaks],
    ['Not known', totals.unknown],
  ]);
  const verdict =
    totals.breaks > 0
      ? paint('bad', `${totals.breaks} of ${count(connectors.length, 'connector')} would stop working.`)
      : totals.unknown > 0
        ? paint('doubtful', `Of ${count(totals.unknown, 'connector')} it is not known; no other would stop working.`)
        : paint('good', 'No connector would stop working.');
  const sorted = connectors.toSorted((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));
  const list = connectors.length === 0 ? 'There are no connectors of this type.' : connectorTable(sorted, paint);
  return [head, verdict, list, ...policyTexts(sorted, policies)].join('\n\n');
}

/** Connectors whose roles do not let the hub afterwards in: somebody has to edit them, as nothing in AWS changes by itself. */
export function rolesToEdit({ connectors }: Impact): ConnectorImpact[] {
  return connectors.filter(({ fault }) => fault !== undefined);
}

const CHANGES: Readonly<Record<Impact['change'], string>> = {
  create: 'create the base account',
  edit: 'change the base account',
  delete: 'delete the base account',
  'roll-back': 'go back to the credentials before',
  'immediate-cutover': 'make no call through an earlier hub any more',
};

const ORDER: readonly ConnectorImpact['outcome'][] = ['breaks', 'unknown', 'moves', 'stays'];

const STYLES = { breaks: 'bad', unknown: 'doubtful', moves: 'good', stays: 'quiet' } as const;

function connectorTable(connectors: readonly ConnectorImpact[], paint: Paint): string {
  const rows = connectors.map(one => [
    one.outcome,
    one.name,
    one.accountId,
    one.worksNow ? (hubText(one.hubNow) ?? 'yes') : 'does not work now',
    hubText(one.hubAfter),
    one.fault ? `${one.fault.title}: ${one.fault.detail}` : one.provedAt ? `let in ${time(one.provedAt)}` : null,
  ]);
  const [heading = '', ...lines] = table(
    ['outcome', 'connector', 'account', 'through now', 'through then', 'why'],
    rows,
  ).split('\n');
  const painted = lines.map((line, index) => paint(STYLES[connectors[index]?.outcome ?? 'stays'], line));
  return [paint('strong', heading), ...painted].join('\n');
}

function policyTexts(connectors: readonly ConnectorImpact[], wanted: boolean): string[] {
  const toEdit = connectors.filter(({ fault }) => fault !== undefined);
  if (toEdit.length === 0) return [];
  if (!wanted) return ['With --policies the trust policy that each of these roles needs is printed, too.'];
  return toEdit.map(
    ({ name, roleArn, trustPolicy }) => `${name}, ${roleArn}:\n${JSON.stringify(trustPolicy, null, 2)}`,
  );
}
