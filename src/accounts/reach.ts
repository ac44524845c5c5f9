import { type Budget, patient, prompt } from '../aws/call.ts';
import type { HubIdentity } from '../aws/credentials.ts';
import { type HubUse, type MemberSession, openSession } from '../aws/session.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { type Hub, hubInWords, sameHub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { parseRoleArn } from '../domain/role-arn.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { deleteIdleIdentities } from '../store/base-accounts.ts';
import { inTransaction } from '../store/database.ts';
import { type HubFacts, readHubFacts, recordReached, recordTargetFault, takeExtraTry } from '../store/hubs.ts';
import { noSuchConnector } from './connectors.ts';
import type { AccountsDeps } from './deps.ts';
import { baseIdentity, platformIdentity } from './hubs.ts';

/**
 * Which hub a connector is reached through. A connector is
 *
 * new        it has no current hub: only the target hub may be tried;
 * settled    its current hub is the target: only that one is tried;
 * moving     they differ: the target is tried first. If that does not work, whatever the reason, the connector goes on
 *            through its current hub, as long as that hub's credentials exist and no base account asks for an immediate
 *            cut-over. The first success through the target makes the connector settled.
 *
 * Nothing else is ever tried: no third hub, and no credentials that the machine happens to have.
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
  /** While the connector is moving: why the target hub could not be used. */
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
  attempt: Attempt,
): Promise<Result<Reach & { readonly identity: HubIdentity }>> {
  const reached = await tryHubs(deps, attempt);
  if (reached.ok) return reached;
  const facts = await readHubFacts(deps.db, attempt.facts.connectorId);
  const replaced =
    facts?.baseIdentityId !== attempt.facts.baseIdentityId ||
    facts.currentIdentityId !== attempt.facts.currentIdentityId;
  return facts && replaced ? await tryHubs(deps, { ...attempt, facts }) : reached;
}

async function tryHubs(
  deps: AccountsDeps,
  attempt: Attempt,
): Promise<Result<Reach & { readonly identity: HubIdentity }>> {
  const { facts } = attempt;
  const target = targetIdentity(deps, facts);
  if (!target) return failed(fault('no-hub', `The connector’s role is ${facts.roleArn}.`, { subject: facts.roleArn }));
  const fallback = fallbackIdentity(deps, { facts, target });

  const onHold = fallback ? await targetOnHold(deps, attempt) : undefined;
  // A session from before the connector left this hub would only tell that the role let it in then.
  const fresh = attempt.fresh || isElsewhere(facts, target);
  const direct = onHold
    ? failed(onHold)
    : await openThrough(deps, target, { ...attempt, fresh, hurry: fallback !== null });
  if (direct.ok) {
    await settle(deps, { facts, target });
    return ok({ hub: target.hub, session: direct.value, identity: target });
  }
  const targetFault = explained(direct.fault, { facts, hub: target.hub });
  if (!fallback) return failed(targetFault);
  if (!onHold) {
    const { connectorId, roleArn, externalId } = facts;
    const tried = { connectorId, roleArn, externalId, hub: target.hub, identityId: identityIdOf(target) };
    await recordTargetFault(deps.db, { ...tried, fault: targetFault, at: deps.clock.now() });
  }
  const indirect = await openThrough(deps, fallback, { ...attempt, hurry: false });
  if (indirect.ok) return ok({ hub: fallback.hub, session: indirect.value, identity: fallback, targetFault });
  // A role that refuses both has to be mended for the target.
  return failed(indirect.fault.code === 'role-not-assumable' ? targetFault : indirect.fault);
}

function targetIdentity(deps: AccountsDeps, facts: HubFacts): HubIdentity | null {
  const { accountType, baseIdentityId, baseAccountId, baseAccessKeyId } = facts;
  if (baseIdentityId === null || baseAccountId === null || baseAccessKeyId === null) {
    return platformIdentity(deps, accountType);
  }
  const identity = { identityId: baseIdentityId, accountType, accountId: baseAccountId, accessKeyId: baseAccessKeyId };
  return baseIdentity(deps, identity);
}

/** Whether the last successful assumption went through another hub. */
function isElsewhere({ currentKind: kind, currentAccountId: accountId }: HubFacts, target: HubIdentity): boolean {
  return kind !== null && accountId !== null && !sameHub({ kind, accountId }, target.hub);
}

/** As the database has it: the platform account has none there. */
function identityIdOf({ hub, id }: HubIdentity): string | null {
  return hub.kind === 'base-account' ? id : null;
}

/** The connector's own current hub, if it is another one than the target, is still there, and may still be used. */
function fallbackIdentity(
  deps: AccountsDeps,
  { facts, target }: { facts: HubFacts; target: HubIdentity },
): HubIdentity | null {
  const { accountType, currentKind, currentAccountId: accountId, currentIdentityId, currentAccessKeyId } = facts;
  if (currentKind === null || accountId === null || facts.baseCutover === 'immediate') return null;
  if (sameHub({ kind: currentKind, accountId }, target.hub)) return null;
  if (currentKind === 'platform-account') {
    const platform = platformIdentity(deps, accountType);
    return platform?.hub.accountId === accountId ? platform : null;
  }
  if (currentIdentityId === null || currentAccessKeyId === null) return null;
  return baseIdentity(deps, { identityId: currentIdentityId, accountType, accountId, accessKeyId: currentAccessKeyId });
}

