import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT, SAMPLE_REGION, sampleArn } from './sample.ts';

/** Subnets, with the ARN that DescribeSubnets gives. */
export const ec2Subnet = assetType({
  assetType: 'AWS::EC2::Subnet',
  label: 'Subnet',
  plural: 'Subnets',
  scope: 'regional',
  list: listing('ec2', 'DescribeSubnets', { ...EC2_PAGES, raw: ['Subnets'], items: answer => answer.Subnets }),
  id: subnet => subnet.SubnetId,
  arn: subnet => subnet.SubnetArn,
  state: subnet => subnet.State,
  tags: subnet => tagsOf(subnet.Tags),
  owner: subnet => subnet.OwnerId,
  properties: [
    { name: 'cidrBlock', label: 'CIDR block', path: 'cidrBlock', kind: 'text', column: true, inSearch: 'own' },
    { name: 'vpcId', label: 'VPC', path: 'vpcId', kind: 'text', column: true, inSearch: 'shared' },
    {
      name: 'availabilityZone',
      label: 'Availability Zone',
      path: 'availabilityZone',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
    { name: 'availableIps', label: 'Free addresses', path: 'availableIpAddressCount', kind: 'number', column: true },
    { name: 'mapPublicIp', label: 'Public IP on launch', path: 'mapPublicIpOnLaunch', kind: 'boolean', column: false },
    { name: 'defaultForAz', label: 'Default for its zone', path: 'defaultForAz', kind: 'boolean', column: false },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    SubnetId: 'subnet-0a1b2c3d4e5f60001',
    SubnetArn: sampleArn('ec2', 'subnet/subnet-0a1b2c3d4e5f60001'),
    VpcId: 'vpc-0a1b2c3d4e5f60001',
    OwnerId: SAMPLE_ACCOUNT,
    AvailabilityZone: `${SAMPLE_REGION}a`,
    AvailabilityZoneId: 'use1-az1',
    CidrBlock: '10.20.0.0/20',
    AvailableIpAddressCount: 4_011,
    DefaultForAz: false,
    MapPublicIpOnLaunch: false,
    AssignIpv6AddressOnCreation: false,
    Ipv6CidrBlockAssociationSet: [],
    State: 'available',
    Tags: [{ Key: 'Name', Value: 'orders-private-a' }],
  },
});
