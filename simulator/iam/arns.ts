import type { Partition } from '../../src/domain/partition.ts';

interface AccountName {
  id: string;
  partition: Partition;
}

interface EntityName {
  path: string;
  name: string;
}

export function rootArn(account: AccountName): string {
  return `arn:${account.partition}:iam::${account.id}:root`;
}

export function userArn(account: AccountName, user: EntityName): string {
  return `arn:${account.partition}:iam::${account.id}:user${user.path}${user.name}`;
}

export function roleArn(account: AccountName, role: EntityName): string {
  return `arn:${account.partition}:iam::${account.id}:role${role.path}${role.name}`;
}

export function policyArn(account: AccountName, policy: EntityName): string {
  return `arn:${account.partition}:iam::${account.id}:policy${policy.path}${policy.name}`;
}

/** A role session is named without the role's path. */
export function sessionArn(account: AccountName, role: { name: string }, sessionName: string): string {
  return `arn:${account.partition}:sts::${account.id}:assumed-role/${role.name}/${sessionName}`;
}

/** The parts of a role or user ARN; undefined for anything else. */
export function readEntityArn(
  arn: string,
): { partition: string; accountId: string; kind: 'user' | 'role'; path: string; name: string } | undefined {
  const parts = /^arn:([^:]+):iam::(\d{12}):(user|role)(\/(?:[\x21-\x7e]+\/)?)([\w+=,.@-]+)$/.exec(arn);
  if (!parts) return undefined;
  const [, partition = '', accountId = '', kind, path = '/', name = ''] = parts;
  return { partition, accountId, kind: kind === 'user' ? 'user' : 'role', path, name };
}
