import type {
  Bucket,
  Grant,
  Owner,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
  Tag,
} from '@aws-sdk/client-s3';
import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { detail } from './detail.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT, SAMPLE_REGION, sampleArn } from './sample.ts';

type S3Bucket = Bucket & {
  readonly Tags?: Tag[] | undefined;
  readonly Policy?: string | undefined;
  readonly Owner?: Owner | undefined;
  readonly Grants?: Grant[] | undefined;
  readonly PublicAccessBlock?: PublicAccessBlockConfiguration | undefined;
  readonly Versioning?: string | undefined;
  readonly Encryption?: ServerSideEncryptionConfiguration | undefined;
};

const NAME = `orders-archive-${SAMPLE_ACCOUNT}`;

/** Buckets are listed once for all regions; the rest of each is asked in the bucket's own region. */
export const s3Bucket = assetType<S3Bucket>({
  assetType: 'AWS::S3::Bucket',
  label: 'S3 bucket',
  plural: 'S3 buckets',
  scope: 'global',
  list: listing('s3', 'ListBuckets', {
    // Only a listing with pages says in which region a bucket is.
    input: token => ({ MaxBuckets: 1_000, ContinuationToken: token }),
    next: answer => answer.ContinuationToken,
    items: answer => answer.Buckets,
    action: 's3:ListAllMyBuckets',
  }),
  details: [
    detail('s3', 'GetBucketTagging', {
      fields: ['Tags'],
      input: bucketOf,
      value: answer => ({ Tags: answer.TagSet }),
      region: regionOf,
    }),
    detail('s3', 'GetBucketPolicy', {
      fields: ['Policy'],
      input: bucketOf,
      value: answer => ({ Policy: answer.Policy }),
      region: regionOf,
    }),
    detail('s3', 'GetBucketAcl', {
      fields: ['Owner', 'Grants'],
      input: bucketOf,
      value: ({ Owner, Grants }) => ({ Owner, Grants }),
      region: regionOf,
    }),
    detail('s3', 'GetPublicAccessBlock', {
      fields: ['PublicAccessBlock'],
      input: bucketOf,
      value: answer => ({ PublicAccessBlock: answer.PublicAccessBlockConfiguration }),
      region: regionOf,
      action: 's3:GetBucketPublicAccessBlock',
    }),
    detail('s3', 'GetBucketVersioning', {
      fields: ['Versioning'],
      input: bucketOf,
      // AWS has no word for a bucket that never had versions.
      value: answer => ({ Versioning: answer.Status ?? 'Off' }),
      region: regionOf,
    }),
    detail('s3', 'GetBucketEncryption', {
      fields: ['Encryption'],
      input: bucketOf,
      value: answer => ({ Encryption: answer.ServerSideEncryptionConfiguration }),
      region: regionOf,
      action: 's3:GetEncryptionConfiguration',
    }),
  ],
  id: bucket => bucket.Name,
  arn: bucket => bucket.BucketArn,
  name: bucket => bucket.Name,
  tags: bucket => tagsOf(bucket.Tags),
  properties: [
    {
      name: 'bucketRegion',
      label: 'Bucket region',
      path: 'bucketRegion',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
    { name: 'versioning', label: 'Versioning', path: 'versioning', kind: 'text', column: true },
    {
      name: 'blocksPublicPolicy',
      label: 'Blocks public policies',
      path: 'publicAccessBlock.blockPublicPolicy',
      kind: 'boolean',
      column: true,
    },
    {
      name: 'blocksPublicAcls',
      label: 'Blocks public ACLs',
      path: 'publicAccessBlock.blockPublicAcls',
      kind: 'boolean',
      column: false,
    },
    { name: 'grantedTo', label: 'Granted to', path: 'grants[].grantee.uRI', kind: 'text', column: false },
    {
      name: 'encryption',
      label: 'Encryption',
      path: 'encryption.rules[].applyServerSideEncryptionByDefault.sSEAlgorithm',
      kind: 'text',
      column: true,
    },
    {
      name: 'kmsKey',
      label: 'KMS key',
      path: 'encryption.rules[].applyServerSideEncryptionByDefault.kMSMasterKeyID',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'createdAt', label: 'Created', path: 'creationDate', kind: 'time', column: true },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    Name: NAME,
    BucketArn: sampleArn('s3', NAME, { region: '', accountId: '' }),
    BucketRegion: SAMPLE_REGION,
    CreationDate: new Date('2026-01-15T09:30:00Z'),
    Policy: '{"Version":"2012-10-17","Statement":[]}',
    Owner: { ID: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be' },
    Grants: [
      {
        Grantee: { ID: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be', Type: 'CanonicalUser' },
        Permission: 'FULL_CONTROL',
      },
      { Grantee: { URI: 'http://acs.amazonaws.com/groups/s3/LogDelivery', Type: 'Group' }, Permission: 'WRITE' },
    ],
    PublicAccessBlock: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
    Versioning: 'Enabled',
    Encryption: {
      Rules: [
        {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'alias/orders' },
          BucketKeyEnabled: true,
        },
      ],
    },
    Tags: [{ Key: 'Owner', Value: 'data@example.com' }],
  },
});

function bucketOf(bucket: S3Bucket) {
  return { Bucket: bucket.Name };
}

function regionOf(bucket: S3Bucket) {
  return bucket.BucketRegion;
}
