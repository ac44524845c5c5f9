import { parseAccountId } from '../domain/account-id.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { BaseAccountInput } from './shapes.ts';

type Credentials = Pick<BaseAccountInput, 'accountId' | 'accessKeyId' | 'secretAccessKey'>;

/** Whether these can be an account ID, an access key ID and its secret, as far as their form tells. */
export function checkCredentialsForm({ accountId, accessKeyId, secretAccessKey }: Credentials): Result<void> {
  const account = parseAccountId(accountId);
  if (!account.ok) return account;
  const wrongKey = whatIsWrongWithKey(accessKeyId);
  if (wrongKey) return failed(invalid('accessKeyId', wrongKey));
  const wrongSecret = whatIsWrongWithSecret({ accessKeyId, secretAccessKey });
  return wrongSecret ? failed(invalid('secretAccessKey', wrongSecret)) : ok(undefined);
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
}: Omit<Credentials, 'accountId'>): string | undefined {
  if (secret === '') return 'The secret access key is empty.';
  if (/\s/.test(secret)) return 'The secret access key has white space in it; copy it without spaces or line breaks.';
  if (secret === accessKeyId) return 'The secret access key is the same as the access key ID.';
  if (secret.length > LIMITS.secretAccessKeyCharsMax) {
    return `The secret access key has more than ${LIMITS.secretAccessKeyCharsMax} characters.`;
  }
  return undefined;
}

function invalid(field: string, detail: string): Fault {
  return fault('invalid-field', detail, { field });
}
