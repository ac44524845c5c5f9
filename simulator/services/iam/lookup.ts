import { policyArn } from '../../iam/arns.ts';
import { AwsError, type Call } from '../../service.ts';
import type { Account, ManagedPolicy, Role, User } from '../../world/world.ts';

/** The caller's account; IAM acts in no other. */
export function ownAccount({ world, caller }: Call<unknown>): Account {
  const account = world.accounts[caller.accountId];
  if (!account) throw new Error(`the caller's account ${caller.accountId} has vanished`);
  return account;
}

/** The user of that name, by default the caller itself. */
export function userNamed(call: Call<unknown>, name: string | undefined): User {
  const wanted = name ?? call.caller.userName;
  if (wanted === undefined) {
    throw new AwsError({
      code: 'ValidationError',
      status: 400,
      message: 'Must specify userName when calling with non-User credentials',
    });
  }
  return ownAccount(call).users[wanted] ?? noSuchEntity(`The user with name ${wanted} cannot be found.`);
}

export function roleNamed(call: Call<unknown>, name: string | undefined): Role {
  return ownAccount(call).roles[name ?? ''] ?? noSuchEntity(`The role with name ${name} cannot be found.`);
}

export function policyWithArn(call: Call<unknown>, arn: string | undefined): ManagedPolicy {
  const account = ownAccount(call);
  const found = Object.values(account.policies).find(policy => policyArn(account, policy) === arn);
  return found ?? noSuchEntity(`Policy ${arn} was not found.`);
}

export function noSuchEntity(message: string): never {
  throw new AwsError({ code: 'NoSuchEntity', status: 404, message });
}

export function conflict(code: 'EntityAlreadyExists' | 'DeleteConflict' | 'LimitExceeded', message: string): AwsError {
  return new AwsError({ code, status: 409, message });
}

/** A policy document as IAM answers it: percent-encoded JSON (RFC 3986). */
export function encodedDocument(document: unknown): string {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function tagList(tags: Record<string, string>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function tagRecord(
  tags: readonly { Key: string | undefined; Value: string | undefined }[] = [],
): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}
