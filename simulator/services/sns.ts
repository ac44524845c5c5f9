import type * as SnsClient from '@aws-sdk/client-sns';
import type { Call } from '../service.ts';
import type { OperationsOf } from './operations.ts';
import { oneOf, pageOf, type Stored, stocked } from './stocked.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html: pages of a hundred topics, which cannot be chosen */
export const sns = {
  ListTopics(call) {
    const page = pageOf(call, stocked(call, 'AWS::SNS::Topic'), {
      size: undefined,
      max: 100,
      token: call.input.NextToken,
      wrongSize: { code: 'InvalidParameter', message: '' },
      wrongToken: { code: 'InvalidParameter', message: 'Invalid parameter: NextToken' },
    });
    return { Topics: page.items, NextToken: page.nextToken };
  },
  GetTopicAttributes(call) {
    return {
      Attributes: topicNamed(call, call.input.TopicArn, { code: 'NotFound', message: 'Topic does not exist' })
        .Attributes,
    };
  },
  ListTagsForResource(call) {
    const missing = { code: 'ResourceNotFound', message: 'Resource does not exist' };
    return { Tags: topicNamed(call, call.input.ResourceArn, missing).Tags ?? [] };
  },
} satisfies OperationsOf<typeof SnsClient>;

function topicNamed(
  call: Call<unknown>,
  arn: string | undefined,
  missing: { code: string; message: string },
): Stored<'AWS::SNS::Topic'> {
  return oneOf(stocked(call, 'AWS::SNS::Topic'), one => one.TopicArn === arn, { ...missing, status: 404 });
}
