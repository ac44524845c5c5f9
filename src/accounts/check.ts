import { type Budget, prompt } from '../aws/call.ts';
import type { HubIdentity } from '../aws/credentials.ts';
import { callerIdentity } from '../aws/identity.ts';
import { type HubUse, type MemberSession, probeRole } from '../aws/session.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { type Hub, sameHub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import { ok, type Result } from '../domain/result.ts';
import { parseRoleArn } from '../domain/role-arn.ts';
import { nextRoleTry } from '../domain/role-tries.ts';
import type { Actor } from '../store/audit.ts';
import { saveChecks } from '../store/connectors.ts';
import { type HubEvidence, type HubFacts, readHubFacts, takeExtraTry } from '../store/hubs.ts';
import { bringRunForward, readRoleFacts } from '../store/role-facts.ts';
import { checkRow } from './check-result.ts';
import { noSuchConnector } from './connectors.ts';
import type { AccountsDeps } from './deps.ts';
import type { Diagnosis } from './diagnosis/causes.ts';
import { diagnoseNoHub } from './diagnosis/diagnose.ts';
import { explainFailure } from './diagnosis/explain-failure.ts';
import type { KnownPolicy } from './diagnosis/symptoms.ts';
import { type RecordFinding, recordAtOnce } from './findings.ts';
import { targetHub } from './hubs.ts';
import { policyFromBefore, readLivePolicy } from './live-policy.ts';
import { isRefusal, nameOf, type Purpose, type Reach, reachThrough, usedFinding } from './reach.ts';
import type { CheckResult, ProbeAnswer } from './shapes.ts';
import { waysOf } from './ways.ts';

/**
 * Tries a connector now: assumes its role with its external ID, without one and with one that nobody knows, and asks who
 * it is then. The last two must be refused: a role that lets them in is open to a confused deputy, which is a warning on a
 * good result. Over within `LIMITS.checkTimeoutMs`; the result is stored and given, that of a refused role too.
 */
export async function checkConnector(
  deps: AccountsDeps,
  { id, actor }: { id: string; actor: Actor },
): Promise<Result<CheckResult>> {
  const facts = await readHubFacts(deps.db, id);
  if (!facts) return noSuchConnector(id);
  const within = prompt(deps.clock, { totalMs: LIMITS.checkTimeoutMs - LIMITS.checkReserveMs });
  const purpose = { kind: 'check', checkId: deps.ids.uuid(), actor } as const;
  const check = await tryOut(deps, { facts, purpose, record: recordAtOnce(deps), within, identify: true });
  await saveChecks(deps.db, [{ ...facts, check: checkRow(check) }]);
  if (check.nextTryAt) await bringRunForward(deps.db, { connectorId: id, at: check.nextTryAt });
  return ok(check);
}

interface Trial {
  readonly facts: HubFacts;
  readonly purpose: Purpose;
  readonly record: RecordFinding;
  readonly within: Budget;
  /** Of one assumption; default: a share of `within`. */
  readonly budget?: Budget;
  /** Whether somebody waits for this one: then it is asked who the session is, and why a hub was refused. */
  readonly identify: boolean;
  /** Set at the second try. */
  readonly again?: true;
}

/** A check whose result is not stored; what it finds out about hubs is recorded. */
export async function tryOut(deps: AccountsDeps, trial: Trial): Promise<CheckResult> {
  const failures = new Map<Fault, Hub>();
  const record: RecordFinding = async finding => {
    if (finding.kind === 'evidence' && finding.evidence.fault)
      failures.set(finding.evidence.fault, finding.evidence.hub);
    await trial.record(finding);
  };
  const reached = await reachThrough(deps, { ...trial, record, fresh: true });
  if (!reached.ok) {
    const check = await notReached(deps, { ...trial, why: reached.fault, hub: failures.get(reached.fault) });
    // Let in in one way and not in another: before that counts as proof, a role that changed in between is tried once more.
    return aProbeWasLetIn(check) && !trial.again ? await tryOut(deps, { ...trial, again: true }) : check;
  }
  const { session, targetFault } = reached.value;
  const [check, policy] = await Promise.all([
    lookAround(deps, { ...trial, ...reached.value }),
    trial.identify ? readLivePolicy(deps, { ...trial.facts, session, within: trial.within }) : null,
  ]);
  const hub = targetFault && failures.get(targetFault);
  if (!targetFault || !hub || !trial.identify) return check;
  const works = { hub: reached.value.hub, outcome: 'accepted', fault: null, at: check.checkedAt } as const;
  return { ...check, ...(await explained(deps, { ...trial, why: targetFault, hub, policy, works })).told };
}

