import type * as AutoScalingClient from '@aws-sdk/client-auto-scaling';
import type { OperationsOf } from './operations.ts';
import { pageOf, stocked } from './stocked.ts';

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html: pages of at most 100, usually 50 */
export const autoScaling = {
  DescribeAutoScalingGroups(call) {
    const { AutoScalingGroupNames: names, MaxRecords, NextToken } = call.input;
    const groups = stocked(call, 'AWS::AutoScaling::AutoScalingGroup');
    // Names that do not exist are left out, not refused.
    const named = names?.length ? groups.filter(one => names.includes(one.AutoScalingGroupName ?? '')) : groups;
    const page = pageOf(call, named, {
      size: MaxRecords,
      usual: 50,
      max: 100,
      token: NextToken,
      wrongSize: { code: 'ValidationError', message: 'The value of MaxRecords must be between 1 and 100.' },
      wrongToken: { code: 'InvalidNextToken', message: 'The NextToken value is not valid.' },
    });
    return { AutoScalingGroups: page.items, NextToken: page.nextToken };
  },
} satisfies OperationsOf<typeof AutoScalingClient>;
