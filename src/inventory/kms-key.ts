import type { AliasListEntry, KeyListEntry, KeyMetadata, Tag } from '@aws-sdk/client-kms';
import { assetType } from './asset-type.ts';
import { detail } from './detail.ts';
import { listing } from './listing.ts';
import { sampleArn } from './sample.ts';

type KmsKey = KeyListEntry &
  Partial<KeyMetadata> & {
    readonly Aliases?: AliasListEntry[] | undefined;
    readonly Tags?: Tag[] | undefined;
  };

const KEY = '1234abcd-12ab-34cd-56ef-1234567890ab';

/** KMS keys, those that AWS manages for the account too; named by their first alias. */
export const kmsKey = assetType<KmsKey>({
  assetType: 'AWS::KMS::Key',
  label: 'KMS key',
  plural: 'KMS keys',
  scope: 'regional',
  list: listing('kms', 'ListKeys', {
    input: token => ({ Limit: 1_000, Marker: token }),
    next: answer => (answer.Truncated ? answer.NextMarker : undefined),
    items: answer => answer.Keys,
  }),
  details: [
    detail('kms', 'DescribeKey', {
      fields: '*',
      input: keyOf,
      value: answer => answer.KeyMetadata ?? {},
    }),
    detail('kms', 'ListAliases', {
      fields: ['Aliases'],
      input: keyOf,
      value: answer => ({ Aliases: answer.Aliases }),
    }),
    detail('kms', 'ListResourceTags', {
      fields: ['Tags'],
      input: keyOf,
      value: answer => ({ Tags: answer.Tags }),
    }),
  ],
  id: key => key.KeyId,
  arn: key => key.KeyArn ?? key.Arn,
  name: key => key.Aliases?.[0]?.AliasName,
  state: key => key.KeyState,
  tags: key => Object.fromEntries((key.Tags ?? []).map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue])),
  properties: [
    { name: 'keyManager', label: 'Managed by', path: 'keyManager', kind: 'text', column: true },
    { name: 'keyUsage', label: 'Usage', path: 'keyUsage', kind: 'text', column: true },
    { name: 'keySpec', label: 'Key type', path: 'keySpec', kind: 'text', column: true },
    { name: 'alias', label: 'Alias', path: 'aliases[].aliasName', kind: 'text', column: false, inSearch: 'own' },
    { name: 'description', label: 'Description', path: 'description', kind: 'text', column: false, inSearch: 'own' },
    { name: 'keyOrigin', label: 'Key material from', path: 'origin', kind: 'text', column: false },
    { name: 'multiRegion', label: 'Multi-Region', path: 'multiRegion', kind: 'boolean', column: false },
    { name: 'deletedAt', label: 'Deleted at', path: 'deletionDate', kind: 'time', column: false },
    { name: 'createdAt', label: 'Created', path: 'creationDate', kind: 'time', column: true },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    KeyId: KEY,
    KeyArn: sampleArn('kms', `key/${KEY}`),
    Arn: sampleArn('kms', `key/${KEY}`),
    AWSAccountId: '111122223333',
    CreationDate: new Date('2026-01-15T09:30:00Z'),
    Enabled: true,
    Description: 'Data of the shop',
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: 'Enabled',
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
    Aliases: [{ AliasName: 'alias/orders', AliasArn: sampleArn('kms', 'alias/orders'), TargetKeyId: KEY }],
    Tags: [{ TagKey: 'Owner', TagValue: 'security@example.com' }],
  },
});

function keyOf(key: KmsKey) {
  return { KeyId: key.KeyId };
}
