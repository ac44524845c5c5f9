import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Simulation, startSimulation } from '../../simulator/simulation.ts';
import { accountOf, addAccount, addRole, createWorld } from '../../simulator/world/build.ts';
import { addHub } from '../../simulator/world/hub.ts';
import { trustPolicy } from '../../simulator/world/policies.ts';
import { GLOBAL_TYPES } from '../../simulator/world/resource-types.ts';
import { copyOf } from '../../simulator/world/stock.ts';
import { type Aws, closeAws, openAws } from '../../src/aws/aws.ts';
import { prompt } from '../../src/aws/call.ts';
import { type MemberSession, openSession } from '../../src/aws/session.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { Fault } from '../../src/domain/faults.ts';
import { systemIds } from '../../src/domain/ids.ts';
import { factsOfAccountType, globalServiceRegion } from '../../src/domain/partition.ts';
import { parseRoleArn } from '../../src/domain/role-arn.ts';
import { attributesOf, valuesAt } from '../../src/inventory/attributes.ts';
import type { AssetType, Attributes, AwsCalls, ObservedAsset } from '../../src/inventory/define.ts';
import { readFields } from '../../src/inventory/fields-text.ts';
import { ASSET_TYPES } from '../../src/inventory/registry.ts';
import { awsCalls } from '../../src/sync/calls.ts';

/** Every type, through the SDK's real clients and the role that Causeway itself proposes, against simulated AWS. */
const HUB = '100000000001';
const MEMBER = '222233334444';
const EMPTY = '222233335555';
const REGION = 'eu-central-1';
const facts = factsOfAccountType('global');

let simulated: Simulation;
let aws: Aws;
const key = { accessKeyId: '', secretAccessKey: '' };

beforeAll(async () => {
  const world = createWorld({ seed: 7 });
  addAccount(world, { id: HUB, name: 'Hub' });
  Object.assign(key, addHub(world, HUB, 'hub'));
  for (const id of [MEMBER, EMPTY]) {
    addAccount(world, { id, name: id });
    addRole(world, id, {
      name: 'Reader',
      trustPolicy: trustPolicy({ partition: 'aws', accountIds: [HUB], externalId: 'contract' }),
      inlinePolicies: { Read: allow(ASSET_TYPES.flatMap(type => type.iamActions)) },
    });
  }
  simulated = await startSimulation({ makeWorld: () => world });
  aws = openAws({
    clock: systemClock,
    ids: systemIds,
    endpoints: { all: simulated.endpoint, byService: {} },
    // Far above AWS's rates, which simulated AWS does not have here: 201 topics would take 20 seconds.
    quotaSharePercent: 10_000,
  });
});
afterAll(async () => {
  closeAws(aws);
  await simulated.stop();
});
beforeEach(() => {
  simulated.faults.clear();
  simulated.callLog.clear();
});

