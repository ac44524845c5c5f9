import {
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeRegionsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type Instance,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulation, startSimulation } from '../simulation.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { addAccessKey, addAccount, addUser, createWorld, ec2RegionOf } from '../world/build.ts';
import { fillRegion } from '../world/generate.ts';
import { isVisible } from '../world/instance-state.ts';
import { AWKWARD_TAGS } from '../world/instance-tags.ts';
import type { SimulatedInstance, World } from '../world/world.ts';

const ACCOUNT = '111122223333';
const COUNT = 137;
const clock = createVirtualClock(new Date('2026-03-01T12:00:00Z'));

let aws: Simulation;
let ec2: EC2Client;

beforeAll(async () => {
  aws = await startSimulation({ makeWorld, clock });
  ec2 = client('us-east-1');
});
afterAll(() => aws.stop());

describe('DescribeInstances', () => {
  test('answers every instance exactly once, whatever the page size', async () => {
    const ids = instances().map(({ InstanceId }) => InstanceId);
    for (const pageSize of [5, 7, 50, 136, 137, 138, 1_000]) {
      const pages: Instance[][] = [];
      for await (const page of paginateDescribeInstances({ client: ec2, pageSize }, {})) pages.push(instancesOf(page));
      expect(pages.flat().map(({ InstanceId }) => InstanceId)).toEqual(ids);
      expect(pages.map(page => page.length)).toEqual(
        Array.from({ length: Math.ceil(COUNT / pageSize) }, (_, i) => Math.min(pageSize, COUNT - i * pageSize)),
      );
    }
  });

  test('answers every field as the world has it', async () => {
    const answered = instancesOf(await ec2.send(new DescribeInstancesCommand({})));
    expect(answered.map(instance => JSON.parse(JSON.stringify(instance)))).toEqual(
      instances().map(({ reservationId, terminatedAt, ...instance }) => instance),
    );
  });

  test('keeps a reservation together, over pages too', async () => {
    const owners = new Map<string | undefined, Set<string | undefined>>();
    for await (const page of paginateDescribeInstances({ client: ec2, pageSize: 5 }, {})) {
      for (const { ReservationId, OwnerId, Instances } of page.Reservations ?? []) {
        expect(OwnerId).toBe(ACCOUNT);
        for (const { InstanceId } of Instances ?? []) {
          owners.set(ReservationId, (owners.get(ReservationId) ?? new Set()).add(InstanceId));
        }
      }
    }
    for (const { InstanceId, reservationId } of instances()) expect(owners.get(reservationId)).toContain(InstanceId);
  });

  test('takes instance ids, but not together with a page size', async () => {
    const ids = instances()
      .slice(3, 6)
      .map(({ InstanceId }) => InstanceId);
    expect((await idsOf({ InstanceIds: ids })).sort()).toEqual(ids.toSorted());
    await expect(idsOf({ InstanceIds: ids, MaxResults: 5 })).rejects.toMatchObject({
      name: 'InvalidParameterCombination',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(idsOf({ InstanceIds: ['i-0123456789abcdef0'] })).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      message: "The instance ID 'i-0123456789abcdef0' does not exist",
    });
    await expect(idsOf({ InstanceIds: ['server-1'] })).rejects.toMatchObject({ name: 'InvalidInstanceID.Malformed' });
  });

  test.each([4, 0, 1_001])('refuses a page size of %i', async MaxResults => {
    await expect(idsOf({ MaxResults })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('refuses a token that is not its own: made up, of another region or of other filters', async () => {
    const { NextToken } = await ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
    expect(NextToken).toBeTruthy();
    const invalid = { name: 'InvalidNextToken' };
    await expect(idsOf({ MaxResults: 5, NextToken: 'abc' })).rejects.toMatchObject(invalid);
    await expect(idsOf({ MaxResults: 5, NextToken: `${NextToken}A` })).rejects.toMatchObject(invalid);
    await expect(
      client('eu-west-1').send(new DescribeInstancesCommand({ MaxResults: 5, NextToken })),
    ).rejects.toMatchObject(invalid);
    const Filters = [{ Name: 'instance-state-name', Values: ['running'] }];
    await expect(idsOf({ MaxResults: 5, NextToken, Filters })).rejects.toMatchObject(invalid);
  });

  test('shows a terminated instance for an hour', async () => {
    const gone = instances().find(({ State }) => State?.Name === 'terminated')?.InstanceId;
    expect(gone).toBeDefined();
    expect(await idsOf({})).toContain(gone);
    clock.advance(60 * 60 * 1_000);
    ec2 = client('us-east-1');
    expect(await idsOf({})).not.toContain(gone);
    await expect(idsOf({ InstanceIds: [gone ?? ''] })).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
  });
});

describe('filters', () => {
  const running = () => visible().filter(({ State }) => State?.Name === 'running');

  test('must all match, each with one of its values', async () => {
    const zones = ['us-east-1a', 'us-east-1b'];
    const found = await idsOf({
      Filters: [
        { Name: 'instance-state-name', Values: ['running'] },
        { Name: 'availability-zone', Values: zones },
      ],
    });
    const wanted = running().filter(({ Placement }) => zones.includes(Placement?.AvailabilityZone ?? ''));
    expect(found).toEqual(wanted.map(({ InstanceId }) => InstanceId));
    expect(found.length).toBeGreaterThan(10);
  });

  test.each<[string, (instance: SimulatedInstance) => string | undefined]>([
    ['instance-id', instance => instance.InstanceId],
    ['instance-type', instance => instance.InstanceType],
    ['vpc-id', instance => instance.VpcId],
    ['subnet-id', instance => instance.SubnetId],
    ['image-id', instance => instance.ImageId],
    ['private-ip-address', instance => instance.PrivateIpAddress],
    ['key-name', instance => instance.KeyName],
    ['tag:Environment', instance => instance.Tags?.find(({ Key }) => Key === 'Environment')?.Value],
  ])('%s finds those that have the value', async (Name, read) => {
    const value = running().map(read).find(Boolean) ?? '';
    const found = await idsOf({ Filters: [{ Name, Values: [value] }] });
    const wanted = visible().filter(instance => read(instance) === value);
    expect(found).toEqual(wanted.map(({ InstanceId }) => InstanceId));
    expect(found.length).toBeGreaterThan(0);
  });

  test('tag-key finds those that have the tag, even an empty one', async () => {
    const found = await idsOf({ Filters: [{ Name: 'tag-key', Values: ['Owner'] }] });
    const wanted = visible().filter(({ Tags }) => Tags?.some(({ Key }) => Key === 'Owner'));
    expect(found).toEqual(wanted.map(({ InstanceId }) => InstanceId));
  });

  test('know * and ? and what a backslash does to them', async () => {
    const types = (pattern: string) => idsOf({ Filters: [{ Name: 'instance-type', Values: [pattern] }] });
    const wanted = visible().filter(({ InstanceType }) => /^t..[ml]/.test(InstanceType ?? '')).length;
    expect(await types('t3.*')).not.toEqual([]);
    expect(await types('t?.*')).toHaveLength(visible().filter(one => /^t.\./.test(one.InstanceType ?? '')).length);
    expect(wanted).toBeGreaterThan(0);
    expect(await types('t3')).toEqual([]);
    expect(await types('t3.\\*')).toEqual([]);
    expect(await types('T3.*')).toEqual([]);
  });

  test('are paged like everything else', async () => {
    const Filters = [{ Name: 'instance-state-name', Values: ['running'] }];
    const found: (string | undefined)[] = [];
    for await (const page of paginateDescribeInstances({ client: ec2, pageSize: 5 }, { Filters })) {
      found.push(...instancesOf(page).map(({ InstanceId }) => InstanceId));
    }
    expect(found).toEqual(running().map(({ InstanceId }) => InstanceId));
  });

  test('with a name that EC2 does not know are refused', async () => {
    await expect(idsOf({ Filters: [{ Name: 'colour', Values: ['blue'] }] })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: "The filter 'colour' is invalid",
    });
  });

  test('with more than 200 values are refused', async () => {
    const Values = Array.from({ length: 201 }, (_, i) => `i-${String(i).padStart(17, '0')}`);
    await expect(idsOf({ Filters: [{ Name: 'instance-id', Values }] })).rejects.toMatchObject({
      name: 'FilterLimitExceeded',
    });
  });
});

describe('regions', () => {
  test('are those of the account: default ones and those it has enabled', async () => {
    const { Regions = [] } = await ec2.send(new DescribeRegionsCommand({}));
    expect(Regions).toHaveLength(18);
    expect(Regions).toContainEqual({
      RegionName: 'us-east-1',
      Endpoint: 'ec2.us-east-1.amazonaws.com',
      OptInStatus: 'opt-in-not-required',
    });
    expect(Regions.find(({ RegionName }) => RegionName === 'eu-central-2')?.OptInStatus).toBe('opted-in');
  });

  test('all of them are told on request, with their status', async () => {
    const { Regions = [] } = await ec2.send(new DescribeRegionsCommand({ AllRegions: true }));
    expect(Regions).toHaveLength(34);
    expect(Regions.find(({ RegionName }) => RegionName === 'me-south-1')?.OptInStatus).toBe('not-opted-in');
  });

  test('are filtered by opt-in status and by name', async () => {
    const Filters = [{ Name: 'opt-in-status', Values: ['opted-in'] }];
    const { Regions = [] } = await ec2.send(new DescribeRegionsCommand({ AllRegions: true, Filters }));
    expect(Regions.map(({ RegionName }) => RegionName)).toEqual(['eu-central-2']);
    const named = await ec2.send(new DescribeRegionsCommand({ RegionNames: ['eu-west-1'] }));
    expect(named.Regions?.map(({ RegionName }) => RegionName)).toEqual(['eu-west-1']);
    await expect(ec2.send(new DescribeRegionsCommand({ RegionNames: ['mars-1'] }))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  test('that are not enabled answer as if the credentials were bad', async () => {
    const refused = { name: 'AuthFailure', $metadata: { httpStatusCode: 401 } };
    await expect(client('me-south-1').send(new DescribeInstancesCommand({}))).rejects.toMatchObject(refused);
    await expect(client('me-south-1').send(new DescribeRegionsCommand({}))).rejects.toMatchObject(refused);
  });

  test('that are enabled or simply empty answer nothing', async () => {
    for (const region of ['eu-central-2', 'eu-west-1']) {
      const answer = await client(region).send(new DescribeInstancesCommand({}));
      expect(answer.Reservations).toEqual([]);
      expect(answer.NextToken).toBeUndefined();
    }
  });

  test('have zones', async () => {
    const { AvailabilityZones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
    expect(AvailabilityZones.map(({ ZoneName, ZoneId }) => [ZoneName, ZoneId])).toEqual([
      ['us-east-1a', 'use1-az1'],
      ['us-east-1b', 'use1-az2'],
      ['us-east-1c', 'use1-az3'],
    ]);
  });
});

describe('networks', () => {
  test('are all that instances refer to', async () => {
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    expect(Vpcs.filter(({ IsDefault }) => IsDefault)).toHaveLength(1);
    const vpcs = Vpcs.map(({ VpcId }) => VpcId);
    const subnets = Subnets.map(({ SubnetId }) => SubnetId);
    for (const instance of instances().filter(({ VpcId }) => VpcId !== undefined)) {
      expect(vpcs).toContain(instance.VpcId);
      expect(subnets).toContain(instance.SubnetId);
    }
  });

  test('are found by id and filter', async () => {
    const isDefault = [{ Name: 'is-default', Values: ['true'] }];
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ Filters: isDefault }));
    const [vpc] = Vpcs;
    expect(Vpcs).toHaveLength(1);
    const named = await ec2.send(new DescribeVpcsCommand({ VpcIds: [vpc?.VpcId ?? ''] }));
    expect(named.Vpcs).toEqual(Vpcs);
    const within = [{ Name: 'vpc-id', Values: [vpc?.VpcId ?? ''] }];
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters: within }));
    expect(Subnets).toHaveLength(3);
    await expect(ec2.send(new DescribeVpcsCommand({ VpcIds: ['vpc-0123'] }))).rejects.toMatchObject({
      name: 'InvalidVpcID.NotFound',
    });
  });
});

