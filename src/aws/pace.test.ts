import { describe, expect, test } from 'vitest';
import { systemClock } from '../domain/clock.ts';
import { LIMITS } from '../domain/limits.ts';
import { createPace, type PacedCall } from './pace.ts';
import { quotaOf } from './quotas.ts';

const STS: PacedCall = { accountId: '111122223333', region: 'us-east-1', service: 'sts', operation: 'AssumeRole' };
const EC2: PacedCall = { ...STS, service: 'ec2', operation: 'DescribeInstances' };
const LATER = Number.POSITIVE_INFINITY;

/** A pace on a clock that the test moves, at half of AWS's quotas. */
function paceAt(nowMs: () => number, sharePercent = 50) {
  return createPace({ now: () => new Date(0), monotonicMs: nowMs }, { sharePercent });
}

test('a bucket lets a burst through and then no more than its rate', async () => {
  const pace = createPace(systemClock, { sharePercent: 50 });
  const from = systemClock.monotonicMs();
  const calls = LIMITS.stsCallsBurst + LIMITS.stsCallsPerSecond / 2;
  await Promise.all(Array.from({ length: calls }, () => pace.turn(STS, LATER)));
  expect(systemClock.monotonicMs() - from).toBeGreaterThanOrEqual(490);
});

test('a call whose turn comes after its deadline is told so at once and takes no turn', async () => {
  const now = 1_000;
  const pace = paceAt(() => now);
  for (let i = 0; i < LIMITS.stsCallsBurst; i++) expect(await pace.turn(STS, now + 1)).toBe(true);
  expect(await pace.turn(STS, now + 1)).toBe(false);
  expect(await pace.turn({ ...STS, region: 'eu-west-1' }, now + 1)).toBe(true);
  expect(await pace.turn({ ...STS, accountId: '444455556666' }, now + 1)).toBe(true);
});

test('waiting for a turn ends when it is not wanted any more', async () => {
  const pace = paceAt(() => 0);
  while (await pace.turn(EC2, 1));
  const stop = new AbortController();
  const turn = pace.turn(EC2, LATER, stop.signal);
  stop.abort();
  expect(await turn).toBe(false);
});

describe('an account’s quota', () => {
  /** How many calls there are turns for at once, and then in one second more. */
  async function turns(call: Partial<PacedCall>, sharePercent?: number): Promise<[number, number]> {
    let now = 0;
    const pace = paceAt(() => now, sharePercent);
    const take = async () => {
      let calls = 0;
      while (await pace.turn({ ...EC2, ...call }, now)) calls += 1;
      return calls;
    };
    const atOnce = await take();
    now += 1_000;
    return [atOnce, await take()];
  }

  test('is used by the share that its owner lets Causeway have', async () => {
    expect(await turns({})).toEqual([50, 10]);
    expect(await turns({}, 90)).toEqual([90, 18]);
    expect(await turns({}, 1)).toEqual([1, 0]);
  });

  test('is smaller at EC2 for a listing without pages and filters, if it is one of those that EC2 names', async () => {
    expect(await turns({ whole: true })).toEqual([25, 5]);
    expect(await turns({ operation: 'DescribeRegions', whole: true })).toEqual([50, 10]);
  });

  test('of STS is used for as much as hubs need, whatever the share', async () => {
    expect(await turns(STS, 1)).toEqual([LIMITS.stsCallsBurst, LIMITS.stsCallsBurst]);
  });

  test('is one for calls that AWS counts together, and else each operation’s own', async () => {
    const pace = paceAt(() => 0);
    const left = async (service: string, operation: string) => await pace.turn({ ...EC2, service, operation }, 0);
    while (await left('lambda', 'ListFunctions'));
    expect([await left('lambda', 'ListTags'), await left('lambda', 'GetPolicy')]).toEqual([false, true]);
    while (await left('elastic-load-balancing', 'DescribeTags'));
    expect(await left('elastic-load-balancing-v2', 'DescribeListeners')).toBe(false);
    while (await left('ecs', 'ListClusters'));
    expect([await left('ecs', 'DescribeClusters'), await left('ecs', 'ListServices')]).toEqual([false, true]);
    while (await left('ec2', 'DescribeVpcs'));
    expect(await left('ec2', 'DescribeSubnets')).toBe(true);
  });

  test('is taken to be modest where AWS documents none', () => {
    expect(quotaOf({ service: 'rds', operation: 'DescribeDBInstances' })).toMatchObject({
      perSecond: 20,
      source: null,
    });
  });
});

test('a throttled bucket is slower at once, halved once for what was under way, and has its full rate again after a while', async () => {
  let now = 1_000;
  const pace = paceAt(() => now);
  const inOneSecond = async () => {
    now += 1_000;
    let calls = 0;
    while (await pace.turn(EC2, now)) calls += 1;
    return calls;
  };
  expect(await inOneSecond()).toBe(50);
  expect(await inOneSecond()).toBe(10);
  for (let i = 0; i < 8; i++) pace.slowDown(EC2);
  expect(await inOneSecond()).toBe(5);
  for (let i = 0; i < 20; i++) {
    now += LIMITS.paceHalveEveryMs;
    pace.slowDown(EC2);
  }
  expect(await inOneSecond()).toBe(0);
  now += LIMITS.paceRecoverSeconds * 1_000;
  await inOneSecond();
  expect(await inOneSecond()).toBe(10);
});

test('buckets of thousands of accounts in all regions are not remembered longer than they are of use', async () => {
  let now = 0;
  const pace = paceAt(() => now);
  let most = 0;
  for (let account = 0; account < 1_500; account++) {
    now += 1;
    for (let scope = 0; scope < 17 * 10; scope++) {
      const [region, operation] = [`r${scope % 17}`, `o${scope % 10}`];
      await pace.turn({ ...EC2, accountId: `a${account}`, region, operation }, LATER);
    }
    most = Math.max(most, pace.buckets());
  }
  // One call empties a bucket for a tenth of a second, in which 100 accounts are begun.
  expect(most).toBeLessThanOrEqual(2 * LIMITS.paceBucketsMax);
});

test('a bucket that is not full is never forgotten', async () => {
  let now = 0;
  const pace = paceAt(() => now);
  while (await pace.turn(EC2, now));
  for (let account = 0; account < 2 * LIMITS.paceBucketsMax; account++) {
    await pace.turn({ ...EC2, accountId: `a${account}` }, LATER);
    if (account % 1_000 === 0) now += 1;
  }
  expect(await pace.turn(EC2, now)).toBe(false);
});
