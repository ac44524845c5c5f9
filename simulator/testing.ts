import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { type AssumeRoleCommandOutput, STSClient } from '@aws-sdk/client-sts';
import { addAccessKey, addAccount, addRole, addUser, createWorld } from './world/build.ts';
import { assumeRolePolicy, readPolicy, trustPolicy } from './world/policies.ts';
import type { AccessKey, World } from './world/world.ts';

export const HUB = '111111111111';
export const MEMBER = '222222222222';
export const ROLE_ARN = `arn:aws:iam::${MEMBER}:role/Reader`;
export const EXTERNAL_ID = 'x-1234';

/** For tests: a hub account whose user may assume roles, and a member account whose role trusts the hub. */
export function hubAndMember(): { world: World; hubKey: AccessKey } {
  const world = createWorld({ seed: 1 });
  addAccount(world, { id: HUB, name: 'Hub' });
  addAccount(world, { id: MEMBER, name: 'Member' });
  addUser(world, HUB, { name: 'causeway', inlinePolicies: { Assume: assumeRolePolicy() } });
  addRole(world, MEMBER, {
    name: 'Reader',
    trustPolicy: trustPolicy({ partition: 'aws', accountIds: [HUB], externalId: EXTERNAL_ID }),
    inlinePolicies: { Read: readPolicy() },
  });
  return { world, hubKey: addAccessKey(world, HUB, { userName: 'causeway' }) };
}

export interface ClientOptions {
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  region?: string;
  maxAttempts?: number;
}

/** SDK clients that try once, so that a test sees the first answer. */
export function clientsOf({ endpoint, credentials, region = 'us-east-1', maxAttempts = 1 }: ClientOptions) {
  const config = { endpoint, region, maxAttempts, credentials };
  return {
    sts: new STSClient(config),
    iam: new IAMClient(config),
    ec2: new EC2Client(config),
    organizations: new OrganizationsClient(config),
  };
}

export function credentialsOf(key: AccessKey): ClientOptions['credentials'] {
  return { accessKeyId: key.id, secretAccessKey: key.secret };
}

export function sessionCredentials({ Credentials }: AssumeRoleCommandOutput): Required<ClientOptions['credentials']> {
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}
