import { type Budget, prompt } from '../aws/call.ts';
import type { HubIdentity } from '../aws/credentials.ts';
import { type HubUse, probeRole } from '../aws/session.ts';
import { type Fault, fault, retryOf } from '../domain/faults.ts';
import { type Hub, sameHub } from '../domain/hub.ts';
import { inParallel } from '../domain/in-parallel.ts';
import { LIMITS } from '../domain/limits.ts';
import type { AccountType } from '../domain/partition.ts';
import { failed } from '../domain/result.ts';
import { parseRoleArn } from '../domain/role-arn.ts';
import type { Actor } from '../store/audit.ts';
import { inTransaction } from '../store/database.ts';
import { type HubFacts, readHubFactsOfType, readTrustPolicies } from '../store/hubs.ts';
import type { AccountsDeps } from './deps.ts';
import { factsAfter, type HubsAfter } from './facts-after.ts';
import { type Finding, type RecordFinding, writeFindings } from './findings.ts';
import { proposedTrust } from './proposed-trust.ts';
import { evidenceOfFault, explained, isRefusal, usedFinding, wasAsked } from './reach.ts';
import type { ConnectorImpact, Impact, ImpactChange } from './shapes.ts';
import { targetHubOf, type Ways, waysOf } from './ways.ts';

export interface PlannedChange {
  readonly change: ImpactChange;
  readonly accountType: AccountType;
  readonly after: HubsAfter;
  /** Credentials that the change brings and that are not saved. */
  readonly candidate?: HubIdentity | undefined;
  readonly actor: Actor;
}

/**
 * What a change of hubs would do to every connector of an account type, by trying it: for each, the hubs that it may be
 * reached through now and after the change (ways.ts, the choice that runs make) are probed until one lets it in. Nothing
 * moves by that, but what saved hubs prove is kept, and every probe is in the audit log. Connectors that could not be
 * tried within `LIMITS.previewTotalMs` are `unknown`.
 */
export async function takeImpact(deps: AccountsDeps, planned: PlannedChange): Promise<Impact> {
  const { change, accountType, after, candidate } = planned;
  const all = await readHubFactsOfType(deps.db, accountType);
  const policies = await readTrustPolicies(deps.db, accountType);
  const findings = gather(deps);
  const within = prompt(deps.clock, { totalMs: LIMITS.previewTotalMs });
  const previewId = deps.ids.uuid();
  const connectors = new Map<string, ConnectorImpact>();
  await inParallel(all, { limit: LIMITS.previewConnectorsInFlight }, async facts => {
    const ask = asker(deps, { facts, planned, previewId, within, record: findings.record });
    const now = await follow(waysOf(deps, facts), ask);
    const then = await follow(waysOf(deps, factsAfter(facts, after), candidate), ask);
    connectors.set(facts.connectorId, impactOn(facts, { now, then, live: policies.get(facts.connectorId) }));
  });
  await findings.flush();
  const impacts = all.flatMap(({ connectorId }) => connectors.get(connectorId) ?? []);
  const count = (wanted: ConnectorImpact['outcome']) => impacts.filter(({ outcome }) => outcome === wanted).length;
  return {
    change,
    accountType,
    hubAfter: targetHubOf(deps, { accountType, baseIdentity: after.baseIdentity }),
    takenAt: deps.clock.now(),
    connectors: impacts,
    totals: { moves: count('moves'), stays: count('stays'), breaks: count('breaks'), unknown: count('unknown') },
  };
}

/** What a hub answered for one connector. */
type Answer =
  | { readonly kind: 'accepted'; readonly at: Date }
  /** It will not let the connector in before somebody changes something. */
  | { readonly kind: 'refused'; readonly at: Date; readonly fault: Fault }
  /** Nothing was learnt: AWS throttled, was slow or broken. */
  | { readonly kind: 'unknown'; readonly fault: Fault };

type Ask = (identity: HubIdentity) => Promise<Answer>;

/** What became of trying a connector's ways in their order. */
interface Followed {
  readonly target: { readonly hub: Hub; readonly answer: Answer } | null;
  /** The first that let it in. */
  readonly through: { readonly hub: Hub; readonly at: Date } | null;
  /** Identities that come before it, or any if there is none, and gave no answer. */
  readonly silent: readonly string[];
}

async function follow({ target, fallbacks }: Ways, ask: Ask): Promise<Followed> {
  if (!target) return { target: null, through: null, silent: [] };
  const silent: string[] = [];
  const first = { hub: target.hub, answer: await ask(target) };
  if (first.answer.kind === 'accepted') {
    return { target: first, through: { hub: target.hub, at: first.answer.at }, silent };
  }
  if (first.answer.kind === 'unknown') silent.push(target.id);
  for (const { identity } of fallbacks) {
    const answer = await ask(identity);
    if (answer.kind === 'accepted') return { target: first, through: { hub: identity.hub, at: answer.at }, silent };
    if (answer.kind === 'unknown') silent.push(identity.id);
  }
  return { target: first, through: null, silent };
}

