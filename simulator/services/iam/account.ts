import type * as IamClient from '@aws-sdk/client-iam';
import type { OperationsOf } from '../operations.ts';
import { ownAccount } from './lookup.ts';

export const account = {
  GetAccountSummary(call) {
    const { users, roles, policies, rootAccessKeys } = ownAccount(call);
    return {
      SummaryMap: {
        Users: Object.keys(users).length,
        UsersQuota: 5_000,
        Roles: Object.keys(roles).length,
        RolesQuota: 1_000,
        Policies: Object.keys(policies).length,
        PoliciesQuota: 1_500,
        Groups: 0,
        AccessKeysPerUserQuota: 2,
        AccountAccessKeysPresent: rootAccessKeys.length > 0 ? 1 : 0,
        AccountMFAEnabled: 0,
        AssumeRolePolicySizeQuota: 2_048,
      },
    };
  },

  ListAccountAliases(call) {
    // The world has no aliases; its accounts' names serve as such where they may.
    const alias = ownAccount(call)
      .name.toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '');
    return { AccountAliases: alias.length >= 3 ? [alias] : [], IsTruncated: false };
  },
} satisfies OperationsOf<typeof IamClient>;
