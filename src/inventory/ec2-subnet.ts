import type { Subnet } from '@aws-sdk/client-ec2';
import { attributesOf, nameTag, tagsOf } from './attributes.ts';
import type { AssetType, ObservedAsset } from './define.ts';
import { ec2Pages } from './ec2-listing.ts';

const LEFT_OUT = { Tags: 'they are the asset’s tags' };

/** Subnets, with the ARN that DescribeSubnets gives. */
export const ec2Subnet: AssetType = {
  assetType: 'AWS::EC2::Subnet',
  label: 'Subnet',
  plural: 'Subnets',
  service: 'ec2',
  scope: 'regional',
  iamActions: ['ec2:DescribeSubnets'],
  leftOut: LEFT_OUT,
  properties: [
    { name: 'cidrBlock', label: 'CIDR block', path: 'cidrBlock', kind: 'text', column: true, inSearch: true },
    { name: 'vpcId', label: 'VPC', path: 'vpcId', kind: 'text', column: true, inSearch: true },
    { name: 'availabilityZone', label: 'Availability Zone', path: 'availabilityZone', kind: 'text', column: true },
    { name: 'availableIps', label: 'Free addresses', path: 'availableIpAddressCount', kind: 'number', column: true },
    { name: 'mapPublicIp', label: 'Public IP on launch', path: 'mapPublicIpOnLaunch', kind: 'boolean', column: false },
    { name: 'defaultForAz', label: 'Default for its zone', path: 'defaultForAz', kind: 'boolean', column: false },
  ],
  pages: calls =>
    ec2Pages(calls, {
      operation: 'DescribeSubnets',
      command: (ec2, page) => new ec2.DescribeSubnetsCommand(page),
      items: answer =>
        (answer.Subnets ?? []).map(subnet => ({ nativeId: subnet.SubnetId ?? '', read: () => readSubnet(subnet) })),
    }),
};

function readSubnet(subnet: Subnet): ObservedAsset {
  const tags = tagsOf(subnet.Tags);
  return {
    nativeId: subnet.SubnetId ?? '',
    arn: subnet.SubnetArn ?? null,
    name: nameTag(tags),
    state: subnet.State ?? null,
    tags,
    attributes: attributesOf(subnet, LEFT_OUT),
    ownerId: subnet.OwnerId ?? null,
  };
}