function aProbeWasLetIn({ probes }: CheckResult): boolean {
  return probes.withoutExternalId === 'accepted' || probes.wrongExternalId === 'accepted';
}

async function lookAround(deps: AccountsDeps, way: Trial & Reach & { identity: HubIdentity }): Promise<CheckResult> {
  const { hub, session, targetFault, within, identify } = way;
  const [wrong, probes] = await Promise.all([
    identify ? whoElse(deps, { session, within }) : undefined,
    bothProbes(deps, way),
  ]);
  const warning = wrong ?? openToConfusedDeputy({ ...probes, roleArn: way.facts.roleArn });
  return {
    outcome: wrong ? 'failed' : 'ok',
    hub,
    checkedAt: deps.clock.now(),
    callerArn: session.callerArn,
    probes: { withExternalId: 'accepted', ...probes },
    ...(warning ? { fault: warning } : {}),
    ...(targetFault ? { targetFault } : {}),
  };
}

/** Asks AWS, with the session, who it is: an answer other than the one that STS gave with it is a fault. */
async function whoElse(
  { aws }: AccountsDeps,
  { session, within }: { session: MemberSession; within: Budget },
): Promise<Fault | undefined> {
  const { facts, credentials, callerArn, accountId } = session;
  const caller = await callerIdentity(aws, { accountId, facts, credentials, signedBy: 'session', budget: within });
  if (!caller.ok) return caller.fault;
  if (caller.value.accountId === accountId && caller.value.partition === facts.partition) return undefined;
  return fault('wrong-account', `The session of ${callerArn} is answered as ${caller.value.arn}.`);
}

async function probe(
  deps: AccountsDeps,
  {
    facts,
    identity,
    purpose,
    record,
    within,
    externalId,
  }: Omit<Trial, 'identify'> & { identity: HubIdentity; externalId: 'none' | 'random' },
): Promise<ProbeAnswer> {
  const role = parseRoleArn(facts.roleArn);
  if (!role.ok) throw new Error(`connector ${facts.connectorId} has a role ARN that cannot be read`);
  const request = {
    hub: identity,
    role: role.value,
    externalId,
    purpose: nameOf(purpose),
    onUse: (use: HubUse) => record(usedFinding(deps, { use, connectorId: facts.connectorId, purpose })),
  };
  const answer = await probeRole(deps.aws, request, within);
  if (answer.ok) return 'accepted';
  return isRefusal(answer.fault) ? 'refused' : 'not-run';
}

function openToConfusedDeputy({
  withoutExternalId,
  wrongExternalId,
  roleArn,
}: Probes & { roleArn: string }): Fault | undefined {
  const ways = [
    ...(withoutExternalId === 'accepted' ? ['without an external ID'] : []),
    ...(wrongExternalId === 'accepted' ? ['with a wrong one'] : []),
  ];
  if (ways.length === 0) return undefined;
  return fault('confused-deputy', `${roleArn} let the hub in ${ways.join(' and ')}.`, { subject: roleArn });
}

