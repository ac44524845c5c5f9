import type * as Ec2Client from '@aws-sdk/client-ec2';
import type { DescribeInstancesRequest, Filter, Subnet, Vpc } from '@aws-sdk/client-ec2';
import { factsOfPartition } from '../../src/domain/partition.ts';
import type { Instances } from '../fleet/lazy-instances.ts';
import { AwsError, type Call } from '../service.ts';
import { type Ec2State, ec2StateOf, fleetScopeOf } from '../world/ec2-state.ts';
import { asListed } from '../world/instance-state.ts';
import { allRegions, defaultRegions, zonesOf } from '../world/regions.ts';
import type { Account, SimulatedInstance } from '../world/world.ts';
import { compileFilters, FILTER_VALUES_MAX, type FilterTable } from './ec2-filters.ts';
import { ec2Resources } from './ec2-resources.ts';
import { renderPage } from './fleet-instances.ts';
import type { OperationsOf } from './operations.ts';
import { takePage } from './paging.ts';

/** The EC2 operations that an inventory needs, over the caller's account and the request's region. */
export const ec2 = {
  ...ec2Resources,

  DescribeRegions(call) {
    const account = accountOf(call);
    const { input } = call;
    const known = allRegions(account.partition).map(RegionName => ({
      RegionName,
      Endpoint: `ec2.${RegionName}.${factsOfPartition(account.partition)?.dnsSuffix}`,
      OptInStatus: optInStatus(account, RegionName),
    }));
    const unknown = input.RegionNames?.find(name => !known.some(({ RegionName }) => RegionName === name));
    if (unknown !== undefined) throw invalidParameter(`Invalid region name: ${unknown}`);
    const include = compileFilters<(typeof known)[number] & { Tags?: [] }>(checked(input.Filters), {
      'region-name': region => [region.RegionName],
      endpoint: region => [region.Endpoint],
      'opt-in-status': region => [region.OptInStatus],
    });
    return {
      Regions: known.filter(
        region =>
          (input.RegionNames ? input.RegionNames.includes(region.RegionName) : true) &&
          (input.AllRegions || region.OptInStatus !== 'not-opted-in') &&
          include(region),
      ),
    };
  },

  DescribeAvailabilityZones(call) {
    const { region, input } = call;
    const zones = zonesOf(region).map(zone => ({
      State: 'available' as const,
      OptInStatus: 'opt-in-not-required' as const,
      Messages: [],
      RegionName: region,
      ZoneName: zone.name,
      ZoneId: zone.id,
      GroupName: `${region}-zg-1`,
      NetworkBorderGroup: region,
      ZoneType: 'availability-zone',
    }));
    const include = compileFilters<(typeof zones)[number] & { Tags?: [] }>(checked(input.Filters), {
      'zone-name': zone => [zone.ZoneName],
      'zone-id': zone => [zone.ZoneId],
      'region-name': zone => [zone.RegionName],
      state: zone => [zone.State],
    });
    return {
      AvailabilityZones: zones.filter(
        zone =>
          (input.ZoneNames?.includes(zone.ZoneName) ?? true) &&
          (input.ZoneIds?.includes(zone.ZoneId) ?? true) &&
          include(zone),
      ),
    };
  },

  DescribeInstances(call) {
    const { input } = call;
    checkPageSize(input);
    const fleet = fleetScopeOf(call.world, accountOf(call), call.region);
    if (fleet && asksForAll(input) && !call.emptyPage) return renderPage(call, fleet, INVALID_TOKEN);
    const { instances } = stateOf(call);
    const now = call.clock.now();
    checkIds(input, instances, now);
    const wanted = input.InstanceIds?.length ? new Set(input.InstanceIds) : undefined;
    const matches = compileFilters(checked(input.Filters), INSTANCE_FILTERS);
    const { items, nextToken } = takePage(call, {
      items: instances,
      include: instance => {
        const shown = asListed(instance, now);
        return shown !== undefined && (wanted?.has(instance.InstanceId) ?? true) && matches(shown);
      },
      limit: input.MaxResults,
      token: input.NextToken,
      scope: input.Filters,
      invalidToken: INVALID_TOKEN,
    });
    return {
      Reservations: reservations(
        call.caller.accountId,
        items.map(instance => asListed(instance, now) ?? instance),
      ),
      NextToken: nextToken,
    };
  },

  DescribeVpcs(call) {
    const { vpcs } = stateOf(call);
    const { input } = call;
    checkPageSize(input);
    const { items, nextToken } = takePage(call, {
      items: named(vpcs, { ids: input.VpcIds, idOf: vpc => vpc.VpcId, kind: 'vpc', code: 'InvalidVpcID.NotFound' }),
      include: compileFilters(checked(input.Filters), VPC_FILTERS),
      limit: input.MaxResults,
      token: input.NextToken,
      scope: [input.Filters, input.VpcIds],
      invalidToken: INVALID_TOKEN,
    });
    return { Vpcs: items, NextToken: nextToken };
  },

  DescribeSubnets(call) {
    const { subnets } = stateOf(call);
    const { input } = call;
    checkPageSize(input);
    const ids = { ids: input.SubnetIds, kind: 'subnet', code: 'InvalidSubnetID.NotFound' };
    const { items, nextToken } = takePage(call, {
      items: named(subnets, { ...ids, idOf: subnet => subnet.SubnetId }),
      include: compileFilters(checked(input.Filters), SUBNET_FILTERS),
      limit: input.MaxResults,
      token: input.NextToken,
      scope: [input.Filters, input.SubnetIds],
      invalidToken: INVALID_TOKEN,
    });
    return { Subnets: items, NextToken: nextToken };
  },
} satisfies OperationsOf<typeof Ec2Client>;