function makeWorld(): World {
  const world = createWorld({ seed: 11 });
  const account = addAccount(world, { id: ACCOUNT, name: 'Test', enabledRegions: ['eu-central-2'] });
  const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ec2:*', Resource: '*' }] };
  addUser(world, ACCOUNT, { name: 'reader', inlinePolicies: { all } });
  addAccessKey(world, ACCOUNT, { userName: 'reader' });
  fillRegion({ seed: 11, now: clock.now(), account, region: 'us-east-1', count: COUNT });
  const region = ec2RegionOf(account, 'us-east-1');
  region.instances = region.instances.map((instance, i) =>
    i === 0 ? { ...instance, Tags: [...AWKWARD_TAGS] } : instance,
  );
  return world;
}

function client(region: string): EC2Client {
  const key = aws.world.accounts[ACCOUNT]?.users.reader?.accessKeys[0];
  const credentials = { accessKeyId: key?.id ?? '', secretAccessKey: key?.secret ?? '' };
  // The SDK signs with its own time unless it is told otherwise.
  const systemClockOffset = clock.now().getTime() - Date.now();
  return new EC2Client({ region, endpoint: aws.endpoint, credentials, systemClockOffset, maxAttempts: 1 });
}

async function idsOf(input: DescribeInstancesCommandInput): Promise<(string | undefined)[]> {
  return instancesOf(await ec2.send(new DescribeInstancesCommand(input))).map(({ InstanceId }) => InstanceId);
}

function instancesOf({ Reservations = [] }: { Reservations?: { Instances?: Instance[] | undefined }[] | undefined }) {
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

function instances(): readonly SimulatedInstance[] {
  return aws.world.accounts[ACCOUNT]?.ec2['us-east-1']?.instances ?? [];
}

/** What EC2 shows at the clock's time. */
function visible(): readonly SimulatedInstance[] {
  return instances().filter(instance => isVisible(instance, clock.now()));
}