describe.each(ASSET_TYPES.map(type => [type.assetType, type] as const))('%s', (_name, type) => {
  test('is read to its end, over every page, with each resource as AWS has it', async () => {
    const { count, size } = PAGES[type.assetType] ?? { count: 12, size: 5 };
    const made = stock(type, count);
    const found = await listed(type, { size });
    expect(found.fault).toBeUndefined();
    const wanted = new Map(made.map(one => [one.id, one.item]));
    const ours = found.assets.filter(asset => wanted.has(asset.nativeId));
    expect(ours.map(asset => asset.nativeId).sort()).toEqual([...wanted.keys()].sort());
    expect(new Set(found.assets.map(asset => asset.nativeId)).size).toBe(found.assets.length);
    for (const asset of ours) {
      expect(asset.unread).toBeUndefined();
      const item = asDates(wanted.get(asset.nativeId));
      expect(withoutLabels(readFields(asset.attributes))).toEqual(withoutLabels(attributesOf(item, type.leftOut)));
    }
    const calls = simulated.callLog.calls().filter(call => call.operation === type.operations[0]);
    expect(calls.length).toBe(type.operations[0] === 'DescribeAddresses' ? 1 : 3);
  });

  test('has a value for every property that it shows and searches, and nothing of the sample’s own account', async () => {
    const [one] = stock(type, 1);
    const asset = (await listed(type)).assets.find(({ nativeId }) => nativeId === one?.id);
    if (!asset) throw new Error('not listed');
    const without = type.properties.filter(({ path }) => valuesAt(asset.attributes, path).length === 0);
    expect(without.map(({ name }) => name)).toEqual(NOT_IN_SAMPLE[type.assetType] ?? []);
    expect(JSON.stringify(asset)).not.toContain('111122223333');
    expect(JSON.stringify(asset)).not.toContain('not for the inventory');
  });

  test('goes on over empty pages', async () => {
    stock(type, 3);
    const operation = type.operations[0] ?? '';
    simulated.faults.put({ id: 'empty', match: { operation }, effect: { kind: 'empty-page' }, times: 1 });
    const found = await listed(type);
    expect(found.fault).toBeUndefined();
    // What is listed without pages cannot have an empty one.
    const paged = operation !== 'DescribeAddresses';
    if (paged) expect(found.assets.filter(asset => asset.nativeId !== 'Reader')).toHaveLength(3);
  });

  test('is empty in an account that has none', async () => {
    const found = await listed(type, { accountId: EMPTY });
    expect(found.fault).toBeUndefined();
    expect(found.assets.filter(asset => asset.nativeId !== 'Reader')).toEqual([]);
  });

  test('is denied, throttled or broken off with a fault that says so', async () => {
    stock(type, 3);
    for (const [effect, code] of [
      [{ kind: 'deny', by: 'identity' }, 'access-denied'],
      [{ kind: 'deny', by: 'scp' }, 'denied-by-scp'],
      [{ kind: 'throttle' }, 'aws-throttled'],
      [{ kind: 'server-error', error: 'internal' }, 'aws-error'],
      [{ kind: 'region-off' }, 'session-not-accepted'],
      [{ kind: 'truncate' }, 'incomplete-answer'],
    ] as const) {
      simulated.faults.put({ id: 'break', match: { operation: type.operations[0] ?? '' }, effect });
      const found = await listed(type, { quickly: true });
      expect(found.fault?.code).toBe(code);
      simulated.faults.clear();
    }
  });

  test('needs each action that it names, and no other', async () => {
    stock(type, 1);
    const role = accountOf(simulated.world, MEMBER).roles.Reader;
    if (!role) throw new Error('no role');
    const before = role.inlinePolicies;
    try {
      role.inlinePolicies = { Read: allow(type.iamActions) };
      expect(troubles(await listed(type))).toEqual([]);
      for (const action of type.iamActions) {
        role.inlinePolicies = { Read: allow(type.iamActions.filter(one => one !== action)) };
        const codes = troubles(await listed(type, { quickly: true })).map(fault => [fault.code, fault.detail]);
        expect([...new Set(codes.map(([code]) => code))]).toEqual(['access-denied']);
        expect(codes[0]?.[1]).toContain(action);
      }
    } finally {
      role.inlinePolicies = before;
    }
  });
});

test('accounts that are read at once through one client never see each other’s resources', async () => {
  const [type] = ASSET_TYPES.filter(one => one.assetType === 'AWS::EC2::Volume');
  if (!type) throw new Error('volumes are read');
  stock(type, 3);
  const accounts = Array.from({ length: 60 }, (_, n) => (n % 3 === 0 ? MEMBER : EMPTY));
  const found = await Promise.all(accounts.map(accountId => listed(type, { accountId })));
  expect(found.map(({ assets }) => assets.length)).toEqual(accounts.map(accountId => (accountId === MEMBER ? 3 : 0)));
});

function allow(actions: readonly string[]) {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: [...new Set(actions)], Resource: '*' }] };
}

/** Gives the member account so many of a type and of what it stands in; answers them by native id. */
function stock(type: AssetType, count: number): { id: string; item: object }[] {
  const account = accountOf(simulated.world, MEMBER);
  account.resources = {};
  account.ec2 = {};
  const make = ({ assetType, sample }: AssetType, number: number): { id: string; item: object } => {
    const region = GLOBAL_TYPES.has(assetType) ? 'global' : REGION;
    const template = { id: sample.id, text: JSON.stringify(sample.item) };
    const place = {
      account: { ...account, ec2: { [REGION]: { instances: [], vpcs: [], subnets: [] } } },
      region,
      number,
    };
    return {
      id: copyOf<[string]>({ id: sample.id, text: JSON.stringify([sample.id, sample.item]) }, place)[0],
      item: copyOf<object>(template, place),
    };
  };
  const made = Array.from({ length: count }, (_, number) => make(type, number));
  put(
    type,
    made.map(one => one.item),
  );
  for (const parent of ASSET_TYPES.filter(one => PARENTS[type.assetType] === one.assetType))
    put(parent, [make(parent, 0).item]);
  return made;

  function put({ assetType }: AssetType, items: object[]): void {
    const collection = { 'AWS::EC2::Instance': 'instances', 'AWS::EC2::VPC': 'vpcs', 'AWS::EC2::Subnet': 'subnets' }[
      assetType
    ];
    const region = GLOBAL_TYPES.has(assetType) ? 'global' : REGION;
    if (collection === undefined) {
      Object.assign(account.resources ?? {}, { [region]: { ...account.resources?.[region], [assetType]: items } });
      return;
    }
    account.ec2[REGION] ??= { instances: [], vpcs: [], subnets: [] };
    Object.assign(account.ec2[REGION], { [collection]: items.map(withReservation) });
  }
}

