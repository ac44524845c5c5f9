import { expect, test } from 'vitest';
import { systemClock } from '../domain/clock.ts';
import { LIMITS } from '../domain/limits.ts';
import { createPace } from './pace.ts';

const BUCKET = { accountId: '111122223333', region: 'us-east-1' };
const LATER = Number.POSITIVE_INFINITY;

test('a bucket lets a burst through and then no more than its rate', async () => {
  const pace = createPace(systemClock);
  const from = systemClock.monotonicMs();
  const calls = LIMITS.stsCallsBurst + LIMITS.stsCallsPerSecond / 2;
  await Promise.all(Array.from({ length: calls }, () => pace.turn(BUCKET, LATER)));
  expect(systemClock.monotonicMs() - from).toBeGreaterThanOrEqual(490);
});

test('a call whose turn comes after its deadline is told so at once and takes no turn', async () => {
  const now = 1_000;
  const pace = createPace({ now: () => new Date(0), monotonicMs: () => now });
  for (let i = 0; i < LIMITS.stsCallsBurst; i++) expect(await pace.turn(BUCKET, now + 1)).toBe(true);
  expect(await pace.turn(BUCKET, now + 1)).toBe(false);
  expect(await pace.turn({ ...BUCKET, region: 'eu-west-1' }, now + 1)).toBe(true);
  expect(await pace.turn({ ...BUCKET, accountId: '444455556666' }, now + 1)).toBe(true);
});

test('a throttled bucket is slower at once and has its full rate again after a while', async () => {
  let now = 1_000;
  const pace = createPace({ now: () => new Date(0), monotonicMs: () => now });
  const inOneSecond = async () => {
    now += 1_000;
    let calls = 0;
    while (await pace.turn(BUCKET, now)) calls += 1;
    return calls;
  };
  await inOneSecond();
  for (let i = 0; i < 8; i++) pace.slowDown(BUCKET);
  expect(await inOneSecond()).toBeLessThan(LIMITS.stsCallsBurst / 2);
  now += LIMITS.stsRecoverSeconds * 1_000;
  expect(await inOneSecond()).toBe(LIMITS.stsCallsBurst);
});
