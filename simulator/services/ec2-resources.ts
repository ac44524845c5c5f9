import type * as Ec2Client from '@aws-sdk/client-ec2';
import type { Filter } from '@aws-sdk/client-ec2';
import type { Call } from '../service.ts';
import { allSecurityGroups, allVolumes } from '../world/stock.ts';
import { compileFilters, type FilterTable, type Tagged } from './ec2-filters.ts';
import type { OperationsOf } from './operations.ts';
import { takePage } from './paging.ts';
import { callersAccount, raise, stocked } from './stocked.ts';

interface Asked {
  readonly Filters?: readonly Filter[] | undefined;
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** The listings of EC2 beside instances, VPCs and subnets: the same paging and filters, each with its own limits. */
export const ec2Resources = {
  DescribeVolumes(call) {
    const found = describe(call, allVolumes(call.world, placeOf(call)), {
      ids: call.input.VolumeIds,
      idOf: one => one.VolumeId,
      missing: id => ({ code: 'InvalidVolume.NotFound', message: `The volume '${id}' does not exist.` }),
      filters: {
        'volume-id': one => [one.VolumeId],
        status: one => [one.State],
        'attachment.instance-id': one => one.Attachments?.map(at => at.InstanceId) ?? [],
      },
    });
    return { Volumes: found.items, NextToken: found.nextToken };
  },
  DescribeRouteTables(call) {
    const found = describe(call, stocked(call, 'AWS::EC2::RouteTable'), {
      ids: call.input.RouteTableIds,
      idOf: one => one.RouteTableId,
      missing: id => ({ code: 'InvalidRouteTableID.NotFound', message: `The routeTable ID '${id}' does not exist` }),
      filters: { 'vpc-id': one => [one.VpcId], 'route-table-id': one => [one.RouteTableId] },
      max: 100,
    });
    return { RouteTables: found.items, NextToken: found.nextToken };
  },
  DescribeInternetGateways(call) {
    const found = describe(call, stocked(call, 'AWS::EC2::InternetGateway'), {
      ids: call.input.InternetGatewayIds,
      idOf: one => one.InternetGatewayId,
      missing: id => ({
        code: 'InvalidInternetGatewayID.NotFound',
        message: `The internetGateway ID '${id}' does not exist`,
      }),
      filters: { 'attachment.vpc-id': one => one.Attachments?.map(at => at.VpcId) ?? [] },
    });
    return { InternetGateways: found.items, NextToken: found.nextToken };
  },
  DescribeNetworkAcls(call) {
    const found = describe(call, stocked(call, 'AWS::EC2::NetworkAcl'), {
      ids: call.input.NetworkAclIds,
      idOf: one => one.NetworkAclId,
      missing: id => ({ code: 'InvalidNetworkAclID.NotFound', message: `The networkAcl ID '${id}' does not exist` }),
      filters: { 'vpc-id': one => [one.VpcId], default: one => [String(one.IsDefault ?? false)] },
    });
    return { NetworkAcls: found.items, NextToken: found.nextToken };
  },
  DescribeSecurityGroups(call) {
    const found = describe(call, allSecurityGroups(call.world, placeOf(call)), {
      ids: call.input.GroupIds,
      idOf: one => one.GroupId,
      missing: id => ({ code: 'InvalidGroup.NotFound', message: `The security group '${id}' does not exist` }),
      filters: { 'vpc-id': one => [one.VpcId], 'group-name': one => [one.GroupName], 'group-id': one => [one.GroupId] },
    });
    return { SecurityGroups: found.items, NextToken: found.nextToken };
  },
  DescribeVpcEndpoints(call) {
    const found = describe(call, stocked(call, 'AWS::EC2::VPCEndpoint'), {
      ids: call.input.VpcEndpointIds,
      idOf: one => one.VpcEndpointId,
      missing: id => ({ code: 'InvalidVpcEndpointId.NotFound', message: `The Vpc Endpoint Id '${id}' does not exist` }),
      filters: { 'vpc-id': one => [one.VpcId], 'service-name': one => [one.ServiceName] },
    });
    return { VpcEndpoints: found.items, NextToken: found.nextToken };
  },
  DescribeVpcEndpointServiceConfigurations(call) {
    const found = describe(call, stocked(call, 'AWS::EC2::VPCEndpointService'), {
      ids: call.input.ServiceIds,
      idOf: one => one.ServiceId,
      missing: id => ({
        code: 'InvalidVpcEndpointServiceId.NotFound',
        message: `The VpcEndpointService Id '${id}' does not exist`,
      }),
      filters: { 'service-name': one => [one.ServiceName], 'service-state': one => [one.ServiceState] },
    });
    return { ServiceConfigurations: found.items, NextToken: found.nextToken };
  },
  DescribeAddresses(call) {
    const { AllocationIds, Filters } = call.input;
    const found = describe({ ...call, input: { Filters } }, stocked(call, 'AWS::EC2::EIP'), {
      ids: AllocationIds,
      idOf: one => one.AllocationId,
      missing: id => ({ code: 'InvalidAllocationID.NotFound', message: `The allocation ID '${id}' does not exist` }),
      filters: { 'public-ip': one => [one.PublicIp], 'instance-id': one => [one.InstanceId] },
    });
    return { Addresses: found.items };
  },
  DescribeImages(call) {
    const { Owners = [], ImageIds } = call.input;
    const own = Owners.length === 0 || Owners.includes('self') || Owners.includes(call.caller.accountId);
    const found = describe(call, own ? stocked(call, 'AWS::EC2::Image') : [], {
      ids: ImageIds,
      idOf: one => one.ImageId,
      missing: id => ({ code: 'InvalidAMIID.NotFound', message: `The image id '[${id}]' does not exist` }),
      filters: { name: one => [one.Name], state: one => [one.State] },
    });
    return { Images: found.items, NextToken: found.nextToken };
  },
  DescribeSnapshots(call) {
    const { OwnerIds = [], SnapshotIds } = call.input;
    const own = OwnerIds.length === 0 || OwnerIds.includes('self') || OwnerIds.includes(call.caller.accountId);
    const found = describe(call, own ? stocked(call, 'AWS::EC2::Snapshot') : [], {
      ids: SnapshotIds,
      idOf: one => one.SnapshotId,
      missing: id => ({ code: 'InvalidSnapshot.NotFound', message: `The snapshot '${id}' does not exist.` }),
      filters: { 'volume-id': one => [one.VolumeId], status: one => [one.State] },
    });
    return { Snapshots: found.items, NextToken: found.nextToken };
  },
} satisfies OperationsOf<typeof Ec2Client>;

function placeOf(call: Call<unknown>) {
  return { account: callersAccount(call), region: call.region, now: call.clock.now() };
}

/** EC2: pages of 5 to 1,000, some listings of less; ids and a page size exclude each other. */
function describe<T extends Tagged>(
  call: Call<Asked>,
  items: readonly T[],
  how: {
    ids: readonly string[] | undefined;
    idOf: (item: T) => string | undefined;
    missing: (id: string) => { code: string; message: string };
    filters: FilterTable<T>;
    max?: number;
  },
) {
  const { MaxResults, NextToken, Filters } = call.input;
  const { ids, idOf, max = 1_000 } = how;
  if (MaxResults !== undefined && (MaxResults < 5 || MaxResults > max)) {
    const message = `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value between 5 and ${max}.`;
    raise({ code: 'InvalidParameterValue', message });
  }
  const unknown = ids?.find(id => !items.some(item => idOf(item) === id));
  if (unknown !== undefined) raise(how.missing(unknown));
  return takePage(call, {
    items: ids?.length ? items.filter(item => ids.includes(idOf(item) ?? '')) : items,
    include: compileFilters(Filters, how.filters),
    limit: MaxResults,
    token: NextToken,
    scope: [Filters, ids],
    invalidToken: { code: 'InvalidNextToken', message: 'The specified NextToken is not valid.' },
  });
}
