import type { AccessKeyMetadata } from '@aws-sdk/client-iam';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Aws } from './aws.ts';
import { type Budget, call } from './call.ts';
import { hubIamClient } from './clients.ts';
import type { HubIdentity } from './credentials.ts';

/** An access key as IAM lists it. */
export interface OwnKey {
  readonly accessKeyId: string;
  readonly isActive: boolean;
  readonly createdAt: Date;
}

/**
 * The access keys of the user that the hub's key belongs to; two at most, so one page. Needs iam:ListAccessKeys on the
 * user itself.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
 */
export async function listOwnKeys(aws: Aws, hub: HubIdentity, budget: Budget): Promise<Result<readonly OwnKey[]>> {
  const client = await hubIamClient(aws, hub);
  if (!client.ok) return client;
  const { ListAccessKeysCommand } = await import('@aws-sdk/client-iam');
  const names = { service: 'iam', operation: 'ListAccessKeys', signedBy: 'hub', budget } as const;
  const listed = await call(
    aws,
    async signal => await client.value.send(new ListAccessKeysCommand({}), { abortSignal: signal }),
    names,
  );
  if (!listed.ok) return listed;
  const keys = (listed.value.AccessKeyMetadata ?? []).map(readKey);
  const known = keys.filter(key => key !== undefined);
  return known.length === keys.length
    ? ok(known)
    : failed(fault('incomplete-answer', 'IAM listed an access key without its ID or its date.'));
}

function readKey({ AccessKeyId, Status, CreateDate }: AccessKeyMetadata): OwnKey | undefined {
  if (AccessKeyId === undefined || CreateDate === undefined) return undefined;
  return { accessKeyId: AccessKeyId, isActive: Status === 'Active', createdAt: CreateDate };
}
