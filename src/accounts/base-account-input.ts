import path from 'node:path';
import { parseAccountId } from '../domain/account-id.ts';
import type { AccessKeySource, CredentialsKind, WebIdentitySource } from '../domain/credentials.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import type { AccountType } from '../domain/partition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { parseRoleArnOf } from '../domain/role-arn.ts';
import type { NewCredentials } from './shapes.ts';

/** Credentials as people give them: which fields are needed follows from the kind. */
export interface CredentialsFields {
  readonly accountType: AccountType;
  readonly accountId: string;
  readonly credentialsKind: CredentialsKind;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly identityRoleArn?: string | undefined;
  readonly tokenFile?: string | undefined;
}

/** The credentials out of their fields, as far as their form tells whether they can be any. */
export function parseCredentials(fields: CredentialsFields): Result<NewCredentials> {
  const account = parseAccountId(fields.accountId);
  if (!account.ok) return account;
  const kind = fields.credentialsKind;
  const own = FIELDS_OF[kind];
  for (const field of ALL_FIELDS) {
    const isGiven = fields[field] !== undefined;
    if (own.includes(field) && !isGiven) {
      return failed(fault('missing-field', `Credentials of the kind "${kind}" need ${own.join(' and ')}.`, { field }));
    }
    if (!own.includes(field) && isGiven) {
      return failed(invalid(field, `Credentials of the kind "${kind}" have no ${field}; leave it out.`));
    }
  }
  const { accessKeyId = '', secretAccessKey = '', identityRoleArn: roleArn = '', tokenFile = '' } = fields;
  switch (kind) {
    case 'access-key':
      return parseKey({ kind, accessKeyId, secretAccessKey });
    case 'web-identity':
      return parseWebIdentity({ kind, roleArn, tokenFile }, fields);
    case 'instance-profile':
    case 'container-role':
      return ok({ kind });
  }
}

const ALL_FIELDS = ['accessKeyId', 'secretAccessKey', 'identityRoleArn', 'tokenFile'] as const;
type Field = (typeof ALL_FIELDS)[number];

const FIELDS_OF: { readonly [Kind in CredentialsKind]: readonly Field[] } = {
  'access-key': ['accessKeyId', 'secretAccessKey'],
  'instance-profile': [],
  'container-role': [],
  'web-identity': ['identityRoleArn', 'tokenFile'],
};

function parseKey(key: AccessKeySource & { secretAccessKey: string }): Result<NewCredentials> {
  const wrongKey = whatIsWrongWithKey(key.accessKeyId);
  if (wrongKey) return failed(invalid('accessKeyId', wrongKey));
  const wrongSecret = whatIsWrongWithSecret(key);
  return wrongSecret ? failed(invalid('secretAccessKey', wrongSecret)) : ok(key);
}

/** Prefixes of ids: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
function whatIsWrongWithKey(key: string): string | undefined {
  if (/\s/.test(key)) return 'The access key ID has white space in it.';
  if (/\W/.test(key)) return 'The access key ID has characters other than letters, digits and "_".';
  if (key.length < LIMITS.accessKeyIdCharsMin || key.length > LIMITS.accessKeyIdCharsMax) {
    return `The access key ID has ${key.length} characters; AWS’s have ${LIMITS.accessKeyIdCharsMin} to ${LIMITS.accessKeyIdCharsMax}.`;
  }
  if (key.startsWith('ASIA')) {
    return 'This is the key of a temporary session (ASIA…), which ends within hours; give the key of an IAM user (AKIA…).';
  }
  if (/^(AIDA|AROA|AGPA|ANPA|AIPA)/.test(key)) {
    return 'This is the unique id of an IAM user, role, group, policy or profile, not an access key ID (AKIA…).';
  }
  return undefined;
}

function whatIsWrongWithSecret({
  accessKeyId,
  secretAccessKey: secret,
}: {
  accessKeyId: string;
  secretAccessKey: string;
}): string | undefined {
  if (secret === '') return 'The secret access key is empty.';
  if (/\s/.test(secret)) return 'The secret access key has white space in it; copy it without spaces or line breaks.';
  if (secret === accessKeyId) return 'The secret access key is the same as the access key ID.';
  if (secret.length > LIMITS.secretAccessKeyCharsMax) {
    return `The secret access key has more than ${LIMITS.secretAccessKeyCharsMax} characters.`;
  }
  return undefined;
}

function parseWebIdentity(
  source: WebIdentitySource,
  { accountType, accountId }: Pick<CredentialsFields, 'accountType' | 'accountId'>,
): Result<NewCredentials> {
  const field = 'identityRoleArn';
  const role = parseRoleArnOf(accountType, source.roleArn, field);
  if (!role.ok) return role;
  if (role.value.accountId !== accountId) {
    const why = `The role is in account ${role.value.accountId}, but the base account is ${accountId}.`;
    return failed(invalid(field, why));
  }
  if (source.tokenFile.includes('\0') || !path.isAbsolute(source.tokenFile)) {
    return failed(invalid('tokenFile', 'The token file is given by its absolute path on the machine of Causeway.'));
  }
  return ok(source);
}

function invalid(field: string, detail: string): Fault {
  return fault('invalid-field', detail, { field });
}
