import { type Budget, patient, prompt } from '../aws/call.ts';
import type { HubIdentity } from '../aws/credentials.ts';
import { type HubUse, type MemberSession, openSession } from '../aws/session.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { type Hub, hubInWords, sameHub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { parseRoleArn } from '../domain/role-arn.ts';
import { nextRoleTry } from '../domain/role-tries.ts';
import type { Actor } from '../store/audit.ts';
import { deleteIdleIdentities } from '../store/base-accounts.ts';
import { type HubEvidence, type HubFacts, readHubFacts, takeExtraTry } from '../store/hubs.ts';
import { bringRunForward, readRoleFacts } from '../store/role-facts.ts';
import { noSuchConnector } from './connectors.ts';
import type { AccountsDeps } from './deps.ts';
import { earlierHubLimit, type Finding, identityIdOf, type RecordFinding, recordAtOnce } from './findings.ts';
import { keepPolicyFresh } from './live-policy.ts';
import { isElsewhere, waysOf } from './ways.ts';

/**
 * Which hub a connector is reached through. A connector is
 *
 * new        it has no current hub; its earlier one is the hub that its role was made for, if the target was changed since;
 * settled    its current hub is the target;
 * moving     they differ, or the target hub has other credentials than the connector ran through.
 *
 * The target is always tried first. If that does not work, whatever the reason, a connector goes on through what it ran
 * through before: its current hub and, for `LIMITS.earlierHubDays` after a move, the one before that (ways.ts). The first
 * success through the target makes it the current hub.
 *
 * Nothing else is ever tried: no other hub, none whose credentials are gone, none at all besides the target when its base
 * account asks for an immediate cut-over, and no credentials that the machine happens to have.
 *
 * A target hub that is throttled, slow or broken counts like one that is refused: falling back only on a refusal would let
 * a working connector fail because somebody made a base account (invariant I12). The fault is kept, so that people see
 * which of the two it was, and the next run tries again.
 */
export interface Reach {
  /** The hub that the session came through. */
  readonly hub: Hub;
  /** Its account and partition are the connector's (invariant I3). */
  readonly session: MemberSession;
  /** Why the target hub could not be used, when the session came through another one. */
  readonly targetFault?: Fault;
}

/** What a member account is reached for. */
export type Purpose =
  | { readonly kind: 'run'; readonly runId: string; readonly trigger: 'created' | 'schedule' | 'request' }
  | { readonly kind: 'check'; readonly checkId: string; readonly actor: Actor }
  /** Nothing is changed: somebody wants to know what a change would do. */
  | { readonly kind: 'preview'; readonly previewId: string; readonly actor: Actor };

/**
 * Reaches a connector's member account for a run, with the session that is open already if there is one. A role that refuses
 * and may have been made or edited a moment ago is tried again soon.
 */
export async function reach(
  deps: AccountsDeps,
  { connectorId, purpose, record }: { connectorId: string; purpose: Purpose; record?: RecordFinding | undefined },
): Promise<Result<Reach>> {
  const facts = await readHubFacts(deps.db, connectorId);
  if (!facts) return noSuchConnector(connectorId);
  const how = record ? { record } : {};
  const reached = await reachThrough(deps, { facts, purpose, fresh: false, ...how });
  if (!reached.ok) {
    if (reached.fault.code === 'role-not-assumable') await trySoonAgain(deps, facts);
    return reached;
  }
  const { session, targetFault } = reached.value;
  const targetRefused = targetFault !== undefined && isRefusal(targetFault);
  await keepPolicyFresh(deps, { ...facts, session, targetRefused });
  return reached;
}

async function trySoonAgain({ db, clock }: AccountsDeps, facts: HubFacts): Promise<void> {
  const role = await readRoleFacts(db, facts);
  const at = role && nextRoleTry({ setAt: role.setAt, now: clock.now() });
  if (at) await bringRunForward(db, { connectorId: facts.connectorId, at });
}

export interface Attempt {
  readonly facts: HubFacts;
  readonly purpose: Purpose;
  /** Default: everything is written at once. */
  readonly record?: RecordFinding;
  /** Ask STS even if a session is open. */
  readonly fresh: boolean;
  /** Ends everything in time. */
  readonly within?: Budget;
  /** Of one assumption; by default a share of `within`, or what a run has time for. */
  readonly budget?: Budget;
}

/**
 * The same for a caller who has read the connector's hubs; the identity that worked is for more of the same. Credentials
 * that were replaced or deleted while they were being tried are no reason to fail: what is in their place is tried once.
 */
