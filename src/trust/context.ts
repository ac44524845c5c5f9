import type { AssumeRequest } from './request.ts';

/** What the request has under a condition key. */
type KeyState =
  | { readonly state: 'present'; readonly values: readonly string[] }
  | { readonly state: 'absent' }
  | { readonly state: 'unknown' };

/** Looks a condition key up; names of keys have no case. */
export type Context = (key: string) => KeyState;

/**
 * The request context of an AssumeRole call: what the caller says, and what follows from who calls which role. The rest
 * is unknown, not absent. After IAM User Guide, "AWS global condition context keys" (availability of each key) and "IAM
 * and AWS STS condition context keys".
 */
export function contextOf(request: AssumeRequest): Context {
  const states = new Map(Object.entries(derived(request)).map(([key, state]) => [key.toLowerCase(), state]));
  for (const [key, given] of Object.entries(request.context)) {
    const values = typeof given === 'string' ? [given] : (given ?? []);
    states.set(key.toLowerCase(), values.length > 0 ? { state: 'present', values } : ABSENT);
  }
  // What an identity provider says of somebody is there for those who came with its token, and for their role's sessions.
  const noToken = request.caller.kind === 'user';
  return key => states.get(key.toLowerCase()) ?? (noToken && isOfProvider(key) ? ABSENT : UNKNOWN);
}

const ABSENT: KeyState = { state: 'absent' };
const UNKNOWN: KeyState = { state: 'unknown' };

/** AWS's own keys begin with a service; those of a provider with its host, or with `saml` (IAM User Guide, same page). */
function isOfProvider(key: string): boolean {
  const [prefix = ''] = key.split(':');
  return prefix.includes('.') || prefix.toLowerCase() === 'saml';
}

function derived({ caller, externalId, role }: AssumeRequest): Record<string, KeyState> {
  return {
    'sts:ExternalId': externalId === undefined ? ABSENT : present(externalId),
    'aws:PrincipalAccount': present(caller.accountId),
    ...ofCaller(caller),
    'aws:ResourceAccount': present(role.accountId),
    // STS answers over TLS only.
    'aws:SecureTransport': present('true'),
    // An identity that calls STS itself, not a service on its behalf.
    'aws:ViaAWSService': present('false'),
    'aws:PrincipalIsAWSService': present('false'),
    'aws:CalledVia': ABSENT,
    'aws:CalledViaFirst': ABSENT,
    'aws:CalledViaLast': ABSENT,
    'aws:SourceArn': ABSENT,
    'aws:SourceAccount': ABSENT,
    'aws:PrincipalServiceName': ABSENT,
    'aws:PrincipalServiceNamesList': ABSENT,
  };
}

/** IAM User Guide, "IAM policy elements: Variables and tags", table of principal key values. */
function ofCaller(caller: AssumeRequest['caller']): Record<string, KeyState> {
  if (caller.kind === 'user') {
    return {
      'aws:PrincipalArn': present(caller.arn),
      'aws:PrincipalType': present('User'),
      'aws:username': present(caller.name),
      'aws:FederatedProvider': ABSENT,
      // Set when a role is assumed, and then of its sessions.
      'aws:SourceIdentity': ABSENT,
    };
  }
  if (caller.kind === 'role' || caller.kind === 'session') {
    return {
      // Of a session it is the role's ARN, with the role's path, which the session's ARN leaves out.
      'aws:PrincipalArn': caller.kind === 'role' ? present(caller.arn) : UNKNOWN,
      'aws:PrincipalType': present('AssumedRole'),
      'aws:username': ABSENT,
    };
  }
  return {};
}

function present(value: string): KeyState {
  return { state: 'present', values: [value] };
}
