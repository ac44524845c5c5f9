import type { ReplyOf } from '../api/contract.ts';
import { bar } from './live-line.ts';
import type { Paint } from './paint.ts';
import { facts, hubText, table, time } from './text.ts';
import { STATE_STYLES } from './trust-text.ts';

type Migration = ReplyOf<'getTrustMigration'>;
type Recheck = ReplyOf<'getRecheck'>;
type MigrationConnector = ReplyOf<'listMigrationConnectors'>['items'][number];

export function migrationTable(migrations: readonly Migration[]): string {
  const rows = migrations.map(({ accountType, targetHub, totals }) => [
    accountType,
    hubText(targetHub) ?? 'none',
    progress(totals),
    totals.onTarget,
    totals.moving,
    totals.refused,
    totals.unknown,
  ]);
  return table(['account type', 'target hub', 'progress', 'on target', 'moving', 'refused', 'unknown'], rows);
}

export function migrationText({ accountType, targetHub, totals, recheck }: Migration, paint: Paint): string {
  const head = facts([
    ['Account type', accountType],
    ['Target hub', hubText(targetHub) ?? 'none: connectors of this type have nothing to go through'],
    ['Progress', progress(totals)],
    ['On target', totals.onTarget],
    ['Moving', totals.moving],
    ['Refused', totals.refused],
    ['Unknown', totals.unknown],
  ]);
  const connectors = totals.onTarget + totals.moving + totals.refused + totals.unknown;
  if (connectors === 0) return head;
  const next =
    totals.refused + totals.unknown + totals.moving === 0
      ? paint('good', 'Every connector is reached through its target hub.')
      : `See "causeway trust connectors ${accountType} --state refused" and "causeway trust edits ${accountType} --format aws-cli --out DIRECTORY".`;
  return [head, ...(recheck ? [`Latest re-check:\n${recheckText(recheck)}`] : []), next].join('\n\n');
}

export function migrationConnectorsText(connectors: readonly MigrationConnector[], paint: Paint): string {
  const rows = connectors.map(({ name, accountId, state, enabled, currentHub, evidence, policyKnown, connectorId }) => [
    name,
    accountId,
    enabled ? state : `${state}, disabled`,
    hubText(currentHub),
    evidence?.fault ? evidence.fault.title : (evidence?.outcome ?? null),
    time(evidence?.at ?? null),
    policyKnown ? 'yes' : 'no',
    connectorId,
  ]);
  const headings = ['name', 'account', 'state', 'current hub', 'target hub', 'tried', 'policy known', 'id'];
  const [heading = '', ...lines] = table(headings, rows).split('\n');
  const painted = lines.map((line, index) => paint(STATE_STYLES[connectors[index]?.state ?? 'unknown'], line));
  return [paint('strong', heading), ...painted].join('\n');
}

/** A re-check on one line. */
export function recheckLine({ state, done, total, accepted, refused, unknown, moved }: Recheck): string {
  return `${bar({ done, total })} ${done} of ${total} ${state}: ${accepted} let in, ${refused} refused, ${unknown} unknown, ${moved} moved`;
}

export function recheckText(recheck: Recheck): string {
  return facts([
    ['State', recheck.state],
    ['Checked', `${recheck.done} of ${recheck.total} connectors`],
    ['Let in', recheck.accepted],
    ['Refused', recheck.refused],
    ['Unknown', recheck.unknown],
    ['Moved', recheck.moved],
    ['Throttled calls', recheck.throttled],
    ['Asked for by', recheck.requestedBy],
    ['Began', time(recheck.startedAt)],
    ['Ended', time(recheck.finishedAt)],
  ]);
}

function progress({ onTarget, moving, refused, unknown }: Migration['totals']): string {
  const total = onTarget + moving + refused + unknown;
  if (total === 0) return 'no connectors';
  const percent = Math.floor((onTarget / total) * 100);
  return `${bar({ done: onTarget, total })} ${percent}%`;
}
