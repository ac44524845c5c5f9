import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListRootsCommand,
  OrganizationsClient,
  paginateListAccounts,
} from '@aws-sdk/client-organizations';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulation, startSimulation } from '../simulation.ts';
import { addAccessKey, addAccount, addOrganization, addUser, createWorld } from '../world/build.ts';
import type { World } from '../world/world.ts';

const MANAGEMENT = '100000000000';
const MEMBERS = Array.from({ length: 44 }, (_, i) => String(100_000_000_001 + i));
const LONER = '999999999999';

let aws: Simulation;

beforeAll(async () => {
  aws = await startSimulation({ makeWorld });
});
afterAll(() => aws.stop());

test('every account is listed once, over pages of at most twenty', async () => {
  for (const pageSize of [1, 7, 20]) {
    const pages: (string | undefined)[][] = [];
    for await (const page of paginateListAccounts({ client: client(MANAGEMENT), pageSize }, {})) {
      pages.push((page.Accounts ?? []).map(({ Id }) => Id));
    }
    expect(pages.flat()).toEqual([MANAGEMENT, ...MEMBERS]);
    expect(Math.max(...pages.map(page => page.length))).toBe(pageSize);
  }
  await expect(client(MANAGEMENT).send(new ListAccountsCommand({ MaxResults: 21 }))).rejects.toMatchObject({
    name: 'InvalidInputException',
  });
});

test('an account has its name, its state in the new and the old field, and when it joined', async () => {
  const { Accounts = [] } = await client(MANAGEMENT).send(new ListAccountsCommand({}));
  const organization = aws.world.organizations[0];
  expect(Accounts[1]).toEqual({
    Id: MEMBERS[0],
    Arn: `arn:aws:organizations::${MANAGEMENT}:account/${organization?.id}/${MEMBERS[0]}`,
    Email: 'aws+member-0@example.com',
    Name: 'Member 0',
    State: 'CLOSED',
    Status: 'SUSPENDED',
    JoinedMethod: 'CREATED',
    JoinedTimestamp: new Date('2024-01-15T09:30:00Z'),
  });
  expect(Accounts[2]).toMatchObject({ State: 'ACTIVE', Status: 'ACTIVE' });
});

test('every account below the root is listed for it', async () => {
  const { Roots = [] } = await client(MANAGEMENT).send(new ListRootsCommand({}));
  const ParentId = Roots[0]?.Id ?? '';
  expect(ParentId).toMatch(/^r-[0-9a-z]{4}$/);
  const { Accounts = [] } = await client(MANAGEMENT).send(new ListAccountsForParentCommand({ ParentId }));
  expect(Accounts).toHaveLength(20);
  await expect(client(MANAGEMENT).send(new ListAccountsForParentCommand({ ParentId: 'r-zzzz' }))).rejects.toMatchObject(
    { name: 'ParentNotFoundException' },
  );
});

test('a member may see its organisation but not list it', async () => {
  const member = client(MEMBERS[3] ?? '');
  const { Organization } = await member.send(new DescribeOrganizationCommand({}));
  expect(Organization).toMatchObject({ MasterAccountId: MANAGEMENT, FeatureSet: 'ALL' });
  await expect(member.send(new ListAccountsCommand({}))).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test('an account without an organisation is told so', async () => {
  await expect(client(LONER).send(new DescribeOrganizationCommand({}))).rejects.toMatchObject({
    name: 'AWSOrganizationsNotInUseException',
  });
});

function makeWorld(): World {
  const world = createWorld({ seed: 12 });
  const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const accounts = [
    { id: MANAGEMENT, name: 'Management' },
    ...MEMBERS.map((id, i) => ({ id, name: `Member ${i}` })),
    { id: LONER, name: 'Loner' },
  ];
  for (const account of accounts) {
    const added = addAccount(world, account);
    if (account.id === MEMBERS[0]) added.state = 'CLOSED';
    addUser(world, account.id, { name: 'admin', inlinePolicies: { all } });
    addAccessKey(world, account.id, { userName: 'admin' });
  }
  addOrganization(world, { managementAccountId: MANAGEMENT, memberAccountIds: MEMBERS });
  return world;
}

function client(accountId: string): OrganizationsClient {
  const key = aws.world.accounts[accountId]?.users.admin?.accessKeys[0];
  const credentials = { accessKeyId: key?.id ?? '', secretAccessKey: key?.secret ?? '' };
  return new OrganizationsClient({ region: 'us-east-1', endpoint: aws.endpoint, credentials, maxAttempts: 1 });
}