export async function reachThrough(
  deps: AccountsDeps,
  given: Attempt,
): Promise<Result<Reach & { readonly identity: HubIdentity }>> {
  const attempt = { record: recordAtOnce(deps), ...given };
  const reached = await tryHubs(deps, attempt);
  if (reached.ok) return reached;
  const facts = await readHubFacts(deps.db, attempt.facts.connectorId);
  const replaced = facts && identityIds(facts) !== identityIds(attempt.facts);
  return replaced ? await tryHubs(deps, { ...attempt, facts }) : reached;
}

function identityIds({ baseIdentity, currentIdentity, earlierIdentity }: HubFacts): string {
  return [baseIdentity, currentIdentity, earlierIdentity].map(identity => identity?.id).join();
}

type RecordedAttempt = Attempt & { readonly record: RecordFinding };

async function tryHubs(
  deps: AccountsDeps,
  attempt: RecordedAttempt,
): Promise<Result<Reach & { readonly identity: HubIdentity }>> {
  const { facts } = attempt;
  const { target, fallbacks } = waysOf(deps, facts);
  if (!target) return failed(fault('no-hub', `The connector’s role is ${facts.roleArn}.`, { subject: facts.roleArn }));
  const onHold = fallbacks.length > 0 ? await targetOnHold(deps, { attempt, target }) : undefined;
  const direct = onHold ? failed(onHold) : await openTarget(deps, attempt, { target, hurry: fallbacks.length > 0 });
  if (direct.ok) return direct;
  const targetFault = direct.fault;
  let last = targetFault;
  for (const { role, identity } of fallbacks) {
    const fresh = attempt.fresh || role === 'earlier';
    const indirect = await openThrough(deps, identity, { ...attempt, fresh, target, hurry: false });
    if (indirect.ok) {
      if (!sameHub(facts.currentHub, identity.hub)) {
        await attempt.record({ kind: 'went-back', facts, to: identity, at: deps.clock.now() });
      }
      return ok({ hub: identity.hub, session: indirect.value, identity, targetFault });
    }
    last = indirect.fault;
  }
  if (fallbacks.length === 0) return direct;
  // The target was spared, or was tried in a hurry, or the role was edited between the tries: none of them may cost a run.
  const again = await openTarget(deps, attempt, { target, hurry: false });
  // A role that refuses all of them has to be mended for the target.
  return again.ok || last.code === 'role-not-assumable' ? again : failed(last);
}

/** Through the target hub, which is then the current one. */
async function openTarget(
  deps: AccountsDeps,
  attempt: RecordedAttempt,
  { target, hurry }: { target: HubIdentity; hurry: boolean },
): Promise<Result<Reach & { readonly identity: HubIdentity }>> {
  const { facts } = attempt;
  // A session from before the connector left this hub would only tell that the role let it in then.
  const fresh = attempt.fresh || isElsewhere(facts, target);
  const direct = await openThrough(deps, target, { ...attempt, fresh, target, hurry });
  if (!direct.ok) return direct;
  if (!isSettled(facts, target)) await attempt.record({ kind: 'reached', facts, target, at: deps.clock.now() });
  return ok({ hub: target.hub, session: direct.value, identity: target });
}

/** Whether the connector runs through this identity of its target hub already. */
function isSettled({ currentHub, currentIdentity }: HubFacts, target: HubIdentity): boolean {
  return sameHub(currentHub, target.hub) && (currentIdentity?.id ?? null) === identityIdOf(target);
}

/** Deletes the credentials of earlier hubs that no connector can go back to any more. */
export async function forgetEarlierHubs({ db, clock }: Pick<AccountsDeps, 'db' | 'clock'>): Promise<void> {
  await deleteIdleIdentities(db, { movedBefore: earlierHubLimit(clock.now()) });
}

/** The fault that is known already, when a run that somebody asked for would try the target hub once too often today. */
async function targetOnHold(
  deps: AccountsDeps,
  { attempt: { facts, purpose }, target }: { attempt: Attempt; target: HubIdentity },
): Promise<Fault | undefined> {
  const known = evidenceOf(facts, target.hub)?.fault;
  if (!known || purpose.kind !== 'run' || purpose.trigger !== 'request') return undefined;
  const { connectorId } = facts;
  const triesMax = LIMITS.targetHubTriesPerDayMax;
  const mayTry = await takeExtraTry(deps.db, { connectorId, triesMax, at: deps.clock.now() });
  return mayTry ? undefined : known;
}

/** What is known of a hub for this connector. */
export function evidenceOf({ evidence }: Pick<HubFacts, 'evidence'>, hub: Hub): HubEvidence | undefined {
  return evidence.find(one => sameHub(one.hub, hub));
}

