import type { HubCredentials, HubIdentity } from '../aws/credentials.ts';
import { fault } from '../domain/faults.ts';
import { type Hub, sameHub } from '../domain/hub.ts';
import { type AccountType, factsOfAccountType } from '../domain/partition.ts';
import { failed, ok } from '../domain/result.ts';
import { findActiveIdentity, hasIdentity, readSealedSecret } from '../store/base-accounts.ts';
import type { IdentityRow } from '../store/hubs.ts';
import type { AccountsDeps, PlatformAccount } from './deps.ts';
import type { NewCredentials } from './shapes.ts';

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
  const id = `platform:${accountType}:${accountId}:${nameOfSource(credentials)}`;
  return { id, hub, facts, credentials: credentials.kind === 'default-chain' ? credentials : usableNow(credentials) };
}

/** Access keys that the configuration of platform accounts names. */
export function platformKeyIds({ platformAccounts }: Pick<AccountsDeps, 'platformAccounts'>): string[] {
  return Object.values(platformAccounts).flatMap(({ credentials }) =>
    credentials.kind === 'access-key' ? [credentials.accessKeyId] : [],
  );
}

function nameOfSource(credentials: PlatformAccount['credentials']): string {
  switch (credentials.kind) {
    case 'access-key':
      return credentials.accessKeyId;
    case 'web-identity':
      return `${credentials.kind}:${credentials.roleArn}:${credentials.tokenFile}`;
    default:
      return credentials.kind;
  }
}

/** Credentials that are not in the database. */
export function usableNow(credentials: NewCredentials): HubCredentials {
  if (credentials.kind !== 'access-key') return { ...credentials, confirm: async () => ok(undefined) };
  const { kind, accessKeyId, secretAccessKey } = credentials;
  return { kind, accessKeyId, openSecret: async () => ok(secretAccessKey) };
}

const IDENTITY_READS = { hasIdentity, readSealedSecret };

export type IdentityReads = typeof IDENTITY_READS;

/** What we act as in a base account. Its secret is read and opened when it is needed, and not once it is deleted. */
export function identityInBaseAccount(
  { db, vault, identityReads = IDENTITY_READS }: Pick<AccountsDeps, 'db' | 'vault' | 'identityReads'>,
  { accountType, identity }: { accountType: AccountType; identity: IdentityRow },
): HubIdentity {
  const { id, accountId, credentials } = identity;
  const hub: Hub = { kind: 'base-account', accountId };
  const facts = factsOfAccountType(accountType);
  const deleted = () =>
    failed(fault('no-hub-credentials', `The credentials of base account ${accountId} were deleted.`));
  const successor = async () => {
    const active = await findActiveIdentity(db, { accountType, accountId });
    return active ? identityInBaseAccount({ db, vault, identityReads }, { accountType, identity: active }) : null;
  };
  if (credentials.kind !== 'access-key') {
    const confirm = async () => ((await identityReads.hasIdentity(db, id)) ? ok(undefined) : deleted());
    return { id, hub, facts, credentials: { ...credentials, confirm }, successor };
  }
  const openSecret = async () => {
    const sealed = await identityReads.readSealedSecret(db, id);
    return sealed === undefined ? deleted() : vault.open(id, sealed);
  };
  return { id, hub, facts, credentials: { ...credentials, openSecret }, successor };
}

/** Whether a connector has a hub behind it and another one before it. */
export function isMoving(current: Hub | null, target: Hub | null): boolean {
  return current !== null && target !== null && !sameHub(current, target);
}
