import type { HubIdentity } from '../aws/credentials.ts';
import { fault } from '../domain/faults.ts';
import { type Hub, sameHub } from '../domain/hub.ts';
import { type AccountType, factsOfAccountType } from '../domain/partition.ts';
import { failed, ok } from '../domain/result.ts';
import { readSealedSecret } from '../store/base-accounts.ts';
import type { IdentityRow } from '../store/hubs.ts';
import type { AccountsDeps } from './deps.ts';

/** The hub that connectors of a type are to be reached through: its base account, else the platform account, else none. */
export function targetHub(
  deps: Pick<AccountsDeps, 'platformAccounts'>,
  { accountType, baseAccountId }: { accountType: AccountType; baseAccountId: string | null },
): Hub | null {
  if (baseAccountId !== null) return { kind: 'base-account', accountId: baseAccountId };
  const platform = deps.platformAccounts[accountType];
  return platform ? { kind: 'platform-account', accountId: platform.accountId } : null;
}

/** What we act as in the platform account of a type; null where none is configured. */
export function platformIdentity(
  { platformAccounts }: Pick<AccountsDeps, 'platformAccounts'>,
  accountType: AccountType,
): HubIdentity | null {
  const account = platformAccounts[accountType];
  if (!account) return null;
  const { accountId, credentials } = account;
  const facts = factsOfAccountType(accountType);
  const hub: Hub = { kind: 'platform-account', accountId };
  if (credentials.kind === 'default-chain') {
    return { id: `platform:${accountType}:${accountId}`, hub, facts, credentials };
  }
  const { accessKeyId, secretAccessKey } = credentials;
  return {
    id: `platform:${accountType}:${accountId}:${accessKeyId}`,
    hub,
    facts,
    credentials: { kind: 'access-key', accessKeyId, openSecret: async () => ok(secretAccessKey) },
  };
}

/** What we act as in a base account. Its secret is read and opened when it is needed, and not once it is deleted. */
export function identityInBaseAccount(
  { db, vault }: Pick<AccountsDeps, 'db' | 'vault'>,
  { accountType, identity }: { accountType: AccountType; identity: IdentityRow },
): HubIdentity {
  const { id, accountId, credentials } = identity;
  return {
    id,
    hub: { kind: 'base-account', accountId },
    facts: factsOfAccountType(accountType),
    credentials: {
      ...credentials,
      openSecret: async () => {
        const sealed = await readSealedSecret(db, id);
        if (sealed === undefined) {
          return failed(fault('no-hub-credentials', `The credentials of base account ${accountId} were deleted.`));
        }
        return vault.open(id, sealed);
      },
    },
  };
}

/** Whether a connector has a hub behind it and another one before it. */
export function isMoving(current: Hub | null, target: Hub | null): boolean {
  return current !== null && target !== null && !sameHub(current, target);
}
