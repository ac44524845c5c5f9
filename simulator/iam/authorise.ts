import type { Principal } from '../service.ts';
import type { Account, PolicyDocument, Role, User, World } from '../world/world.ts';
import { managedPolicyDocument } from './aws-managed.ts';
import { organizationOf } from './context.ts';
import { type AccessRequest, evaluatePolicies, type Verdict } from './evaluate.ts';
import { readPolicy } from './policy.ts';

/** Kinds of policy in the words of AWS's access denied messages. */
export type PolicyKind = 'service control policy' | 'permissions boundary' | 'identity-based policy' | 'session policy';

export type Decision =
  | { allowed: true }
  /** `explicit`: a Deny statement of this kind of policy; else no statement of this kind allows it. */
  | { allowed: false; kind: PolicyKind; explicit: boolean };

/**
 * What the caller's own side says: identity-based policies within its service control policies, its permissions boundary and
 * its session policy.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export function decideForCaller(world: World, caller: Principal, request: AccessRequest): Decision {
  return decide(callerVerdicts(world, caller, request), [
    'service control policy',
    'permissions boundary',
    'identity-based policy',
    'session policy',
  ]);
}

/** Each kind's verdict; undefined where the caller has no policies of the kind and is not limited by it. */
export interface CallerVerdicts {
  'service control policy': Verdict | undefined;
  'permissions boundary': Verdict | undefined;
  'identity-based policy': Verdict | undefined;
  'session policy': Verdict | undefined;
}

export function callerVerdicts(world: World, caller: Principal, request: AccessRequest): CallerVerdicts {
  const sessionPolicy = world.sessions[caller.accessKeyId]?.policy;
  return {
    'service control policy': serviceControlVerdict(world, caller.accountId, request),
    'permissions boundary': boundaryOfCaller(world, caller, request),
    // The root user needs no policy; only a service control policy can stop it.
    'identity-based policy':
      caller.kind === 'root' ? undefined : evaluatePolicies(identityPolicies(world, caller), request),
    'session policy': sessionPolicy === undefined ? undefined : evaluatePolicies([sessionPolicy], request),
  };
}

/** A deny of any kind first, then the first of `needed` that does not allow. */
export function decide(verdicts: CallerVerdicts, needed: readonly PolicyKind[]): Decision {
  const denying = POLICY_KINDS.find(kind => verdicts[kind]?.effect === 'explicit-deny');
  if (denying) return { allowed: false, kind: denying, explicit: true };
  const silent = needed.find(kind => verdicts[kind] && verdicts[kind].effect !== 'allow');
  return silent ? { allowed: false, kind: silent, explicit: false } : { allowed: true };
}

const POLICY_KINDS = [
  'service control policy',
  'permissions boundary',
  'identity-based policy',
  'session policy',
] as const;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function denialMessage(
  caller: Principal,
  { action, resource }: { action: string; resource: string },
  decision: { kind: PolicyKind; explicit: boolean } | undefined,
): string {
  const on = resource === '*' ? '' : ` on resource: ${resource}`;
  const because = !decision
    ? ''
    : decision.explicit
      ? ` with an explicit deny in ${article(decision.kind)} ${decision.kind}`
      : ` because no ${decision.kind} allows the ${action} action`;
  return `User: ${caller.arn} is not authorized to perform: ${action}${on}${because}`;
}

function article(kind: PolicyKind): string {
  return kind === 'identity-based policy' ? 'an' : 'a';
}

/** Inline and attached policies of the user or role that calls. */
function identityPolicies(world: World, caller: Principal): PolicyDocument[] {
  const account = world.accounts[caller.accountId];
  const entity = entityOf(account, caller);
  return account && entity ? policiesOf(account, entity) : [];
}

function entityOf(account: Account | undefined, caller: Principal): User | Role | undefined {
  return caller.userName === undefined ? account?.roles[caller.role?.name ?? ''] : account?.users[caller.userName];
}

function boundaryOfCaller(world: World, caller: Principal, request: AccessRequest): Verdict | undefined {
  const account = world.accounts[caller.accountId];
  const entity = entityOf(account, caller);
  return account && entity && boundaryVerdict(account, entity, request);
}

/**
 * What a user's or role's permissions boundary says; undefined where it has none.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function boundaryVerdict(account: Account, entity: User | Role, request: AccessRequest): Verdict | undefined {
  const arn = entity.permissionsBoundaryArn;
  return arn === undefined ? undefined : evaluatePolicies([attachedPolicy(account, arn)], request);
}

export function policiesOf(account: Account, entity: User | Role): PolicyDocument[] {
  return namedPoliciesOf(account, entity).map(policy => policy.document);
}

/** The same with the names that their owner gave them. */
export function namedPoliciesOf(
  account: Account,
  entity: User | Role,
): { kind: 'inline' | 'attached'; name: string; document: PolicyDocument }[] {
  const inline = Object.entries(entity.inlinePolicies).map(
    ([name, document]) => ({ kind: 'inline', name, document }) as const,
  );
  const attached = entity.attachedPolicyArns.map(arn => {
    const document = attachedPolicy(account, arn);
    return { kind: 'attached', name: arn.slice(arn.lastIndexOf('/') + 1), document } as const;
  });
  return [...inline, ...attached.filter(policy => policy.document !== undefined)];
}

function attachedPolicy(account: Account, arn: string): PolicyDocument | undefined {
  return managedPolicyDocument(arn) ?? account.policies[arn.slice(arn.lastIndexOf('/') + 1)]?.document;
}

/**
 * An account's service control policies; the management account has none. Each document stands for one level of the
 * organisation: a Deny anywhere denies, and a document that has Allow statements must allow, as FullAWSAccess does, which
 * need not be written out.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
 */
export function serviceControlVerdict(world: World, accountId: string, request: AccessRequest): Verdict | undefined {
  const organization = organizationOf(world, accountId);
  const documents = organization?.serviceControlPolicies[accountId] ?? [];
  if (documents.length === 0 || organization?.managementAccountId === accountId) return undefined;
  const verdicts = documents.map(document => ({
    verdict: evaluatePolicies([document], request),
    allows: allows(document),
  }));
  const denying = verdicts.find(one => one.verdict.effect === 'explicit-deny');
  const silent = verdicts.find(one => one.allows && one.verdict.effect === 'implicit-deny');
  return denying?.verdict ?? silent?.verdict;
}

function allows(document: PolicyDocument): boolean {
  const reading = readPolicy(document);
  return reading.kind === 'policy' && reading.policy.statements.some(statement => statement.effect === 'Allow');
}
