import { type Hub, hubInWords } from '../../domain/hub.ts';

/** Why a hub could not assume a role, or what may be why. */
export interface Cause {
  readonly code: CauseCode;
  readonly title: string;
  /** What speaks for it. */
  readonly because: string;
  readonly remedy: string;
}

export interface Diagnosis {
  /** `certain`: the first cause is proved; `one-of`: AWS's answers do not tell these apart, the likeliest first. */
  readonly certainty: 'certain' | 'one-of';
  /** At least one. */
  readonly causes: readonly Cause[];
}

/** What a remedy names. */
export interface CauseNames {
  readonly hub: Hub;
  /** ARN of the hub's identity, where it is proved. */
  readonly identityArn: string | undefined;
  readonly roleArn: string;
  readonly externalId: string;
}

interface CauseWords {
  readonly title: string;
  readonly remedy: (names: CauseNames) => string;
}

/** The closed list of causes, in the order of the way that an assumption goes: this machine, the hub, the role. */
export const CAUSES = {
  // — on the way to AWS —
  unreachable: {
    title: 'AWS cannot be reached from here',
    remedy: () =>
      'Check the network, DNS, proxy and endpoint settings of this deployment; nothing in AWS has to change.',
  },
  'timed-out': {
    title: 'AWS did not answer in time',
    remedy: () =>
      'Try again; if it stays so, check the network to the STS endpoint and the AWS Health Dashboard. Nothing is known about the role.',
  },
  throttled: {
    title: 'STS asked to slow down',
    remedy: ({ hub }) =>
      `Wait and try again: the request quota of account ${hub.accountId} is used up, perhaps by other tools in it. Nothing is known about the role.`,
  },
  'aws-error': {
    title: 'AWS failed',
    remedy: () => 'Try again; if it stays so, see the AWS Health Dashboard. Nothing is known about the role.',
  },
  'answer-cut-off': {
    title: 'AWS’s answer was cut off',
    remedy: () => 'Try again; if it stays so, check proxies between this deployment and AWS.',
  },
  'aws-rejected': {
    title: 'AWS rejected the call',
    remedy: () => 'Read AWS’s words with the fault; search them in the STS documentation.',
  },
  'clock-skew': {
    title: 'This machine’s clock is wrong',
    remedy: () => 'Synchronise the clock of the machine that Causeway runs on (NTP); AWS tolerates five minutes.',
  },
  'endpoint-policy-denies': {
    title: 'A VPC endpoint policy denies sts:AssumeRole',
    remedy: ({ roleArn }) =>
      `Allow sts:AssumeRole on ${roleArn} in the policy of the STS VPC endpoint that this deployment goes through.`,
  },

  // — the hub’s credentials —
  'no-hub': {
    title: 'There is nothing to assume the role from',
    remedy: () => 'Create a base account for the account type, or configure a platform account.',
  },
  'hub-credentials-missing': {
    title: 'The hub’s credentials cannot be had',
    remedy: ({ hub }) => `Check the source of the credentials configured for ${hubInWords(hub)}.`,
  },
  'hub-secret-sealed': {
    title: 'The hub’s stored secret cannot be opened',
    remedy: () => 'Configure the master key that sealed it, or enter the secret access key anew.',
  },
  'hub-key-inactive': {
    title: 'The hub’s access key was deactivated',
    remedy: ({ hub }) =>
      `In account ${hub.accountId}, IAM > Users > Security credentials, see whether the key is inactive; activate it, or give Causeway another one.`,
  },
  'hub-key-unknown': {
    title: 'The hub’s access key does not exist',
    remedy: ({ hub }) =>
      `Compare the access key ID with those in account ${hub.accountId}: it may have been deleted or mistyped. Give Causeway a key that exists.`,
  },
  'hub-secret-wrong': {
    title: 'The hub’s secret access key is wrong',
    remedy: () => 'Enter the secret that was shown when the key was made; if it is lost, make another key.',
  },
  'hub-credentials-expired': {
    title: 'The hub’s temporary credentials have expired',
    remedy: ({ hub }) => `Check what renews the credentials of ${hubInWords(hub)} on this machine.`,
  },
  'hub-account-suspended': {
    title: 'The hub’s account is suspended or closed',
    remedy: ({ hub }) =>
      `See the state of account ${hub.accountId} in AWS Organizations and its billing; AWS knows no key of such an account.`,
  },
  'wrong-partition': {
    title: 'The hub’s key belongs to another AWS partition',
    remedy: () =>
      'Use a key that was made in the connector’s account type: Global, US GovCloud and China do not know each other’s keys and cannot trust each other.',
  },
  'hub-key-of-other-account': {
    title: 'The hub’s key belongs to another account',
    remedy: ({ hub }) =>
      `Give a key of an IAM user in account ${hub.accountId}, or correct the account ID of the base account.`,
  },
  'hub-is-root': {
    title: 'The hub’s key is a root user’s',
    remedy: () =>
      'AWS never lets a root user assume a role: make an IAM user that may sts:AssumeRole, use its key, and delete the root key.',
  },
  'sts-region-disabled': {
    title: 'STS is switched off in this region',
    remedy: () =>
      'Activate the region’s STS endpoint in the account that AWS names (IAM > Account settings > Security Token Service).',
  },

  // — what the hub may do —
  'hub-policy-lacks-assume-role': {
    title: 'The hub’s own policy does not allow sts:AssumeRole on the role',
    remedy: ({ hub, identityArn, roleArn }) =>
      `Attach a policy that allows sts:AssumeRole on ${roleArn} to ${identityArn ?? `the hub’s identity in account ${hub.accountId}`}; the whole policy is shown with the base account.`,
  },
  'hub-identity-denies': {
    title: 'A Deny in the hub’s own policy forbids sts:AssumeRole',
    remedy: ({ hub, identityArn, roleArn }) =>
      `Find the Deny that covers sts:AssumeRole on ${roleArn} in the policies of ${identityArn ?? `the hub’s identity in account ${hub.accountId}`} and its groups, and except the role from it.`,
  },
  'hub-boundary-denies': {
    title: 'The permissions boundary of the hub’s identity forbids sts:AssumeRole',
    remedy: ({ hub, identityArn }) =>
      `Allow sts:AssumeRole in the permissions boundary of ${identityArn ?? `the hub’s identity in account ${hub.accountId}`}.`,
  },
  'hub-session-policy-denies': {
    title: 'The session that the hub acts in may not use sts:AssumeRole',
    remedy: () => 'Allow sts:AssumeRole in the session policy with which the hub’s own role is assumed.',
  },
  'hub-scp-denies': {
    title: 'A service control policy of the hub’s organisation forbids sts:AssumeRole',
    remedy: ({ hub, roleArn }) =>
      `Ask the organisation’s administrators to except sts:AssumeRole on ${roleArn} from the service control policies of account ${hub.accountId}.`,
  },
  'role-chaining-hour': {
    title: 'A chained session may last one hour only',
    remedy: () => 'The hub acts as a role itself: sessions of at most one hour must be asked for.',
  },

  // — the role —
  'session-longer-than-role': {
    title: 'The role’s maximum session is shorter than what was asked for',
    remedy: ({ roleArn }) => `Set the maximum session duration of ${roleArn} to one hour or more.`,
  },
  'role-missing': {
    title: 'The role does not exist',
    remedy: ({ roleArn }) =>
      `Make ${roleArn} with the template shown with the connector, or correct the ARN: account, path and name must match in every letter.`,
  },
  'role-not-visible-yet': {
    title: 'The role was made or edited too recently',
    remedy: () =>
      'Wait a minute and check again: IAM takes some seconds, at times a minute, until a new role or trust policy is known everywhere.',
  },
  'trust-does-not-name-hub': {
    title: 'The role’s trust policy does not name the hub',
    remedy: ({ hub, roleArn, externalId }) =>
      `Let the trust policy of ${roleArn} admit account ${hub.accountId} with the external ID ${externalId}; the edit is shown with the connector.`,
  },
  'trust-orphaned-principal': {
    title: 'The trust policy names a user or role that was deleted',
    remedy: ({ hub, roleArn }) =>
      `AWS keeps the ID of the deleted one (AIDA… or AROA…), and one made anew under its name is somebody else. In the trust policy of ${roleArn}, put account ${hub.accountId} in its place.`,
  },
  'external-id-mismatch': {
    title: 'The role asks for another external ID',
    remedy: ({ roleArn, externalId }) =>
      `In the trust policy of ${roleArn}, let the condition on sts:ExternalId have ${externalId}, or give the connector the external ID that stands there.`,
  },
  'trust-condition-fails': {
    title: 'Another condition of the trust policy does not hold',
    remedy: ({ roleArn }) =>
      `Change or remove the condition in the trust policy of ${roleArn}, or make it hold for the hub.`,
  },
  'trust-denies-explicitly': {
    title: 'A Deny in the trust policy keeps the hub out',
    remedy: ({ hub, roleArn }) =>
      `Except account ${hub.accountId} from the Deny statement in the trust policy of ${roleArn}; no further Allow can help.`,
  },
  'role-rcp-denies': {
    title: 'A resource control policy keeps the hub out',
    remedy: ({ hub }) =>
      `Ask the administrators of the role’s organisation to except account ${hub.accountId} from the resource control policies on sts:AssumeRole.`,
  },
  'member-account-suspended': {
    title: 'The role’s account is suspended or closed',
    remedy: ({ roleArn }) => `See the state of account ${roleArn.split(':')[4] ?? ''} in AWS Organizations.`,
  },
  'wrong-account': {
    title: 'The answer came from another account than the role’s',
    remedy: () => 'Check the endpoint settings of this deployment (AWS_ENDPOINT_URL…): nothing was read.',
  },
} as const satisfies Record<string, CauseWords>;

export type CauseCode = keyof typeof CAUSES;

export function cause(code: CauseCode, names: CauseNames, because: string): Cause {
  const { title, remedy } = CAUSES[code];
  return { code, title, because, remedy: remedy(names) };
}
