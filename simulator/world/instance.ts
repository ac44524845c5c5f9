import type { _InstanceType, Subnet } from '@aws-sdk/client-ec2';
import { factsOfPartition } from '../../src/domain/partition.ts';
import { resourceId } from './aws-ids.ts';
import { IMAGE_KINDS, type ImageKind, INSTANCE_SHAPES } from './instance-shapes.ts';
import { makeTags, type TagPlan } from './instance-tags.ts';
import type { Network } from './network.ts';
import { takeAddress } from './network.ts';
import { createPrng, type Prng } from './prng.ts';
import type { SimulatedInstance } from './world.ts';

export interface InstancePlan {
  prng: Prng;
  network: Network;
  reservationId: string;
  /** Position within its reservation. */
  launchIndex: number;
  launchedAt: Date;
  type?: _InstanceType;
  imageId?: string;
  subnetId?: string;
  tags?: TagPlan;
}

/** A running instance with every field that EC2 shows of one. */
export function makeInstance(plan: InstancePlan): SimulatedInstance {
  const { prng, network } = plan;
  const shape = INSTANCE_SHAPES.find(({ type }) => type === plan.type) ?? { ...prng.weighted(INSTANCE_SHAPES) };
  if (plan.type !== undefined) shape.type = plan.type;
  const image = prng.weighted(IMAGE_KINDS.filter(({ architecture }) => architecture === shape.architecture));
  const subnet = network.subnets.find(({ SubnetId }) => SubnetId === plan.subnetId) ?? pickSubnet(prng, network);
  const launchedAt = plan.launchedAt.toISOString();
  const spot = prng.chance(0.06);
  const addresses = makeAddresses(prng, network, subnet);
  const groups = pickGroups(prng, network, subnet);
  const profile = prng.chance(0.55) ? prng.pick(PROFILES) : undefined;
  return {
    reservationId: plan.reservationId,
    InstanceId: resourceId(prng, 'i'),
    AmiLaunchIndex: plan.launchIndex,
    ImageId: plan.imageId ?? imageId(network.region, image),
    InstanceType: shape.type,
    ...(prng.chance(0.7) ? { KeyName: prng.pick(['ops-2023', 'deploy', 'legacy key']) } : {}),
    LaunchTime: launchedAt,
    Monitoring: { State: prng.chance(0.2) ? 'enabled' : 'disabled' },
    Placement: {
      AvailabilityZone: subnet.AvailabilityZone ?? '',
      AvailabilityZoneId: subnet.AvailabilityZoneId ?? '',
      GroupName: '',
      Tenancy: prng.chance(0.01) ? 'dedicated' : 'default',
    },
    ...(image.windows ? { Platform: 'Windows' } : {}),
    PrivateDnsName: addresses.privateDns,
    PrivateIpAddress: addresses.privateIp,
    ProductCodes: [],
    PublicDnsName: addresses.publicDns,
    ...(addresses.publicIp ? { PublicIpAddress: addresses.publicIp } : {}),
    State: SAME.State,
    StateTransitionReason: '',
    SubnetId: subnet.SubnetId ?? '',
    VpcId: subnet.VpcId ?? '',
    Architecture: shape.architecture,
    BlockDeviceMappings: makeVolumes(prng, image, launchedAt),
    ClientToken: `${prng.hex(8)}-${prng.hex(4)}-4${prng.hex(3)}-a${prng.hex(3)}-${prng.hex(12)}`,
    EbsOptimized: !shape.xen,
    EnaSupport: !shape.type.startsWith('t2.'),
    Hypervisor: 'xen',
    ...(profile
      ? {
          IamInstanceProfile: {
            Arn: `arn:${network.account.partition}:iam::${network.account.id}:instance-profile/${profile}`,
            Id: instanceProfileId(network.account.id, profile),
          },
        }
      : {}),
    ...(spot
      ? { InstanceLifecycle: 'spot', SpotInstanceRequestId: `sir-${prng.text(8, 'abcdefghjkmnpqrstuvwxyz0123456789')}` }
      : {}),
    NetworkInterfaces: [makeInterface(prng, network, { subnet, addresses, groups, launchedAt })],
    RootDeviceName: image.rootDevice,
    RootDeviceType: 'ebs',
    SecurityGroups: groups,
    SourceDestCheck: true,
    Tags: makeTags(prng, plan.tags),
    VirtualizationType: 'hvm',
    CpuOptions: { CoreCount: shape.cores, ThreadsPerCore: shape.threadsPerCore },
    CapacityReservationSpecification: SAME.CapacityReservationSpecification,
    HibernationOptions: SAME.HibernationOptions,
    MetadataOptions: SAME.MetadataOptions[prng.chance(0.7) ? 'required' : 'optional'],
    EnclaveOptions: SAME.EnclaveOptions,
    BootMode: shape.architecture === 'arm64' ? 'uefi' : 'uefi-preferred',
    CurrentInstanceBootMode: shape.architecture === 'arm64' ? 'uefi' : 'legacy-bios',
    PlatformDetails: image.platformDetails,
    UsageOperation: image.usageOperation,
    UsageOperationUpdateTime: launchedAt,
    PrivateDnsNameOptions: SAME.PrivateDnsNameOptions,
    MaintenanceOptions: SAME.MaintenanceOptions,
    NetworkPerformanceOptions: SAME.NetworkPerformanceOptions,
    Operator: SAME.Operator,
  };
}