/** Simulated AWS keeps the reservation at the instance. */
function withReservation(item: object): object {
  const { ReservationId: reservationId, OwnerId, ...instance } = Object(item);
  return reservationId === undefined ? item : { ...instance, reservationId };
}

const PARENTS: Readonly<Record<string, string>> = {
  'AWS::EKS::Nodegroup': 'AWS::EKS::Cluster',
  'AWS::EKS::FargateProfile': 'AWS::EKS::Cluster',
  'AWS::ECS::Service': 'AWS::ECS::Cluster',
};

/** What AWS's smallest pages are, where they are not 5; SNS does not let choose. */
const PAGES: Readonly<Record<string, { count: number; size?: number }>> = {
  'AWS::RDS::DBInstance': { count: 45, size: 20 },
  'AWS::SNS::Topic': { count: 201 },
  'AWS::EC2::EIP': { count: 12 },
  // The role that reads is listed, too.
  'AWS::IAM::Role': { count: 11, size: 5 },
};

/** Properties that some resources of the type have and the sample has not. */
const NOT_IN_SAMPLE: Readonly<Record<string, readonly string[]>> = {
  'AWS::AutoScaling::AutoScalingGroup': ['launchConfiguration'],
  'AWS::RDS::DBInstance': ['dbCluster'],
  'AWS::ECS::Service': ['role'],
  'AWS::SQS::Queue': ['fifo'],
  'AWS::SNS::Topic': ['fifo'],
  'AWS::KMS::Key': ['deletedAt'],
  'AWS::CloudFront::Distribution': ['webAcl'],
};

const SIZES = new Set([
  'MaxResults',
  'maxResults',
  'MaxRecords',
  'PageSize',
  'MaxItems',
  'MaxBuckets',
  'Limit',
  'limit',
]);

/** Asks for small pages of the listing, so that a dozen resources make several. */
function inSmallPages(calls: AwsCalls, { operations }: AssetType, size: number | undefined): AwsCalls {
  if (size === undefined) return calls;
  return async (service, operation, input, options) => {
    const own = operation === operations[0] ? Object.keys(Object(input)).filter(name => SIZES.has(name)) : [];
    const small = Object.fromEntries(own.map(name => [name, size]));
    return await calls(service, operation, Object.assign({}, input, small), options);
  };
}

/** Labels are the owner's words, and are compared by the cluster's own test. */
function withoutLabels({ labels: _, ...attributes }: Attributes): Attributes {
  return attributes;
}

interface Found {
  readonly assets: readonly ObservedAsset[];
  readonly fault: Fault | undefined;
}

async function listed(
  type: AssetType,
  {
    accountId = MEMBER,
    quickly = false,
    size,
  }: { accountId?: string; quickly?: boolean; size?: number | undefined } = {},
): Promise<Found> {
  const region = type.scope === 'global' ? globalServiceRegion(facts, type.service) : REGION;
  const calls = awsCalls(
    {
      aws,
      callBudget: clock => ({ ...prompt(clock, { totalMs: 20_000 }), triesMax: quickly ? 1 : 3 }),
    },
    { session: await session(accountId), region: region ?? REGION, signal: new AbortController().signal },
  );
  const assets: ObservedAsset[] = [];
  for await (const page of type.pages(inSmallPages(calls, type, size))) {
    if (!page.ok) return { assets, fault: page.fault };
    assets.push(...page.value.items());
  }
  return { assets, fault: undefined };
}

function troubles({ assets, fault }: Found): Fault[] {
  const unread = assets.flatMap(asset => Object.values(asset.unread ?? {}).filter(one => one !== null));
  return fault ? [fault] : unread;
}

async function session(accountId: string): Promise<MemberSession> {
  const role = parseRoleArn(`arn:aws:iam::${accountId}:role/Reader`);
  if (!role.ok) throw new Error(role.fault.detail);
  const opened = await openSession(
    aws,
    {
      hub: {
        id: 'hub',
        hub: { kind: 'platform-account', accountId: HUB },
        facts,
        credentials: {
          kind: 'access-key',
          accessKeyId: key.accessKeyId,
          openSecret: async () => ({ ok: true, value: key.secretAccessKey }),
        },
      },
      role: role.value,
      externalId: 'contract',
      purpose: 'test',
      onUse: async () => {},
    },
    { budget: prompt(systemClock, { totalMs: 10_000 }) },
  );
  if (!opened.ok) throw new Error(opened.fault.detail);
  return opened.value;
}

/** Times in a world are text; AWS's answers, and so the attributes, have them in one form. */
function asDates(item: object | undefined): object {
  return JSON.parse(JSON.stringify(item ?? {}));
}
