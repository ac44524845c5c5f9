import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT } from './sample.ts';

/** Machine images of the account itself; the tens of thousands of AWS and others are not its assets. */
export const ec2Image = assetType({
  assetType: 'AWS::EC2::Image',
  label: 'AMI',
  plural: 'AMIs',
  scope: 'regional',
  list: listing('ec2', 'DescribeImages', {
    ...EC2_PAGES,
    input: token => ({ ...EC2_PAGES.input(token), Owners: ['self'] }),
    raw: ['Images'],
    items: answer => answer.Images,
  }),
  id: image => image.ImageId,
  name: image => image.Name,
  state: image => image.State,
  tags: image => tagsOf(image.Tags),
  owner: image => image.OwnerId,
  properties: [
    { name: 'architecture', label: 'Architecture', path: 'architecture', kind: 'text', column: true },
    { name: 'platform', label: 'Platform', path: 'platformDetails', kind: 'text', column: true },
    { name: 'public', label: 'Public', path: 'public', kind: 'boolean', column: true },
    { name: 'createdAt', label: 'Created', path: 'creationDate', kind: 'time', column: true },
    { name: 'deprecatedAt', label: 'Deprecated', path: 'deprecationTime', kind: 'time', column: false },
    {
      name: 'snapshotId',
      label: 'Snapshot',
      path: 'blockDeviceMappings[].ebs.snapshotId',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    ImageId: 'ami-0a1b2c3d4e5f60001',
    Name: 'orders-base',
    Description: 'Hardened base image',
    ImageLocation: `${SAMPLE_ACCOUNT}/orders-base`,
    ImageType: 'machine',
    OwnerId: SAMPLE_ACCOUNT,
    State: 'available',
    Public: false,
    Architecture: 'arm64',
    PlatformDetails: 'Linux/UNIX',
    CreationDate: '2026-01-15T09:30:00.000Z',
    DeprecationTime: '2028-01-15T09:30:00.000Z',
    RootDeviceName: '/dev/xvda',
    RootDeviceType: 'ebs',
    EnaSupport: true,
    VirtualizationType: 'hvm',
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/xvda',
        Ebs: { SnapshotId: 'snap-0a1b2c3d4e5f60001', VolumeSize: 20, VolumeType: 'gp3', Encrypted: true },
      },
    ],
    Tags: [{ Key: 'Pipeline', Value: 'base-images' }],
  },
});
