import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT, sampleArn } from './sample.ts';

/** EBS snapshots of the account itself; those that others share with it are not its assets. */
export const ec2Snapshot = assetType({
  assetType: 'AWS::EC2::Snapshot',
  label: 'EBS snapshot',
  plural: 'EBS snapshots',
  scope: 'regional',
  list: listing('ec2', 'DescribeSnapshots', {
    ...EC2_PAGES,
    input: token => ({ ...EC2_PAGES.input(token), OwnerIds: ['self'] }),
    raw: ['Snapshots'],
    items: answer => answer.Snapshots,
  }),
  id: snapshot => snapshot.SnapshotId,
  state: snapshot => snapshot.State,
  tags: snapshot => tagsOf(snapshot.Tags),
  owner: snapshot => snapshot.OwnerId,
  properties: [
    { name: 'volumeId', label: 'Volume', path: 'volumeId', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'sizeGiB', label: 'Size (GiB)', path: 'volumeSize', kind: 'number', column: true },
    { name: 'encrypted', label: 'Encrypted', path: 'encrypted', kind: 'boolean', column: true },
    { name: 'kmsKey', label: 'KMS key', path: 'kmsKeyId', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'description', label: 'Description', path: 'description', kind: 'text', column: false, inSearch: 'own' },
    { name: 'createdAt', label: 'Created', path: 'startTime', kind: 'time', column: true },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    SnapshotId: 'snap-0a1b2c3d4e5f60001',
    VolumeId: 'vol-0a1b2c3d4e5f60001',
    VolumeSize: 100,
    OwnerId: SAMPLE_ACCOUNT,
    State: 'completed',
    Progress: '100%',
    Encrypted: true,
    KmsKeyId: sampleArn('kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab'),
    Description: 'Nightly',
    StartTime: new Date('2026-01-16T02:00:00Z'),
    StorageTier: 'standard',
    Tags: [{ Key: 'Name', Value: 'orders-data-nightly' }],
  },
});
