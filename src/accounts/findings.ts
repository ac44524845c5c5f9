import type { HubIdentity } from '../aws/credentials.ts';
import { gather } from '../domain/gather.ts';
import { type Hub, sameHub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import { type Actor, type AuditEntry, appendAuditEntries } from '../store/audit.ts';
import { deleteIdleIdentities } from '../store/base-accounts.ts';
import { type Database, inTransaction, isDatabaseUnavailable } from '../store/database.ts';
import {
  type HubEvidence,
  type HubFacts,
  recordEvidence,
  recordReached,
  recordWentBack,
  type Tried,
} from '../store/hubs.ts';
import type { AccountsDeps } from './deps.ts';

/** What trying a hub for a connector brought, to be written down. */
export type Finding =
  /** Whether the role let the hub in. */
  | { readonly kind: 'evidence'; readonly evidence: Evidence }
  /** The target hub let the connector in: from now on it is the current one. */
  | { readonly kind: 'reached'; readonly facts: HubFacts; readonly target: HubIdentity; readonly at: Date }
  /** Neither the target hub nor the current one let the connector in, and one that it had before did. */
  | { readonly kind: 'went-back'; readonly facts: HubFacts; readonly to: HubIdentity; readonly at: Date }
  /** STS was asked for an assumption. */
  | { readonly kind: 'used'; readonly entry: Entry };

type Evidence = Tried & Omit<HubEvidence, 'hub'>;
type Entry = AuditEntry & { readonly actor: Actor };

/** Takes findings as they come: writes each at once, or gathers them for `writeFindings`, as one who tries thousands does. */
export type RecordFinding = (finding: Finding) => Promise<void>;

export function recordAtOnce({ db }: Pick<AccountsDeps, 'db'>): RecordFinding {
  return async finding => {
    await inTransaction(db, tx => writeFindings(tx, [finding]));
  };
}

/**
 * The same for one whose callers are many at a time, as the runs of a worker are: what they find within a moment is written
 * together, so that they do not queue one by one at the end of the audit log. Answers when it is written.
 */
export function recordTogether({ db }: Pick<AccountsDeps, 'db'>): RecordFinding {
  const write = gather(
    async (findings: readonly Finding[]) => {
      await inTransaction(db, tx => writeFindings(tx, findings));
      return findings;
    },
    {
      waitMs: LIMITS.findingsWaitMs,
      itemsMax: LIMITS.findingsMax,
      oneByOne: error => !isDatabaseUnavailable(error),
    },
  );
  return async finding => void (await write(finding));
}

/**
 * Writes findings in the given transaction: few statements however many they are, and the audit entries last. Answers how
 * many connectors moved from one hub to another.
 */
export async function writeFindings(tx: Database, findings: readonly Finding[]): Promise<{ moved: number }> {
  const { evidence, reached, wentBack, used } = sorted(findings);
  await recordEvidence(tx, evidence);
  const changes: Change[] = [];
  for (const { facts, to: identity, at } of wentBack) {
    const { connectorId, currentHub: from } = facts;
    const { hub: to } = identity;
    if (await recordWentBack(tx, { ...facts, hub: to, identityId: identityIdOf(identity), at })) {
      changes.push({ connectorId, from, to, at });
    }
  }
  for (const { target, at, all } of byTarget(reached)) {
    const { hub: to } = target;
    const moved = await recordReached(tx, { connectors: all, hub: to, identityId: identityIdOf(target), at });
    changes.push(...moved.map(one => ({ ...one, to, at })));
    await deleteIdleIdentities(tx, { movedBefore: earlierHubLimit(at) });
  }
  await appendAuditEntries(tx, [...used, ...changes.map(hubChanged)]);
  return { moved: changes.filter(({ from, to }) => from !== null && !sameHub(from, to)).length };
}

/** A connector that moved before this time does not go back by itself any more. */
export function earlierHubLimit(now: Date): Date {
  return new Date(now.getTime() - LIMITS.earlierHubDays * 86_400_000);
}

/** As the database has it: the platform account has none there. */
export function identityIdOf({ hub, id }: HubIdentity): string | null {
  return hub.kind === 'base-account' ? id : null;
}

/** By kind; of what was found twice about one connector and hub, the last. */
function sorted(findings: readonly Finding[]) {
  const evidence = new Map<string, Evidence>();
  const reached: Extract<Finding, { kind: 'reached' }>[] = [];
  const wentBack: Extract<Finding, { kind: 'went-back' }>[] = [];
  const used: Entry[] = [];
  for (const one of findings) {
    switch (one.kind) {
      case 'evidence': {
        const { connectorId, hub } = one.evidence;
        evidence.set(`${connectorId} ${hub.kind} ${hub.accountId}`, one.evidence);
        break;
      }
      case 'reached':
        reached.push(one);
        break;
      case 'went-back':
        wentBack.push(one);
        break;
      case 'used':
        used.push(one.entry);
        break;
    }
  }
  return { evidence: [...evidence.values()], reached, wentBack, used };
}

function byTarget(reached: readonly Extract<Finding, { kind: 'reached' }>[]) {
  const targets = new Map<string, { target: HubIdentity; at: Date; all: HubFacts[] }>();
  for (const { facts, target, at } of reached) {
    const known = targets.get(target.id);
    if (known) known.all.push(facts);
    else targets.set(target.id, { target, at, all: [facts] });
  }
  return targets.values();
}

interface Change {
  readonly connectorId: string;
  readonly from: Hub | null;
  readonly to: Hub;
  readonly at: Date;
}

function hubChanged({ connectorId, from, to, at }: Change): Entry {
  const subject = `connector:${connectorId}`;
  return { at, actor: 'system', action: 'connector.hub-changed', subject, detail: { from, to } };
}
