import { type Budget, prompt } from '../../aws/call.ts';
import type { HubIdentity } from '../../aws/credentials.ts';
import { type SimulatedAction, simulateHub } from '../../aws/iam.ts';
import { sessionNameOf } from '../../aws/session.ts';
import { fault } from '../../domain/faults.ts';
import { type Hub, sameHub } from '../../domain/hub.ts';
import { LIMITS } from '../../domain/limits.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { parseRoleArn } from '../../domain/role-arn.ts';
import { roleSettlesAt } from '../../domain/role-tries.ts';
import type { HubFacts } from '../../store/hubs.ts';
import { countHubEvidence } from '../../store/role-facts.ts';
import type { AccountsDeps } from '../deps.ts';
import { hubPrincipal } from '../hub-principal.ts';
import type { Diagnosis } from './causes.ts';
import { diagnose } from './diagnose.ts';
import type { Symptoms } from './symptoms.ts';

export interface Failure extends Pick<Symptoms, 'fault' | 'probes' | 'at' | 'policy' | 'letsIn'> {
  readonly facts: HubFacts;
  /** Through which hub. */
  readonly hub: Hub;
  /** When the connector was made or changed last, and so perhaps its role too. */
  readonly changedAt: Date;
  /** What the assumption was for; part of the session's name. */
  readonly purpose: string;
  /** The hub's credentials, when IAM may be asked what they may do, within the budget. */
  readonly ask?: { readonly identity: HubIdentity; readonly within: Budget };
}

/** Gathers what else is known of a failed assumption, and says what may be the cause. */
export async function explainFailure(deps: AccountsDeps, failure: Failure): Promise<Diagnosis> {
  const { facts, hub, ask, fault: why, probes, at, policy, letsIn, changedAt } = failure;
  const { connectorId, accountType, roleArn, externalId, evidence } = facts;
  const role = parseRoleArn(roleArn);
  if (!role.ok) throw new Error(`connector ${connectorId} has a role ARN that cannot be read`);
  const identityArn = await hubPrincipal(deps, { accountType, hub });
  const sessionName = sessionNameOf(failure.purpose);
  const [others, simulation] = await Promise.all([
    countHubEvidence(deps.db, { hub, exceptConnectorId: connectorId }),
    why.code === 'role-not-assumable' && ask && identityArn !== undefined
      ? mayAssume(deps, { ...ask, identityArn, roleArn, externalId, sessionName })
      : undefined,
  ]);
  const letIn = evidence.some(one => one.outcome === 'accepted' && sameHub(one.hub, hub));
  return diagnose({
    names: { hub, identityArn, roleArn, externalId },
    role: role.value,
    fault: why,
    probes,
    at,
    settlesAt: roleSettlesAt(changedAt),
    evidence,
    letsIn,
    policy,
    ...(simulation ? { simulation } : {}),
    others,
    hubWasProved: identityArn !== undefined || letIn || others.accepted > 0,
    sessionName,
  });
}

/** What IAM says of the hub's own side. The ARN of a role's session does not tell the role's path, so it is not asked of. */
async function mayAssume(
  deps: Pick<AccountsDeps, 'aws' | 'clock'>,
  {
    identity,
    within,
    identityArn,
    roleArn,
    externalId,
    sessionName,
  }: {
    identity: HubIdentity;
    within: Budget;
    identityArn: string;
    roleArn: string;
    externalId: string;
    sessionName: string;
  },
): Promise<Result<SimulatedAction> | undefined> {
  if (identityArn.includes(':assumed-role/')) return undefined;
  const answer = await simulateHub(deps.aws, {
    hub: identity,
    identityArn,
    actions: ['sts:AssumeRole'],
    resources: [roleArn],
    context: { 'sts:ExternalId': externalId, 'sts:RoleSessionName': sessionName },
    budget: prompt(deps.clock, { totalMs: LIMITS.checkQuestionMs, within }),
  });
  if (!answer.ok) return answer;
  const [first] = answer.value;
  return first ? ok(first) : failed(fault('incomplete-answer', 'IAM simulated nothing.', { subject: identityArn }));
}
