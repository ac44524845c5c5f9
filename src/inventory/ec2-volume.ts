import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';
import { SAMPLE_REGION, sampleArn } from './sample.ts';

/** EBS volumes. DescribeVolumes gives no ARN. */
export const ec2Volume = assetType({
  assetType: 'AWS::EC2::Volume',
  label: 'EBS volume',
  plural: 'EBS volumes',
  scope: 'regional',
  list: listing('ec2', 'DescribeVolumes', { ...EC2_PAGES, raw: ['Volumes'], items: answer => answer.Volumes }),
  id: volume => volume.VolumeId,
  state: volume => volume.State,
  tags: volume => tagsOf(volume.Tags),
  properties: [
    { name: 'volumeType', label: 'Volume type', path: 'volumeType', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'sizeGiB', label: 'Size (GiB)', path: 'size', kind: 'number', column: true },
    { name: 'encrypted', label: 'Encrypted', path: 'encrypted', kind: 'boolean', column: true },
    {
      name: 'attachedTo',
      label: 'Attached to',
      path: 'attachments[].instanceId',
      kind: 'text',
      column: true,
      inSearch: 'id',
    },
    { name: 'iops', label: 'IOPS', path: 'iops', kind: 'number', column: false },
    {
      name: 'availabilityZone',
      label: 'Availability Zone',
      path: 'availabilityZone',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'snapshotId', label: 'Snapshot', path: 'snapshotId', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'kmsKey', label: 'KMS key', path: 'kmsKeyId', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'createdAt', label: 'Created', path: 'createTime', kind: 'time', column: true },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    VolumeId: 'vol-0a1b2c3d4e5f60001',
    VolumeType: 'gp3',
    Size: 100,
    Iops: 3_000,
    Throughput: 125,
    State: 'in-use',
    Encrypted: true,
    KmsKeyId: sampleArn('kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab'),
    SnapshotId: 'snap-0a1b2c3d4e5f60001',
    AvailabilityZone: `${SAMPLE_REGION}a`,
    CreateTime: new Date('2026-01-15T09:30:00Z'),
    MultiAttachEnabled: false,
    Attachments: [
      {
        VolumeId: 'vol-0a1b2c3d4e5f60001',
        InstanceId: 'i-0a1b2c3d4e5f60001',
        Device: '/dev/xvda',
        State: 'attached',
        AttachTime: new Date('2026-01-15T09:30:02Z'),
        DeleteOnTermination: true,
      },
    ],
    Tags: [{ Key: 'Name', Value: 'orders-data' }],
  },
});
