import type { LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import { assetType } from './asset-type.ts';
import { detail } from './detail.ts';
import { listing } from './listing.ts';
import { sampleArn } from './sample.ts';

type Group = LogGroup & { readonly Tags?: Record<string, string> | undefined };

const NAME = '/aws/lambda/orders-import';

/** Log groups of CloudWatch Logs. */
export const logGroup = assetType<Group>({
  assetType: 'AWS::Logs::LogGroup',
  label: 'Log group',
  plural: 'Log groups',
  scope: 'regional',
  list: listing('cloudwatch-logs', 'DescribeLogGroups', {
    input: token => ({ limit: 50, nextToken: token }),
    next: answer => answer.nextToken,
    items: answer => answer.logGroups,
  }),
  details: [
    detail('cloudwatch-logs', 'ListTagsForResource', {
      fields: ['Tags'],
      input: (group: Group) => ({ resourceArn: group.logGroupArn }),
      value: answer => ({ Tags: answer.tags }),
    }),
  ],
  id: group => group.logGroupName,
  arn: group => group.logGroupArn,
  name: group => group.logGroupName,
  tags: group => group.Tags ?? {},
  properties: [
    { name: 'retentionDays', label: 'Kept (days)', path: 'retentionInDays', kind: 'number', column: true },
    { name: 'logClass', label: 'Log class', path: 'logGroupClass', kind: 'text', column: true },
    { name: 'kmsKey', label: 'KMS key', path: 'kmsKeyId', kind: 'text', column: true, inSearch: 'shared' },
  ],
  leftOut: {
    Tags: 'they are the asset’s tags',
    storedBytes: 'a measurement that differs each time, not a fact about the log group',
  },
  sample: {
    logGroupName: NAME,
    arn: sampleArn('logs', `log-group:${NAME}:*`),
    logGroupArn: sampleArn('logs', `log-group:${NAME}`),
    creationTime: 1_768_469_400_000,
    retentionInDays: 30,
    metricFilterCount: 0,
    storedBytes: 123_456,
    logGroupClass: 'STANDARD',
    kmsKeyId: sampleArn('kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab'),
    Tags: { Owner: 'data@example.com' },
  },
});
