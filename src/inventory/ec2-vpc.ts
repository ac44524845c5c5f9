import type { Vpc } from '@aws-sdk/client-ec2';
import { attributesOf, nameTag, tagsOf } from './attributes.ts';
import type { AssetType, ObservedAsset } from './define.ts';
import { ec2Pages } from './ec2-listing.ts';

const LEFT_OUT = { Tags: 'they are the asset’s tags' };

/** VPCs. DescribeVpcs gives no ARN. */
export const ec2Vpc: AssetType = {
  assetType: 'AWS::EC2::VPC',
  label: 'VPC',
  plural: 'VPCs',
  service: 'ec2',
  scope: 'regional',
  iamActions: ['ec2:DescribeVpcs'],
  leftOut: LEFT_OUT,
  properties: [
    { name: 'cidrBlock', label: 'CIDR block', path: 'cidrBlock', kind: 'text', column: true, inSearch: true },
    { name: 'isDefault', label: 'Default', path: 'isDefault', kind: 'boolean', column: true },
    { name: 'tenancy', label: 'Tenancy', path: 'instanceTenancy', kind: 'text', column: false },
  ],
  pages: calls =>
    ec2Pages(calls, {
      operation: 'DescribeVpcs',
      command: (ec2, page) => new ec2.DescribeVpcsCommand(page),
      items: answer => (answer.Vpcs ?? []).map(vpc => ({ nativeId: vpc.VpcId ?? '', read: () => readVpc(vpc) })),
    }),
};

function readVpc(vpc: Vpc): ObservedAsset {
  const tags = tagsOf(vpc.Tags);
  return {
    nativeId: vpc.VpcId ?? '',
    arn: null,
    name: nameTag(tags),
    state: vpc.State ?? null,
    tags,
    attributes: attributesOf(vpc, LEFT_OUT),
    ownerId: vpc.OwnerId ?? null,
  };
}
