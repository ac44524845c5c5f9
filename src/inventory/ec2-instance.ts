import type { Instance, Reservation } from '@aws-sdk/client-ec2';
import { attributesOf, nameTag, tagsOf } from './attributes.ts';
import type { AssetType, ObservedAsset } from './define.ts';
import { ec2Pages } from './ec2-listing.ts';

const LEFT_OUT = { Tags: 'they are the asset’s tags' };

/** Instances, terminated ones too for as long as EC2 lists them. DescribeInstances gives no ARN. */
export const ec2Instance: AssetType = {
  assetType: 'AWS::EC2::Instance',
  label: 'EC2 instance',
  plural: 'EC2 instances',
  service: 'ec2',
  scope: 'regional',
  iamActions: ['ec2:DescribeInstances'],
  leftOut: LEFT_OUT,
  properties: [
    { name: 'instanceType', label: 'Instance type', path: 'instanceType', kind: 'text', column: true },
    { name: 'privateIp', label: 'Private IP', path: 'privateIpAddress', kind: 'text', column: true, inSearch: true },
    { name: 'publicIp', label: 'Public IP', path: 'publicIpAddress', kind: 'text', column: true, inSearch: true },
    {
      name: 'privateDnsName',
      label: 'Private DNS name',
      path: 'privateDnsName',
      kind: 'text',
      column: false,
      inSearch: true,
    },
    {
      name: 'publicDnsName',
      label: 'Public DNS name',
      path: 'publicDnsName',
      kind: 'text',
      column: false,
      inSearch: true,
    },
    { name: 'vpcId', label: 'VPC', path: 'vpcId', kind: 'text', column: true, inSearch: true },
    { name: 'subnetId', label: 'Subnet', path: 'subnetId', kind: 'text', column: false, inSearch: true },
    {
      name: 'availabilityZone',
      label: 'Availability Zone',
      path: 'placement.availabilityZone',
      kind: 'text',
      column: false,
    },
    { name: 'imageId', label: 'AMI', path: 'imageId', kind: 'text', column: false, inSearch: true },
    { name: 'architecture', label: 'Architecture', path: 'architecture', kind: 'text', column: false },
    { name: 'platform', label: 'Platform', path: 'platformDetails', kind: 'text', column: false },
    { name: 'keyName', label: 'Key pair', path: 'keyName', kind: 'text', column: false },
    { name: 'launchTime', label: 'Launched', path: 'launchTime', kind: 'time', column: true },
    { name: 'lifecycle', label: 'Purchase option', path: 'instanceLifecycle', kind: 'text', column: false },
    { name: 'tenancy', label: 'Tenancy', path: 'placement.tenancy', kind: 'text', column: false },
    {
      name: 'securityGroupId',
      label: 'Security group',
      path: 'securityGroups[].groupId',
      kind: 'text',
      column: false,
      inSearch: true,
    },
    {
      name: 'securityGroupName',
      label: 'Security group name',
      path: 'securityGroups[].groupName',
      kind: 'text',
      column: false,
    },
    { name: 'instanceProfile', label: 'Instance profile', path: 'iamInstanceProfile.arn', kind: 'text', column: false },
    { name: 'httpTokens', label: 'Metadata tokens', path: 'metadataOptions.httpTokens', kind: 'text', column: false },
    {
      name: 'volumeId',
      label: 'Volume',
      path: 'blockDeviceMappings[].ebs.volumeId',
      kind: 'text',
      column: false,
    },
    {
      name: 'networkInterfaceId',
      label: 'Network interface',
      path: 'networkInterfaces[].networkInterfaceId',
      kind: 'text',
      column: false,
      inSearch: true,
    },
  ],
  pages: calls =>
    ec2Pages(calls, {
      operation: 'DescribeInstances',
      command: (ec2, page) => new ec2.DescribeInstancesCommand(page),
      items: answer =>
        (answer.Reservations ?? []).flatMap(reservation =>
          (reservation.Instances ?? []).map(instance => ({
            nativeId: instance.InstanceId ?? '',
            read: () => readInstance(instance, reservation),
          })),
        ),
    }),
};

/** The reservation's own fields are put beside the instance's: they are facts about the instance that EC2 says once for all. */
function readInstance(instance: Instance, reservation: Reservation): ObservedAsset {
  const tags = tagsOf(instance.Tags);
  const { ReservationId, OwnerId, RequesterId } = reservation;
  return {
    nativeId: instance.InstanceId ?? '',
    arn: null,
    name: nameTag(tags),
    state: instance.State?.Name ?? null,
    tags,
    attributes: attributesOf({ ...instance, ReservationId, OwnerId, RequesterId }, LEFT_OUT),
    ownerId: OwnerId ?? null,
  };
}
