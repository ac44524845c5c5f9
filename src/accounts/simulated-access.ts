import type { SimulatedAction } from '../aws/iam.ts';

/** What IAM's simulation comes to for one action on one resource. */
export interface SimulatedAccess {
  readonly action: string;
  readonly resource: string;
  /** `unknown`: it is not allowed as it was asked, but a condition on something that only a real call has may allow it. */
  readonly decision: 'allowed' | 'denied' | 'unknown';
  /** What decides, in words that complete "allowed by …" and "denied by …"; null when AWS does not tell. */
  readonly by: string | null;
}

/** @param asked how many resources the question was about */
export function simulatedAccess(found: SimulatedAction, { asked }: { asked: number }): SimulatedAccess {
  const { action, resource, decision, policies, byOrganization, byBoundary, missingKeys } = found;
  const named = policiesInWords(policies);
  if (decision === 'allowed') return { action, resource, decision, by: named };
  const denied = (by: string) => ({ action, resource, decision: 'denied', by }) as const;
  if (decision === 'explicit-deny' && named !== null) return denied(`an explicit deny in ${named}`);
  const control = 'a service control policy of its organisation';
  // A deny that no other policy states can only be one; else another resource of the question may be meant.
  if (byOrganization === false && (asked === 1 || decision === 'explicit-deny')) return denied(control);
  if (byBoundary === false) return denied('its permissions boundary');
  if (byOrganization === false) return denied(`${control}, or the lack of a policy that allows it`);
  if (missingKeys.length > 0) {
    return { action, resource, decision: 'unknown', by: `a condition on ${missingKeys.join(', ')}` };
  }
  return denied('the lack of a policy that allows it');
}

/** AWS names an inline policy `user_NAME_POLICY` or `role_NAME_POLICY`, a managed one by its name. */
function policiesInWords(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  return `${names.length === 1 ? 'policy' : 'policies'} ${names.map(name => `"${name}"`).join(', ')}`;
}
