import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { LIMITS } from '../domain/limits.ts';

/**
 * Keeps the STS calls of this process below AWS's quota: AssumeRole, GetCallerIdentity and the other calls made with an
 * account's credentials share 600 requests a second per account and region; for a role of another account it is the caller's
 * account that is charged.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-sts-requests
 *
 * One bucket per account and region, in this process only. A bucket in the database would cost a round trip per call, and
 * processes do not need one: what comes near the quota is a re-check of all connectors, which one process at a time does
 * per account type (and so per hub), and `LIMITS.stsCallsPerSecond` leaves the rest of the quota to the runs of the other
 * processes, which ask STS once per connector and hour. Where that is not enough, because the owner's own programs use the
 * same account, AWS says so, and the bucket becomes slower for a while (`slowDown`).
 */
export interface Pace {
  /**
   * Waits for this call's turn; calls have their turns in the order in which they asked. False, and at once, when the turn
   * would come only after `deadlineMs` (on the clock's monotonic scale): it is then not taken.
   */
  turn(bucket: PaceBucket, deadlineMs: number): Promise<boolean>;
  /** AWS answered that calls come too fast: the rate is halved, and comes back within `LIMITS.stsRecoverSeconds`. */
  slowDown(bucket: PaceBucket): void;
}

export interface PaceBucket {
  /** Of the credentials that the call is signed with. */
  readonly accountId: string;
  readonly region: string;
}

interface Bucket {
  /** Below zero: so many turns are given out for later. */
  tokens: number;
  perSecond: number;
  atMs: number;
}

export function createPace(clock: Clock): Pace {
  const buckets = new Map<string, Bucket>();
  return {
    async turn(of, deadlineMs) {
      const bucket = refilled(buckets, of, clock.monotonicMs());
      const waitMs = bucket.tokens >= 1 ? 0 : ((1 - bucket.tokens) / bucket.perSecond) * 1_000;
      if (waitMs > 0 && bucket.atMs + waitMs >= deadlineMs) return false;
      bucket.tokens -= 1;
      if (waitMs > 0) await sleep(waitMs);
      return true;
    },
    slowDown(of) {
      const bucket = refilled(buckets, of, clock.monotonicMs());
      bucket.perSecond = Math.max(LIMITS.stsCallsPerSecondMin, bucket.perSecond / 2);
      bucket.tokens = Math.min(0, bucket.tokens);
    },
  };
}

function refilled(buckets: Map<string, Bucket>, { accountId, region }: PaceBucket, nowMs: number): Bucket {
  const key = `${accountId}/${region}`;
  const known = buckets.get(key);
  if (known) {
    const seconds = Math.max(0, nowMs - known.atMs) / 1_000;
    known.tokens = Math.min(LIMITS.stsCallsBurst, known.tokens + seconds * known.perSecond);
    const recovered = known.perSecond + (seconds * LIMITS.stsCallsPerSecond) / LIMITS.stsRecoverSeconds;
    known.perSecond = Math.min(LIMITS.stsCallsPerSecond, recovered);
    known.atMs = nowMs;
    return known;
  }
  // A member account is called once or twice; its full bucket is as good as none.
  if (buckets.size >= LIMITS.paceBucketsMax) forgetFull(buckets, nowMs);
  const bucket = { tokens: LIMITS.stsCallsBurst, perSecond: LIMITS.stsCallsPerSecond, atMs: nowMs };
  buckets.set(key, bucket);
  return bucket;
}

function forgetFull(buckets: Map<string, Bucket>, nowMs: number): void {
  for (const [key, { atMs, tokens }] of buckets) {
    const full = tokens + ((nowMs - atMs) / 1_000) * LIMITS.stsCallsPerSecondMin >= LIMITS.stsCallsBurst;
    if (full) buckets.delete(key);
  }
}
