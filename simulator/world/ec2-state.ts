import type { Subnet, Vpc } from '@aws-sdk/client-ec2';
import { type FleetScope, regionsOf, scopeOf } from '../fleet/fleet.ts';
import { type Instances, lazyInstances } from '../fleet/lazy-instances.ts';
import { networksOf } from '../fleet/network.ts';
import type { Account, World } from './world.ts';

/** What a region of an account has in EC2, kept or made when it is asked for. */
export interface Ec2State {
  instances: Instances;
  vpcs: readonly Vpc[];
  subnets: readonly Subnet[];
}

/** The region's EC2 state: the account's own if it has one, else what the world's fleet has there, else nothing. */
export function ec2StateOf(
  world: World,
  { account, region, now }: { account: Pick<Account, 'id' | 'ec2'>; region: string; now: Date },
): Ec2State {
  const own = account.ec2[region];
  if (own) return own;
  const scope = fleetScopeOf(world, account, region);
  if (!scope) return { instances: [], vpcs: [], subnets: [] };
  const networks = networksOf(scope);
  return {
    instances: lazyInstances(scope, now),
    vpcs: networks.flatMap(({ vpcs }) => vpcs),
    subnets: networks.flatMap(({ subnets }) => subnets),
  };
}

/** Takes what the account has in a region out of the fleet, to be changed: its own from now on. */
export function takeOutOfFleet(world: World, place: { account: Account; region: string; now: Date }): void {
  const { account, region } = place;
  if (!fleetScopeOf(world, account, region)) return;
  const { instances, vpcs, subnets } = ec2StateOf(world, place);
  account.ec2[region] = { instances: [...instances], vpcs: [...vpcs], subnets: [...subnets] };
}

/** The part of the world's fleet that is in the region; undefined where the account has EC2 state of its own. */
export function fleetScopeOf(
  world: World,
  account: Pick<Account, 'id' | 'ec2'>,
  region: string,
): FleetScope | undefined {
  if (!world.fleet || account.ec2[region]) return undefined;
  return scopeOf(world.fleet, { accountId: account.id, region });
}

/** Regions in which the account has a network, its fullest first. */
export function usedRegions(world: World, account: Pick<Account, 'id' | 'ec2'>): readonly string[] {
  const own = Object.keys(account.ec2);
  if (!world.fleet) return own;
  return [...new Set([...regionsOf(world.fleet, account.id), ...own])];
}
