import {
  type EvaluationResult,
  type GetRoleCommandOutput,
  type IAMClient,
  SimulatePrincipalPolicyCommand,
  type SimulatePrincipalPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { ParsedRoleArn } from '../domain/role-arn.ts';
import type { Aws } from './aws.ts';
import { type Budget, call } from './call.ts';
import { hubIamClient, hubPace } from './clients.ts';
import type { HubIdentity } from './credentials.ts';
import { serviceClient } from './service-client.ts';
import type { MemberSession } from './session.ts';
import { FaultError } from './translate.ts';

/**
 * The trust policy of the role that a session is of, as JSON text just as its owner wrote it. The role must be allowed
 * `iam:GetRole` on itself; fault `access-denied` when it is not.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html (the document is percent-encoded, RFC 3986)
 */
export async function readOwnTrustPolicy(
  aws: Aws,
  { session, role, budget }: { session: MemberSession; role: ParsedRoleArn; budget: Budget },
): Promise<Result<string>> {
  const region = session.facts.stsRegion;
  const client = await serviceClient(aws, 'iam', region);
  const input = { RoleName: role.name };
  const pace = { accountId: session.accountId, region };
  const names = { service: 'iam', operation: 'GetRole', subject: role.arn, signedBy: 'session', budget, pace } as const;
  return await call(
    aws,
    async signal => {
      const answer = await client.send(session, { operation: 'GetRole', input, signal });
      const found = isGetRoleAnswer(answer) ? answer.Role : undefined;
      // Another path is another role, although IAM finds it by its name alone.
      if (found?.AssumeRolePolicyDocument === undefined || found.Arn !== role.arn) {
        throw new FaultError(fault('incomplete-answer', `IAM answered without the trust policy of ${role.arn}.`));
      }
      return percentDecoded(found.AssumeRolePolicyDocument);
    },
    names,
  );
}

/** The client of all sessions has no types of its own. */
function isGetRoleAnswer(answer: unknown): answer is GetRoleCommandOutput {
  return typeof answer === 'object' && answer !== null && 'Role' in answer;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // An emulator that does not encode gives the document itself, and a `%` in it is no escape.
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** What IAM's simulation says of one action on one resource, by what limits the identity itself. */
export interface SimulatedAction {
  readonly action: string;
  readonly resource: string;
  readonly decision: 'allowed' | 'explicit-deny' | 'implicit-deny';
  /**
   * Whether service control policies allow it; undefined where IAM does not tell, as for an account without them. IAM says
   * it only for all resources of a question together: false may be due to another one of them.
   */
  readonly byOrganization?: boolean;
  readonly byBoundary?: boolean;
  /** Names of the policies whose statements decide; IAM names no service control policy. */
  readonly policies: readonly string[];
  /** Condition keys that the policies ask for and the question did not give: a denial may be due to them alone. */
  readonly missingKeys: readonly string[];
}

/**
 * Asks IAM what a hub's identity may do by its own policies, its permissions boundary and its organisation's service
 * control policies; the trust policy of a role is not asked. The identity must be allowed `iam:SimulatePrincipalPolicy`
 * on itself; fault `hub-access-denied` when it is not. Service control policies with conditions are not evaluated by IAM.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 *
 * @param identityArn of the user or role (not of a role's session)
 * @param context condition keys with their values
 */
export async function simulateHub(
  aws: Aws,
  {
    hub,
    identityArn,
    actions,
    resources,
    context = {},
    budget,
  }: {
    hub: HubIdentity;
    identityArn: string;
    actions: readonly string[];
    resources: readonly string[];
    context?: Readonly<Record<string, string>>;
    budget: Budget;
  },
): Promise<Result<SimulatedAction[]>> {
  const client = await hubIamClient(aws, hub);
  if (!client.ok) return client;
  const names = {
    service: 'iam',
    operation: 'SimulatePrincipalPolicy',
    subject: identityArn,
    signedBy: 'hub',
    pace: hubPace(hub),
  } as const;
  const input = {
    PolicySourceArn: identityArn,
    ActionNames: [...actions],
    ResourceArns: [...resources],
    ContextEntries: Object.entries(context).map(([key, value]) => ({
      ContextKeyName: key,
      ContextKeyValues: [value],
      ContextKeyType: 'string' as const,
    })),
  };
  const results: SimulatedAction[] = [];
  let marker: string | undefined;
  for (let page = 0; page < LIMITS.iamSimulationPagesMax; page++) {
    const answer = await onePage(
      aws,
      client.value,
      { ...input, ...(marker ? { Marker: marker } : {}) },
      { ...names, budget },
    );
    if (!answer.ok) return answer;
    results.push(...(answer.value.EvaluationResults ?? []).flatMap(simulated));
    if (!answer.value.IsTruncated) return ok(eachOnce(results));
    marker = answer.value.Marker;
  }
  return failed(fault('too-many-pages', 'The simulation of IAM did not come to an end.', { subject: identityArn }));
}

function eachOnce(results: readonly SimulatedAction[]): SimulatedAction[] {
  return [...new Map(results.map(one => [`${one.action} ${one.resource}`, one])).values()];
}

async function onePage(
  aws: Aws,
  client: IAMClient,
  input: ConstructorParameters<typeof SimulatePrincipalPolicyCommand>[0],
  names: Parameters<typeof call>[2],
): Promise<Result<SimulatePrincipalPolicyCommandOutput>> {
  return await call(
    aws,
    signal => client.send(new SimulatePrincipalPolicyCommand(input), { abortSignal: signal }),
    names,
  );
}

const DECISIONS = { allowed: 'allowed', explicitDeny: 'explicit-deny', implicitDeny: 'implicit-deny' } as const;

/**
 * One for each resource. IAM gives one result for each action, which sums its resources up, with one for each resource
 * inside; about all resources at once there is only the one. It used to repeat all that for each resource.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
 */
function simulated(result: EvaluationResult): SimulatedAction[] {
  const { EvalActionName: action = '', EvalResourceName = '*', EvalDecision } = result;
  const byOrganization = result.OrganizationsDecisionDetail?.AllowedByOrganizations;
  const each = result.ResourceSpecificResults ?? [];
  const all = each.length > 0 ? each : [{ ...result, EvalResourceName, EvalResourceDecision: EvalDecision }];
  return all.map(one => {
    const boundary = one.PermissionsBoundaryDecisionDetail ?? result.PermissionsBoundaryDecisionDetail;
    const byBoundary = boundary?.AllowedByPermissionsBoundary;
    return {
      action,
      resource: one.EvalResourceName ?? '*',
      decision: DECISIONS[one.EvalResourceDecision ?? 'implicitDeny'],
      ...(byOrganization === undefined ? {} : { byOrganization }),
      ...(byBoundary === undefined ? {} : { byBoundary }),
      policies: [...new Set((one.MatchedStatements ?? []).flatMap(({ SourcePolicyId: id }) => id ?? []))],
      missingKeys: one.MissingContextValues ?? [],
    };
  });
}
