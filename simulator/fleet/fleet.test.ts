import { createGunzip, gunzipSync } from 'node:zlib';
import { DescribeInstancesCommand, type DescribeInstancesCommandOutput, EC2Client } from '@aws-sdk/client-ec2';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { packFleet } from '../services/fleet-instances.ts';
import { type Simulation, startSimulation } from '../simulation.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { gzipOf } from '../wire/gzip.ts';
import { type FleetPlan, generateFleet } from '../world/generate-fleet.ts';
import { accountIdsOf, type Fleet, regionsOf, scopeOf } from './fleet.ts';
import { instanceTemplates } from './instance-templates.ts';
import { lazyInstances } from './lazy-instances.ts';
import { packSlots } from './packed-page.ts';
import { renderSlots } from './page.ts';
import { instancesOf, membersClient } from './testing.ts';
import { truthOf } from './truth.ts';

const NOW = systemClock.now();
const LATER = new Date(NOW.getTime() + 1_000).toISOString();
const FIRST = '200000000001';
const REGION = 'eu-west-1';
const SHAPE = { regions: ['us-east-1', REGION], regionsActive: 2, instances: { min: 230, max: 230 }, skew: 0 };
const PLAN: FleetPlan = {
  seed: 7,
  now: NOW,
  accounts: 3,
  shape: SHAPE,
  changeRate: 0.1,
};

let aws: Simulation;
let fleet: Fleet;

beforeAll(async () => {
  aws = await startSimulation({ makeWorld: () => generateFleet(PLAN), clock: createVirtualClock(NOW) });
  fleet = fleetOf(aws);
});

afterAll(() => aws.stop());

