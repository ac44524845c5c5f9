import { type Budget, patient, prompt } from '../aws/call.ts';
import type { HubIdentity } from '../aws/credentials.ts';
import { type HubUse, type MemberSession, openSession } from '../aws/session.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { type Hub, hubInWords, sameHub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import type { AccountType } from '../domain/partition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { parseRoleArn } from '../domain/role-arn.ts';
import type { Actor } from '../store/audit.ts';
import { deleteIdleIdentities } from '../store/base-accounts.ts';
import { type HubEvidence, type HubFacts, type IdentityRow, readHubFacts, takeExtraTry } from '../store/hubs.ts';
import { noSuchConnector } from './connectors.ts';
import type { AccountsDeps } from './deps.ts';
import { earlierHubLimit, type Finding, identityIdOf, type RecordFinding, recordAtOnce } from './findings.ts';
import { identityInBaseAccount, platformIdentity } from './hubs.ts';

/**
 * Which hub a connector is reached through. A connector is
 *
 * new        it has no current hub: only the target hub may be tried;
 * settled    its current hub is the target;
 * moving     they differ, or the target hub has other credentials than the connector ran through.
 *
 * The target is always tried first. If that does not work, whatever the reason, a connector goes on through what it ran
 * through before: its current hub and, for `LIMITS.earlierHubDays` after a move, the one before that. The first success
 * through the target makes it the current hub.
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
  | { readonly kind: 'check'; readonly checkId: string; readonly actor: Actor };

/** Reaches a connector's member account for a run, with the session that is open already if there is one. */
export async function reach(
  deps: AccountsDeps,
  { connectorId, purpose }: { connectorId: string; purpose: Purpose },
): Promise<Result<Reach>> {
  const facts = await readHubFacts(deps.db, connectorId);
  if (!facts) return noSuchConnector(connectorId);
  return await reachThrough(deps, { facts, purpose, fresh: false });
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

async function tryHubs(
  deps: AccountsDeps,
  attempt: Attempt & { record: RecordFinding },
): Promise<Result<Reach & { readonly identity: HubIdentity }>> {
  const { facts } = attempt;
  const target = targetIdentity(deps, facts);
  if (!target) return failed(fault('no-hub', `The connector’s role is ${facts.roleArn}.`, { subject: facts.roleArn }));
  const { current, earlier } = fallbacks(deps, { facts, target });

  const onHold = current ? await targetOnHold(deps, { attempt, target }) : undefined;
  // A session from before the connector left this hub would only tell that the role let it in then.
  const fresh = attempt.fresh || isElsewhere(facts, target);
  const direct = onHold
    ? failed(onHold)
    : await openThrough(deps, target, { ...attempt, fresh, hurry: current !== null });
  if (direct.ok) {
    if (!isSettled(facts, target)) await attempt.record({ kind: 'reached', facts, target, at: deps.clock.now() });
    return ok({ hub: target.hub, session: direct.value, identity: target });
  }
  const targetFault = direct.fault;
  let last = targetFault;
  for (const fallback of [current, earlier]) {
    if (!fallback) continue;
    const indirect = await openThrough(deps, fallback, {
      ...attempt,
      fresh: attempt.fresh || fallback === earlier,
      hurry: false,
    });
    if (indirect.ok) {
      if (fallback === earlier) await attempt.record({ kind: 'went-back', facts, earlier, at: deps.clock.now() });
      return ok({ hub: fallback.hub, session: indirect.value, identity: fallback, targetFault });
    }
    last = indirect.fault;
  }
  // A role that refuses all of them has to be mended for the target.
  return failed(last.code === 'role-not-assumable' ? targetFault : last);
}

function targetIdentity(deps: AccountsDeps, { accountType, baseIdentity: base }: HubFacts): HubIdentity | null {
  return base ? identityInBaseAccount(deps, { accountType, identity: base }) : platformIdentity(deps, accountType);
}

/** Whether the last successful assumption went through another hub. */
function isElsewhere({ currentHub }: HubFacts, target: HubIdentity): boolean {
  return currentHub !== null && !sameHub(currentHub, target.hub);
}

/** Whether the connector runs through this identity of its target hub already. */
function isSettled({ currentHub, currentIdentity }: HubFacts, target: HubIdentity): boolean {
  return sameHub(currentHub, target.hub) && (currentIdentity?.id ?? null) === identityIdOf(target);
}

/** What the connector ran through, as far as it is something else than the target, is still there, and may still be used. */
function fallbacks(
  deps: AccountsDeps,
  { facts, target }: { facts: HubFacts; target: HubIdentity },
): { current: HubIdentity | null; earlier: HubIdentity | null } {
  if (facts.baseCutover === 'immediate') return { current: null, earlier: null };
  const { accountType, currentHub, currentIdentity, currentHubSince, earlierHub, earlierIdentity } = facts;
  const current = identityInHub(deps, { accountType, hub: currentHub, identity: currentIdentity });
  const earlier = identityInHub(deps, { accountType, hub: earlierHub, identity: earlierIdentity });
  const isLate = currentHubSince === null || currentHubSince < earlierHubLimit(deps.clock.now());
  return {
    current: current && current.id !== target.id ? current : null,
    earlier: earlier && earlier.id !== target.id && earlier.id !== current?.id && !isLate ? earlier : null,
  };
}

/** Deletes the credentials of earlier hubs that no connector can go back to any more. */
export async function forgetEarlierHubs({ db, clock }: Pick<AccountsDeps, 'db' | 'clock'>): Promise<void> {
  await deleteIdleIdentities(db, { movedBefore: earlierHubLimit(clock.now()) });
}

function identityInHub(
  deps: AccountsDeps,
  { accountType, hub, identity }: { accountType: AccountType; hub: Hub | null; identity: IdentityRow | null },
): HubIdentity | null {
  if (hub?.kind === 'platform-account') {
    const platform = platformIdentity(deps, accountType);
    return platform?.hub.accountId === hub.accountId ? platform : null;
  }
  return identity && identity.accountId === hub?.accountId
    ? identityInBaseAccount(deps, { accountType, identity })
    : null;
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
  { facts, purpose, record, fresh, within, hurry }: Attempt & { record: RecordFinding; hurry: boolean },
): Promise<Result<MemberSession>> {
  const role = parseRoleArn(facts.roleArn);
  if (!role.ok) throw new Error(`connector ${facts.connectorId} has a role ARN that cannot be read`);
  const request = {
    hub,
    role: role.value,
    externalId: facts.externalId,
    purpose: nameOf(purpose),
    onUse: (use: HubUse) => record(usedFinding(deps, { use, connectorId: facts.connectorId, purpose })),
  };
  const opened = await openSession(deps.aws, request, { budget: budgetOf(deps, { within, hurry }), fresh });
  if (!opened.ok) {
    const why = explained(opened.fault, { facts, hub: hub.hub });
    const evidence = { ...facts, hub: hub.hub, ...evidenceOfFault(why), at: deps.clock.now() };
    await record({ kind: 'evidence', evidence });
    return failed(why);
  }
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

/** Whether STS answered and said no. */
export function isRefusal({ code }: Fault): boolean {
  return code === 'role-not-assumable' || code === 'hub-denied-assume-role';
}

/** With another hub to fall back to, a target that hangs must not hold the run up for long. */
function budgetOf({ clock }: AccountsDeps, { within, hurry }: { within: Budget | undefined; hurry: boolean }): Budget {
  if (within) return prompt(clock, { totalMs: LIMITS.checkAssumeMs, within });
  return hurry ? prompt(clock, { totalMs: LIMITS.targetTryMs }) : patient(clock);
}

/** Every assumption that STS was asked for, with the session's name as it stands in the owner's CloudTrail. */
export function usedFinding(
  { clock }: Pick<AccountsDeps, 'clock'>,
  { use, connectorId, purpose }: { use: HubUse; connectorId: string; purpose: Purpose },
): Finding {
  const { fault: refusal, ...facts } = use;
  const entry = {
    at: clock.now(),
    actor: purpose.kind === 'check' ? purpose.actor : 'system',
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
  return purpose.kind === 'run' ? purpose.runId : purpose.checkId;
}

/** STS says no more than "access denied"; what has to be changed for this connector is known here. */
function explained(why: Fault, { facts, hub }: { facts: HubFacts; hub: Hub }): Fault {
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