const INSTANCE_FILTERS: FilterTable<SimulatedInstance> = {
  'instance-id': instance => [instance.InstanceId],
  'instance-state-name': instance => [instance.State?.Name],
  'instance-state-code': instance => [instance.State?.Code?.toString()],
  'instance-type': instance => [instance.InstanceType],
  'instance-lifecycle': instance => [instance.InstanceLifecycle],
  'image-id': instance => [instance.ImageId],
  'vpc-id': instance => [instance.VpcId],
  'subnet-id': instance => [instance.SubnetId],
  'availability-zone': instance => [instance.Placement?.AvailabilityZone],
  'availability-zone-id': instance => [instance.Placement?.AvailabilityZoneId],
  'private-ip-address': instance => [instance.PrivateIpAddress],
  'private-dns-name': instance => [instance.PrivateDnsName],
  'ip-address': instance => [instance.PublicIpAddress],
  'dns-name': instance => [instance.PublicDnsName],
  'key-name': instance => [instance.KeyName],
  'reservation-id': instance => [instance.reservationId],
  'owner-id': instance => instance.NetworkInterfaces?.map(nic => nic.OwnerId) ?? [],
  'instance.group-id': instance => instance.SecurityGroups?.map(group => group.GroupId) ?? [],
  'instance.group-name': instance => instance.SecurityGroups?.map(group => group.GroupName) ?? [],
  'network-interface.network-interface-id': instance =>
    instance.NetworkInterfaces?.map(nic => nic.NetworkInterfaceId) ?? [],
  'block-device-mapping.volume-id': instance => instance.BlockDeviceMappings?.map(device => device.Ebs?.VolumeId) ?? [],
  'iam-instance-profile.arn': instance => [instance.IamInstanceProfile?.Arn],
  architecture: instance => [instance.Architecture],
  platform: instance => [instance.Platform?.toLowerCase()],
  'platform-details': instance => [instance.PlatformDetails],
  tenancy: instance => [instance.Placement?.Tenancy],
  'launch-time': instance => [instance.LaunchTime],
};

const VPC_FILTERS: FilterTable<Vpc> = {
  'vpc-id': vpc => [vpc.VpcId],
  cidr: vpc => [vpc.CidrBlock],
  'is-default': vpc => [String(vpc.IsDefault ?? false)],
  isDefault: vpc => [String(vpc.IsDefault ?? false)],
  state: vpc => [vpc.State],
  'owner-id': vpc => [vpc.OwnerId],
};

const SUBNET_FILTERS: FilterTable<Subnet> = {
  'subnet-id': subnet => [subnet.SubnetId],
  'vpc-id': subnet => [subnet.VpcId],
  'availability-zone': subnet => [subnet.AvailabilityZone],
  'availability-zone-id': subnet => [subnet.AvailabilityZoneId],
  'cidr-block': subnet => [subnet.CidrBlock],
  'default-for-az': subnet => [String(subnet.DefaultForAz ?? false)],
  state: subnet => [subnet.State],
  'owner-id': subnet => [subnet.OwnerId],
};

