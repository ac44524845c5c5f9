import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import type { AccountType } from '../domain/partition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type BaseAccountRow, insertIdentity } from '../store/base-accounts.ts';
import type { Database } from '../store/database.ts';
import type { IdentityRow } from '../store/hubs.ts';
import { type CredentialsFields, parseCredentials } from './base-account-input.ts';
import type { AccountsDeps } from './deps.ts';
import { proofRow } from './proof.ts';
import type { BaseAccountChange, IdentityProof, NewCredentials } from './shapes.ts';

/** Credentials that are to become a base account's. */
export interface GivenCredentials {
  readonly accountType: AccountType;
  readonly accountId: string;
  readonly credentials: NewCredentials;
  readonly saveUnverified: boolean;
}

/** Those of a new base account. */
export function credentialsOf(
  input: CredentialsFields & Pick<GivenCredentials, 'saveUnverified'>,
): Result<GivenCredentials> {
  const { accountType, accountId, saveUnverified } = input;
  const parsed = parseCredentials(input);
  return parsed.ok ? ok({ accountType, accountId, credentials: parsed.value, saveUnverified }) : parsed;
}

/** Those after a change, or null when it does not touch them. What is not given stays, within the same kind. */
export function changedCredentials(
  change: BaseAccountChange,
  before: Pick<BaseAccountRow, 'accountType' | 'identity'>,
): Result<GivenCredentials | null> {
  const known = fieldsOf(before.identity);
  const credentialsKind = change.credentialsKind ?? known.credentialsKind;
  const kept = credentialsKind === known.credentialsKind ? known : { accountId: known.accountId };
  const next: CredentialsFields = { ...kept, ...given(change), accountType: before.accountType, credentialsKind };
  const isSame = sameFields(next, known);
  if (isSame && change.secretAccessKey === undefined) return ok(null);
  const isStillKey = credentialsKind === 'access-key' && known.credentialsKind === 'access-key';
  if (isStillKey && change.secretAccessKey === undefined) {
    const why = 'A change of the account ID or the access key ID needs the secret access key too.';
    return failed(fault('missing-field', why, { field: 'secretAccessKey' }));
  }
  return credentialsOf({ ...next, saveUnverified: change.saveUnverified ?? false });
}

type KnownFields = Omit<CredentialsFields, 'accountType' | 'secretAccessKey'>;

function fieldsOf({ accountId, credentials }: IdentityRow): KnownFields {
  const credentialsKind = credentials.kind;
  switch (credentials.kind) {
    case 'access-key':
      return { accountId, credentialsKind, accessKeyId: credentials.accessKeyId };
    case 'web-identity':
      return { accountId, credentialsKind, identityRoleArn: credentials.roleArn, tokenFile: credentials.tokenFile };
    default:
      return { accountId, credentialsKind };
  }
}

/** Only what is there: a field that is undefined would hide what is known. */
function given({ accountId, accessKeyId, secretAccessKey, identityRoleArn, tokenFile }: BaseAccountChange) {
  return {
    ...(accountId === undefined ? {} : { accountId }),
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(secretAccessKey === undefined ? {} : { secretAccessKey }),
    ...(identityRoleArn === undefined ? {} : { identityRoleArn }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
  };
}

function sameFields(a: KnownFields, b: KnownFields): boolean {
  return (['accountId', 'credentialsKind', 'accessKeyId', 'identityRoleArn', 'tokenFile'] as const).every(
    field => a[field] === b[field],
  );
}

/** Writes the active identity; retire the one before it first. */
export async function putIdentity(
  tx: Database,
  { ids, vault }: Pick<AccountsDeps, 'ids' | 'vault'>,
  {
    baseAccountId,
    given: { accountId, credentials },
    proof,
    at,
  }: { baseAccountId: string; given: GivenCredentials; proof: IdentityProof; at: Date },
): Promise<void> {
  const id = ids.uuid();
  const sealedSecret = credentials.kind === 'access-key' ? vault.seal(id, credentials.secretAccessKey) : null;
  await insertIdentity(tx, {
    id,
    baseAccountId,
    accountId,
    credentials,
    sealedSecret,
    state: 'active',
    createdAt: at,
    proof: proofRow(proof),
  });
}

/** What the audit log keeps of credentials. */
export function credentialsFacts({ credentials }: GivenCredentials, proof: IdentityProof) {
  return {
    credentialsKind: credentials.kind,
    ...(credentials.kind === 'access-key' ? { accessKeyIdEnding: keyIdEnding(credentials.accessKeyId) } : {}),
    ...(credentials.kind === 'web-identity' ? { identityRoleArn: credentials.roleArn } : {}),
    proof: proof.fault?.code ?? 'ok',
  };
}

/** As much of an access key ID as is shown. */
export function keyIdEnding(accessKeyId: string): string {
  return accessKeyId.slice(-LIMITS.keyIdEndingChars);
}
