import type { ReplyOf, RequestOf } from '../../../api/contract.ts';
import { parseAccountId } from '../../../domain/account-id.ts';
import { parseRoleArn } from '../../../domain/role-arn.ts';

export type BaseAccount = ReplyOf<'getBaseAccount'>;
export type CredentialsKind = BaseAccount['credentialsKind'];

/** A base account while somebody types it. A key that is left empty stays the one that is stored. */
export interface BaseAccountDraft {
  readonly title: string;
  readonly accountType: BaseAccount['accountType'];
  readonly accountId: string;
  readonly credentialsKind: CredentialsKind;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly identityRoleArn: string;
  readonly tokenFile: string;
  /** What becomes of the credentials that are replaced. */
  readonly replaced: 'overlap' | 'immediate';
  readonly useInAssetView: boolean;
  readonly cutover: 'safe' | 'immediate';
}

export type DraftField = keyof BaseAccountDraft;

/** In the order in which they stand in the form. */
export const DRAFT_FIELDS = [
  'title',
  'accountType',
  'accountId',
  'credentialsKind',
  'accessKeyId',
  'secretAccessKey',
  'identityRoleArn',
  'tokenFile',
  'replaced',
  'useInAssetView',
  'cutover',
] as const satisfies readonly DraftField[];

const EMPTY = {
  title: '',
  accountId: '',
  credentialsKind: 'access-key',
  accessKeyId: '',
  secretAccessKey: '',
  identityRoleArn: '',
  tokenFile: '',
  replaced: 'overlap',
  useInAssetView: false,
  cutover: 'safe',
} as const;

export function emptyDraft(accountType: BaseAccount['accountType']): BaseAccountDraft {
  return { ...EMPTY, accountType };
}

export function draftOf(baseAccount: BaseAccount): BaseAccountDraft {
  const { title, accountType, accountId, credentialsKind, useInAssetView, cutover } = baseAccount;
  return {
    ...EMPTY,
    ...{ title, accountType, accountId, credentialsKind, useInAssetView, cutover },
    identityRoleArn: baseAccount.identityRoleArn ?? '',
    tokenFile: baseAccount.tokenFile ?? '',
  };
}

export function inputOf(draft: BaseAccountDraft): RequestOf<'createBaseAccount'>['body'] {
  const { accountType, accountId, credentialsKind, useInAssetView, cutover } = draft;
  const { accessKeyId, secretAccessKey, identityRoleArn, tokenFile } = draft;
  return {
    title: draft.title.trim(),
    ...{ accountType, accountId, credentialsKind, useInAssetView, cutover },
    ...(credentialsKind === 'access-key' ? { accessKeyId, secretAccessKey } : {}),
    ...(credentialsKind === 'web-identity' ? { identityRoleArn, tokenFile } : {}),
  };
}

/** The account type is left out, because it stays, and credentials that stay as they are. */
export function changeOf(draft: BaseAccountDraft, before: BaseAccount): RequestOf<'changeBaseAccount'>['body'] {
  const { accountId, credentialsKind, useInAssetView, cutover, replaced } = draft;
  const { accessKeyId, secretAccessKey, identityRoleArn, tokenFile } = draft;
  return {
    title: draft.title.trim(),
    ...{ accountId, useInAssetView, cutover },
    ...(replacesCredentials(draft, before) ? { credentialsKind, replaced } : {}),
    ...(credentialsKind === 'access-key' && accessKeyId !== '' ? { accessKeyId } : {}),
    ...(credentialsKind === 'access-key' && secretAccessKey !== '' ? { secretAccessKey } : {}),
    ...(credentialsKind === 'web-identity' && replacesCredentials(draft, before) ? { identityRoleArn, tokenFile } : {}),
  };
}

/** Whether saving puts other credentials in the place of the stored ones. */
export function replacesCredentials(draft: BaseAccountDraft, before: BaseAccount): boolean {
  if (draft.credentialsKind !== before.credentialsKind || draft.accountId !== before.accountId) return true;
  if (draft.credentialsKind === 'access-key') return draft.accessKeyId !== '' || draft.secretAccessKey !== '';
  if (draft.credentialsKind !== 'web-identity') return false;
  return draft.identityRoleArn !== before.identityRoleArn || draft.tokenFile !== before.tokenFile;
}

/**
 * What is wrong with a field before the server is asked, in words; undefined when nothing is. `before` is the base account
 * as it is stored, null for a new one.
 */
export function wrongIn(draft: BaseAccountDraft, field: DraftField, before: BaseAccount | null): string | undefined {
  if (field === 'title') return draft.title.trim() === '' ? 'Give the base account a title.' : undefined;
  if (field === 'accountId') return wrongAccountId(draft.accountId);
  if (draft.credentialsKind === 'access-key') return wrongInKey(draft, field, before);
  if (draft.credentialsKind === 'web-identity') return wrongInWebIdentity(draft, field);
  return undefined;
}

function wrongAccountId(accountId: string): string | undefined {
  if (accountId === '') return 'Enter the account ID.';
  const parsed = parseAccountId(accountId);
  return parsed.ok ? undefined : parsed.fault.detail;
}

function wrongInKey(draft: BaseAccountDraft, field: DraftField, before: BaseAccount | null): string | undefined {
  const stored = before?.credentialsKind === 'access-key' ? before : null;
  const newAccount = draft.accountId !== stored?.accountId;
  if (field === 'accessKeyId' && draft.accessKeyId === '' && newAccount) {
    return stored ? 'The new account needs an access key of its own.' : 'Enter the access key ID.';
  }
  if (field === 'secretAccessKey' && draft.secretAccessKey === '' && (newAccount || draft.accessKeyId !== '')) {
    return 'Enter the secret that belongs to the access key ID.';
  }
  return undefined;
}

function wrongInWebIdentity({ identityRoleArn, tokenFile }: BaseAccountDraft, field: DraftField): string | undefined {
  if (field === 'tokenFile') return tokenFile === '' ? 'Enter the path of the token file.' : undefined;
  if (field !== 'identityRoleArn') return undefined;
  if (identityRoleArn === '') return 'Enter the ARN of the role that the token is exchanged for.';
  const parsed = parseRoleArn(identityRoleArn);
  return parsed.ok ? undefined : parsed.fault.detail;
}
