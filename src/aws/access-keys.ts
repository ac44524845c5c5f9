import {
  CreateAccessKeyCommand,
  type CreateAccessKeyCommandOutput,
  DeleteAccessKeyCommand,
  type IAMClient,
  ListAccessKeysCommand,
  type ListAccessKeysCommandOutput,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Aws } from './aws.ts';
import { type Budget, call, prompt } from './call.ts';
import { hubIamClient, hubPace } from './clients.ts';
import type { HubIdentity } from './credentials.ts';
import { FaultError } from './translate.ts';

/**
 * The access keys of the IAM user that a hub acts as. No call names a user: IAM takes the one whose key has signed, so
 * that no other user's keys can be touched. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
 */
export interface AccessKeyFacts {
  readonly id: string;
  readonly active: boolean;
  readonly createdAt: Date | null;
}

export async function listAccessKeys(aws: Aws, hub: HubIdentity): Promise<Result<AccessKeyFacts[]>> {
  const send = (client: IAMClient, signal: AbortSignal) =>
    client.send(new ListAccessKeysCommand({}), { abortSignal: signal }).then(readKeys);
  return await ask(aws, hub, { operation: 'ListAccessKeys', send, budget: budgetOf(aws) });
}

export type Creation =
  | { readonly kind: 'created'; readonly accessKeyId: string; readonly secretAccessKey: string }
  /** AWS made no key. */
  | { readonly kind: 'refused'; readonly fault: Fault; readonly hasTwo: boolean }
  /** AWS may have made a key. */
  | { readonly kind: 'unknown'; readonly fault: Fault };

/** Asks once: to try again would make another key, if the first answer was only lost. */
export async function createAccessKey(aws: Aws, hub: HubIdentity): Promise<Creation> {
  const client = await hubIamClient(aws, hub);
  if (!client.ok) return { kind: 'refused', fault: client.fault, hasTwo: false };
  const names = { service: 'iam', operation: 'CreateAccessKey', signedBy: 'hub', pace: hubPace(hub) } as const;
  const made = await call(
    aws,
    async signal => readNewKey(await client.value.send(new CreateAccessKeyCommand({}), { abortSignal: signal })),
    { ...names, budget: { ...budgetOf(aws), triesMax: 1 } },
  );
  if (made.ok) return { kind: 'created', ...made.value };
  const { aws: answer } = made.fault;
  const isRefusal = answer?.status !== undefined && answer.status >= 400 && answer.status < 500;
  if (!isRefusal) return { kind: 'unknown', fault: made.fault };
  return { kind: 'refused', fault: made.fault, hasTwo: /^LimitExceeded/.test(answer.name) };
}

/** A key that does not exist any more is no fault. */
export async function setKeyActive(
  aws: Aws,
  hub: HubIdentity,
  { accessKeyId, active }: { accessKeyId: string; active: boolean },
): Promise<Result<void>> {
  const command = new UpdateAccessKeyCommand({ AccessKeyId: accessKeyId, Status: active ? 'Active' : 'Inactive' });
  const send = async (client: IAMClient, signal: AbortSignal) => {
    await client.send(command, { abortSignal: signal });
  };
  return unlessGone(await ask(aws, hub, { operation: 'UpdateAccessKey', send, budget: budgetOf(aws) }));
}

/** A key that does not exist any more is no fault. */
export async function deleteAccessKey(aws: Aws, hub: HubIdentity, accessKeyId: string): Promise<Result<void>> {
  const send = async (client: IAMClient, signal: AbortSignal) => {
    await client.send(new DeleteAccessKeyCommand({ AccessKeyId: accessKeyId }), { abortSignal: signal });
  };
  return unlessGone(await ask(aws, hub, { operation: 'DeleteAccessKey', send, budget: budgetOf(aws) }));
}

async function ask<T>(
  aws: Aws,
  hub: HubIdentity,
  {
    operation,
    send,
    budget,
  }: { operation: string; send: (client: IAMClient, signal: AbortSignal) => Promise<T>; budget: Budget },
): Promise<Result<T>> {
  const client = await hubIamClient(aws, hub);
  if (!client.ok) return client;
  const names = { service: 'iam', operation, signedBy: 'hub', budget, pace: hubPace(hub) } as const;
  return await call(aws, signal => send(client.value, signal), names);
}

function budgetOf({ clock }: Aws): Budget {
  return prompt(clock, { totalMs: LIMITS.keyCallMs });
}

function readKeys({ AccessKeyMetadata: keys, IsTruncated: more }: ListAccessKeysCommandOutput): AccessKeyFacts[] {
  // IAM lets a user have two; more than a page of them is no answer of IAM's.
  if (!keys || more) throw new FaultError(fault('incomplete-answer', 'IAM did not name all access keys.'));
  return keys.map(({ AccessKeyId: id, Status, CreateDate }) => {
    if (id === undefined) throw new FaultError(fault('incomplete-answer', 'IAM did not name an access key.'));
    return { id, active: Status === 'Active', createdAt: CreateDate ?? null };
  });
}

function readNewKey({ AccessKey: key }: CreateAccessKeyCommandOutput) {
  if (!key?.AccessKeyId || !key.SecretAccessKey) {
    throw new FaultError(fault('incomplete-answer', 'IAM accepted the call and gave no access key.'));
  }
  return { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
}

function unlessGone(result: Result<void>): Result<void> {
  if (result.ok) return result;
  return /^NoSuchEntity/.test(result.fault.aws?.name ?? '') ? ok(undefined) : failed(result.fault);
}
