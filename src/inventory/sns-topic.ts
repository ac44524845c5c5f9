import type { Tag, Topic } from '@aws-sdk/client-sns';
import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { detail } from './detail.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT, sampleArn } from './sample.ts';

type SnsTopic = Topic & { readonly Attributes?: Record<string, string> | undefined; readonly Tags?: Tag[] | undefined };

const ARN = sampleArn('sns', 'orders-placed');

/** SNS topics with the attributes that AWS keeps as text. Numbers of subscriptions are among them and stay text. */
export const snsTopic = assetType<SnsTopic>({
  assetType: 'AWS::SNS::Topic',
  label: 'SNS topic',
  plural: 'SNS topics',
  scope: 'regional',
  list: listing('sns', 'ListTopics', {
    // Pages of a hundred, which cannot be chosen.
    input: token => ({ NextToken: token }),
    next: answer => answer.NextToken,
    items: answer => answer.Topics,
  }),
  details: [
    detail('sns', 'GetTopicAttributes', {
      fields: ['Attributes'],
      input: (topic: SnsTopic) => ({ TopicArn: topic.TopicArn }),
      value: answer => ({ Attributes: answer.Attributes }),
    }),
    detail('sns', 'ListTagsForResource', {
      fields: ['Tags'],
      input: (topic: SnsTopic) => ({ ResourceArn: topic.TopicArn }),
      value: answer => ({ Tags: answer.Tags }),
    }),
  ],
  id: topic => topic.TopicArn,
  arn: topic => topic.TopicArn,
  name: topic => topic.TopicArn?.split(':').at(-1),
  tags: topic => tagsOf(topic.Tags),
  properties: [
    {
      name: 'displayName',
      label: 'Display name',
      path: 'attributes.displayName',
      kind: 'text',
      column: true,
      inSearch: 'own',
    },
    {
      name: 'subscriptions',
      label: 'Subscriptions',
      path: 'attributes.subscriptionsConfirmed',
      kind: 'text',
      column: true,
    },
    {
      name: 'kmsKey',
      label: 'KMS key',
      path: 'attributes.kmsMasterKeyId',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
    { name: 'fifo', label: 'FIFO', path: 'attributes.fifoTopic', kind: 'text', column: false },
    { name: 'resourcePolicy', label: 'Resource policy', path: 'attributes.policy', kind: 'text', column: false },
  ],
  leftOut: {
    Tags: 'they are the asset’s tags',
    'Attributes.EffectiveDeliveryPolicy': 'it follows from DeliveryPolicy and AWS’s defaults',
  },
  sample: {
    TopicArn: ARN,
    Attributes: {
      TopicArn: ARN,
      Owner: SAMPLE_ACCOUNT,
      DisplayName: 'Orders',
      Policy: '{"Version":"2008-10-17","Statement":[]}',
      SubscriptionsConfirmed: '2',
      SubscriptionsPending: '0',
      SubscriptionsDeleted: '0',
      EffectiveDeliveryPolicy: '{"http":{}}',
      KmsMasterKeyId: 'alias/aws/sns',
    },
    Tags: [{ Key: 'Owner', Value: 'web@example.com' }],
  },
});
