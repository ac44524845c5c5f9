import type { Partition } from '../../src/domain/partition.ts';
import { iamId, organizationId, secretAccessKey } from './aws-ids.ts';
import { createPrng, type Prng } from './prng.ts';
import type {
  AccessKey,
  Account,
  Ec2Region,
  ManagedPolicy,
  Organization,
  PolicyDocument,
  Role,
  User,
  World,
} from './world.ts';

/** An empty world. `seed` decides every id and secret that the functions below give out. */
export function createWorld({ seed = 0 }: { seed?: number } = {}): World {
  return { version: 1, seed, drawn: 0, organizations: [], accounts: {}, sessions: {} };
}

/** A random stream that nothing else in this world has used or will use. */
export function drawPrng(world: World): Prng {
  world.drawn += 1;
  return createPrng(world.seed, `draw/${world.drawn}`);
}

export interface NewAccount {
  id: string;
  name: string;
  partition?: Partition;
  joinedAt?: string;
  enabledRegions?: string[];
  disabledRegions?: string[];
}

export function addAccount(world: World, account: NewAccount): Account {
  if (!/^\d{12}$/.test(account.id)) throw new Error(`not an account ID: ${account.id}`);
  if (world.accounts[account.id]) throw new Error(`account ${account.id} exists already`);
  const added: Account = {
    id: account.id,
    partition: account.partition ?? 'aws',
    name: account.name,
    email: `aws+${account.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}@example.com`,
    state: 'ACTIVE',
    joinedAt: account.joinedAt ?? EPOCH,
    enabledRegions: account.enabledRegions ?? [],
    disabledRegions: account.disabledRegions ?? [],
    users: {},
    roles: {},
    policies: {},
    rootAccessKeys: [],
    ec2: {},
  };
  world.accounts[account.id] = added;
  return added;
}

/** The account, or a thrown error: for builders and tests, which know what they have made. */
export function accountOf(world: World, accountId: string): Account {
  const account = world.accounts[accountId];
  if (!account) throw new Error(`no account ${accountId} in this world`);
  return account;
}

/** Makes an organisation of accounts that exist already, of the management account's partition. */
export function addOrganization(
  world: World,
  organization: {
    managementAccountId: string;
    memberAccountIds?: string[];
    serviceControlPolicies?: Record<string, PolicyDocument[]>;
  },
): Organization {
  const { partition } = accountOf(world, organization.managementAccountId);
  const added: Organization = {
    id: organizationId(drawPrng(world)),
    partition,
    managementAccountId: organization.managementAccountId,
    memberAccountIds: organization.memberAccountIds ?? [],
    serviceControlPolicies: organization.serviceControlPolicies ?? {},
  };
  world.organizations.push(added);
  return added;
}

export function addUser(
  world: World,
  accountId: string,
  user: { name: string; path?: string; inlinePolicies?: Record<string, PolicyDocument>; createdAt?: string },
): User {
  const added: User = {
    name: user.name,
    path: user.path ?? '/',
    id: iamId(drawPrng(world), 'AIDA'),
    createdAt: user.createdAt ?? EPOCH,
    accessKeys: [],
    inlinePolicies: user.inlinePolicies ?? {},
    attachedPolicyArns: [],
    tags: {},
  };
  accountOf(world, accountId).users[user.name] = added;
  return added;
}

/** Adds a key to a user, or with no `userName` to the root user. */
export function addAccessKey(
  world: World,
  accountId: string,
  key: { userName?: string; status?: AccessKey['status']; createdAt?: string } = {},
): AccessKey {
  const account = accountOf(world, accountId);
  const holder = key.userName === undefined ? account.rootAccessKeys : account.users[key.userName]?.accessKeys;
  if (!holder) throw new Error(`no user ${key.userName} in account ${accountId}`);
  const prng = drawPrng(world);
  const added: AccessKey = {
    id: iamId(prng, 'AKIA'),
    secret: secretAccessKey(prng),
    status: key.status ?? 'Active',
    createdAt: key.createdAt ?? EPOCH,
  };
  holder.push(added);
  return added;
}

export interface NewRole {
  name: string;
  path?: string;
  trustPolicy: PolicyDocument;
  inlinePolicies?: Record<string, PolicyDocument>;
  attachedPolicyArns?: string[];
  description?: string;
  maxSessionSeconds?: number;
  createdAt?: string;
}

/** A role added again under its old name is another role, with another id, as in IAM. */
export function addRole(world: World, accountId: string, role: NewRole): Role {
  const added: Role = {
    name: role.name,
    path: role.path ?? '/',
    id: iamId(drawPrng(world), 'AROA'),
    createdAt: role.createdAt ?? EPOCH,
    description: role.description ?? '',
    maxSessionSeconds: role.maxSessionSeconds ?? 3_600,
    trustPolicy: role.trustPolicy,
    inlinePolicies: role.inlinePolicies ?? {},
    attachedPolicyArns: role.attachedPolicyArns ?? [],
    tags: {},
  };
  accountOf(world, accountId).roles[role.name] = added;
  return added;
}

export function addManagedPolicy(
  world: World,
  accountId: string,
  policy: { name: string; path?: string; document: PolicyDocument },
): ManagedPolicy {
  const added: ManagedPolicy = {
    name: policy.name,
    path: policy.path ?? '/',
    id: iamId(drawPrng(world), 'ANPA'),
    createdAt: EPOCH,
    document: policy.document,
  };
  accountOf(world, accountId).policies[policy.name] = added;
  return added;
}

/** The region's EC2 state, made empty when there is none yet. */
export function ec2RegionOf(account: Account, region: string): Ec2Region {
  account.ec2[region] ??= { instances: [], vpcs: [], subnets: [] };
  return account.ec2[region];
}

export function roleArn(account: Account, role: { name: string; path: string }): string {
  return `arn:${account.partition}:iam::${account.id}:role${role.path}${role.name}`;
}

/** When everything made by hand was made, unless said otherwise. */
const EPOCH = '2024-01-15T09:30:00.000Z';
