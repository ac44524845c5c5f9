import { fault } from '../../src/domain/faults.ts';
import { epochOf } from '../fleet/fleet.ts';
import { truthOf } from '../fleet/truth.ts';
import { resourceId } from '../world/aws-ids.ts';
import { drawPrng, ec2RegionOf } from '../world/build.ts';
import { ec2StateOf, fleetScopeOf, takeOutOfFleet, usedRegions } from '../world/ec2-state.ts';
import { makeInstance, publicAddress } from '../world/instance.ts';
import { INSTANCE_SHAPES } from '../world/instance-shapes.ts';
import { inTransition, isVisible, spreadingFrom, started, stopped, terminated } from '../world/instance-state.ts';
import { networkOf } from '../world/network.ts';
import { createPrng } from '../world/prng.ts';
import { regionIsOn } from '../world/regions.ts';
import type { Account, Ec2Region, SimulatedInstance, World } from '../world/world.ts';
import { type ControlAnswer, type ControlCall, created, found, refused, withAccount } from './answers.ts';
import { parseBody } from './fields.ts';

/** GET: the account's instances that EC2 still shows; query `region`. */
export const listInstances = withAccount(({ simulation: { world, clock }, request }, account) => {
  const wanted = request.query.get('region');
  const now = clock.now();
  const items = usedRegions(world, account)
    .filter(region => wanted === null || region === wanted)
    .flatMap(region =>
      [...ec2StateOf(world, { account, region, now }).instances]
        .filter(instance => isVisible(instance, now))
        .map(({ InstanceId, State, Tags }) => ({
          region,
          instanceId: InstanceId,
          state: State?.Name,
          tags: tagMap(Tags),
        })),
    );
  return found({ items });
});

/** POST {region, count?, type?, tags?}: launches running instances in one reservation. */
export const launchInstances = withAccount(({ simulation: { world, clock }, request }, account) => {
  const fields = parseBody(request.body);
  const region = fields.text('region');
  const count = fields.optionalNumber('count', { min: 1, max: LAUNCH_MAX, whole: true }) ?? 1;
  const type = fields.optionalOneOf('type', SHAPE_TYPES);
  const tags = fields.optionalTextMap('tags');
  const wrong = fields.end();
  if (wrong) return refused(wrong);
  if (!regionIsOn(account, region)) {
    return refused(fault('invalid-field', `The account has no region ${region}.`, { field: 'region' }));
  }
  const now = clock.now();
  takeOutOfFleet(world, { account, region, now });
  const prng = drawPrng(world);
  const network = networkOf(prng, account, region);
  const state = ec2RegionOf(account, region);
  const reservationId = resourceId(prng, 'r');
  const launched: SimulatedInstance[] = [];
  for (let launchIndex = 0; launchIndex < count; launchIndex += 1) {
    const plan = { prng, network, reservationId, launchIndex, launchedAt: now, ...(type ? { type } : {}) };
    const instance = makeInstance(plan);
    const tagged = tags ? { ...instance, Tags: withTags([], tags) } : instance;
    launched.push(spreadingFrom(undefined, tagged, { listingDelaySeconds: world.listingDelaySeconds, now }));
  }
  account.ec2[region] = { ...state, vpcs: network.vpcs, subnets: network.subnets };
  for (const instance of launched) state.instances.push(instance);
  return created({ reservationId, instanceIds: launched.map(({ InstanceId }) => InstanceId) });
});

/** PATCH {state?, tags?, type?}: tags are merged, null takes one away. */
export const changeInstance = withAccount((call, account) => {
  const fields = parseBody(call.request.body);
  const target = fields.optionalOneOf('state', STATES);
  const tags = fields.optionalTextMap('tags');
  const type = fields.optionalOneOf('type', SHAPE_TYPES);
  const wrong = fields.end();
  if (wrong) return refused(wrong);
  return changeOne(call, account, (instance, region) => {
    let changed = target ? inState(call, { account, region, instance, target }) : instance;
    if (tags) changed = { ...changed, Tags: withTags(instance.Tags ?? [], tags) };
    if (type) changed = { ...changed, InstanceType: type };
    return changed;
  });
});

/** DELETE: terminates; EC2 shows what is left for another hour. */
export const terminateInstance = withAccount((call, account) =>
  changeOne(call, account, instance => terminated(instance, call.simulation.clock.now())),
);

