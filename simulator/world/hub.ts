import { accountOf, addAccessKey, addUser } from './build.ts';
import { assumeRolePolicy } from './policies.ts';
import type { World } from './world.ts';

/** What the owner of a hub account enters in Causeway: the account and a key of a user in it that may assume roles. */
export interface HubCredentials {
  accountId: string;
  userArn: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Adds a user with an access key and a policy that allows sts:AssumeRole. */
export function addHub(world: World, accountId: string, userName: string): HubCredentials {
  const account = accountOf(world, accountId);
  const user = addUser(world, accountId, { name: userName, inlinePolicies: { AssumeRoles: assumeRolePolicy() } });
  const key = addAccessKey(world, accountId, { userName });
  return {
    accountId,
    userArn: `arn:${account.partition}:iam::${accountId}:user${user.path}${user.name}`,
    accessKeyId: key.id,
    secretAccessKey: key.secret,
  };
}