describe('a fleet', () => {
  it('is listed, page after page, as its truth says', async () => {
    const listed = await listAll(await membersClient(aws, { accountId: FIRST, region: REGION }));
    const instances = listed.flatMap(instancesOf);
    expect(listed.map(page => instancesOf(page).length)).toEqual([100, 100, 30]);
    expect(instances.map(({ InstanceId }) => InstanceId)).toEqual(truth(0).map(({ instanceId }) => instanceId));
    expect(new Set(instances.map(({ InstanceId }) => InstanceId)).size).toBe(230);
    const addresses = instances.flatMap(
      ({ VpcId, PrivateIpAddress }) => PrivateIpAddress && [`${VpcId} ${PrivateIpAddress}`],
    );
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it('is answered by its pre-rendered pages as the general way would answer, in every epoch', async () => {
    const ec2 = await membersClient(aws, { accountId: FIRST, region: REGION });
    for (let epoch = 0; epoch < 4; epoch += 1) {
      const rendered = await listAll(ec2, { MaxResults: 77 });
      // A filter that every instance matches takes the general way.
      const Filters = [{ Name: 'instance-state-name', Values: ['*'] }];
      const general = await listAll(ec2, { MaxResults: 77, Filters });
      expect(rendered.map(({ Reservations }) => Reservations)).toEqual(general.map(({ Reservations }) => Reservations));
      fleet.steps.push(NOW.toISOString());
    }
    fleet.steps.length = 0;
  });

  it('is compressed for who asks for it, with the same content in every epoch and in pages of any size', async () => {
    const ec2 = await membersClient(aws, { accountId: FIRST, region: REGION });
    const encodings = new Set<unknown>();
    const unpacking = unpackingClient(ec2, encoding => encodings.add(encoding));
    for (let epoch = 0; epoch < 4; epoch += 1) {
      for (const MaxResults of [1_000, 100, 77]) {
        const [plain, packed] = [await listAll(ec2, { MaxResults }), await listAll(unpacking, { MaxResults })];
        expect(packed.map(({ Reservations }) => Reservations)).toEqual(plain.map(({ Reservations }) => Reservations));
      }
      fleet.steps.push(NOW.toISOString());
    }
    fleet.steps.length = 0;
    expect([...encodings]).toEqual(['gzip']);
  });

  it('is packed before it is asked, and packs again only the parts in which something has changed', async () => {
    const shape = { ...SHAPE, instances: { min: 2_000, max: 2_000 } };
    const large = fleetIn(generateFleet({ ...PLAN, accounts: 1, shape, changeRate: 0.01 }));
    const pack = () => packFleet(large, { layout: 'indented', now: NOW });
    // Of two regions with two pages of 50 parts.
    expect(await pack()).toEqual({ kept: 0, made: 200 });
    expect(await pack()).toEqual({ kept: 200, made: 0 });
    large.steps.push(LATER);
    const { made } = await pack();
    expect(made).toBeGreaterThanOrEqual(40);
    expect(made).toBeLessThan(60);
  });

  it('is compressed rightly where two long answers are sent piece by piece at the same time', () => {
    const shape = { ...SHAPE, instances: { min: 3_000, max: 3_000 } };
    const large = fleetIn(generateFleet({ ...PLAN, shape }));
    const templates = instanceTemplates(REGION, instance => JSON.stringify(instance));
    const ranges = accountIdsOf(large).flatMap(accountId => {
      const scope = scopeOf(large, { accountId, region: REGION });
      return scope ? [{ scope, templates, layout: 'compact' as const, from: 0, to: 3_000, epoch: 0 }] : [];
    });
    // Once made, once read.
    for (let round = 0; round < 2; round += 1) {
      const sent = ranges.map(range => ({
        range,
        pieces: gzipOf(packSlots(range))[Symbol.iterator](),
        file: Buffer.alloc(0),
      }));
      for (let open = sent.length; open > 0; ) {
        for (const one of sent) {
          const { done, value } = one.pieces.next();
          if (done) open -= 1;
          else one.file = Buffer.concat([one.file, value]);
        }
      }
      for (const { range, file } of sent) {
        const text = Buffer.concat(Array.from(renderSlots(range), piece => Buffer.from(piece)));
        expect(gunzipSync(file).equals(text)).toBe(true);
      }
    }
  });

  it('finds an instance by its id, and not one of another account', async () => {
    const [{ instanceId } = { instanceId: '' }] = truth(0).slice(123);
    const found = await (await membersClient(aws, { accountId: FIRST, region: REGION })).send(
      new DescribeInstancesCommand({ InstanceIds: [instanceId] }),
    );
    expect(instancesOf(found).map(({ InstanceId }) => InstanceId)).toEqual([instanceId]);
    const other = await membersClient(aws, { accountId: '200000000002', region: REGION });
    await expect(other.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }))).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
    });
  });

  it('changes its share of every page of 1,000 from one epoch to the next, some of them into other instances', () => {
    const shape = { ...SHAPE, instances: { min: 3_000, max: 3_000 } };
    const large = fleetIn(generateFleet({ ...PLAN, shape, changeRate: 0.01 }));
    const [before, after] = [listOf(large), listOf(epochsOn(large, 1))];
    const changed = after.map((instance, i) => JSON.stringify(instance) !== JSON.stringify(before[i]));
    const perPage = [0, 1_000, 2_000].map(from => changed.slice(from, from + 1_000).filter(Boolean).length);
    expect(perPage).toEqual([10, 10, 10]);
    expect(new Set(after.map(({ State }) => State?.Name))).toContain('terminated');

    const known = new Set(before.map(({ InstanceId }) => InstanceId));
    const launched = listOf(epochsOn(large, 20)).filter(({ InstanceId }) => !known.has(InstanceId));
    expect(launched.length).toBeGreaterThan(50);
    expect(launched.every(({ LaunchTime = '' }) => LaunchTime > NOW.toISOString())).toBe(true);
  });

  it('is another one for another seed, and the same for the same', () => {
    const ids = (seed: number) =>
      truthOf(fleetIn(generateFleet({ ...PLAN, seed })), { accountId: FIRST, region: REGION, epoch: 3 });
    expect(ids(7)).toEqual(ids(7));
    expect(ids(7)).not.toEqual(ids(8));
  });

  it('never has one id twice', () => {
    const ids = accountIdsOf(fleet).flatMap(accountId =>
      ['us-east-1', REGION].flatMap(region => truthOf(fleet, { accountId, region, epoch: 50 })),
    );
    expect(new Set(ids.map(({ instanceId }) => instanceId)).size).toBe(6 * 230);
  });

  it('can be skewed and have a few large accounts, and its total stays the same', () => {
    const world = generateFleet({ seed: 1, now: NOW, accounts: 100, shape: 'skewed' });
    const sizes = accountIdsOf(fleetIn(world)).map(id => sizeOfAccount(fleetIn(world), id));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(80_000);
    expect(total).toBeLessThan(120_000);
    expect(Math.max(...sizes)).toBeGreaterThan(10 * (sizes.toSorted((a, b) => a - b)[50] ?? 0));
    const lopsided = fleetIn(generateFleet({ seed: 1, now: NOW, accounts: 5, shape: 'lopsided' }));
    expect(accountIdsOf(lopsided).map(id => sizeOfAccount(lopsided, id) === 500_000)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('moves on with the clock where that is asked for', async () => {
    const clock = createVirtualClock(NOW);
    const timed = await startSimulation({ makeWorld: () => generateFleet({ ...PLAN, epochSeconds: 10 }), clock });
    try {
      const ec2 = await membersClient(timed, { accountId: FIRST, region: REGION });
      const listed = async () => (await listAll(ec2)).flatMap(instancesOf).map(({ InstanceId }) => InstanceId);
      const at = (epoch: number) =>
        truthOf(fleetOf(timed), { accountId: FIRST, region: REGION, epoch }).map(({ instanceId }) => instanceId);
      expect(await listed()).toEqual(at(0));
      clock.advance(20 * 10_000);
      expect(await listed()).toEqual(at(20));
    } finally {
      await timed.stop();
    }
  });
});

function listOf(of: Fleet) {
  const scope = scopeOf(of, { accountId: FIRST, region: REGION });
  return scope ? [...lazyInstances(scope, NOW)] : [];
}

function epochsOn(of: Fleet, epochs: number): Fleet {
  return { ...of, steps: Array.from({ length: epochs }, () => LATER) };
}

function truth(epoch: number) {
  return truthOf(fleet, { accountId: FIRST, region: REGION, epoch });
}

function sizeOfAccount(of: Fleet, accountId: string): number {
  return regionsOf(of, accountId).reduce((sum, region) => sum + (scopeOf(of, { accountId, region })?.size ?? 0), 0);
}

function fleetOf({ world }: Simulation): Fleet {
  return fleetIn(world);
}

function fleetIn(world: { fleet?: Fleet }): Fleet {
  if (!world.fleet) throw new Error('a world without a fleet');
  return world.fleet;
}

/** The same client, but that it asks for compressed answers. */
function unpackingClient(ec2: EC2Client, seen: (encoding: unknown) => void): EC2Client {
  const handler = new NodeHttpHandler();
  return new EC2Client({
    region: REGION,
    endpoint: aws.endpoint,
    credentials: ec2.config.credentials,
    requestHandler: Object.assign(Object.create(handler), {
      async handle(request: Parameters<NodeHttpHandler['handle']>[0]) {
        request.headers['accept-encoding'] = 'gzip';
        const { response } = await handler.handle(request);
        seen(response.headers['content-encoding']);
        return { response: Object.assign(response, { body: response.body.pipe(createGunzip()) }) };
      },
    }),
  });
}

async function listAll(ec2: Awaited<ReturnType<typeof membersClient>>, input: object = { MaxResults: 100 }) {
  const pages: DescribeInstancesCommandOutput[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ec2.send(new DescribeInstancesCommand({ ...input, ...(NextToken ? { NextToken } : {}) }));
    pages.push(page);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return pages;
}
