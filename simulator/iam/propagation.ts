import type { PolicyDocument, Role, World } from '../world/world.ts';

/**
 * IAM is eventually consistent: it shows a change at once, and STS follows some seconds later. Off unless the world says
 * how long it takes.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */

/** Puts a trust policy on a role; STS decides by the one before until the change has spread. */
export function setTrustPolicy(
  world: World,
  role: Role,
  { document, now }: { document: PolicyDocument; now: Date },
): void {
  const before = trustPolicyForSts(role, now);
  role.trustPolicy = document;
  spread(world, role, { before, now });
}

/** Notes of a role that was just made that STS does not know it yet. */
export function hideNewRole(world: World, role: Role, now: Date): void {
  spread(world, role, { before: undefined, now });
}

/** What STS decides by now; undefined while it does not know the role. */
export function trustPolicyForSts(role: Role, now: Date): PolicyDocument | undefined {
  const { spreading } = role;
  return spreading && Date.parse(spreading.until) > now.getTime() ? spreading.before : role.trustPolicy;
}

function spread(world: World, role: Role, { before, now }: { before: PolicyDocument | undefined; now: Date }): void {
  if (!world.propagationSeconds) return;
  const until = new Date(now.getTime() + world.propagationSeconds * 1_000).toISOString();
  role.spreading = { until, ...(before === undefined ? {} : { before }) };
}
