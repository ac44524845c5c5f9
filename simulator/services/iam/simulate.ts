import type * as IamClient from '@aws-sdk/client-iam';
import type { ContextEntry, EvaluationResult, Statement } from '@aws-sdk/client-iam';
import { readEntityArn } from '../../iam/arns.ts';
import { boundaryVerdict, namedPoliciesOf, serviceControlVerdict } from '../../iam/authorise.ts';
import type { RequestContext } from '../../iam/condition.ts';
import { organizationOf } from '../../iam/context.ts';
import { evaluatePolicies, type Verdict } from '../../iam/evaluate.ts';
import { readPolicy } from '../../iam/policy.ts';
import { AwsError, type Call } from '../../service.ts';
import type { PolicyDocument, Role, User } from '../../world/world.ts';
import type { OperationsOf } from '../operations.ts';
import { noSuchEntity, ownAccount, roleNamed, userNamed } from './lookup.ts';
import { pageByMarker } from './marker.ts';

type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny';

/**
 * Identity-based policies within the permissions boundary and the account's service control policies; the context is what
 * the caller gives. Policies of
 * the resources, so also the trust policies of roles, are no part of it. One result for each action, with one for each
 * resource inside when resources were named.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
 */
export const simulate = {
  SimulatePrincipalPolicy(call) {
    const { input } = call;
    const { entity, policies } = policiesAsked(call);
    const context = contextOf(input.ContextEntries ?? []);
    const { items, ...page } = pageByMarker(call, [...(input.ActionNames ?? []).entries()], ([index]) =>
      String(index).padStart(6, '0'),
    );
    return {
      EvaluationResults: items.map(([, action]) => evaluate(call, { action, entity, policies, context })),
      ...page,
    };
  },
} satisfies OperationsOf<typeof IamClient>;

interface NamedPolicy {
  /** As MatchedStatements names it. */
  id: string;
  document: PolicyDocument;
}

function evaluate(
  call: Call<{ ResourceArns?: string[] | undefined }>,
  asked: { action: string; entity: User | Role; policies: readonly NamedPolicy[]; context: RequestContext },
): EvaluationResult {
  const { action, entity, policies, context } = asked;
  const resources = call.input.ResourceArns ?? [];
  const each = (resources.length > 0 ? resources : ['*']).map(resource => {
    const request = { action, resource, context };
    const organization = serviceControlVerdict(call.world, call.caller.accountId, request);
    return {
      boundary: boundaryVerdict(ownAccount(call), entity, request),
      resource,
      organization,
      own: evaluatePolicies(
        policies.map(one => one.document),
        request,
      ),
    };
  });
  const MissingContextValues = missing(policies, context);
  const results = each.map(({ resource, organization, boundary, own }) => ({
    EvalResourceName: resource,
    EvalResourceDecision: decisionOf([organization, boundary, own]),
    MatchedStatements: isAllowed(organization) && isAllowed(boundary) ? matched(own, policies) : [],
    MissingContextValues,
    ...boundaryDetail([boundary]),
  }));
  const decisions = results.map(result => result.EvalResourceDecision);
  const strictest = (['explicitDeny', 'implicitDeny', 'allowed'] as const).find(one => decisions.includes(one));
  return {
    EvalActionName: action,
    EvalResourceName: '*',
    EvalDecision: strictest,
    MatchedStatements: uniqueStatements(
      results.filter(result => result.EvalResourceDecision === strictest).flatMap(result => result.MatchedStatements),
    ),
    MissingContextValues,
    ...(organizationOf(call.world, call.caller.accountId)
      ? {
          OrganizationsDecisionDetail: {
            AllowedByOrganizations: each.every(({ organization }) => isAllowed(organization)),
          },
        }
      : {}),
    ...boundaryDetail(each.map(({ boundary }) => boundary)),
    ...(resources.length > 0 ? { ResourceSpecificResults: results } : {}),
  };
}

/** Only for who has a boundary. */
function boundaryDetail(verdicts: readonly (Verdict | undefined)[]) {
  return verdicts.includes(undefined)
    ? {}
    : { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: verdicts.every(isAllowed) } };
}

/** Whether policies of a kind allow it, or there are none of that kind. */
function isAllowed(verdict: Verdict | undefined): boolean {
  return verdict === undefined || verdict.effect === 'allow';
}

/** When an organisation's policies do not allow it, the simulation ends there. */
function decisionOf([organization, ...others]: readonly (Verdict | undefined)[]): Decision {
  const asked = isAllowed(organization) ? others : [organization];
  if (asked.some(verdict => verdict?.effect === 'explicit-deny')) return 'explicitDeny';
  return asked.every(isAllowed) ? 'allowed' : 'implicitDeny';
}

/** AWS names a managed policy by its name, an inline one by whose it is too, and one of the request by its place. */
function policiesAsked(call: Call<{ PolicySourceArn: string | undefined; PolicyInputList?: string[] | undefined }>) {
  const { kind, entity } = source(call);
  const own = namedPoliciesOf(ownAccount(call), entity).map(({ kind: how, name, document }) => ({
    id: how === 'inline' ? `${kind}_${entity.name}_${name}` : name,
    document,
  }));
  const given = (call.input.PolicyInputList ?? []).map((text, index) => ({
    id: `PolicyInputList.${index + 1}`,
    document: checked(text),
  }));
  return { entity, policies: [...own, ...given] };
}

function source(call: Call<{ PolicySourceArn: string | undefined }>) {
  const arn = call.input.PolicySourceArn ?? '';
  const named = readEntityArn(arn);
  const none = () => noSuchEntity(`The entity with ARN ${arn} cannot be found.`);
  if (named?.accountId !== call.caller.accountId) return none();
  const { kind, name, path } = named;
  const entity = kind === 'user' ? userNamed(call, name) : roleNamed(call, name);
  return entity.path === path ? { kind, entity } : none();
}

function checked(text: string): PolicyDocument {
  const reading = readPolicy(text);
  if (reading.kind === 'policy') return text;
  throw new AwsError({ code: 'InvalidInput', status: 400, message: reading.because });
}

function contextOf(entries: readonly ContextEntry[]): RequestContext {
  return new Map(
    entries.map((entry): [string, string[]] => [
      (entry.ContextKeyName ?? '').toLowerCase(),
      entry.ContextKeyValues ?? [],
    ]),
  );
}

function matched(verdict: Verdict, policies: readonly NamedPolicy[]): Statement[] {
  if (verdict.effect === 'implicit-deny') return [];
  return [{ SourcePolicyId: policies[verdict.statement.policy]?.id }];
}

function uniqueStatements(statements: readonly Statement[]): Statement[] {
  return [...new Map(statements.map(statement => [statement.SourcePolicyId, statement])).values()];
}

/** Keys that the policies ask for and the caller did not give. */
function missing(policies: readonly NamedPolicy[], context: RequestContext): string[] {
  const keys = policies.flatMap(({ document }) => {
    const reading = readPolicy(document);
    return reading.kind === 'policy'
      ? reading.policy.statements.flatMap(statement => statement.conditions.map(condition => condition.key))
      : [];
  });
  return [...new Set(keys)].filter(key => !context.has(key));
}
