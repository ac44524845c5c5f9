import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT } from './sample.ts';

/** Route tables with their routes and associations. DescribeRouteTables gives no ARN. */
export const ec2RouteTable = assetType({
  assetType: 'AWS::EC2::RouteTable',
  label: 'Route table',
  plural: 'Route tables',
  scope: 'regional',
  list: listing('ec2', 'DescribeRouteTables', {
    ...EC2_PAGES,
    // AWS takes no more here (EC2 API reference).
    input: token => ({ MaxResults: 100, NextToken: token }),
    raw: ['RouteTables'],
    items: answer => answer.RouteTables,
  }),
  id: table => table.RouteTableId,
  tags: table => tagsOf(table.Tags),
  owner: table => table.OwnerId,
  properties: [
    { name: 'vpcId', label: 'VPC', path: 'vpcId', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'mainTable', label: 'Main table', path: 'associations[].main', kind: 'boolean', column: true },
    {
      name: 'subnetId',
      label: 'Subnet',
      path: 'associations[].subnetId',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
    { name: 'gateway', label: 'Gateway', path: 'routes[].gatewayId', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'natGateway', label: 'NAT gateway', path: 'routes[].natGatewayId', kind: 'text', column: false },
    { name: 'destination', label: 'Destination', path: 'routes[].destinationCidrBlock', kind: 'text', column: false },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    RouteTableId: 'rtb-0a1b2c3d4e5f60001',
    VpcId: 'vpc-0a1b2c3d4e5f60001',
    OwnerId: SAMPLE_ACCOUNT,
    Associations: [
      {
        Main: false,
        RouteTableAssociationId: 'rtbassoc-0a1b2c3d4e5f60001',
        RouteTableId: 'rtb-0a1b2c3d4e5f60001',
        SubnetId: 'subnet-0a1b2c3d4e5f60001',
        AssociationState: { State: 'associated' },
      },
    ],
    PropagatingVgws: [],
    Routes: [
      { DestinationCidrBlock: '10.20.0.0/16', GatewayId: 'local', Origin: 'CreateRouteTable', State: 'active' },
      { DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-0a1b2c3d4e5f60001', Origin: 'CreateRoute', State: 'active' },
      {
        DestinationCidrBlock: '10.30.0.0/16',
        NatGatewayId: 'nat-0a1b2c3d4e5f60001',
        Origin: 'CreateRoute',
        State: 'active',
      },
    ],
    Tags: [{ Key: 'Name', Value: 'orders-public' }],
  },
});
