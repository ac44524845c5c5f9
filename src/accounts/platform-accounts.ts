import { ACCOUNT_TYPES, type AccountType } from '../domain/partition.ts';
import type { AccountsDeps } from './deps.ts';

/** The platform account of each account type; nulls where none is configured. */
export function listPlatformAccounts({ platformAccounts }: Pick<AccountsDeps, 'platformAccounts'>): {
  accountType: AccountType;
  accountId: string | null;
  credentialsKind: string | null;
}[] {
  return ACCOUNT_TYPES.map(accountType => {
    const account = platformAccounts[accountType];
    return {
      accountType,
      accountId: account?.accountId ?? null,
      credentialsKind: account?.credentials.kind ?? null,
    };
  });
}
