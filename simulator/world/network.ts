import type { Subnet, Vpc } from '@aws-sdk/client-ec2';
import { resourceId } from './aws-ids.ts';
import type { Prng } from './prng.ts';
import { zonesOf } from './regions.ts';
import type { Account } from './world.ts';

/** The network that instances of one account and region are put into; `used` counts the addresses given out per subnet. */
export interface Network {
  account: Pick<Account, 'id' | 'partition'>;
  region: string;
  vpcs: Vpc[];
  subnets: Subnet[];
  used: Map<string, number>;
  securityGroups: Map<string, { GroupId: string; GroupName: string }[]>;
}

/**
 * A default VPC, as every region of an account has one, and as many VPCs of the owner as `instances` need addresses for.
 */
export function makeNetwork({
  prng,
  account,
  region,
  instances,
}: {
  prng: Prng;
  account: Pick<Account, 'id' | 'partition'>;
  region: string;
  instances: number;
}): Network {
  const network: Network = { account, region, vpcs: [], subnets: [], used: new Map(), securityGroups: new Map() };
  addVpc(prng, network, { cidr: '172.31.0.0/16', isDefault: true, subnetBits: 20, name: '' });
  const owned = Math.ceil(instances / ADDRESSES_PER_VPC);
  const first = prng.int(0, 200);
  for (let i = 0; i < owned; i += 1) {
    const cidr = `10.${(first + i) % 256}.0.0/16`;
    addVpc(prng, network, { cidr, isDefault: false, subnetBits: 18, name: i === 0 ? 'main' : `main-${i + 1}` });
  }
  return network;
}

/** Takes up the network that the region has, to put more instances into it; makes one if it has none. */
export function networkOf(prng: Prng, account: Account, region: string): Network {
  const state = account.ec2[region];
  if (!state || state.vpcs.length === 0) return makeNetwork({ prng, account, region, instances: 1 });
  const { vpcs, subnets, instances } = state;
  const interfaces = instances.flatMap(instance => instance.NetworkInterfaces ?? []);
  const bases = new Map(subnets.map(subnet => [subnet.SubnetId ?? '', parseCidr(subnet.CidrBlock ?? '').base]));
  const used = new Map<string, number>();
  for (const { SubnetId = '', PrivateIpAddresses = [] } of interfaces) {
    for (const { PrivateIpAddress = '' } of PrivateIpAddresses) {
      const position = addressNumber(PrivateIpAddress) - (bases.get(SubnetId) ?? 0) - RESERVED_FIRST;
      used.set(SubnetId, Math.max(used.get(SubnetId) ?? 0, position + 1));
    }
  }
  const securityGroups: Network['securityGroups'] = new Map();
  for (const { VpcId = '' } of vpcs) {
    const known = interfaces.find(nic => nic.VpcId === VpcId)?.Groups ?? [];
    const groups = known.flatMap(({ GroupId, GroupName }) => (GroupId && GroupName ? [{ GroupId, GroupName }] : []));
    securityGroups.set(VpcId, groups.length > 0 ? groups : makeSecurityGroups(prng));
  }
  return { account, region, vpcs, subnets, used, securityGroups };
}

/** The next free private address of a subnet. */
export function takeAddress(network: Network, subnet: Subnet): string {
  const id = subnet.SubnetId ?? '';
  const position = network.used.get(id) ?? 0;
  network.used.set(id, position + 1);
  const { base, size } = parseCidr(subnet.CidrBlock ?? '');
  return addressText(base + RESERVED_FIRST + (position % (size - RESERVED_FIRST - 1)));
}

/** AWS keeps the first four addresses of a subnet, and the last, to itself. */
const RESERVED_FIRST = 4;

/** Three quarters of three /18 subnets, so that no address is given twice. */
const ADDRESSES_PER_VPC = 36_000;

function addVpc(
  prng: Prng,
  network: Network,
  vpc: { cidr: string; isDefault: boolean; subnetBits: number; name: string },
): void {
  const { account, region } = network;
  const VpcId = resourceId(prng, 'vpc');
  const ipv6 = vpc.isDefault ? undefined : `2600:1f${prng.hex(2)}:${prng.hex(4)}:${prng.hex(2)}00::/56`;
  network.vpcs.push({
    CidrBlock: vpc.cidr,
    DhcpOptionsId: resourceId(prng, 'dopt'),
    State: 'available',
    VpcId,
    OwnerId: account.id,
    InstanceTenancy: 'default',
    Ipv6CidrBlockAssociationSet: ipv6
      ? [
          {
            AssociationId: `vpc-cidr-assoc-0${prng.hex(16)}`,
            Ipv6CidrBlock: ipv6,
            Ipv6CidrBlockState: { State: 'associated' },
            NetworkBorderGroup: region,
            Ipv6Pool: 'Amazon',
          },
        ]
      : [],
    CidrBlockAssociationSet: [
      {
        AssociationId: `vpc-cidr-assoc-0${prng.hex(16)}`,
        CidrBlock: vpc.cidr,
        CidrBlockState: { State: 'associated' },
      },
    ],
    IsDefault: vpc.isDefault,
    Tags: vpc.name ? [{ Key: 'Name', Value: vpc.name }] : [],
  });
  network.securityGroups.set(VpcId, makeSecurityGroups(prng));
  const { base } = parseCidr(vpc.cidr);
  const size = 2 ** (32 - vpc.subnetBits);
  zonesOf(region).forEach((zone, index) => {
    const SubnetId = resourceId(prng, 'subnet');
    const isPublic = vpc.isDefault || index === 0;
    network.subnets.push({
      AvailabilityZone: zone.name,
      AvailabilityZoneId: zone.id,
      AvailableIpAddressCount: size - 5,
      CidrBlock: `${addressText(base + index * size)}/${vpc.subnetBits}`,
      DefaultForAz: vpc.isDefault,
      MapPublicIpOnLaunch: isPublic,
      MapCustomerOwnedIpOnLaunch: false,
      State: 'available',
      SubnetId,
      VpcId,
      OwnerId: account.id,
      AssignIpv6AddressOnCreation: false,
      Ipv6CidrBlockAssociationSet: ipv6
        ? [
            {
              AssociationId: `subnet-cidr-assoc-0${prng.hex(16)}`,
              Ipv6CidrBlock: ipv6.replace('00::/56', `0${index}::/64`),
              Ipv6CidrBlockState: { State: 'associated' },
            },
          ]
        : [],
      SubnetArn: `arn:${account.partition}:ec2:${region}:${account.id}:subnet/${SubnetId}`,
      EnableDns64: false,
      Ipv6Native: false,
      Tags: vpc.name ? [{ Key: 'Name', Value: `${vpc.name}-${isPublic ? 'public' : 'private'}-${zone.name}` }] : [],
    });
  });
}

function makeSecurityGroups(prng: Prng): { GroupId: string; GroupName: string }[] {
  return ['default', 'web', 'application', 'database'].map(GroupName => ({
    GroupId: resourceId(prng, 'sg'),
    GroupName,
  }));
}

function parseCidr(cidr: string): { base: number; size: number } {
  const [address = '', bits = ''] = cidr.split('/');
  return { base: addressNumber(address), size: 2 ** (32 - Number(bits)) };
}

/** 10.0.0.1 → 167772161. */
export function addressNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressText(address: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.');
}
