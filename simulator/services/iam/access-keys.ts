import type * as IamClient from '@aws-sdk/client-iam';
import { findCredential } from '../../iam/credentials.ts';
import { AwsError, type Call } from '../../service.ts';
import { iamId, secretAccessKey } from '../../world/aws-ids.ts';
import { drawPrng } from '../../world/build.ts';
import type { AccessKey } from '../../world/world.ts';
import type { OperationsOf } from '../operations.ts';
import { conflict, noSuchEntity, ownAccount, userNamed } from './lookup.ts';
import { pageByMarker } from './marker.ts';

/** AWS: "A user can have a maximum of two access keys". https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const KEYS_MAX = 2;

export const accessKeys = {
  ListAccessKeys(call) {
    const { keys, userName } = keysOf(call, call.input.UserName);
    const { items, ...page } = pageByMarker(call, keys, key => key.id);
    const AccessKeyMetadata = items.map(key => ({
      ...(userName === undefined ? {} : { UserName: userName }),
      AccessKeyId: key.id,
      Status: key.status,
      CreateDate: key.createdAt,
    }));
    return { AccessKeyMetadata, ...page };
  },

  CreateAccessKey(call) {
    const { keys, userName } = keysOf(call, call.input.UserName);
    if (keys.length >= KEYS_MAX)
      throw conflict('LimitExceeded', `Cannot exceed quota for AccessKeysPerUser: ${KEYS_MAX}`);
    const prng = drawPrng(call.world);
    const key: AccessKey = {
      id: iamId(prng, 'AKIA'),
      secret: secretAccessKey(prng),
      status: 'Active',
      createdAt: call.clock.now().toISOString(),
    };
    keys.push(key);
    return {
      AccessKey: {
        UserName: userName,
        AccessKeyId: key.id,
        Status: key.status,
        SecretAccessKey: key.secret,
        CreateDate: key.createdAt,
      },
    };
  },

  UpdateAccessKey(call) {
    const { AccessKeyId, Status, UserName } = call.input;
    const key = keyNamed(keysOf(call, UserName).keys, AccessKeyId);
    if (Status !== 'Active' && Status !== 'Inactive') {
      throw new AwsError({
        code: 'ValidationError',
        status: 400,
        message: `1 validation error detected: Value '${Status}' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]`,
      });
    }
    key.status = Status;
    return {};
  },

  DeleteAccessKey(call) {
    const { keys } = keysOf(call, call.input.UserName);
    keys.splice(keys.indexOf(keyNamed(keys, call.input.AccessKeyId)), 1);
    return {};
  },

  GetAccessKeyLastUsed(call) {
    const { AccessKeyId = '' } = call.input;
    const account = ownAccount(call);
    const credential = findCredential(call.world, AccessKeyId);
    const userName = credential?.principal.userName;
    if (credential?.account.id !== account.id || userName === undefined) {
      // AWS does not tell a key of another account from one that does not exist.
      throw new AwsError({
        code: 'AccessDenied',
        status: 403,
        message: `User: ${call.caller.arn} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key ${AccessKeyId}`,
      });
    }
    const key = account.users[userName]?.accessKeys.find(one => one.id === AccessKeyId);
    const used = key?.lastUsed;
    return {
      UserName: userName,
      AccessKeyLastUsed: used
        ? { LastUsedDate: used.at, ServiceName: used.service, Region: used.region }
        : { LastUsedDate: undefined, ServiceName: 'N/A', Region: 'N/A' },
    };
  },
} satisfies OperationsOf<typeof IamClient>;

/** A user's keys; without a name the caller's own, which for the root user are the account's. */
function keysOf(call: Call<unknown>, name: string | undefined): { keys: AccessKey[]; userName: string | undefined } {
  if (name === undefined && call.caller.kind === 'root') {
    return { keys: ownAccount(call).rootAccessKeys, userName: undefined };
  }
  const user = userNamed(call, name);
  return { keys: user.accessKeys, userName: user.name };
}

function keyNamed(keys: readonly AccessKey[], id: string | undefined): AccessKey {
  return keys.find(key => key.id === id) ?? noSuchEntity(`The Access Key with id ${id} cannot be found.`);
}
