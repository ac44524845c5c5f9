import type { Principal } from '../service.ts';
import type { PrincipalList } from './policy.ts';

/** The ways in which a Principal element can name a caller. */
export interface CallerNames {
  /** Ways to name the account: its ID and its root ARN. */
  account: string[];
  /** Ways to name the caller itself: ARN and unique id of the user or role, and the ARN of the session. */
  itself: string[];
  /** The identity provider that vouches for a caller without an AWS identity. */
  federated: string[];
  /** Every name NotPrincipal must list to leave the caller out; each may be written in several ways. */
  names: string[][];
}

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 * Trust policies hold ARNs as they were written; `forgetPrincipal` turns those of a deleted user or role into its unique id,
 * so that a namesake made later is not trusted.
 */
export function callerNames(caller: Principal): CallerNames {
  const account = [caller.accountId, `arn:${caller.partition}:iam::${caller.accountId}:root`];
  const base = { account, federated: [] };
  switch (caller.kind) {
    case 'anonymous':
      return { account: [], itself: [], federated: [], names: [] };
    case 'root':
      return { ...base, itself: [], names: [account] };
    case 'user': {
      const user = [caller.arn, caller.userId];
      return { ...base, itself: user, names: [account, user] };
    }
    case 'assumed-role': {
      const role = [caller.role?.arn ?? '', caller.userId.split(':')[0] ?? ''];
      const session = [caller.arn, caller.userId];
      return { ...base, itself: [...role, ...session], names: [account, role, session] };
    }
  }
}

/** Somebody who shows a token of this identity provider. */
export function federatedNames(provider: string): CallerNames {
  return { account: [], itself: [], federated: [provider], names: [[provider]] };
}

export function principalMatch(listed: PrincipalList, caller: CallerNames): 'none' | 'account' | 'principal' {
  if (listed.aws.some(name => name === '*' || caller.itself.includes(name))) return 'principal';
  if (listed.federated.some(name => caller.federated.includes(name))) return 'principal';
  return listed.aws.some(name => caller.account.includes(name)) ? 'account' : 'none';
}
