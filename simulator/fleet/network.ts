import type { Subnet, Vpc } from '@aws-sdk/client-ec2';
import { createLru, type Lru } from '../lru.ts';
import { instanceProfileId, PROFILES } from '../world/instance.ts';
import { addressNumber, makeNetwork, type Network } from '../world/network.ts';
import { createPrng } from '../world/prng.ts';
import type { Fleet, FleetScope } from './fleet.ts';

/** Part of a scope's network, built as in every scope of the region: the same VPCs and subnets under other ids. */
export interface FleetNetwork {
  vpcs: readonly Vpc[];
  subnets: readonly Subnet[];
  securityGroups: readonly { GroupId: string; GroupName: string; VpcId: string }[];
  /** Ids of all of these, always in the same order. */
  ids: readonly string[];
  /** First address of each subnet. */
  bases: readonly number[];
  /** Of each subnet the IPv6 block without its end, such as `2600:1f14:aaa:bb00`; empty where it has none. */
  ipv6: readonly string[];
  /** Ids of the account's instance profiles, by name. */
  profileIds: ReadonlyMap<string, string>;
}

/** Instances that share one: fewer than any of its subnets has addresses for. */
export const SLOTS_PER_NETWORK = 36_000;

/** The network of the scope's instances from `number` × 36,000 on. Only the first one has the region's default VPC. */
export function networkAt(scope: FleetScope, number: number): FleetNetwork {
  const { fleet, accountId, region } = scope;
  const place = `${accountId}/${region}/${number}`;
  return networksOfFleet(fleet).get(place, () => {
    const prng = createPrng(fleet.seed, `fleet/network/${place}`);
    const account = { id: accountId, partition: 'aws' } as const;
    const network = makeNetwork({ prng, account, region, instances: 1 });
    return asFleetNetwork(number === 0 ? network : withoutDefault(network));
  });
}

/** All of the scope's networks. */
export function networksOf(scope: FleetScope): FleetNetwork[] {
  return Array.from({ length: Math.ceil(scope.size / SLOTS_PER_NETWORK) }, (_, number) => networkAt(scope, number));
}

const networks = new WeakMap<Fleet, Lru<FleetNetwork>>();

function networksOfFleet(fleet: Fleet): Lru<FleetNetwork> {
  const known = networks.get(fleet);
  if (known) return known;
  const made = createLru<FleetNetwork>(500);
  networks.set(fleet, made);
  return made;
}

export function asFleetNetwork({ account, vpcs, subnets, ...network }: Network): FleetNetwork {
  const securityGroups = vpcs.flatMap(({ VpcId = '' }) =>
    (network.securityGroups.get(VpcId) ?? []).map(group => ({ ...group, VpcId })),
  );
  return {
    vpcs,
    subnets,
    securityGroups,
    ids: [
      ...vpcs.map(({ VpcId = '' }) => VpcId),
      ...subnets.map(({ SubnetId = '' }) => SubnetId),
      ...securityGroups.map(({ GroupId }) => GroupId),
    ],
    bases: subnets.map(({ CidrBlock = '' }) => addressNumber(CidrBlock.split('/')[0] ?? '')),
    ipv6: subnets.map(subnet => ipv6Start(subnet.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? '')),
    profileIds: new Map(PROFILES.map(profile => [profile, instanceProfileId(account.id, profile)])),
  };
}

function withoutDefault(network: Network): Network {
  return {
    ...network,
    vpcs: network.vpcs.map(vpc => ({ ...vpc, IsDefault: false })),
    subnets: network.subnets.map(subnet => ({ ...subnet, DefaultForAz: false })),
  };
}

/** As EC2 writes it: no zeros at the beginning of a group. */
function ipv6Start(block: string): string {
  return block
    .replace('::/64', '')
    .split(':')
    .map(group => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
