import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT, SAMPLE_REGION } from './sample.ts';

/** VPC endpoints: interfaces and gateways to services. DescribeVpcEndpoints gives no ARN. */
export const ec2VpcEndpoint = assetType({
  assetType: 'AWS::EC2::VPCEndpoint',
  label: 'VPC endpoint',
  plural: 'VPC endpoints',
  scope: 'regional',
  list: listing('ec2', 'DescribeVpcEndpoints', {
    ...EC2_PAGES,
    raw: ['VpcEndpoints'],
    items: answer => answer.VpcEndpoints,
  }),
  id: endpoint => endpoint.VpcEndpointId,
  state: endpoint => endpoint.State,
  tags: endpoint => tagsOf(endpoint.Tags),
  owner: endpoint => endpoint.OwnerId,
  properties: [
    { name: 'serviceName', label: 'Service', path: 'serviceName', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'endpointType', label: 'Endpoint type', path: 'vpcEndpointType', kind: 'text', column: true },
    { name: 'vpcId', label: 'VPC', path: 'vpcId', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'subnetId', label: 'Subnet', path: 'subnetIds[]', kind: 'text', column: false, inSearch: 'shared' },
    {
      name: 'securityGroupId',
      label: 'Security group',
      path: 'groups[].groupId',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'privateDns', label: 'Private DNS', path: 'privateDnsEnabled', kind: 'boolean', column: false },
    { name: 'createdAt', label: 'Created', path: 'creationTimestamp', kind: 'time', column: true },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    VpcEndpointId: 'vpce-0a1b2c3d4e5f60001',
    VpcEndpointType: 'Interface',
    VpcId: 'vpc-0a1b2c3d4e5f60001',
    ServiceName: `com.amazonaws.${SAMPLE_REGION}.secretsmanager`,
    State: 'Available',
    PolicyDocument: '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}',
    RouteTableIds: [],
    SubnetIds: ['subnet-0a1b2c3d4e5f60001'],
    Groups: [{ GroupId: 'sg-0a1b2c3d4e5f60001', GroupName: 'orders' }],
    IpAddressType: 'ipv4',
    DnsOptions: { DnsRecordIpType: 'ipv4' },
    PrivateDnsEnabled: true,
    RequesterManaged: false,
    NetworkInterfaceIds: ['eni-0a1b2c3d4e5f60001'],
    DnsEntries: [
      {
        DnsName: `vpce-0a1b2c3d4e5f60001.secretsmanager.${SAMPLE_REGION}.vpce.amazonaws.com`,
        HostedZoneId: 'Z7HUB22UULQXV',
      },
    ],
    CreationTimestamp: new Date('2026-01-15T09:30:00Z'),
    OwnerId: SAMPLE_ACCOUNT,
    Tags: [{ Key: 'Name', Value: 'secrets' }],
  },
});
