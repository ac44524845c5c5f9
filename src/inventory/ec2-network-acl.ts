import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT } from './sample.ts';

/** Network ACLs with their entries. DescribeNetworkAcls gives no ARN. */
export const ec2NetworkAcl = assetType({
  assetType: 'AWS::EC2::NetworkAcl',
  label: 'Network ACL',
  plural: 'Network ACLs',
  scope: 'regional',
  list: listing('ec2', 'DescribeNetworkAcls', {
    ...EC2_PAGES,
    raw: ['NetworkAcls'],
    items: answer => answer.NetworkAcls,
  }),
  id: acl => acl.NetworkAclId,
  tags: acl => tagsOf(acl.Tags),
  owner: acl => acl.OwnerId,
  properties: [
    { name: 'vpcId', label: 'VPC', path: 'vpcId', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'isDefault', label: 'Default', path: 'isDefault', kind: 'boolean', column: true },
    {
      name: 'subnetId',
      label: 'Subnet',
      path: 'associations[].subnetId',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    NetworkAclId: 'acl-0a1b2c3d4e5f60001',
    VpcId: 'vpc-0a1b2c3d4e5f60001',
    OwnerId: SAMPLE_ACCOUNT,
    IsDefault: true,
    Associations: [
      {
        NetworkAclAssociationId: 'aclassoc-0a1b2c3d4e5f60001',
        NetworkAclId: 'acl-0a1b2c3d4e5f60001',
        SubnetId: 'subnet-0a1b2c3d4e5f60001',
      },
    ],
    Entries: [
      { CidrBlock: '0.0.0.0/0', Egress: true, Protocol: '-1', RuleAction: 'allow', RuleNumber: 100 },
      { CidrBlock: '0.0.0.0/0', Egress: true, Protocol: '-1', RuleAction: 'deny', RuleNumber: 32_767 },
      {
        CidrBlock: '0.0.0.0/0',
        Egress: false,
        PortRange: { From: 443, To: 443 },
        Protocol: '6',
        RuleAction: 'allow',
        RuleNumber: 100,
      },
      { CidrBlock: '0.0.0.0/0', Egress: false, Protocol: '-1', RuleAction: 'deny', RuleNumber: 32_767 },
    ],
    Tags: [{ Key: 'Name', Value: 'orders' }],
  },
});
