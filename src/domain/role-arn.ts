import { type AccountId, isAccountId } from './account-id.ts';
import { type FaultCode, fault } from './faults.ts';
import { LIMITS } from './limits.ts';
import { type AccountType, factsOfAccountType, factsOfPartition, type Partition } from './partition.ts';
import { failed, ok, type Result } from './result.ts';

declare const roleArnBrand: unique symbol;

/** The ARN of an IAM role, as AWS gave it. */
export type RoleArn = string & { readonly [roleArnBrand]: true };

export interface ParsedRoleArn {
  readonly arn: RoleArn;
  readonly partition: Partition;
  readonly accountId: AccountId;
  /** Path and name as they stand after "role/", such as `audit/Reader`. */
  readonly path: string;
  readonly name: string;
}

/**
 * Reads a role ARN. Each way of being wrong has its own sentence, because people paste user ARNs, session ARNs,
 * instance-profile ARNs and ARNs with a trailing space.
 */
export function parseRoleArn(text: string, field = 'roleArn'): Result<ParsedRoleArn> {
  const wrong = (detail: string, code: FaultCode = 'invalid-role-arn') => failed(fault(code, detail, { field }));
  if (text !== text.trim()) return wrong('There is white space before or after the ARN.');
  if (text.length < LIMITS.roleArnCharsMin)
    return wrong(`A role ARN has at least ${LIMITS.roleArnCharsMin} characters.`);
  if (text.length > LIMITS.roleArnCharsMax)
    return wrong(`A role ARN has at most ${LIMITS.roleArnCharsMax} characters.`);
  const [arn, partition, service, region, accountId, ...rest] = text.split(':');
  const resource = rest.join(':');
  if (arn !== 'arn') return wrong('It does not begin with "arn:".');
  if (service === 'sts' && resource.startsWith('assumed-role/')) {
    return wrong('This is the ARN of a role session; give the ARN of the role itself (arn:…:iam::…:role/…).');
  }
  if (service !== 'iam') return wrong(`It names the service "${service ?? ''}" instead of "iam".`);
  if (region !== '') return wrong(`IAM is global, so nothing stands where this ARN has "${region ?? ''}".`);
  const facts = factsOfPartition(partition ?? '');
  if (!facts) return wrong(`Causeway does not know the partition "${partition ?? ''}".`, 'wrong-partition');
  if (accountId === undefined || !isAccountId(accountId)) {
    return wrong(`"${accountId ?? ''}" is not an account ID of twelve digits.`);
  }
  const [kind, ...segments] = resource.split('/');
  if (kind !== 'role') return wrong(`It names a "${kind ?? ''}" instead of a role.`);
  const name = segments.at(-1) ?? '';
  // AWS: role name 1 to 64 of [\w+=,.@-], path of printable ASCII up to 512 (IAM API reference, CreateRole).
  if (!/^[\w+=,.@-]{1,64}$/.test(name)) return wrong(`"${name}" is not a role name.`);
  const path = segments.join('/');
  if (path.length > 576 || !/^[\x21-\x7e]+$/.test(path) || path.includes('//') || path.startsWith('/')) {
    return wrong('The role’s path is not valid.');
  }
  return isRoleArn(text)
    ? ok({ arn: text, partition: facts.partition, accountId, path, name })
    : wrong('It is not a role ARN.');
}

/** A role ARN that must fit an account type. */
export function parseRoleArnOf(accountType: AccountType, text: string, field = 'roleArn'): Result<ParsedRoleArn> {
  const parsed = parseRoleArn(text, field);
  if (!parsed.ok) return parsed;
  const facts = factsOfAccountType(accountType);
  if (parsed.value.partition === facts.partition) return parsed;
  const other = factsOfPartition(parsed.value.partition);
  return failed(
    fault(
      'wrong-partition',
      `The ARN is in partition "${parsed.value.partition}" (${other?.label ?? 'unknown'}), but the account type ${facts.label} is partition "${facts.partition}".`,
      { field },
    ),
  );
}

function isRoleArn(text: string): text is RoleArn {
  return /^arn:[a-z-]+:iam::\d{12}:role\//.test(text);
}
