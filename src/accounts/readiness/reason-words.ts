import { type NamedReason, reasonOfDenial } from '../../aws/denial.ts';
import { FAULTS, type Fault, remedyOf } from '../../domain/faults.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { Mender, Readiness } from '../../domain/readiness.ts';

export type Denial = NamedReason;

/** What is said of a reason. */
export interface Words {
  readonly title: string;
  readonly detail: string;
  readonly remedy: string;
  readonly mender: Mender;
  readonly policyHelps: boolean;
}

export interface Told {
  readonly readiness: Readiness;
  /** Of its scopes; none where the reason is no fault. */
  readonly faults: readonly Fault[];
  readonly actions: readonly string[];
  readonly denial: Denial | null;
  readonly regions: readonly string[];
  /** Of a denial: wherever its types are looked for, or about these regions, of which it may leave nothing. */
  readonly extent: 'everywhere' | 'in-regions' | 'whole-regions';
}

/** A denial in the words of whichever policy denies, anything else in those of the catalogue. */
export function wordsOf(told: Told): Words {
  const [first] = told.faults;
  if (!first) return WITHOUT_FAULT[told.readiness === 'stale' ? 'stale' : 'not-observed'];
  if (told.actions.length > 0) return wordsOfDenial(told, first);
  const { title, explanation } = FAULTS[first.code];
  const sameDetail = told.faults.every(({ detail }) => detail === first.detail);
  return {
    title,
    detail: sameDetail ? first.detail : explanation,
    remedy: remedyOf(first),
    mender: MENDERS_OF[first.code] ?? 'nobody',
    policyHelps: false,
  };
}

const WITHOUT_FAULT = {
  stale: {
    title: 'Nobody has looked for a while',
    detail: `The last observation was complete, but it is older than ${LIMITS.freshIntervals} polling intervals: no run has come to these scopes since.`,
    remedy:
      'See that the connector is enabled, that its runs end, and that workers are running (“causeway serve” or “causeway work”).',
    mender: 'deployment',
    policyHelps: false,
  },
  'not-observed': {
    title: 'Not observed yet',
    detail: 'These scopes are planned, and no observation of them has ended yet.',
    remedy: 'Wait for the run that is under way, or run the connector now.',
    mender: 'nobody',
    policyHelps: false,
  },
} as const satisfies Record<string, Words>;