/** The fault that is known already, when a run that somebody asked for would try the target hub once too often today. */
async function targetOnHold(deps: AccountsDeps, { facts, purpose }: Attempt): Promise<Fault | undefined> {
  if (facts.targetFault === null || purpose.kind !== 'run' || purpose.trigger !== 'request') return undefined;
  const { connectorId, targetFault } = facts;
  const triesMax = LIMITS.targetHubTriesPerDayMax;
  const mayTry = await takeExtraTry(deps.db, { connectorId, triesMax, at: deps.clock.now() });
  return mayTry ? undefined : targetFault;
}

async function openThrough(
  deps: AccountsDeps,
  hub: HubIdentity,
  { facts, purpose, fresh, within, hurry }: Attempt & { hurry: boolean },
): Promise<Result<MemberSession>> {
  const role = parseRoleArn(facts.roleArn);
  if (!role.ok) throw new Error(`connector ${facts.connectorId} has a role ARN that cannot be read`);
  const request = {
    hub,
    role: role.value,
    externalId: facts.externalId,
    purpose: nameOf(purpose),
    onUse: (use: HubUse) => auditUse(deps, { use, connectorId: facts.connectorId, purpose }),
  };
  return await openSession(deps.aws, request, { budget: budgetOf(deps, { within, hurry }), fresh });
}

/** With another hub to fall back to, a target that hangs must not hold the run up for long. */
function budgetOf({ clock }: AccountsDeps, { within, hurry }: { within: Budget | undefined; hurry: boolean }): Budget {
  if (within) return prompt(clock, { totalMs: LIMITS.checkAssumeMs, within });
  return hurry ? prompt(clock, { totalMs: LIMITS.targetTryMs }) : patient(clock);
}

/** The target hub let the connector in: from now on it is the current one. Written only when that is new. */
async function settle(
  { db, clock }: AccountsDeps,
  { facts, target }: { facts: HubFacts; target: HubIdentity },
): Promise<void> {
  const { connectorId, roleArn, externalId } = facts;
  const { hub } = target;
  const identityId = identityIdOf(target);
  const isSettled = facts.currentKind === hub.kind && facts.currentAccountId === hub.accountId;
  if (isSettled && facts.currentIdentityId === identityId && facts.targetFault === null) return;
  const at = clock.now();
  await inTransaction(db, async tx => {
    const before = await recordReached(tx, { connectorId, roleArn, externalId, hub, identityId, at });
    if (!before) return;
    await deleteIdleIdentities(tx);
    await appendAudit(tx, {
      at,
      actor: 'system',
      action: 'connector.hub-changed',
      subject: `connector:${connectorId}`,
      detail: { from: before.kind === null ? null : before, to: hub },
    });
  });
}

/** Every assumption that STS was asked for, with the session's name as it stands in the owner's CloudTrail. */
export async function auditUse(
  { db, clock }: Pick<AccountsDeps, 'db' | 'clock'>,
  { use, connectorId, purpose }: { use: HubUse; connectorId: string; purpose: Purpose },
): Promise<void> {
  const { fault: refusal, ...facts } = use;
  await appendAudit(db, {
    at: clock.now(),
    actor: purpose.kind === 'check' ? purpose.actor : 'system',
    action: 'hub.used',
    subject: `connector:${connectorId}`,
    detail: {
      ...facts,
      outcome: refusal?.code ?? 'accepted',
      ...(refusal?.aws?.requestId === undefined ? {} : { requestId: refusal.aws.requestId }),
    },
  });
}

export function nameOf(purpose: Purpose): string {
  return purpose.kind === 'run' ? purpose.runId : purpose.checkId;
}

/** STS says no more than "access denied"; what has to be changed for this connector is known here. */
function explained(why: Fault, { facts, hub }: { facts: HubFacts; hub: Hub }): Fault {
  if (why.code !== 'role-not-assumable') return why;
  const { currentKind: kind, currentAccountId: accountId, roleArn, externalId } = facts;
  const before = kind !== null && accountId !== null && !sameHub({ kind, accountId }, hub) ? { kind, accountId } : null;
  const change = before
    ? `In the trust policy of ${roleArn}, change the trusted account from ${before.accountId} to ${hub.accountId}`
    : `Let the trust policy of ${roleArn} admit account ${hub.accountId}`;
  return {
    ...why,
    detail: `AWS refused to let ${hubInWords(hub)} assume ${roleArn}.`,
    remedy: `${change} with the external ID ${externalId}; the whole policy is shown with the connector. See also that the role exists and that the hub may call sts:AssumeRole on it.`,
  };
}
