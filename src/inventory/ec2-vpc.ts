import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT } from './sample.ts';

/** VPCs. DescribeVpcs gives no ARN. */
export const ec2Vpc = assetType({
  assetType: 'AWS::EC2::VPC',
  label: 'VPC',
  plural: 'VPCs',
  scope: 'regional',
  list: listing('ec2', 'DescribeVpcs', { ...EC2_PAGES, raw: ['Vpcs'], items: answer => answer.Vpcs }),
  id: vpc => vpc.VpcId,
  state: vpc => vpc.State,
  tags: vpc => tagsOf(vpc.Tags),
  owner: vpc => vpc.OwnerId,
  properties: [
    { name: 'cidrBlock', label: 'CIDR block', path: 'cidrBlock', kind: 'text', column: true, inSearch: 'own' },
    { name: 'isDefault', label: 'Default', path: 'isDefault', kind: 'boolean', column: true },
    { name: 'tenancy', label: 'Tenancy', path: 'instanceTenancy', kind: 'text', column: false },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    VpcId: 'vpc-0a1b2c3d4e5f60001',
    CidrBlock: '10.20.0.0/16',
    DhcpOptionsId: 'dopt-0a1b2c3d4e5f60002',
    State: 'available',
    OwnerId: SAMPLE_ACCOUNT,
    InstanceTenancy: 'default',
    IsDefault: false,
    Ipv6CidrBlockAssociationSet: [],
    CidrBlockAssociationSet: [
      {
        AssociationId: 'vpc-cidr-assoc-0a1b2c3d4e5f60003',
        CidrBlock: '10.20.0.0/16',
        CidrBlockState: { State: 'associated' },
      },
    ],
    Tags: [{ Key: 'Name', Value: 'orders' }],
  },
});