/** POST {share, seed?}: gives that share of all instances another value of the tag `Touched`; for measuring small changes. */
export function churn({ simulation: { world }, request }: ControlCall): ControlAnswer {
  const fields = parseBody(request.body);
  const share = fields.optionalNumber('share', { min: 0, max: 1, whole: false }) ?? 0.01;
  const seed = fields.optionalNumber('seed', { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true }) ?? 0;
  const wrong = fields.end();
  if (wrong) return refused(wrong);
  const prng = createPrng(seed, 'churn');
  const value = prng.hex(8);
  let changed = 0;
  for (const { instances } of Object.values(world.accounts).flatMap(({ ec2 }) => Object.values(ec2))) {
    for (const [position, instance] of instances.entries()) {
      if (!prng.chance(share)) continue;
      instances[position] = { ...instance, Tags: withTags(instance.Tags ?? [], { Touched: value }) };
      changed += 1;
    }
  }
  return found({ changed });
}

const LAUNCH_MAX = 10_000;
const SHAPE_TYPES = INSTANCE_SHAPES.map(({ type }) => type);
const STATES = ['running', 'stopped', 'terminated', 'pending', 'stopping', 'shutting-down'] as const;

function changeOne(
  { simulation: { world, clock }, values }: ControlCall,
  account: Account,
  change: (instance: SimulatedInstance, region: string) => SimulatedInstance,
): ControlAnswer {
  const id = values.instanceId ?? '';
  const now = clock.now();
  const region = regionInFleet(world, { account, id, now });
  if (region !== undefined) takeOutOfFleet(world, { account, region, now });
  const place = placeOf(account, id);
  if (!place || !isVisible(place.instance, now)) {
    return refused(fault('not-found', `There is no instance ${id} in account ${account.id}.`));
  }
  const { state, position, instance } = place;
  if (instance.terminatedAt !== undefined) {
    return refused(fault('invalid-field', `${id} is terminated and changes no more.`));
  }
  const changed = change(instance, place.region);
  state.instances[position] = spreadingFrom(instance, changed, { listingDelaySeconds: world.listingDelaySeconds, now });
  return found({ region: place.region, instanceId: id, state: changed.State?.Name, tags: tagMap(changed.Tags) });
}

/** The region in which the account's part of the fleet has the instance. */
function regionInFleet(
  world: World,
  { account, id, now }: { account: Account; id: string; now: Date },
): string | undefined {
  const { fleet } = world;
  if (!fleet) return undefined;
  const epoch = epochOf(fleet, now);
  return usedRegions(world, account).find(
    region =>
      fleetScopeOf(world, account, region) &&
      truthOf(fleet, { accountId: account.id, region, epoch }).some(({ instanceId }) => instanceId === id),
  );
}

function placeOf(
  account: Account,
  instanceId: string,
): { region: string; state: Ec2Region; position: number; instance: SimulatedInstance } | undefined {
  for (const [region, state] of Object.entries(account.ec2)) {
    const position = state.instances.findIndex(({ InstanceId }) => InstanceId === instanceId);
    const instance = state.instances[position];
    if (instance) return { region, state, position, instance };
  }
  return undefined;
}

function inState(
  { simulation: { world, clock } }: ControlCall,
  {
    account,
    region,
    instance,
    target,
  }: { account: Account; region: string; instance: SimulatedInstance; target: (typeof STATES)[number] },
): SimulatedInstance {
  switch (target) {
    case 'running': {
      if (instance.State?.Name === 'running') return instance;
      const subnet = account.ec2[region]?.subnets.find(({ SubnetId }) => SubnetId === instance.SubnetId);
      const address = subnet?.MapPublicIpOnLaunch ? publicAddress(drawPrng(world), { account, region }) : undefined;
      return started(instance, clock.now(), address);
    }
    case 'stopped':
      return stopped(instance, clock.now());
    case 'terminated':
      return terminated(instance, clock.now());
    default:
      return inTransition(instance, target);
  }
}

function withTags(
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[],
  changes: Record<string, string | null>,
): { Key: string; Value: string }[] {
  const merged = { ...tagMap(tags), ...changes };
  return Object.entries(merged).flatMap(([Key, Value]) => (Value === null ? [] : [{ Key, Value }]));
}

function tagMap(
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}