function impactOn(
  facts: HubFacts,
  { now, then, live }: { now: Followed; then: Followed; live: string | undefined },
): ConnectorImpact {
  const { connectorId, name, roleArn, currentHub } = facts;
  const target = then.target;
  const provedAt = then.through?.at ?? (target?.answer.kind === 'refused' ? target.answer.at : undefined);
  const why = target && target.answer.kind !== 'accepted' ? target.answer.fault : undefined;
  const lacking = target ? undefined : fault('no-hub', `The connector’s role is ${roleArn}.`, { subject: roleArn });
  const found = why ?? lacking;
  // A role goes on admitting the hub that works now until the connector has moved.
  const hubs = [target?.hub ?? null, now.through?.hub ?? null].filter(hub => hub !== null);
  return {
    connectorId,
    name,
    accountId: accountIdOf(roleArn),
    roleArn,
    outcome: outcomeOf(currentHub, { now, then }),
    mayBreak: mayBreak(currentHub, { now, then }),
    worksNow: now.through !== null,
    hubNow: currentHub,
    hubAfter: then.through?.hub ?? target?.hub ?? null,
    ...(provedAt ? { provedAt } : {}),
    ...(found ? { fault: found } : {}),
    trustPolicy: proposedTrust(facts, { hubs: sameHub(hubs[0] ?? null, hubs[1] ?? null) ? hubs.slice(1) : hubs, live }),
  };
}

function outcomeOf(hubNow: Hub | null, { now, then }: { now: Followed; then: Followed }): ConnectorImpact['outcome'] {
  const mayWorkNow = now.silent.length > 0;
  if (then.silent.length > 0) return 'unknown';
  if (then.through) {
    const repaired = now.through === null && !mayWorkNow;
    return repaired || !sameHub(then.through.hub, hubNow) ? 'moves' : 'stays';
  }
  if (now.through) return 'breaks';
  return mayWorkNow || hubNow === null ? 'unknown' : 'stays';
}

/**
 * Whether a way is lost that works now, or that one which worked before may have, as it gives no answer; not if the
 * connector is proved to work then.
 */
function mayBreak(hubNow: Hub | null, { now, then }: { now: Followed; then: Followed }): boolean {
  if (then.through) return false;
  return now.through !== null || (hubNow !== null && now.silent.some(id => !then.silent.includes(id)));
}

/** Asks each identity at most once. */
function asker(
  deps: AccountsDeps,
  given: { facts: HubFacts; planned: PlannedChange; previewId: string; within: Budget; record: RecordFinding },
): Ask {
  const asked = new Map<string, Promise<Answer>>();
  return identity => {
    const known = asked.get(identity.id) ?? probe(deps, identity, given);
    asked.set(identity.id, known);
    return known;
  };
}

async function probe(
  deps: AccountsDeps,
  identity: HubIdentity,
  {
    facts,
    planned: { candidate, actor },
    previewId,
    within,
    record,
  }: { facts: HubFacts; planned: PlannedChange; previewId: string; within: Budget; record: RecordFinding },
): Promise<Answer> {
  const { connectorId, roleArn, externalId } = facts;
  const role = parseRoleArn(roleArn);
  if (!role.ok) throw new Error(`connector ${connectorId} has a role ARN that cannot be read`);
  const { hub } = identity;
  const purpose = { kind: 'preview', previewId, actor } as const;
  const request = {
    hub: identity,
    role: role.value,
    externalId: { own: externalId },
    purpose: previewId,
    onUse: (use: HubUse) => record(usedFinding(deps, { use, connectorId, purpose })),
  };
  const inTime = deps.clock.monotonicMs() < within.deadlineMs;
  const answer = inTime
    ? await probeRole(deps.aws, request, prompt(deps.clock, { totalMs: LIMITS.previewProbeMs, within }))
    : failed(fault('aws-timeout', 'There was no time left to try this connector.', { subject: roleArn }));
  const at = deps.clock.now();
  const why = answer.ok ? null : explained(answer.fault, { facts, hub });
  // What unsaved credentials prove is not known of the hub, and what was not asked proves nothing.
  if (inTime && (!why || wasAsked(why)) && identity.id !== candidate?.id && isCurrent(facts, identity)) {
    const proved = why ? evidenceOfFault(why) : ({ outcome: 'accepted', fault: null } as const);
    await record({ kind: 'evidence', evidence: { ...facts, hub, ...proved, at } });
  }
  if (!why) return { kind: 'accepted', at };
  const isAnswer = isRefusal(why) || retryOf(why) === 'after-change';
  return isAnswer ? { kind: 'refused', at, fault: why } : { kind: 'unknown', fault: why };
}

/** Whether these are the credentials that the hub is to be reached with; replaced ones prove nothing about it. */
function isCurrent({ baseIdentity }: HubFacts, { id, hub }: HubIdentity): boolean {
  return hub.kind === 'platform-account' || baseIdentity?.accountId !== hub.accountId || baseIdentity.id === id;
}

/** Writes what is found in batches, one after the other: a transaction for each of thousands would cost the time. */
function gather({ db }: Pick<AccountsDeps, 'db'>): { record: RecordFinding; flush: () => Promise<void> } {
  let found: Finding[] = [];
  let writing = Promise.resolve();
  const flush = () => {
    const batch = found;
    found = [];
    writing = writing.then(() => inTransaction(db, async tx => void (await writeFindings(tx, batch))));
    return writing;
  };
  return {
    async record(finding) {
      found.push(finding);
      if (found.length >= LIMITS.previewFindingsBatch) await flush();
    },
    flush,
  };
}

function accountIdOf(roleArn: string): string {
  const role = parseRoleArn(roleArn);
  if (!role.ok) throw new Error(`${roleArn} is a connector's role and cannot be read`);
  return role.value.accountId;
}
