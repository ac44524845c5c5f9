import { type Budget, prompt } from '../aws/call.ts';
import type { HubIdentity } from '../aws/credentials.ts';
import { callerIdentity } from '../aws/identity.ts';
import { type HubUse, type MemberSession, probeRole } from '../aws/session.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { ok, type Result } from '../domain/result.ts';
import { parseRoleArn } from '../domain/role-arn.ts';
import type { Actor } from '../store/audit.ts';
import { saveChecks } from '../store/connectors.ts';
import { type HubFacts, readHubFacts } from '../store/hubs.ts';
import { checkRow } from './check-result.ts';
import { noSuchConnector } from './connectors.ts';
import type { AccountsDeps } from './deps.ts';
import { type RecordFinding, recordAtOnce } from './findings.ts';
import { targetHub } from './hubs.ts';
import { isRefusal, nameOf, type Purpose, type Reach, reachThrough, usedFinding } from './reach.ts';
import type { CheckResult, ProbeAnswer } from './shapes.ts';

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
  return ok(check);
}

interface Trial {
  readonly facts: HubFacts;
  readonly purpose: Purpose;
  readonly record: RecordFinding;
  readonly within: Budget;
  /** Whether to ask with the session who it is. */
  readonly identify: boolean;
}

/** A check whose result is not stored; what it finds out about hubs is recorded. */
export async function tryOut(deps: AccountsDeps, trial: Trial): Promise<CheckResult> {
  const reached = await reachThrough(deps, { ...trial, fresh: true });
  return reached.ok
    ? await lookAround(deps, { ...trial, ...reached.value })
    : notReached(deps, { facts: trial.facts, why: reached.fault });
}

async function lookAround(deps: AccountsDeps, way: Trial & Reach & { identity: HubIdentity }): Promise<CheckResult> {
  const { hub, session, targetFault, within, identify } = way;
  const [wrong, withoutExternalId, wrongExternalId] = await Promise.all([
    identify ? whoElse(deps, { session, within }) : undefined,
    probe(deps, { ...way, externalId: 'none' }),
    probe(deps, { ...way, externalId: 'random' }),
  ]);
  const warning = wrong ?? openToConfusedDeputy({ withoutExternalId, wrongExternalId, roleArn: way.facts.roleArn });
  return {
    outcome: wrong ? 'failed' : 'ok',
    hub,
    checkedAt: deps.clock.now(),
    callerArn: session.callerArn,
    probes: { withExternalId: 'accepted', withoutExternalId, wrongExternalId },
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
}: {
  withoutExternalId: ProbeAnswer;
  wrongExternalId: ProbeAnswer;
  roleArn: string;
}): Fault | undefined {
  const ways = [
    ...(withoutExternalId === 'accepted' ? ['without an external ID'] : []),
    ...(wrongExternalId === 'accepted' ? ['with a wrong one'] : []),
  ];
  if (ways.length === 0) return undefined;
  return fault('confused-deputy', `${roleArn} let the hub in ${ways.join(' and ')}.`, { subject: roleArn });
}

function notReached({ clock, ...deps }: AccountsDeps, { facts, why }: { facts: HubFacts; why: Fault }): CheckResult {
  return {
    outcome: 'failed',
    hub: targetHub(deps, { ...facts, baseAccountId: facts.baseIdentity?.accountId ?? null }),
    checkedAt: clock.now(),
    probes: {
      withExternalId: isRefusal(why) ? 'refused' : 'not-run',
      withoutExternalId: 'not-run',
      wrongExternalId: 'not-run',
    },
    fault: why,
  };
}
