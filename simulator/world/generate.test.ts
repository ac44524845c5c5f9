import { describe, expect, test } from 'vitest';
import { GENERATED_PLATFORM_ACCOUNT_ID, generateWorld } from './generate.ts';
import { defaultRegions, zonesOf } from './regions.ts';
import type { SimulatedInstance, World } from './world.ts';

const now = new Date('2026-03-01T12:00:00Z');
const plan = { seed: 7, now, accounts: 12, instances: 3_000 };
const world = generateWorld(plan);

describe('a generated world', () => {
  test('is the same for the same plan, byte for byte', () => {
    expect(JSON.stringify(generateWorld(plan))).toBe(JSON.stringify(world));
  });

  test('is another for another seed', () => {
    const other = instancesOf(generateWorld({ ...plan, seed: 8 })).map(({ InstanceId }) => InstanceId);
    const ids = new Set(instancesOf(world).map(({ InstanceId }) => InstanceId));
    expect(other.filter(id => ids.has(id))).toEqual([]);
  });

  test('has exactly the accounts and instances asked for', () => {
    expect(Object.keys(world.accounts)).toHaveLength(plan.accounts + 1);
    expect(world.accounts[GENERATED_PLATFORM_ACCOUNT_ID]).toBeDefined();
    expect(instancesOf(world)).toHaveLength(plan.instances);
  });

  test('is skewed: the largest account and region hold far more than their share', () => {
    const regions = regionsOf(world).map(({ instances }) => instances.length);
    const even = plan.instances / (plan.accounts * defaultRegions('aws').length);
    expect(Math.max(...regions)).toBeGreaterThan(8 * even);
    expect(Math.min(...regions)).toBeLessThan(even / 2);
  });

  test('keeps to the regions it was given', () => {
    const small = generateWorld({ ...plan, instances: 50, regions: ['eu-west-1'] });
    const regions = new Set(Object.values(small.accounts).flatMap(({ ec2 }) => Object.keys(ec2)));
    expect([...regions]).toEqual(['eu-west-1']);
  });

  test('gives no id twice and no private address twice within a VPC', () => {
    const instances = instancesOf(world);
    const interfaces = instances.flatMap(instance => instance.NetworkInterfaces ?? []);
    expectUnique(instances.map(({ InstanceId }) => InstanceId));
    expectUnique(interfaces.map(nic => nic.NetworkInterfaceId));
    expectUnique(
      interfaces.flatMap(nic => (nic.PrivateIpAddresses ?? []).map(ip => `${nic.VpcId} ${ip.PrivateIpAddress}`)),
    );
    expectUnique(instances.flatMap(one => one.BlockDeviceMappings ?? []).map(device => device.Ebs?.VolumeId));
  });

  test('has ids in the shapes that AWS gives them', () => {
    for (const instance of instancesOf(world)) {
      expect(instance.InstanceId).toMatch(/^i-0[0-9a-f]{16}$/);
      expect(instance.reservationId).toMatch(/^r-0[0-9a-f]{16}$/);
    }
    const role = world.accounts['200000000001']?.roles.CausewayReadOnly;
    expect(role?.id).toMatch(/^AROA[A-Z2-7]{17}$/);
    const user = world.accounts[GENERATED_PLATFORM_ACCOUNT_ID]?.users['causeway-platform'];
    expect(user?.id).toMatch(/^AIDA[A-Z2-7]{17}$/);
    expect(user?.accessKeys[0]?.id).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(user?.accessKeys[0]?.secret).toMatch(/^[A-Za-z0-9+/]{40}$/);
  });

  test('puts every instance into a zone and subnet of its region, with an address inside the subnet', () => {
    for (const { region, instances, subnets } of regionsOf(world)) {
      const zones = zonesOf(region).map(({ name }) => name);
      for (const instance of instances.filter(({ terminatedAt }) => terminatedAt === undefined)) {
        const subnet = subnets.find(({ SubnetId }) => SubnetId === instance.SubnetId);
        expect(zones).toContain(instance.Placement?.AvailabilityZone);
        expect(subnet?.AvailabilityZone).toBe(instance.Placement?.AvailabilityZone);
        expect(subnet?.VpcId).toBe(instance.VpcId);
        expect(isInside(instance.PrivateIpAddress ?? '', subnet?.CidrBlock ?? '')).toBe(true);
      }
    }
  });

  test('keeps the instances of a reservation together', () => {
    for (const { instances } of regionsOf(world)) {
      const runs = instances.filter((one, i) => one.reservationId !== instances[i - 1]?.reservationId);
      expectUnique(runs.map(({ reservationId }) => reservationId));
    }
    expect(instancesOf(world).some(({ AmiLaunchIndex }) => (AmiLaunchIndex ?? 0) > 1)).toBe(true);
  });

  test('shows terminated instances as EC2 does: tags and type, but no network and no volumes', () => {
    const gone = instancesOf(world).filter(({ State }) => State?.Name === 'terminated');
    expect(gone.length).toBeGreaterThan(5);
    for (const instance of gone) {
      expect(instance).toMatchObject({ NetworkInterfaces: [], BlockDeviceMappings: [], SecurityGroups: [] });
      expect(instance).not.toHaveProperty('VpcId');
      expect(instance).not.toHaveProperty('PrivateIpAddress');
      expect(instance.StateTransitionReason).toMatch(/^User initiated \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT\)$/);
      expect(instance.InstanceType).toBeTruthy();
    }
  });

  test('gives stopped instances no public address', () => {
    const stopped = instancesOf(world).filter(({ State }) => State?.Name === 'stopped');
    expect(stopped.length).toBeGreaterThan(50);
    for (const instance of stopped) {
      expect(instance).not.toHaveProperty('PublicIpAddress');
      expect(JSON.stringify(instance.NetworkInterfaces)).not.toContain('"Association"');
    }
  });

  test('has the tags that are hard to handle', () => {
    const tags = instancesOf(world).map(({ Tags }) => Tags ?? []);
    const values = new Set(tags.flat().map(({ Value }) => Value));
    expect(values).toContain('');
    expect(values).toContain(`<b>"bold" & 'quoted'</b>`);
    expect([...values].some(value => /\p{Script=Han}/u.test(value ?? ''))).toBe(true);
    expect(tags.some(own => own.length >= 50)).toBe(true);
    expect(tags.some(own => own.length === 0)).toBe(true);
    for (const own of tags) expectUnique(own.map(({ Key }) => Key));
    const names = tags.flatMap(own => own.filter(({ Key }) => Key === 'Name').map(({ Value }) => Value));
    expect(new Set(names).size).toBeLessThan(names.length);
  });

  test('survives a round trip through JSON unchanged', () => {
    expect(JSON.parse(JSON.stringify(world))).toEqual(world);
  });
});

function regionsOf({ accounts }: World) {
  return Object.values(accounts).flatMap(({ ec2 }) =>
    Object.entries(ec2).map(([region, state]) => ({ region, ...state })),
  );
}

function instancesOf(of: World): SimulatedInstance[] {
  return regionsOf(of).flatMap(({ instances }) => instances);
}

function expectUnique(values: readonly unknown[]) {
  const seen = new Set<unknown>();
  const twice = values.filter(value => seen.size === seen.add(value).size);
  expect(twice).toEqual([]);
}

function isInside(address: string, cidr: string): boolean {
  const [base = '', bits = ''] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return numberOf(address) >= numberOf(base) && numberOf(address) < numberOf(base) + size;
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
