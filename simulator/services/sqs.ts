import type * as SqsClient from '@aws-sdk/client-sqs';
import type { Call } from '../service.ts';
import type { OperationsOf } from './operations.ts';
import { oneOf, outOfRange, pageOf, type Stored, stocked } from './stocked.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html: without a page size the first thousand, and no token */
export const sqs = {
  ListQueues(call) {
    const { MaxResults, NextToken, QueueNamePrefix = '' } = call.input;
    const all = stocked(call, 'AWS::SQS::Queue').filter(one => nameOf(one).startsWith(QueueNamePrefix));
    const page = pageOf(call, all, {
      size: MaxResults,
      max: 1_000,
      token: NextToken,
      scope: QueueNamePrefix,
      wrongSize: outOfRange({ code: 'InvalidParameterValue', name: 'MaxResults', max: 1_000 }),
      wrongToken: { code: 'InvalidParameterValue', message: 'Invalid or expired next token.' },
    });
    return {
      QueueUrls: page.items.map(one => one.QueueUrl),
      NextToken: MaxResults === undefined ? undefined : page.nextToken,
    };
  },
  GetQueueAttributes(call) {
    const { AttributeNames = [] } = call.input;
    const { Attributes = {} } = queueNamed(call, call.input.QueueUrl);
    const all = AttributeNames.includes('All');
    const wanted = Object.entries(Attributes).filter(([name]) => all || AttributeNames.some(one => one === name));
    return { Attributes: Object.fromEntries(wanted) };
  },
  ListQueueTags(call) {
    return { Tags: queueNamed(call, call.input.QueueUrl).Tags ?? {} };
  },
} satisfies OperationsOf<typeof SqsClient>;

function queueNamed(call: Call<unknown>, url: string | undefined): Stored<'AWS::SQS::Queue'> {
  const missing = { code: 'QueueDoesNotExist', message: 'The specified queue does not exist.' };
  return oneOf(stocked(call, 'AWS::SQS::Queue'), one => one.QueueUrl === url, missing);
}

function nameOf({ QueueUrl }: Stored<'AWS::SQS::Queue'>): string {
  return QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1);
}