/** Instance profiles that every account has. */
export const PROFILES = ['ec2-ssm', 'web-server', 'eks-node'] as const;

export function instanceProfileId(accountId: string, profile: string): string {
  return `AIPA${createPrng(0, `${accountId}/${profile}`).text(17, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`;
}

const metadataOptions = (HttpTokens: 'required' | 'optional') =>
  ({
    State: 'applied',
    HttpTokens,
    HttpPutResponseHopLimit: 2,
    HttpEndpoint: 'enabled',
    HttpProtocolIpv6: 'disabled',
    InstanceMetadataTags: 'disabled',
  }) as const;

/** What all instances have alike is one object, since instances are never changed in place: a seventh of a large world’s memory. */
const SAME = {
  State: { Code: 16, Name: 'running' },
  CapacityReservationSpecification: { CapacityReservationPreference: 'open' },
  HibernationOptions: { Configured: false },
  EnclaveOptions: { Enabled: false },
  PrivateDnsNameOptions: {
    HostnameType: 'ip-name',
    EnableResourceNameDnsARecord: false,
    EnableResourceNameDnsAAAARecord: false,
  },
  MaintenanceOptions: { AutoRecovery: 'default', RebootMigration: 'default' },
  NetworkPerformanceOptions: { BandwidthWeighting: 'default' },
  Operator: { Managed: false },
  MetadataOptions: { required: metadataOptions('required'), optional: metadataOptions('optional') },
} as const;

/** A public address out of Amazon's ranges, with its name in the region. */
export function publicAddress(
  prng: Prng,
  { region, account }: Pick<Network, 'region' | 'account'>,
): { PublicIp: string; PublicDnsName: string } {
  const PublicIp = `${prng.pick([3, 13, 18, 34, 44, 52, 54])}.${prng.int(0, 255)}.${prng.int(0, 255)}.${prng.int(1, 254)}`;
  const suffix = factsOfPartition(account.partition)?.dnsSuffix ?? 'amazonaws.com';
  const zone = region === 'us-east-1' ? 'compute-1' : `${region}.compute`;
  return { PublicIp, PublicDnsName: `ec2-${PublicIp.replaceAll('.', '-')}.${zone}.${suffix}` };
}

interface Addresses {
  privateIp: string;
  privateDns: string;
  publicIp?: string;
  publicDns: string;
  secondary: string[];
  ipv6: string[];
}

function makeAddresses(prng: Prng, network: Network, subnet: Subnet): Addresses {
  const privateIp = takeAddress(network, subnet);
  const block = subnet.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock;
  const open = subnet.MapPublicIpOnLaunch ? publicAddress(prng, network) : undefined;
  return {
    privateIp,
    privateDns: privateDnsName(network.region, privateIp),
    ...(open ? { publicIp: open.PublicIp } : {}),
    publicDns: open?.PublicDnsName ?? '',
    secondary: prng.chance(0.05) ? [takeAddress(network, subnet)] : [],
    ipv6: block && prng.chance(0.3) ? [ipv6Address(prng, block)] : [],
  };
}

