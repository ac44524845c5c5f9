import type * as IamClient from '@aws-sdk/client-iam';
import type { ContextEntry, Statement } from '@aws-sdk/client-iam';
import { readEntityArn } from '../../iam/arns.ts';
import { policiesOf, serviceControlVerdict } from '../../iam/authorise.ts';
import type { RequestContext } from '../../iam/condition.ts';
import { evaluatePolicies, type Verdict } from '../../iam/evaluate.ts';
import { readPolicy } from '../../iam/policy.ts';
import { AwsError, type Call } from '../../service.ts';
import type { PolicyDocument } from '../../world/world.ts';
import type { OperationsOf } from '../operations.ts';
import { noSuchEntity, ownAccount, roleNamed, userNamed } from './lookup.ts';
import { pageByMarker } from './marker.ts';

/**
 * Identity-based policies and service control policies; the context is what the caller gives, as with AWS.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export const simulate = {
  SimulatePrincipalPolicy(call) {
    const { input } = call;
    const documents = [...policiesOf(ownAccount(call), source(call)), ...(input.PolicyInputList ?? []).map(checked)];
    const context = contextOf(input.ContextEntries ?? []);
    const asked = (input.ActionNames ?? []).flatMap(action =>
      (input.ResourceArns ?? ['*']).map(resource => ({ action, resource, context })),
    );
    const { items, ...page } = pageByMarker(call, [...asked.entries()], ([index]) => String(index).padStart(6, '0'));
    return {
      EvaluationResults: items.map(([, request]) => {
        const verdict = evaluatePolicies(documents, request);
        const organization = serviceControlVerdict(call.world, call.caller.accountId, request);
        const byOrganization = organization === undefined || organization.effect === 'allow';
        const denied = organization?.effect === 'explicit-deny' || verdict.effect === 'explicit-deny';
        const allowed = verdict.effect === 'allow' && byOrganization;
        return {
          EvalActionName: request.action,
          EvalResourceName: request.resource,
          EvalDecision: denied ? 'explicitDeny' : allowed ? 'allowed' : 'implicitDeny',
          MatchedStatements: matched(verdict),
          MissingContextValues: missing(documents, context),
          ...(organization ? { OrganizationsDecisionDetail: { AllowedByOrganizations: byOrganization } } : {}),
        } as const;
      }),
      ...page,
    };
  },
} satisfies OperationsOf<typeof IamClient>;

function source(call: Call<{ PolicySourceArn: string | undefined }>) {
  const arn = call.input.PolicySourceArn ?? '';
  const named = readEntityArn(arn);
  if (named?.accountId !== call.caller.accountId) noSuchEntity(`The entity with ARN ${arn} cannot be found.`);
  return named.kind === 'user' ? userNamed(call, named.name) : roleNamed(call, named.name);
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

function matched(verdict: Verdict): Statement[] {
  if (verdict.effect === 'implicit-deny') return [];
  return [{ SourcePolicyId: `PolicyInputList.${verdict.statement.policy + 1}`, SourcePolicyType: 'none' }];
}

/** Keys that the policies ask for and the caller did not give. */
function missing(documents: readonly PolicyDocument[], context: RequestContext): string[] {
  const keys = documents.flatMap(document => {
    const reading = readPolicy(document);
    return reading.kind === 'policy'
      ? reading.policy.statements.flatMap(statement => statement.conditions.map(condition => condition.key))
      : [];
  });
  return [...new Set(keys)].filter(key => !context.has(key));
}
