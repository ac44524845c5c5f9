import { assetType } from './asset-type.ts';
import { detail } from './detail.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT, SAMPLE_REGION, sampleArn } from './sample.ts';

interface SqsQueue {
  readonly QueueUrl: string;
  readonly Attributes?: Record<string, string> | undefined;
  readonly Tags?: Record<string, string> | undefined;
}

/** SQS queues; their API names them by URL. Attributes are text, numbers too, as SQS gives them. */
export const sqsQueue = assetType<SqsQueue>({
  assetType: 'AWS::SQS::Queue',
  label: 'SQS queue',
  plural: 'SQS queues',
  scope: 'regional',
  list: listing('sqs', 'ListQueues', {
    // Without a page size SQS gives the first thousand and no token.
    input: token => ({ MaxResults: 1_000, NextToken: token }),
    next: answer => answer.NextToken,
    // Left out when there are none.
    items: answer => (answer.QueueUrls ?? []).map((QueueUrl): SqsQueue => ({ QueueUrl })),
  }),
  details: [
    detail('sqs', 'GetQueueAttributes', {
      fields: ['Attributes'],
      input: (queue: SqsQueue) => ({ QueueUrl: queue.QueueUrl, AttributeNames: ['All' as const] }),
      value: answer => ({ Attributes: answer.Attributes }),
    }),
    detail('sqs', 'ListQueueTags', {
      fields: ['Tags'],
      input: (queue: SqsQueue) => ({ QueueUrl: queue.QueueUrl }),
      value: answer => ({ Tags: answer.Tags }),
    }),
  ],
  id: queue => queue.QueueUrl,
  arn: queue => queue.Attributes?.QueueArn,
  name: queue => queue.QueueUrl.split('/').at(-1),
  tags: queue => queue.Tags ?? {},
  properties: [
    { name: 'fifo', label: 'FIFO', path: 'attributes.fifoQueue', kind: 'text', column: true },
    {
      name: 'retentionSeconds',
      label: 'Kept (s)',
      path: 'attributes.messageRetentionPeriod',
      kind: 'text',
      column: true,
    },
    {
      name: 'visibilitySeconds',
      label: 'Visibility time-out (s)',
      path: 'attributes.visibilityTimeout',
      kind: 'text',
      column: false,
    },
    { name: 'redrivePolicy', label: 'Redrive policy', path: 'attributes.redrivePolicy', kind: 'text', column: false },
    { name: 'resourcePolicy', label: 'Resource policy', path: 'attributes.policy', kind: 'text', column: false },
    {
      name: 'kmsKey',
      label: 'KMS key',
      path: 'attributes.kmsMasterKeyId',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
  ],
  leftOut: {
    Tags: 'they are the asset’s tags',
    'Attributes.ApproximateNumberOfMessages': 'a measurement that differs each time, not a fact about the queue',
    'Attributes.ApproximateNumberOfMessagesDelayed': 'a measurement, too',
    'Attributes.ApproximateNumberOfMessagesNotVisible': 'a measurement, too',
  },
  sample: {
    QueueUrl: `https://sqs.${SAMPLE_REGION}.amazonaws.com/${SAMPLE_ACCOUNT}/orders-import`,
    Attributes: {
      QueueArn: sampleArn('sqs', 'orders-import'),
      CreatedTimestamp: '1768469400',
      LastModifiedTimestamp: '1768469400',
      VisibilityTimeout: '30',
      MaximumMessageSize: '262144',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '0',
      ReceiveMessageWaitTimeSeconds: '20',
      ApproximateNumberOfMessages: '12',
      ApproximateNumberOfMessagesDelayed: '0',
      ApproximateNumberOfMessagesNotVisible: '3',
      KmsMasterKeyId: 'alias/orders',
      Policy: '{"Version":"2012-10-17","Statement":[]}',
      RedrivePolicy: `{"deadLetterTargetArn":"${sampleArn('sqs', 'orders-failed')}","maxReceiveCount":5}`,
    },
    Tags: { Owner: 'data@example.com' },
  },
});