/** Why no hub works, or why not the one of these that has to. */
async function notReached(
  deps: AccountsDeps,
  { why, hub, ...trial }: Trial & { why: Fault; hub: Hub | undefined },
): Promise<CheckResult> {
  const { facts } = trial;
  const target = targetHub(deps, { ...facts, baseAccountId: facts.baseIdentity?.accountId ?? null });
  const tried = hub ?? target;
  const explanation = tried
    ? await explained(deps, { ...trial, why, hub: tried, policy: null, works: null })
    : { probes: NOT_RUN, told: { diagnosis: diagnoseNoHub(why) } };
  return {
    outcome: 'failed',
    hub: target,
    checkedAt: deps.clock.now(),
    probes: {
      withExternalId: isRefusal(why) ? 'refused' : 'not-run',
      ...explanation.probes,
    },
    fault: why,
    ...explanation.told,
  };
}

const NOT_RUN = { withoutExternalId: 'not-run', wrongExternalId: 'not-run' } as const;

/**
 * What a hub is refused for: first the two other assumptions, then whatever else is known.
 * @param works what has just let the connector in all the same
 */
async function explained(
  deps: AccountsDeps,
  {
    why,
    hub,
    policy,
    works,
    ...trial
  }: Trial & { why: Fault; hub: Hub; policy: KnownPolicy | null; works: HubEvidence | null },
): Promise<{ probes: typeof NOT_RUN | Probes; told: Pick<CheckResult, 'diagnosis' | 'nextTryAt'> }> {
  const { facts, purpose, within, identify } = trial;
  const { target, fallbacks } = waysOf(deps, facts);
  const identity = [target, ...fallbacks.map(way => way.identity)].find(each => each && sameHub(each.hub, hub));
  const [probes, role] = await Promise.all([
    identity && isRefusal(why) ? bothProbes(deps, { ...trial, identity }) : NOT_RUN,
    identify ? readRoleFacts(deps.db, facts) : undefined,
  ]);
  // Nobody waits for it, or the connector was given another role, or deleted, while it was being checked.
  if (!role) return { probes, told: {} };
  const at = deps.clock.now();
  const diagnosis = await explainFailure(deps, {
    facts,
    hub,
    fault: why,
    at,
    changedAt: role.changedAt,
    probes,
    policy: policy ?? policyFromBefore(role),
    letsIn: works,
    purpose: nameOf(purpose),
    ...(identity ? { ask: { identity, within } } : {}),
  });
  const nextTryAt = role.enabled ? await nextTry(deps, { facts, why, diagnosis, at, works: works !== null }) : null;
  return { probes, told: { diagnosis, ...(nextTryAt ? { nextTryAt } : {}) } };
}

type Probes = Pick<CheckResult['probes'], 'withoutExternalId' | 'wrongExternalId'>;

async function bothProbes(deps: AccountsDeps, way: Trial & { identity: HubIdentity }): Promise<Probes> {
  const [withoutExternalId, wrongExternalId] = await Promise.all([
    probe(deps, { ...way, externalId: 'none' }),
    probe(deps, { ...way, externalId: 'random' }),
  ]);
  return { withoutExternalId, wrongExternalId };
}

/**
 * When to try again by itself: somebody who checks a role has often made or edited it a moment ago. While another hub works
 * a try is a whole run, so it is one of the few a day that are beyond normal polling.
 */
async function nextTry(
  { db }: AccountsDeps,
  { facts, why, diagnosis, at, works }: { facts: HubFacts; why: Fault; diagnosis: Diagnosis; at: Date; works: boolean },
): Promise<Date | null> {
  if (why.code !== 'role-not-assumable' || isOfHub(diagnosis)) return null;
  if (!works) return nextRoleTry({ setAt: at, now: at });
  const { connectorId } = facts;
  const mayTry = await takeExtraTry(db, { connectorId, triesMax: LIMITS.targetHubTriesPerDayMax, at });
  return mayTry ? new Date(at.getTime() + LIMITS.movingTrySeconds * 1_000) : null;
}

/** Whether it is proved that something else than the role has to change. */
function isOfHub({ certainty, causes: [first] }: Diagnosis): boolean {
  return certainty === 'certain' && first !== undefined && !OF_THE_ROLE.test(first.code);
}

const OF_THE_ROLE = /^(role|trust|external-id)-/;