const MENDERS_OF: { readonly [Code in Fault['code']]?: Mender } = {
  'region-disabled': 'account',
  'session-not-accepted': 'account',
  'not-subscribed': 'account',
  'role-not-assumable': 'role',
  'session-longer-than-role': 'role',
  'confused-deputy': 'role',
  'wrong-account': 'deployment',
  'hub-denied-assume-role': 'deployment',
  'no-hub': 'deployment',
  'no-hub-credentials': 'deployment',
  'unknown-access-key': 'deployment',
  'wrong-secret-key': 'deployment',
  'clock-skew': 'deployment',
  'aws-unreachable': 'deployment',
  'sts-region-disabled': 'account',
  'internal-error': 'deployment',
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html */
function wordsOfDenial(told: Told, fault: Fault): Words {
  const what = whatIsDenied(told);
  const policy = told.denial?.policyArn === undefined ? '' : ` ${told.denial.policyArn}`;
  if (fault.code === 'denied-by-scp')
    return wordsOfOrganisation(told, { what, policy, kind: organisationPolicyOf(fault) });
  const { policy: kind, explicit } = told.denial ?? { policy: null, explicit: false };
  const given = { what, policy, explicit };
  switch (kind) {
    case 'permissions boundary':
      return wordsOfBoundary(given);
    case 'VPC endpoint policy':
      return {
        title: `The VPC endpoint does not let ${what} through`,
        detail: `Causeway’s calls go through a VPC endpoint whose policy${policy} denies them.`,
        remedy: 'Allow the actions in the policy of that endpoint. A change at the role does not help.',
        mender: 'deployment',
        policyHelps: false,
      };
    case 'role trust policy':
    case 'resource control policy':
    case 'service control policy':
      return {
        title: `The resource’s own policy denies ${what}`,
        detail: `A policy on the resource itself${policy}, such as that of a bucket or a key, denies the role.`,
        remedy: 'Ask whoever owns the resource to let the role in. A change at the role does not help.',
        mender: 'resource-owner',
        policyHelps: false,
      };
    case 'session policy':
      return {
        title: `The session may not use ${what}`,
        detail: 'A policy that was given to the session itself limits it, and Causeway gives none.',
        remedy: 'See what stands between Causeway and AWS STS and adds a policy to its sessions.',
        mender: 'deployment',
        policyHelps: false,
      };
    case 'identity-based policy':
    case null:
      return explicit ? wordsOfDeny(given) : wordsOfLack(given, kind !== null);
  }
}

/** Of what a policy of the organisation denies (`denied-by-scp`): the kind of the policy. */
export function organisationPolicyOf({ aws }: Fault): OrganisationPolicy {
  return reasonOfDenial(aws)?.policy === 'resource control policy'
    ? 'resource control policy'
    : 'service control policy';
}

export type OrganisationPolicy = 'service control policy' | 'resource control policy';

function wordsOfOrganisation(
  { denial, extent }: Told,
  { what, policy, kind }: { what: string; policy: string; kind: OrganisationPolicy },
): Words {
  const how =
    denial?.explicit === false ? `No ${kind} above the account allows it.` : `The ${kind}${policy} denies it.`;
  const orLeaveOut =
    extent === 'everywhere' ? '' : ' Or leave the regions out of the connector, if nobody is to use them.';
  return {
    title: `A ${kind} denies ${what}`,
    detail: `${how} It stands above every policy of the account, so no change at the role helps.`,
    remedy: `Ask the administrators of the AWS organisation, who can change it in the management account or a delegated one, to except the role.${orLeaveOut}`,
    mender: 'organisation',
    policyHelps: false,
  };
}

interface What {
  readonly what: string;
  /** A space and the policy's ARN, where AWS named it. */
  readonly policy: string;
  readonly explicit: boolean;
}

function wordsOfBoundary({ what, policy, explicit }: What): Words {
  return {
    title: `The role’s permissions boundary does not allow ${what}`,
    detail: explicit
      ? `The permissions boundary${policy} denies it by a statement of its own.`
      : `The permissions boundary${policy} does not name it, and a role may do only what its boundary and its policies both allow.`,
    remedy: explicit
      ? 'Narrow that statement of the boundary. A change of the role’s permissions policy does not help.'
      : 'Allow it in the boundary as well. A change of the role’s permissions policy alone does not help.',
    mender: 'account',
    policyHelps: false,
  };
}

function wordsOfDeny({ what, policy }: What): Words {
  return {
    title: `A policy of the role denies ${what}`,
    detail: `A statement with "Effect": "Deny" in the policies of the role${policy} denies it, and a denial is stronger than anything that allows.`,
    remedy: 'Take it out of that statement, or narrow the statement. Allowing it elsewhere does not help.',
    mender: 'role',
    policyHelps: false,
  };
}

function wordsOfLack({ what }: What, named: boolean): Words {
  return {
    title: `The role is not allowed ${what}`,
    detail: named
      ? 'No policy of the role allows it.'
      : 'AWS does not say which policy denies it; most often none of the role’s policies allows it.',
    remedy: 'Add the statement that is shown for the connector to the role’s permissions policy.',
    mender: 'role',
    policyHelps: true,
  };
}

function whatIsDenied({ actions, regions, extent }: Told): string {
  if (extent === 'whole-regions') return `everything in ${few(regions, 'regions')}`;
  const what = few(actions, 'actions');
  return extent === 'in-regions' ? `${what} in ${few(regions, 'regions')}` : what;
}

/** One or two by their names, more by their number. */
function few(names: readonly string[], what: string): string {
  return names.length > 2 ? `${names.length} ${what}` : names.join(' and ');
}
