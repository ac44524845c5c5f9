import { describe, expect, test } from 'vitest';
import { createFaults, type FaultRequest, type FaultRule } from './faults.ts';
import { createVirtualClock } from './virtual-clock.ts';

const request: FaultRequest = {
  service: 'ec2',
  operation: 'DescribeInstances',
  region: 'eu-central-1',
  accountId: '111122223333',
  callerArn: 'arn:aws:sts::111122223333:assumed-role/Reader/run',
  paged: true,
};
const rule: FaultRule = { id: 'one', match: {}, effect: { kind: 'drop' } };

describe('a fault rule', () => {
  test('strikes only what it matches', () => {
    const match = { accountId: '1111*', region: 'eu-*', service: 'ec2', operation: 'Describe*' };
    const { decide } = script({ ...rule, match });
    expect(decide(request).outcome.kind).toBe('drop');
    expect(decide({ ...request, accountId: '999911112222' }).outcome.kind).toBe('pass');
    expect(decide({ ...request, region: 'us-east-1' }).outcome.kind).toBe('pass');
    expect(decide({ ...request, service: 'sts', operation: 'AssumeRole' }).outcome.kind).toBe('pass');
  });

  test('takes its pattern literally but for the star', () => {
    const { decide } = script({ ...rule, match: { region: 'eu.central.1' } });
    expect(decide(request).outcome.kind).toBe('pass');
  });

  test('aims at one role', () => {
    const assume: FaultRequest = {
      ...request,
      service: 'sts',
      operation: 'AssumeRole',
      resource: 'arn:aws:iam::222233334444:role/Reader',
    };
    const { decide } = script({ ...rule, match: { resource: '*:222233334444:role/*' } });
    expect(decide(assume).outcome.kind).toBe('drop');
    expect(decide({ ...assume, resource: 'arn:aws:iam::333344445555:role/Reader' }).outcome.kind).toBe('pass');
    expect(decide(request).outcome.kind).toBe('pass');
  });

  test('strikes from one call to another, counting only calls that match', () => {
    const { decide } = script({ ...rule, match: { operation: 'DescribeInstances' }, from: 2, to: 3 });
    decide({ ...request, operation: 'DescribeRegions' });
    expect([1, 2, 3, 4].map(() => decide(request).outcome.kind)).toEqual(['pass', 'drop', 'drop', 'pass']);
  });

  test('strikes so many times and no more', () => {
    const { decide } = script({ ...rule, times: 2 });
    expect([1, 2, 3].map(() => decide(request).outcome.kind)).toEqual(['drop', 'drop', 'pass']);
  });

  test('strikes with its probability, the same calls for the same seed', () => {
    const struck = (seed: number) => {
      const { decide } = createFaults({ rules: [{ ...rule, probability: 0.3 }], seed, clock });
      return Array.from({ length: 1_000 }, () => decide(request).outcome.kind === 'drop');
    };
    const share = struck(1).filter(Boolean).length / 1_000;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
    expect(struck(1)).toEqual(struck(1));
    expect(struck(1)).not.toEqual(struck(2));
  });

  test('that only slows lets the next rule decide', () => {
    const slow: FaultRule = { id: 'slow', match: {}, effect: { kind: 'slow', delayMs: 40 } };
    expect(script(slow, rule).decide(request)).toEqual({ delayMs: 40, outcome: { kind: 'drop' } });
    expect(script(slow).decide(request)).toEqual({ delayMs: 40, outcome: { kind: 'pass' } });
  });

  test('is replaced under its id and removed by it', () => {
    const faults = script({ ...rule, times: 1 });
    expect(faults.decide(request).outcome.kind).toBe('drop');
    faults.put({ ...rule, times: 1 });
    expect(faults.decide(request).outcome.kind).toBe('drop');
    expect(faults.remove('one')).toBe(true);
    expect(faults.remove('one')).toBe(false);
    expect(faults.decide(request).outcome.kind).toBe('pass');
  });
});

