import { resourceId } from './aws-ids.ts';
import { addAccount, addOrganization, addRole, createWorld, ec2RegionOf } from './build.ts';
import { addHub } from './hub.ts';
import { makeInstance } from './instance.ts';
import { inTransition, stopped, terminated } from './instance-state.ts';
import type { TagPlan } from './instance-tags.ts';
import { makeNetwork } from './network.ts';
import { CONNECTOR_ROLE_NAME, readPolicy, trustPolicy } from './policies.ts';
import { createPrng, type Prng } from './prng.ts';
import { defaultRegions } from './regions.ts';
import type { Account, SimulatedInstance, World } from './world.ts';

export interface WorldPlan {
  seed: number;
  now: Date;
  /** Member accounts, besides the platform account. */
  accounts: number;
  /** In all accounts together. */
  instances: number;
  /** Default: every default region of the partition. */
  regions?: readonly string[];
}

/** ID of the platform account of generated worlds; members are 200000000001 onwards. */
export const GENERATED_PLATFORM_ACCOUNT_ID = '100000000001';
export const FIRST_MEMBER_ID = 200_000_000_001;

/**
 * A world of any size, the same for the same plan: a platform account, whose user `causeway-platform` may assume roles, and
 * members with a role that trusts it under `generatedExternalId`. A few accounts and regions hold most instances.
 */
export function generateWorld(plan: WorldPlan): World {
  const world = createWorld({ seed: plan.seed });
  addAccount(world, { id: GENERATED_PLATFORM_ACCOUNT_ID, name: 'Causeway Platform' });
  addHub(world, GENERATED_PLATFORM_ACCOUNT_ID, 'causeway-platform');
  const members = Array.from({ length: plan.accounts }, (_, i) => addMember(world, i));
  const [first, ...others] = members;
  if (first) addOrganization(world, { managementAccountId: first.id, memberAccountIds: others.map(({ id }) => id) });

  if (plan.instances === 0) return world;
  const regions = plan.regions ?? defaultRegions('aws');
  const perAccount = share(plan.instances, skewedWeights(createPrng(plan.seed, 'accounts'), members.length, 1.1));
  members.forEach((account, i) => {
    const weights = skewedWeights(createPrng(plan.seed, `regions/${account.id}`), regions.length, 1.6);
    const perRegion = share(perAccount[i] ?? 0, weights);
    regions.forEach((region, j) => {
      const count = perRegion[j] ?? 0;
      if (count > 0) fillRegion({ seed: plan.seed, now: plan.now, account, region, count });
    });
  });
  return world;
}

/** The external ID that the role of a generated member asks for. */
export function generatedExternalId(accountId: string): string {
  return `causeway-${accountId}`;
}

/** Fills an empty region of an account with instances of every kind, the same for the same seed, account and region. */
export function fillRegion({
  seed,
  now,
  account,
  region,
  count,
  tags,
}: {
  seed: number;
  now: Date;
  account: Account;
  region: string;
  count: number;
  tags?: TagPlan;
}): void {
  const prng = createPrng(seed, `instances/${account.id}/${region}`);
  const network = makeNetwork({ prng, account, region, instances: count });
  const made: SimulatedInstance[] = [];
  while (made.length < count) {
    const reservationId = resourceId(prng, 'r');
    const together = prng.chance(0.12) ? prng.int(2, 8) : 1;
    const launchedAt = new Date(now.getTime() - Math.floor(prng.next() ** 2 * THREE_YEARS_MS) - MINUTE_MS);
    launchedAt.setUTCMilliseconds(0);
    for (let launchIndex = 0; launchIndex < together && made.length < count; launchIndex += 1) {
      const instance = makeInstance({
        prng,
        network,
        reservationId,
        launchIndex,
        launchedAt,
        ...(tags ? { tags } : {}),
      });
      made.push(withSomeState(prng, instance, { launchedAt, now }));
    }
  }
  const state = ec2RegionOf(account, region);
  for (const instance of made) state.instances.push(instance);
  state.vpcs.push(...network.vpcs);
  state.subnets.push(...network.subnets);
}

const MINUTE_MS = 60_000;
const THREE_YEARS_MS = 3 * 365 * 24 * 60 * MINUTE_MS;

/** One for all members: policies are replaced, never changed in place. */
const READ_POLICY = readPolicy();

function addMember(world: World, number: number): Account {
  const account = addAccount(world, { id: String(FIRST_MEMBER_ID + number), name: `Member ${number + 1}` });
  addRole(world, account.id, {
    name: CONNECTOR_ROLE_NAME,
    trustPolicy: trustPolicy({
      partition: account.partition,
      accountIds: [GENERATED_PLATFORM_ACCOUNT_ID],
      externalId: generatedExternalId(account.id),
    }),
    inlinePolicies: { CausewayRead: READ_POLICY },
  });
  return account;
}

/** Most run, some are stopped, a few are on their way, a few are gone but still listed. */
function withSomeState(
  prng: Prng,
  instance: SimulatedInstance,
  { launchedAt, now }: { launchedAt: Date; now: Date },
): SimulatedInstance {
  const lot = prng.next();
  const since = new Date(launchedAt.getTime() + Math.floor(prng.next() * (now.getTime() - launchedAt.getTime())));
  if (lot < 0.8) return instance;
  if (lot < 0.96) return stopped(instance, since);
  if (lot < 0.97) return inTransition(instance, prng.pick(['pending', 'stopping', 'shutting-down']));
  if (lot < 0.99) return instance;
  return terminated(instance, new Date(Math.max(launchedAt.getTime(), now.getTime() - prng.int(1, 50) * MINUTE_MS)));
}

/** Zipf's law over `count` places in random order: place r of n weighs r^-exponent. */
function skewedWeights(prng: Prng, count: number, exponent: number): number[] {
  const weights = Array.from({ length: count }, (_, rank) => (rank + 1) ** -exponent);
  for (let i = weights.length - 1; i > 0; i -= 1) {
    const j = prng.int(0, i);
    [weights[i], weights[j]] = [weights[j] ?? 0, weights[i] ?? 0];
  }
  return weights;
}

/** Divides `total` by weight into whole numbers that add up to it: the largest remainders get what rounding leaves. */
function share(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const exact = weights.map(weight => (total * weight) / sum);
  const whole = exact.map(Math.floor);
  const left = total - whole.reduce((a, b) => a + b, 0);
  const byRemainder = exact.map((value, i) => ({ i, rest: value - Math.floor(value) })).sort((a, b) => b.rest - a.rest);
  for (const { i } of byRemainder.slice(0, left)) whole[i] = (whole[i] ?? 0) + 1;
  return whole;
}
