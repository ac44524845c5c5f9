import type { TableDescription, Tag } from '@aws-sdk/client-dynamodb';
import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { detail } from './detail.ts';
import { listing } from './listing.ts';
import { sampleArn } from './sample.ts';

type Table = TableDescription & { readonly Tags?: Tag[] | undefined };

export const dynamodbTable = assetType<Table>({
  assetType: 'AWS::DynamoDB::Table',
  label: 'DynamoDB table',
  plural: 'DynamoDB tables',
  scope: 'regional',
  list: listing('dynamodb', 'ListTables', {
    input: token => ({ Limit: 100, ExclusiveStartTableName: token }),
    next: answer => answer.LastEvaluatedTableName,
    items: answer => answer.TableNames?.map((TableName): Table => ({ TableName })),
  }),
  details: [
    detail('dynamodb', 'DescribeTable', {
      fields: '*',
      input: (table: Table) => ({ TableName: table.TableName }),
      value: answer => answer.Table ?? {},
    }),
    detail('dynamodb', 'ListTagsOfResource', {
      fields: ['Tags'],
      // Only the description has its ARN.
      ready: table => table.TableArn !== undefined,
      input: (table: Table) => ({ ResourceArn: table.TableArn }),
      value: answer => ({ Tags: answer.Tags }),
    }),
  ],
  id: table => table.TableName,
  arn: table => table.TableArn,
  name: table => table.TableName,
  state: table => table.TableStatus,
  tags: table => tagsOf(table.Tags),
  properties: [
    { name: 'billingMode', label: 'Billing', path: 'billingModeSummary.billingMode', kind: 'text', column: true },
    { name: 'keyAttribute', label: 'Key attribute', path: 'keySchema[].attributeName', kind: 'text', column: true },
    { name: 'secondaryIndex', label: 'Index', path: 'globalSecondaryIndexes[].indexName', kind: 'text', column: false },
    {
      name: 'deletionProtection',
      label: 'Deletion protection',
      path: 'deletionProtectionEnabled',
      kind: 'boolean',
      column: true,
    },
    { name: 'stream', label: 'Stream', path: 'latestStreamArn', kind: 'text', column: false },
    {
      name: 'kmsKey',
      label: 'KMS key',
      path: 'sSEDescription.kMSMasterKeyArn',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'createdAt', label: 'Created', path: 'creationDateTime', kind: 'time', column: true },
  ],
  leftOut: {
    Tags: 'they are the asset’s tags',
    ItemCount: 'a measurement that differs every few hours, not a fact about the table',
    TableSizeBytes: 'a measurement, too',
    'GlobalSecondaryIndexes.ItemCount': 'a measurement, too',
    'GlobalSecondaryIndexes.IndexSizeBytes': 'a measurement, too',
    'LocalSecondaryIndexes.ItemCount': 'a measurement, too',
    'LocalSecondaryIndexes.IndexSizeBytes': 'a measurement, too',
  },
  sample: {
    TableName: 'orders',
    TableArn: sampleArn('dynamodb', 'table/orders'),
    TableId: '1234abcd-12ab-34cd-56ef-1234567890ab',
    TableStatus: 'ACTIVE',
    CreationDateTime: new Date('2026-01-15T09:30:00Z'),
    AttributeDefinitions: [{ AttributeName: 'orderId', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'orderId', KeyType: 'HASH' }],
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    ItemCount: 1_234,
    TableSizeBytes: 567_890,
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byCustomer',
        KeySchema: [{ AttributeName: 'customerId', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
        IndexStatus: 'ACTIVE',
        ItemCount: 1_234,
        IndexSizeBytes: 56_789,
      },
    ],
    LatestStreamArn: sampleArn('dynamodb', 'table/orders/stream/2026-01-15T09:30:00.000'),
    SSEDescription: {
      Status: 'ENABLED',
      SSEType: 'KMS',
      KMSMasterKeyArn: sampleArn('kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab'),
    },
    DeletionProtectionEnabled: true,
    Tags: [{ Key: 'Owner', Value: 'data@example.com' }],
  },
});
