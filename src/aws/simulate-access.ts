import type { EvaluationResult, IAMClient, ResourceSpecificResult, Statement } from '@aws-sdk/client-iam';
import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Aws } from './aws.ts';
import { type Budget, call } from './call.ts';

/** What IAM says of one action on one resource. */
export interface SimulatedAccess {
  readonly action: string;
  readonly resource: string;
  /** `unknown`: it is not allowed as it was asked, but a condition on something that only a real call has may allow it. */
  readonly decision: 'allowed' | 'denied' | 'unknown';
  /** What decides, in words that complete "… by": a policy, several, or a kind of policy. null when AWS does not tell. */
  readonly by: string | null;
}

export interface Simulation {
  /** The user or role whose policies are asked. */
  readonly principalArn: string;
  readonly actions: readonly string[];
  /** `*` alone asks about all resources at once, which a policy that is limited to single resources does not allow. */
  readonly resources: readonly string[];
  readonly budget: Budget;
}

/**
 * What a user or role may do by its own side: its policies, its permissions boundary and the service control policies of
 * its account. The policy of a resource, so also the trust policy of a role, has no part in it. Needs
 * iam:SimulatePrincipalPolicy on the user or role itself.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export async function simulateAccess(
  aws: Aws,
  client: IAMClient,
  { principalArn, actions, resources, budget }: Simulation,
): Promise<Result<SimulatedAccess[]>> {
  const { SimulatePrincipalPolicyCommand } = await import('@aws-sdk/client-iam');
  const names = { service: 'iam', operation: 'SimulatePrincipalPolicy', signedBy: 'hub', budget } as const;
  const found: SimulatedAccess[] = [];
  let marker: string | undefined;
  for (let page = 0; page < LIMITS.simulationPagesMax; page++) {
    const command = new SimulatePrincipalPolicyCommand({
      PolicySourceArn: principalArn,
      ActionNames: [...actions],
      ResourceArns: [...resources],
      ...(marker === undefined ? {} : { Marker: marker }),
    });
    const answer = await call(aws, async signal => await client.send(command, { abortSignal: signal }), {
      ...names,
      subject: principalArn,
    });
    if (!answer.ok) return answer;
    found.push(...(answer.value.EvaluationResults ?? []).flatMap(readResult));
    marker = answer.value.Marker;
    if (!answer.value.IsTruncated || marker === undefined) break;
  }
  const isWhole = found.length === actions.length * resources.length;
  return isWhole
    ? ok(found)
    : failed(
        fault('incomplete-answer', `IAM answered ${found.length} of ${actions.length * resources.length} questions.`),
      );
}

/** One for each resource; IAM leaves those out when it was asked about all at once. */
function readResult(result: EvaluationResult): SimulatedAccess[] {
  const { EvalActionName: action = '', EvalDecision, OrganizationsDecisionDetail } = result;
  const each = result.ResourceSpecificResults ?? [];
  const alone = each.length <= 1;
  const outside: Outside = {
    action,
    scp: OrganizationsDecisionDetail?.AllowedByOrganizations !== false ? 'no' : alone ? 'this' : 'some',
    withinBoundary: result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
  };
  if (each.length === 0) {
    return [readOne({ ...result, EvalResourceName: '*', EvalResourceDecision: EvalDecision }, outside)];
  }
  return each.map(one => readOne(one, outside));
}

/** What IAM says of an action only for all its resources together. */
interface Outside {
  readonly action: string;
  /** Whether service control policies keep it from this resource, or from some of them. */
  readonly scp: 'no' | 'some' | 'this';
  readonly withinBoundary: boolean | undefined;
}

function readOne(one: ResourceSpecificResult, { action, ...outside }: Outside): SimulatedAccess {
  const { EvalResourceName: resource = '*', EvalResourceDecision, MatchedStatements = [] } = one;
  const policies = policiesInWords(MatchedStatements);
  if (EvalResourceDecision === 'allowed') return { action, resource, decision: 'allowed', by: policies };
  if (policies !== null) return { action, resource, decision: 'denied', by: `an explicit deny in ${policies}` };
  const withinBoundary = one.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary ?? outside.withinBoundary;
  const scp = 'a service control policy of its organisation';
  // IAM names no service control policy; a deny that no other policy states can only be one.
  if (outside.scp === 'this' || (outside.scp === 'some' && EvalResourceDecision === 'explicitDeny')) {
    return { action, resource, decision: 'denied', by: scp };
  }
  if (withinBoundary === false) return { action, resource, decision: 'denied', by: 'its permissions boundary' };
  if (outside.scp === 'some')
    return { action, resource, decision: 'denied', by: `${scp}, or the lack of a policy that allows it` };
  const keys = one.MissingContextValues ?? [];
  if (keys.length > 0) return { action, resource, decision: 'unknown', by: `a condition on ${keys.join(', ')}` };
  return { action, resource, decision: 'denied', by: 'the lack of a policy that allows it' };
}

/** AWS names an inline policy `user_NAME_POLICY` or `role_NAME_POLICY`, a managed one by its name. */
function policiesInWords(statements: readonly Statement[]): string | null {
  const names = [...new Set(statements.flatMap(({ SourcePolicyId: id }) => (id === undefined ? [] : [id])))];
  if (names.length === 0) return null;
  return `${names.length === 1 ? 'policy' : 'policies'} ${names.map(name => `"${name}"`).join(', ')}`;
}
