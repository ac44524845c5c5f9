export type Severity = 'high' | 'medium' | 'low';

interface FindingRow {
  readonly severity: Severity;
  readonly title: string;
  readonly remedy: string;
}

/** The closed list of what can be wrong with a hub's identity; API, CLI and web show these words. */
export const HUB_FINDINGS = {
  'not-proved': {
    severity: 'high',
    title: 'AWS does not accept the credentials',
    remedy: 'Enter working credentials: edit the base account.',
  },
  'cannot-prove': {
    severity: 'low',
    title: 'AWS could not be asked whether it accepts the credentials',
    remedy: 'Try again. Nothing is known of the credentials; those that worked before need no change for this.',
  },
  'old-key': {
    severity: 'medium',
    title: 'The access key is old',
    remedy: 'Replace it: Causeway can do so by itself (“rotate the key”), or make a new key and edit the base account.',
  },
  'second-key': {
    severity: 'low',
    title: 'The user has another active access key',
    remedy:
      'Delete it if nobody uses it: a key that nobody looks after is a way in, and it is in the way of a key rotation.',
  },
  'cannot-see-rights': {
    severity: 'low',
    title: 'What the identity may do cannot be seen',
    remedy: 'Attach the policy for self-management, which lets the identity ask IAM about itself and nobody else.',
  },
  'roles-not-allowed': {
    severity: 'high',
    title: 'The identity may not assume some of the roles',
    remedy: 'Attach the policies shown here, and remove what denies.',
  },
  'rights-depend-on-conditions': {
    severity: 'low',
    title: 'Whether the identity may assume some of the roles depends on conditions',
    remedy: 'See by a check of the connectors whether the conditions hold for Causeway’s calls.',
  },
  'roles-refuse': {
    severity: 'medium',
    title: 'Some roles refuse this hub',
    remedy: 'Edit the trust policies of these roles; the trust migration shows the change for each.',
  },
  'assumes-any-role': {
    severity: 'medium',
    title: 'The identity may assume roles that are none of the connectors’',
    remedy: 'Replace the policy by those shown here, which name the connectors’ roles.',
  },
  'more-by-conditions': {
    severity: 'low',
    title: 'Whether the identity may do more than it should depends on conditions',
    remedy:
      'Read its policies that have these conditions: IAM’s simulation does not know whether a real call meets them.',
  },
  'changes-identities': {
    severity: 'high',
    title: 'The identity may change users, roles or policies',
    remedy: 'Take these rights away: whoever has its key could give themselves all others.',
  },
  'reads-secrets': {
    severity: 'high',
    title: 'The identity may read secrets of the hub account',
    remedy: 'Take these rights away; connectors do not need them.',
  },
  'reads-data': {
    severity: 'high',
    title: 'The identity may read data of the hub account',
    remedy: 'Take these rights away; connectors do not need them.',
  },
  'changes-resources': {
    severity: 'high',
    title: 'The identity may change or destroy resources of the hub account',
    remedy: 'Take these rights away; connectors do not need them.',
  },
  'governs-organization': {
    severity: 'high',
    title: 'The identity may govern the organisation',
    remedy: 'Take these rights away, and use a hub account other than the organisation’s management account.',
  },
  'hides-traces': {
    severity: 'high',
    title: 'The identity may switch off what watches the account',
    remedy: 'Take these rights away; connectors do not need them.',
  },
  'too-many-policies': {
    severity: 'low',
    title: 'The least policy does not fit what IAM lets an identity have',
    remedy: 'Give the roles one name; the further policies of a user can also be attached to groups of it.',
  },
  'trusted-after-move': {
    severity: 'low',
    title: 'Roles still trust a hub that is none of theirs any more',
    remedy: 'Take it out of these trust policies once no connector may go back; the final form of the edits does so.',
  },
} as const satisfies Readonly<Record<string, FindingRow>>;

export type HubFindingCode = keyof typeof HUB_FINDINGS;

export interface HubFinding {
  readonly code: HubFindingCode;
  readonly severity: Severity;
  readonly title: string;
  /** What was found this time. */
  readonly detail: string;
  readonly remedy: string;
}

export function hubFinding(
  code: HubFindingCode,
  detail: string,
  exactly: { severity?: Severity; remedy?: string } = {},
): HubFinding {
  return { code, ...HUB_FINDINGS[code], detail, ...exactly };
}

const ORDER: readonly Severity[] = ['high', 'medium', 'low'];

/** The worst first. */
export function inOrder(findings: readonly HubFinding[]): HubFinding[] {
  return findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}