const INVALID_TOKEN = { code: 'InvalidNextToken', message: 'The specified NextToken is not valid.' };

/** Whoever gets here was authenticated, and the region is on for the account. */
function accountOf(call: Call<unknown>): Account {
  const account = call.world.accounts[call.caller.accountId];
  if (!account) throw new Error(`the caller’s account ${call.caller.accountId} is not in the world`);
  return account;
}

function stateOf(call: Call<unknown>): Ec2State {
  return ec2StateOf(call.world, { account: accountOf(call), region: call.region, now: call.clock.now() });
}

function asksForAll({ InstanceIds, Filters }: DescribeInstancesRequest): boolean {
  return !InstanceIds?.length && !Filters?.length;
}

function optInStatus(account: Account, region: string): 'opt-in-not-required' | 'opted-in' | 'not-opted-in' {
  if (defaultRegions(account.partition).includes(region)) return 'opt-in-not-required';
  return account.enabledRegions.includes(region) ? 'opted-in' : 'not-opted-in';
}

function reservations(accountId: string, instances: readonly SimulatedInstance[]) {
  const grouped: { ReservationId: string; OwnerId: string; Groups: []; Instances: SimulatedInstance[] }[] = [];
  for (const instance of instances) {
    const last = grouped.at(-1);
    if (last?.ReservationId === instance.reservationId) last.Instances.push(instance);
    else grouped.push({ ReservationId: instance.reservationId, OwnerId: accountId, Groups: [], Instances: [instance] });
  }
  return grouped;
}

function checkPageSize({ MaxResults }: { MaxResults?: number | undefined }): void {
  if (MaxResults === undefined) return;
  if (MaxResults < 5) {
    throw invalidParameter(
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value greater than 5.`,
    );
  }
  if (MaxResults > 1_000) {
    throw invalidParameter(
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value less than or equal to 1000.`,
    );
  }
}

function checkIds(input: DescribeInstancesRequest, instances: Instances, now: Date): void {
  if (!input.InstanceIds?.length) return;
  if (input.MaxResults !== undefined) {
    const message = 'The parameter instancesSet cannot be used with the parameter maxResults';
    throw new AwsError({ code: 'InvalidParameterCombination', message, status: 400 });
  }
  const malformed = input.InstanceIds.find(id => !/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id));
  if (malformed !== undefined) {
    throw new AwsError({ code: 'InvalidInstanceID.Malformed', message: `Invalid id: "${malformed}"`, status: 400 });
  }
  const missing = new Set(input.InstanceIds);
  for (const instance of instances) if (asListed(instance, now)) missing.delete(instance.InstanceId);
  if (missing.size === 0) return;
  const ids = [...missing].join(', ');
  const message =
    missing.size === 1 ? `The instance ID '${ids}' does not exist` : `The instance IDs '${ids}' do not exist`;
  throw new AwsError({ code: 'InvalidInstanceID.NotFound', message, status: 400 });
}

/** The items that are asked for by id, or all of them. */
function named<T>(
  items: readonly T[],
  by: { ids: readonly string[] | undefined; idOf: (item: T) => string | undefined; kind: string; code: string },
): readonly T[] {
  if (!by.ids?.length) return items;
  const missing = by.ids.find(id => !items.some(item => by.idOf(item) === id));
  if (missing !== undefined) {
    const message = `The ${by.kind} ID '${missing}' does not exist`;
    throw new AwsError({ code: by.code, message, status: 400 });
  }
  return items.filter(item => by.ids?.includes(by.idOf(item) ?? ''));
}

function checked(filters: readonly Filter[] | undefined): readonly Filter[] {
  const values = (filters ?? []).reduce((sum, filter) => sum + (filter.Values?.length ?? 0), 0);
  if (values > FILTER_VALUES_MAX) {
    const message = `The maximum number of filter values specified on a single call is ${FILTER_VALUES_MAX}`;
    throw new AwsError({ code: 'FilterLimitExceeded', message, status: 400 });
  }
  return filters ?? [];
}

function invalidParameter(message: string): AwsError {
  return new AwsError({ code: 'InvalidParameterValue', message, status: 400 });
}
