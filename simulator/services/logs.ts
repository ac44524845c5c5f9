import type * as LogsClient from '@aws-sdk/client-cloudwatch-logs';
import type { OperationsOf } from './operations.ts';
import { oneOf, outOfRange, pageOf, stocked } from './stocked.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html: pages of at most 50 */
export const logs = {
  DescribeLogGroups(call) {
    const { limit, nextToken, logGroupNamePrefix = '' } = call.input;
    const all = stocked(call, 'AWS::Logs::LogGroup').filter(one => one.logGroupName?.startsWith(logGroupNamePrefix));
    const page = pageOf(call, all, {
      size: limit,
      max: 50,
      token: nextToken,
      scope: logGroupNamePrefix,
      wrongSize: outOfRange({ code: 'InvalidParameterException', name: 'limit', max: 50 }),
      wrongToken: { code: 'InvalidParameterException', message: 'The specified nextToken is invalid.' },
    });
    return { logGroups: page.items, nextToken: page.nextToken };
  },
  ListTagsForResource(call) {
    const missing = { code: 'ResourceNotFoundException', message: 'The specified log group does not exist.' };
    const all = stocked(call, 'AWS::Logs::LogGroup');
    return { tags: oneOf(all, one => one.logGroupArn === call.input.resourceArn, missing).Tags ?? {} };
  },
} satisfies OperationsOf<typeof LogsClient>;