/** Opens a session through one hub, and keeps what that proves. */
async function openThrough(
  deps: AccountsDeps,
  hub: HubIdentity,
  {
    facts,
    purpose,
    record,
    fresh,
    within,
    budget,
    target,
    hurry,
  }: RecordedAttempt & {
    target: HubIdentity;
    hurry: boolean;
  },
): Promise<Result<MemberSession>> {
  // Of a hub, what its present credentials prove is kept; what those before them prove would hide it.
  const isReplaced = sameHub(hub.hub, target.hub) && hub.id !== target.id;
  const role = parseRoleArn(facts.roleArn);
  if (!role.ok) throw new Error(`connector ${facts.connectorId} has a role ARN that cannot be read`);
  // Kept as long as the session is, for its renewal: without all the facts.
  const { connectorId, externalId } = facts;
  const onUse = (use: HubUse) => record(usedFinding(deps, { use, connectorId, purpose }));
  const request = { hub, role: role.value, externalId, purpose: nameOf(purpose), onUse };
  const opened = await openSession(deps.aws, request, { budget: budget ?? budgetOf(deps, { within, hurry }), fresh });
  if (!opened.ok) {
    const why = explained(opened.fault, { facts, hub: hub.hub });
    const evidence = { ...facts, hub: hub.hub, ...evidenceOfFault(why), at: deps.clock.now() };
    if (!isReplaced && wasAsked(why)) await record({ kind: 'evidence', evidence });
    return failed(why);
  }
  if (isReplaced) return opened;
  const { assumedAt: at } = opened.value;
  const known = evidenceOf(facts, hub.hub);
  if (known?.outcome !== 'accepted' || at.getTime() - known.at.getTime() > LIMITS.evidenceEveryMinutes * 60_000) {
    const evidence = { ...facts, hub: hub.hub, outcome: 'accepted', fault: null, at } as const;
    await record({ kind: 'evidence', evidence });
  }
  return opened;
}

/** What a failed assumption proves: a refusal is an answer, anything else leaves it open. */
export function evidenceOfFault(why: Fault): Pick<HubEvidence, 'outcome' | 'fault'> {
  return { outcome: isRefusal(why) ? 'refused' : 'unknown', fault: why };
}

/** Whether AWS was asked at all; if not, what is known of the hub stays. */
export function wasAsked({ code }: Fault): boolean {
  return code !== 'no-turn';
}

/** Whether STS answered and said no. */
export function isRefusal({ code }: Fault): boolean {
  return code === 'role-not-assumable' || code === 'hub-denied-assume-role';
}

/** With another hub to fall back to, a target that hangs must not hold the run up for long. */
function budgetOf({ clock }: AccountsDeps, { within, hurry }: { within: Budget | undefined; hurry: boolean }): Budget {
  if (within) return prompt(clock, { totalMs: LIMITS.checkAssumeMs, within });
  // As many tries as others get, in less time: one that is throttled must not keep a connector from moving.
  return hurry
    ? { ...prompt(clock, { totalMs: LIMITS.targetTryMs }), triesMax: LIMITS.awsCallTriesMax }
    : patient(clock);
}

/** Every assumption that STS was asked for, with the session's name as it stands in the owner's CloudTrail. */
export function usedFinding(
  { clock }: Pick<AccountsDeps, 'clock'>,
  { use, connectorId, purpose }: { use: HubUse; connectorId: string; purpose: Purpose },
): Finding {
  const { fault: refusal, ...facts } = use;
  const entry = {
    at: clock.now(),
    actor: purpose.kind === 'run' ? 'system' : purpose.actor,
    action: 'hub.used',
    subject: `connector:${connectorId}`,
    detail: {
      ...facts,
      outcome: refusal?.code ?? 'accepted',
      ...(refusal?.aws?.requestId === undefined ? {} : { requestId: refusal.aws.requestId }),
    },
  } as const;
  return { kind: 'used', entry };
}

export function nameOf(purpose: Purpose): string {
  switch (purpose.kind) {
    case 'run':
      return purpose.runId;
    case 'check':
      return purpose.checkId;
    case 'preview':
      return purpose.previewId;
  }
}

/** STS says no more than "access denied"; what has to be changed for this connector is known here. */
export function explained(why: Fault, { facts, hub }: { facts: HubFacts; hub: Hub }): Fault {
  if (why.code !== 'role-not-assumable') return why;
  const { currentHub, roleArn, externalId } = facts;
  const before = currentHub && !sameHub(currentHub, hub) ? currentHub : null;
  const change = before
    ? `In the trust policy of ${roleArn}, change the trusted account from ${before.accountId} to ${hub.accountId}`
    : `Let the trust policy of ${roleArn} admit account ${hub.accountId}`;
  return {
    ...why,
    detail: `AWS refused to let ${hubInWords(hub)} assume ${roleArn}.`,
    remedy: `${change} with the external ID ${externalId}; the whole policy is shown with the connector. See also that the role exists and that the hub may call sts:AssumeRole on it.`,
  };
}
