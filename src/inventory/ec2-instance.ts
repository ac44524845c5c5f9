import type { Instance } from '@aws-sdk/client-ec2';
import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT, SAMPLE_REGION, sampleArn } from './sample.ts';

/** With what its reservation says: facts about the instance that EC2 tells once for all that were launched together. */
type Launched = Instance & {
  readonly ReservationId?: string | undefined;
  readonly OwnerId?: string | undefined;
  readonly RequesterId?: string | undefined;
};

/** Instances, terminated ones too for as long as EC2 lists them. DescribeInstances gives no ARN. */
export const ec2Instance = assetType<Launched>({
  assetType: 'AWS::EC2::Instance',
  label: 'EC2 instance',
  plural: 'EC2 instances',
  scope: 'regional',
  list: listing('ec2', 'DescribeInstances', {
    ...EC2_PAGES,
    raw: ['Reservations', 'Instances'],
    items: answer =>
      answer.Reservations?.flatMap(({ ReservationId, OwnerId, RequesterId, Instances = [] }) =>
        Instances.map(instance => Object.assign(instance, { ReservationId, OwnerId, RequesterId })),
      ),
  }),
  id: instance => instance.InstanceId,
  state: instance => instance.State?.Name,
  tags: instance => tagsOf(instance.Tags),
  owner: instance => instance.OwnerId,
  properties: [
    {
      name: 'instanceType',
      label: 'Instance type',
      path: 'instanceType',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
    { name: 'privateIp', label: 'Private IP', path: 'privateIpAddress', kind: 'text', column: true, inSearch: 'own' },
    { name: 'publicIp', label: 'Public IP', path: 'publicIpAddress', kind: 'text', column: true, inSearch: 'own' },
    {
      name: 'privateDnsName',
      label: 'Private DNS name',
      path: 'privateDnsName',
      kind: 'text',
      column: false,
      inSearch: 'dns',
    },
    {
      name: 'publicDnsName',
      label: 'Public DNS name',
      path: 'publicDnsName',
      kind: 'text',
      column: false,
      inSearch: 'dns',
    },
    { name: 'vpcId', label: 'VPC', path: 'vpcId', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'subnetId', label: 'Subnet', path: 'subnetId', kind: 'text', column: false, inSearch: 'shared' },
    {
      name: 'availabilityZone',
      label: 'Availability Zone',
      path: 'placement.availabilityZone',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'imageId', label: 'AMI', path: 'imageId', kind: 'text', column: false, inSearch: 'shared' },
    {
      name: 'architecture',
      label: 'Architecture',
      path: 'architecture',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'platform', label: 'Platform', path: 'platformDetails', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'keyName', label: 'Key pair', path: 'keyName', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'launchTime', label: 'Launched', path: 'launchTime', kind: 'time', column: true },
    { name: 'lifecycle', label: 'Purchase option', path: 'instanceLifecycle', kind: 'text', column: false },
    { name: 'tenancy', label: 'Tenancy', path: 'placement.tenancy', kind: 'text', column: false },
    {
      name: 'securityGroupId',
      label: 'Security group',
      path: 'securityGroups[].groupId',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    {
      name: 'securityGroupName',
      label: 'Security group name',
      path: 'securityGroups[].groupName',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    {
      name: 'instanceProfile',
      label: 'Instance profile',
      path: 'iamInstanceProfile.arn',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
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
      inSearch: 'id',
    },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    InstanceId: 'i-0a1b2c3d4e5f60001',
    InstanceType: 'm7g.large',
    ImageId: 'ami-0a1b2c3d4e5f60001',
    KeyName: 'operations',
    LaunchTime: new Date('2026-01-15T09:30:00Z'),
    Architecture: 'arm64',
    PlatformDetails: 'Linux/UNIX',
    Placement: { AvailabilityZone: `${SAMPLE_REGION}a`, Tenancy: 'default' },
    PrivateDnsName: 'ip-10-20-0-14.ec2.internal',
    PrivateIpAddress: '10.20.0.14',
    PublicDnsName: 'ec2-203-0-113-14.compute-1.amazonaws.com',
    PublicIpAddress: '203.0.113.14',
    InstanceLifecycle: 'spot',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeId: 'vol-0a1b2c3d4e5f60001', Status: 'attached' } }],
    NetworkInterfaces: [{ NetworkInterfaceId: 'eni-0a1b2c3d4e5f60001', PrivateIpAddress: '10.20.0.14' }],
    SubnetId: 'subnet-0a1b2c3d4e5f60001',
    VpcId: 'vpc-0a1b2c3d4e5f60001',
    State: { Code: 16, Name: 'running' },
    SecurityGroups: [{ GroupId: 'sg-0a1b2c3d4e5f60001', GroupName: 'orders' }],
    IamInstanceProfile: {
      Arn: sampleArn('iam', 'instance-profile/orders', { region: '' }),
      Id: 'AIPAEXAMPLE0000000001',
    },
    MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled' },
    ReservationId: 'r-0a1b2c3d4e5f60001',
    OwnerId: SAMPLE_ACCOUNT,
    Tags: [{ Key: 'Name', Value: 'orders-1' }],
  },
});
