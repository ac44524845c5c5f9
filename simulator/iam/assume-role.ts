import type { AssumeRoleRequest } from '@aws-sdk/client-sts';
import type { Call } from '../service.ts';
import type { Account, Role } from '../world/world.ts';
import { callerVerdicts, type Decision, decide, denialMessage } from './authorise.ts';
import type { RequestContext } from './condition.ts';
import { evaluateTrust } from './evaluate.ts';
import { callerNames } from './principal.ts';
import { trustPolicyForSts } from './propagation.ts';

export type AssumeRoleDecision =
  | { allowed: true; role: { account: Account; role: Role } }
  | { allowed: false; message: string };

/**
 * Whether a caller may assume a role, or tag or name the source of its session, which are actions of their own.
 *
 * Across accounts both sides must allow: the caller's own policies and the role's trust policy. Within an account a trust
 * policy that names the caller is enough by itself; one that names the account leaves it to the caller's policies.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
export function decideAssumeRole(
  call: Call<AssumeRoleRequest>,
  target: { account: Account; role: Role } | undefined,
  context: RequestContext,
): AssumeRoleDecision {
  const { input, caller } = call;
  const resource = input.RoleArn ?? '*';
  const actions = ['sts:AssumeRole'];
  if (input.Tags?.length) actions.push('sts:TagSession');
  if (input.SourceIdentity !== undefined) actions.push('sts:SetSourceIdentity');
  for (const action of actions) {
    const own = ownSide(call, target, { action, resource, context });
    if (!own.allowed) return { allowed: false, message: denialMessage(caller, { action, resource }, own.because) };
  }
  if (target?.account.state !== 'ACTIVE') {
    return { allowed: false, message: denialMessage(caller, { action: 'sts:AssumeRole', resource }, undefined) };
  }
  return { allowed: true, role: target };
}

type Side = { allowed: true } | { allowed: false; because: Extract<Decision, { allowed: false }> | undefined };

function ownSide(
  { caller, world, clock }: Call<AssumeRoleRequest>,
  target: { account: Account; role: Role } | undefined,
  request: { action: string; resource: string; context: RequestContext },
): Side {
  const verdicts = callerVerdicts(world, caller, request);
  const sameAccount = target?.account.id === caller.accountId;
  const document = target && trustPolicyForSts(target.role, clock.now());
  const trust = document === undefined ? undefined : evaluateTrust(document, callerNames(caller), request);
  const named = sameAccount && trust?.effect === 'allow' && trust.to === 'principal';
  const decision = decide(verdicts, [
    'service control policy',
    // What names a user itself gives more than its boundary allows; what names a role does not.
    ...(named && caller.kind === 'user' ? [] : (['permissions boundary'] as const)),
    ...(named ? [] : (['identity-based policy'] as const)),
    'session policy',
  ]);
  // AWS tells a caller about its own explicit denies, and about missing permissions only within its own account.
  if (!decision.allowed) return { allowed: false, because: decision.explicit || sameAccount ? decision : undefined };
  return !target || trust?.effect === 'allow' ? { allowed: true } : { allowed: false, because: undefined };
}
