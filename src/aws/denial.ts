import type { AwsAnswer } from '../domain/faults.ts';

/** The kind of policy that AWS names in a denial, and whether it denies by a statement or by lacking one that allows. */
export interface NamedReason {
  readonly policy:
    | 'identity-based policy'
    | 'permissions boundary'
    | 'session policy'
    | 'service control policy'
    | 'resource control policy'
    | 'VPC endpoint policy'
    | 'role trust policy';
  readonly explicit: boolean;
  /** Which one, where AWS tells. */
  readonly policyArn?: string;
}

/**
 * What AWS names as the reason of a denial; undefined where it names none, as it does for callers of another organisation.
 * If policies of several kinds deny, AWS names one of them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function reasonOfDenial(answer: AwsAnswer | undefined): NamedReason | undefined {
  const [, deny, words = '', policyArn] = REASON.exec(answer?.message ?? '') ?? [];
  const policy = POLICIES[words.toLowerCase()];
  if (!policy) return undefined;
  return { policy, explicit: deny !== undefined, ...(policyArn === undefined ? {} : { policyArn }) };
}

const REASON =
  /(?:(with an explicit deny in) (?:an?|the)|because no) ([a-z][a-z -]+?(?:policy|boundary))\b(?:.*?: (arn:\S+))?/is;

const POLICIES: Readonly<Record<string, NamedReason['policy']>> = {
  'identity-based policy': 'identity-based policy',
  'permissions boundary': 'permissions boundary',
  'session policy': 'session policy',
  'service control policy': 'service control policy',
  'resource control policy': 'resource control policy',
  'vpc endpoint policy': 'VPC endpoint policy',
  'role trust policy': 'role trust policy',
  // Of an assumption, the resource is the role.
  'resource-based policy': 'role trust policy',
};
