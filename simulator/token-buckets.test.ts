import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/domain/clock.ts';
import type { FaultRequest } from './faults.ts';
import { createTokenBuckets } from './token-buckets.ts';
import { createVirtualClock } from './virtual-clock.ts';

describe('token buckets', () => {
  it.each([
    ['ec2', 'DescribeVpcs', 100, 20],
    ['ec2', 'DescribeInstances', 50, 10],
    ['elasticloadbalancing', 'DescribeLoadBalancers', 40, 10],
    ['ecs', 'ListClusters', 50, 20],
    ['logs', 'DescribeLogGroups', 10, 10],
    ['sns', 'ListTopics', 30, 30],
  ] as const)('%s:%s takes %d at once and then %d a second', (service, operation, capacity, perSecond) => {
    const clock = createVirtualClock(systemClock.now());
    const { take } = createTokenBuckets(clock);
    const taken = () => {
      let count = 0;
      while (count <= 2 * capacity && take(request({ service, operation }))) count += 1;
      return count;
    };
    expect(taken()).toBe(capacity);
    clock.advance(1_000);
    expect(taken()).toBe(perSecond);
  });

  it('are apart by account, region and API, and where a listing asks for pages', () => {
    const { take } = createTokenBuckets(createVirtualClock(systemClock.now()));
    for (let i = 0; i < 50; i += 1) take(request({}));
    expect(take(request({}))).toBe(false);
    expect(take(request({ paged: true }))).toBe(true);
    expect(take(request({ region: 'eu-west-1' }))).toBe(true);
    expect(take(request({ accountId: '2' }))).toBe(true);
    expect(take(request({ operation: 'DescribeVolumes' }))).toBe(true);
  });

  it('of a service that documents no rate are not there', () => {
    const { take } = createTokenBuckets(createVirtualClock(systemClock.now()));
    for (let i = 0; i < 5_000; i += 1)
      expect(take(request({ service: 'rds', operation: 'DescribeDBInstances' }))).toBe(true);
  });
});

function request(over: Partial<FaultRequest>): FaultRequest {
  return {
    service: 'ec2',
    operation: 'DescribeInstances',
    region: 'us-east-1',
    accountId: '1',
    callerArn: '',
    ...over,
  };
}