describe('the words of a refusal', () => {
  const error = (effect: FaultRule['effect'], service: FaultRequest['service']) =>
    script({ ...rule, effect }).decide({ ...request, service }).outcome;

  test('are EC2’s own', () => {
    expect(error({ kind: 'throttle' }, 'ec2')).toMatchObject({ code: 'RequestLimitExceeded', status: 503 });
    expect(error({ kind: 'region-off' }, 'ec2')).toMatchObject({ code: 'AuthFailure', status: 401 });
    expect(error({ kind: 'deny', by: 'scp' }, 'ec2')).toEqual({
      kind: 'error',
      code: 'UnauthorizedOperation',
      status: 403,
      message:
        'You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/Reader/run is not authorized to perform: ec2:DescribeInstances with an explicit deny in a service control policy',
    });
  });

  test('are another protocol’s elsewhere', () => {
    expect(error({ kind: 'throttle' }, 'sts')).toMatchObject({ code: 'Throttling', status: 400 });
    expect(error({ kind: 'deny', by: 'identity' }, 'sts')).toMatchObject({ code: 'AccessDenied', status: 403 });
    expect(error({ kind: 'region-off' }, 'sts')).toMatchObject({ code: 'RegionDisabledException', status: 403 });
    expect(error({ kind: 'throttle' }, 'organizations')).toMatchObject({ code: 'TooManyRequestsException' });
    expect(error({ kind: 'deny', by: 'scp' }, 'organizations')).toMatchObject({ code: 'AccessDeniedException' });
    expect(error({ kind: 'server-error', error: 'unavailable' }, 'iam')).toMatchObject({ status: 503 });
  });

  test.each([
    ['rcp', 'with an explicit deny in a resource control policy'],
    ['identity-deny', 'with an explicit deny in an identity-based policy'],
    ['boundary', 'with an explicit deny in a permissions boundary'],
    ['session', 'with an explicit deny in a session policy'],
    ['endpoint', 'with an explicit deny in a VPC endpoint policy'],
    ['trust-deny', 'with an explicit deny in the role trust policy'],
    ['trust', 'because no role trust policy allows the sts:DescribeInstances action'],
  ] as const)('name %s as AWS does', (by, words) => {
    expect(error({ kind: 'deny', by }, 'sts')).toHaveProperty('message', expect.stringMatching(`${words}$`));
  });

  test('are those of STS for sessions that are too long, and for credentials that have ended', () => {
    expect(error({ kind: 'session-limit', limit: 'role-chaining' }, 'sts')).toMatchObject({ code: 'ValidationError' });
    expect(error({ kind: 'expired-token' }, 'sts')).toMatchObject({ code: 'ExpiredToken', status: 403 });
    expect(error({ kind: 'expired-token' }, 'ec2')).toMatchObject({ code: 'RequestExpired' });
  });
});

describe('token buckets', () => {
  const passes = (faults: ReturnType<typeof createFaults>, count: number, asked = request) =>
    Array.from({ length: count }, () => faults.decide(asked).outcome.kind).filter(kind => kind === 'pass').length;

  test('hold 100 paged calls and refill with 20 a second', () => {
    const own = createVirtualClock(new Date(0));
    const faults = createFaults({ clock: own, tokenBuckets: true });
    expect(passes(faults, 150)).toBe(100);
    own.advance(2_000);
    expect(passes(faults, 150)).toBe(40);
    own.advance(3_600_000);
    expect(passes(faults, 150)).toBe(100);
  });

  test('hold only 50 for a listing of instances without paging', () => {
    expect(passes(createFaults({ clock, tokenBuckets: true }), 150, { ...request, paged: false })).toBe(50);
  });

  test('are one for most of Lambda’s control plane, and of KMS’s operations each its own', () => {
    const faults = createFaults({ clock, tokenBuckets: true });
    expect(passes(faults, 20, { ...request, service: 'lambda', operation: 'ListFunctions' })).toBe(15);
    expect(passes(faults, 20, { ...request, service: 'lambda', operation: 'ListTags' })).toBe(0);
    expect(passes(faults, 20, { ...request, service: 'lambda', operation: 'GetPolicy' })).toBe(15);
    expect(passes(faults, 600, { ...request, service: 'kms', operation: 'ListKeys' })).toBe(500);
    expect(passes(faults, 600, { ...request, service: 'kms', operation: 'ListAliases' })).toBe(500);
  });

  test('are kept per account, region and API', () => {
    const faults = createFaults({ clock, tokenBuckets: true });
    passes(faults, 150);
    expect(passes(faults, 10, { ...request, region: 'us-east-1' })).toBe(10);
    expect(passes(faults, 10, { ...request, accountId: '222233334444' })).toBe(10);
    expect(passes(faults, 10, { ...request, operation: 'DescribeVpcs' })).toBe(10);
    expect(passes(faults, 10)).toBe(0);
  });
});

const clock = createVirtualClock(new Date(0));

function script(...rules: FaultRule[]) {
  return createFaults({ rules, clock });
}