function makeInterface(
  prng: Prng,
  network: Network,
  nic: {
    subnet: Subnet;
    addresses: Addresses;
    groups: { GroupId: string; GroupName: string }[];
    launchedAt: string;
  },
) {
  const { subnet, addresses, groups, launchedAt } = nic;
  const association = addresses.publicIp
    ? { Association: { IpOwnerId: 'amazon', PublicDnsName: addresses.publicDns, PublicIp: addresses.publicIp } }
    : {};
  return {
    ...association,
    Attachment: {
      AttachTime: launchedAt,
      AttachmentId: resourceId(prng, 'eni-attach'),
      DeleteOnTermination: true,
      DeviceIndex: 0,
      Status: 'attached' as const,
      NetworkCardIndex: 0,
    },
    Description: '',
    Groups: groups,
    Ipv6Addresses: addresses.ipv6.map(Ipv6Address => ({ Ipv6Address, IsPrimaryIpv6: false })),
    MacAddress: `0${prng.pick(['2', '6', 'a', 'e'])}:${prng.hex(2)}:${prng.hex(2)}:${prng.hex(2)}:${prng.hex(2)}:${prng.hex(2)}`,
    NetworkInterfaceId: resourceId(prng, 'eni'),
    OwnerId: network.account.id,
    PrivateDnsName: addresses.privateDns,
    PrivateIpAddress: addresses.privateIp,
    PrivateIpAddresses: [
      { ...association, Primary: true, PrivateDnsName: addresses.privateDns, PrivateIpAddress: addresses.privateIp },
      ...addresses.secondary.map(ip => ({
        Primary: false,
        PrivateDnsName: privateDnsName(network.region, ip),
        PrivateIpAddress: ip,
      })),
    ],
    SourceDestCheck: true,
    Status: 'in-use' as const,
    SubnetId: subnet.SubnetId ?? '',
    VpcId: subnet.VpcId ?? '',
    InterfaceType: 'interface',
    Operator: SAME.Operator,
  };
}

function makeVolumes(prng: Prng, image: ImageKind, launchedAt: string) {
  const volume = (DeviceName: string, DeleteOnTermination: boolean) => ({
    DeviceName,
    Ebs: {
      AttachTime: launchedAt,
      DeleteOnTermination,
      Status: 'attached' as const,
      VolumeId: resourceId(prng, 'vol'),
    },
  });
  const data = prng.chance(0.25) ? prng.int(1, 3) : 0;
  return [
    volume(image.rootDevice, true),
    ...Array.from({ length: data }, (_, i) => volume(`/dev/sd${'fgh'[i]}`, false)),
  ];
}

/** Old things live in the default VPC, most in the owner's own. */
function pickSubnet(prng: Prng, network: Network): Subnet {
  const wantDefault = prng.chance(0.15);
  const fitting = network.subnets.filter(subnet => subnet.DefaultForAz === wantDefault);
  const usable = fitting.length > 0 ? fitting : network.subnets;
  return prng.pick(usable);
}

function pickGroups(prng: Prng, network: Network, subnet: Subnet): { GroupId: string; GroupName: string }[] {
  const groups = network.securityGroups.get(subnet.VpcId ?? '') ?? [];
  const first = prng.pick(groups);
  const second = prng.pick(groups);
  return prng.chance(0.3) && second !== first ? [first, second] : [first];
}

/** Public images: the same id for everybody in a region, another in each region. */
function imageId(region: string, image: ImageKind): string {
  return resourceId(createPrng(0, `image/${region}/${image.name}`), 'ami');
}

function privateDnsName(region: string, ip: string): string {
  const domain = region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
  return `ip-${ip.replaceAll('.', '-')}.${domain}`;
}

/** An address of a /64 block, without leading zeros in its groups, as EC2 writes them. */
function ipv6Address(prng: Prng, block: string): string {
  const groups = [...block.replace('::/64', '').split(':'), prng.hex(4), prng.hex(4), prng.hex(4), prng.hex(4)];
  return groups.map(group => group.replace(/^0+(?=.)/, '')).join(':');
}
