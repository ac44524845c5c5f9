import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT, sampleArn } from './sample.ts';

/** Security groups with their rules. The name is the group's own: unlike the tag it cannot change. */
export const ec2SecurityGroup = assetType({
  assetType: 'AWS::EC2::SecurityGroup',
  label: 'Security group',
  plural: 'Security groups',
  scope: 'regional',
  list: listing('ec2', 'DescribeSecurityGroups', {
    ...EC2_PAGES,
    raw: ['SecurityGroups'],
    items: answer => answer.SecurityGroups,
  }),
  id: group => group.GroupId,
  arn: group => group.SecurityGroupArn,
  name: group => group.GroupName,
  tags: group => tagsOf(group.Tags),
  owner: group => group.OwnerId,
  properties: [
    { name: 'vpcId', label: 'VPC', path: 'vpcId', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'description', label: 'Description', path: 'description', kind: 'text', column: true, inSearch: 'own' },
    { name: 'inboundPort', label: 'Inbound port', path: 'ipPermissions[].fromPort', kind: 'number', column: true },
    {
      name: 'inboundCidr',
      label: 'Inbound from',
      path: 'ipPermissions[].ipRanges[].cidrIp',
      kind: 'text',
      column: true,
    },
    {
      name: 'inboundIpv6Cidr',
      label: 'Inbound from (IPv6)',
      path: 'ipPermissions[].ipv6Ranges[].cidrIpv6',
      kind: 'text',
      column: false,
    },
    {
      name: 'inboundGroup',
      label: 'Inbound from group',
      path: 'ipPermissions[].userIdGroupPairs[].groupId',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    {
      name: 'outboundCidr',
      label: 'Outbound to',
      path: 'ipPermissionsEgress[].ipRanges[].cidrIp',
      kind: 'text',
      column: false,
    },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    GroupId: 'sg-0a1b2c3d4e5f60001',
    GroupName: 'orders-web',
    Description: 'HTTPS from everywhere',
    VpcId: 'vpc-0a1b2c3d4e5f60001',
    OwnerId: SAMPLE_ACCOUNT,
    SecurityGroupArn: sampleArn('ec2', 'security-group/sg-0a1b2c3d4e5f60001'),
    IpPermissions: [
      {
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: 443,
        IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'everybody' }],
        Ipv6Ranges: [{ CidrIpv6: '::/0' }],
        PrefixListIds: [],
        UserIdGroupPairs: [{ GroupId: 'sg-0a1b2c3d4e5f60002', UserId: SAMPLE_ACCOUNT }],
      },
    ],
    IpPermissionsEgress: [
      {
        IpProtocol: '-1',
        IpRanges: [{ CidrIp: '0.0.0.0/0' }],
        Ipv6Ranges: [],
        PrefixListIds: [],
        UserIdGroupPairs: [],
      },
    ],
    Tags: [{ Key: 'Owner', Value: 'web@example.com' }],
  },
});
