import { isAccountId } from '../domain/account-id.ts';
import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';

/**
 * A principal as a policy names it under "AWS", after IAM User Guide, "AWS JSON policy elements: Principal".
 * - `account`: a twelve-digit ID (no partition) or a root ARN; it stands for every identity in the account
 * - `identity`: one user, role, role session or federated user session, compared with case
 * - `orphan`: the unique ID that AWS shows in place of a user or role that was deleted; nobody is it any more
 * - `invalid`: what AWS refuses to save, such as an ARN with a wildcard; nobody is it
 * - `other`: Federated, Service, CanonicalUser; none of them calls AssumeRole as an IAM principal
 */
export type NamedPrincipal =
  | { readonly kind: 'everyone'; readonly text: string }
  | { readonly kind: 'account'; readonly text: string; readonly partition?: string; readonly accountId: string }
  | { readonly kind: 'identity'; readonly text: string; readonly identity: Identity }
  | { readonly kind: 'orphan'; readonly text: string }
  | { readonly kind: 'invalid'; readonly text: string }
  | { readonly kind: 'other'; readonly text: string; readonly type: string };

/** Whoever calls AssumeRole. An `account` caller is some identity of the account, which one is not known. */
export type Caller =
  | { readonly kind: 'account'; readonly arn: string; readonly partition: string; readonly accountId: string }
  | Identity;

export interface Identity {
  readonly kind: 'user' | 'role' | 'session' | 'federated-user';
  readonly arn: string;
  readonly partition: string;
  readonly accountId: string;
  /** The last part of a user's or role's path and name; of a session, the name of its role. */
  readonly name: string;
}

export function namedPrincipal(text: string): NamedPrincipal {
  if (text === '*') return { kind: 'everyone', text };
  if (isAccountId(text)) return { kind: 'account', text, accountId: text };
  if (/^A(IDA|ROA)[A-Z0-9]{5,}$/.test(text)) return { kind: 'orphan', text };
  const caller = readArn(text);
  if (!caller) return { kind: 'invalid', text };
  if (caller.kind === 'account')
    return { kind: 'account', text, partition: caller.partition, accountId: caller.accountId };
  return { kind: 'identity', text, identity: caller };
}

/**
 * Reads who calls: the ARN of a user, role, role session or federated user session, a root ARN or an account ID.
 * @param partition of the role that is called, for a bare account ID
 * Faults: `invalid-field`.
 */
export function parseCaller(text: string, partition: string, field = 'principalArn'): Result<Caller> {
  const caller = readArn(isAccountId(text) ? rootArn({ partition, accountId: text }) : text);
  if (caller) return ok(caller);
  const detail = `"${text.slice(0, 100)}" is not the ARN of an IAM user, role, role session or account, nor an account ID.`;
  return failed(fault('invalid-field', detail, { field }));
}

/** The ARN that stands for a whole account in a policy. */
export function rootArn({ partition, accountId }: { partition: string; accountId: string }): string {
  return `arn:${partition}:iam::${accountId}:root`;
}

const ARN = /^arn:(aws(?:-[a-z]+)*):(iam|sts)::(\d{12}):([\x21-\x7e]+)$/;

function readArn(arn: string): Caller | undefined {
  if (arn.length > LIMITS.roleArnCharsMax || /[*?]/.test(arn)) return undefined;
  const [, partition, service, accountId, resource] = ARN.exec(arn) ?? [];
  if (partition === undefined || accountId === undefined || resource === undefined) return undefined;
  const facts = { arn, partition, accountId };
  if (service === 'iam' && resource === 'root') return { kind: 'account', ...facts };
  const [type, ...path] = resource.split('/');
  const last = path.at(-1);
  if (!last || path.includes('')) return undefined;
  if (service === 'iam' && (type === 'user' || type === 'role')) return { kind: type, ...facts, name: last };
  if (service === 'sts' && type === 'federated-user' && path.length === 1) {
    return { kind: 'federated-user', ...facts, name: last };
  }
  if (service === 'sts' && type === 'assumed-role' && path.length === 2 && path[0]) {
    return { kind: 'session', ...facts, name: path[0] };
  }
  return undefined;
}
