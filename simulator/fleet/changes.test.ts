import {
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { type Simulation, startSimulation } from '../simulation.ts';
import { createVirtualClock, type VirtualClock } from '../virtual-clock.ts';
import { generateFleet } from '../world/generate-fleet.ts';
import { stockOf } from '../world/stock.ts';
import { instancesOf, membersClient } from './testing.ts';

const ACCOUNT = '200000000001';
const REGION = 'eu-west-1';
const NOW = systemClock.now();

let aws: Simulation;
let clock: VirtualClock;
let ec2: EC2Client;

beforeEach(async () => {
  clock = createVirtualClock(NOW);
  const shape = { regions: [REGION, 'us-east-1'], regionsActive: 2, instances: { min: 30, max: 30 }, skew: 0 };
  aws = await startSimulation({
    clock,
    makeWorld: () => ({
      ...generateFleet({ seed: 3, now: NOW, accounts: 2, shape, changeRate: 0.2 }),
      stock: stockOf(SAMPLES, { most: 2 }),
    }),
  });
  ec2 = await membersClient(aws, { accountId: ACCOUNT, region: REGION });
});

afterEach(() => aws.stop());

describe('a fleet that is changed from outside', () => {
  it('tells its truth and begins epochs by the control API', async () => {
    const before = await control('GET', `fleet/truth?accountId=${ACCOUNT}&region=${REGION}`);
    expect((await list()).map(({ InstanceId }) => InstanceId)).toEqual(idsIn(before));
    for (let i = 0; i < 5; i += 1) await control('POST', 'fleet/epochs');
    const after = await control('GET', `fleet/truth?accountId=${ACCOUNT}&region=${REGION}`);
    expect(after).toMatchObject({ epoch: 5 });
    expect(idsIn(after)).not.toEqual(idsIn(before));
    expect((await list()).map(({ InstanceId }) => InstanceId)).toEqual(idsIn(after));
  });

  it('keeps all others where one instance is changed, also in later epochs', async () => {
    const [first, ...others] = await list();
    await control('PATCH', `accounts/${ACCOUNT}/instances/${first?.InstanceId}`, { tags: { Colour: 'green' } });
    await control('POST', 'fleet/epochs');
    const [changed, ...rest] = await list();
    expect(changed?.Tags).toContainEqual({ Key: 'Colour', Value: 'green' });
    expect(rest).toEqual(others);
  });

  it('lists the volumes and security groups that its instances name', async () => {
    const instances = await list();
    const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const volumes = instances
      .filter(({ State }) => State?.Name !== 'terminated')
      .flatMap(({ BlockDeviceMappings = [] }) => BlockDeviceMappings.map(({ Ebs }) => Ebs?.VolumeId));
    const listed = new Set(Volumes.map(({ VolumeId }) => VolumeId));
    expect(volumes.length).toBeGreaterThan(30);
    expect(volumes.filter(id => !listed.has(id))).toEqual([]);
    const groups = new Set(SecurityGroups.map(({ GroupId }) => GroupId));
    const named = instances.flatMap(one => (one.SecurityGroups ?? []).map(({ GroupId }) => GroupId));
    expect(named.filter(id => !groups.has(id))).toEqual([]);
  });
});

describe('eventual consistency', () => {
  it('lets a listing miss what was launched, and know it neither by its id, for a while', async () => {
    await control('PUT', 'listing-delay', { seconds: 20 });
    const { instanceIds } = await control('POST', `accounts/${ACCOUNT}/instances`, { region: REGION });
    const byId = new DescribeInstancesCommand({ InstanceIds: instanceIds });
    expect(await list()).toHaveLength(30);
    await expect(ec2.send(byId)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
    clock.advance(20_000);
    expect(await list()).toHaveLength(31);
    expect(instancesOf(await ec2.send(byId))).toHaveLength(1);
  });

  it('lets a listing show as it was what was terminated, for a while', async () => {
    const running = (await list()).find(({ State }) => State?.Name === 'running');
    await control('PUT', 'listing-delay', { seconds: 20 });
    await control('DELETE', `accounts/${ACCOUNT}/instances/${running?.InstanceId}`);
    const shown = async () => (await list()).find(({ InstanceId }) => InstanceId === running?.InstanceId);
    expect(await shown()).toEqual(running);
    clock.advance(20_000);
    expect((await shown())?.State?.Name).toBe('terminated');
  });
});

async function list() {
  return instancesOf(await ec2.send(new DescribeInstancesCommand({ MaxResults: 1_000 })));
}

async function control(method: string, path: string, body?: unknown) {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(`${aws.endpoint}/_control/${path}`, init);
  expect(answer.status).toBeLessThan(300);
  const said: Said = JSON.parse(await answer.text());
  return said;
}

interface Said {
  items: { instanceId: string }[];
  instanceIds: string[];
}

function idsIn({ items }: { items: { instanceId: string }[] }): string[] {
  return items.map(({ instanceId }) => instanceId);
}

const SAMPLES = [
  {
    assetType: 'AWS::EC2::Volume',
    sample: {
      id: 'vol-0123456789abcdef0',
      item: { VolumeId: 'vol-0123456789abcdef0', VolumeType: 'gp3', State: 'in-use' },
    },
  },
  {
    assetType: 'AWS::EC2::SecurityGroup',
    sample: {
      id: 'sg-0123456789abcdef0',
      item: { GroupId: 'sg-0123456789abcdef0', GroupName: 'web', Description: 'web' },
    },
  },
];
