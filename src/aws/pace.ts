import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { LIMITS } from '../domain/limits.ts';
import { type Api, quotaOf } from './quotas.ts';

/**
 * Keeps the calls of this process below AWS's quotas (quotas.ts), one token bucket per account, region and API. A bucket
 * holds, and gains by the second, the share of AWS's that the owner lets Causeway have: the rest is for the account's own
 * programs, whose consoles and deployments would be throttled with us.
 *
 * The buckets are of this process only; buckets in the database would cost a round trip per call. An account is observed by
 * one run at a time, which is in one process, and with a share of half or less, a run that another process takes over
 * cannot exceed AWS's bucket even at once. A hub's STS is called from all processes, and its bucket has a figure of its
 * own whatever the share: what comes near that quota is a re-check of all connectors, which one process at a time does per
 * account type (and so per hub), and `LIMITS.stsCallsPerSecond` leaves the rest to the runs of the other processes, which
 * ask STS once per connector and hour. For a role of another account it is the caller's account that is charged.
 *
 * Where that is not enough, because the owner's own programs use the same quota, AWS says so, and the bucket becomes
 * slower for a while (`slowDown`).
 */
export interface Pace {
  /** Of each quota. */
  readonly sharePercent: number;
  /**
   * Waits for this call's turn; calls of one bucket have their turns in the order in which they asked. False when the turn
   * would come only after `deadlineMs` (on the clock's monotonic scale), and at once: it is then not taken; or when
   * `stop` is aborted meanwhile.
   */
  turn(call: PacedCall, deadlineMs: number, stop?: AbortSignal): Promise<boolean>;
  /** AWS answered that calls come too fast: the rate is halved, and comes back within `LIMITS.paceRecoverSeconds`. */
  slowDown(call: PacedCall): void;
  /** How many buckets are remembered. */
  buckets(): number;
}

/** Whose quota a call counts against. */
export interface PaceBucket {
  /** Of the credentials that the call is signed with. */
  readonly accountId: string;
  readonly region: string;
}

export interface PacedCall extends PaceBucket, Api {}

interface Bucket {
  readonly full: Rate;
  /** Below zero: so many turns are given out for later. */
  tokens: number;
  perSecond: number;
  atMs: number;
  slowedAtMs: number;
}

export interface Rate {
  readonly capacity: number;
  readonly perSecond: number;
}

/** @param sharePercent of AWS's quotas, more than 0 and up to 100 */
export function createPace(clock: Clock, { sharePercent }: { sharePercent: number }): Pace {
  const buckets = new Map<string, Bucket>();
  let sweepAt: number = LIMITS.paceBucketsMax;
  return {
    sharePercent,
    async turn(call, deadlineMs, stop) {
      const bucket = refilled(call);
      const waitMs = bucket.tokens >= 1 ? 0 : ((1 - bucket.tokens) / bucket.perSecond) * 1_000;
      if (waitMs > 0 && bucket.atMs + waitMs >= deadlineMs) return false;
      bucket.tokens -= 1;
      if (waitMs > 0) await sleep(waitMs, undefined, stop ? { signal: stop } : {}).catch(unlessAborted);
      return stop?.aborted !== true;
    },
    slowDown(call) {
      const bucket = refilled(call);
      bucket.tokens = Math.min(0, bucket.tokens);
      // Calls that were under way when the rate was halved say nothing about the new rate.
      if (bucket.atMs - bucket.slowedAtMs < LIMITS.paceHalveEveryMs) return;
      bucket.slowedAtMs = bucket.atMs;
      bucket.perSecond = Math.max(bucket.full.perSecond / LIMITS.paceSlowestPart, bucket.perSecond / 2);
    },
    buckets: () => buckets.size,
  };

  function refilled(call: PacedCall): Bucket {
    const nowMs = clock.monotonicMs();
    const { bucket, ...quota } = quotaOf(call);
    // Put together by `join`: a template is a chain of its parts in V8, here with all of the answer that a region is a piece of.
    const key = [call.accountId, call.region, bucket].join('/');
    const known = buckets.get(key);
    if (known) {
      refill(known, nowMs);
      return known;
    }
    if (buckets.size >= sweepAt) {
      // A full bucket is as good as none. Those that are not full are few: as many as there were calls within seconds.
      for (const [name, one] of buckets) if (isFull(one, nowMs)) buckets.delete(name);
      sweepAt = Math.max(LIMITS.paceBucketsMax, 2 * buckets.size);
    }
    const full = shareOf(quota, { service: call.service, sharePercent });
    const made = { full, tokens: full.capacity, perSecond: full.perSecond, atMs: nowMs, slowedAtMs: -Infinity };
    buckets.set(key, made);
    return made;
  }
}

/** What Causeway takes of a quota. */
export function shareOf(quota: Rate, { service, sharePercent }: { service: string; sharePercent: number }): Rate {
  if (service === 'sts') return { capacity: LIMITS.stsCallsBurst, perSecond: LIMITS.stsCallsPerSecond };
  const part = sharePercent / 100;
  return { capacity: Math.max(1, Math.floor(quota.capacity * part)), perSecond: quota.perSecond * part };
}

function refill(bucket: Bucket, nowMs: number): void {
  const { full } = bucket;
  const seconds = Math.max(0, nowMs - bucket.atMs) / 1_000;
  bucket.tokens = Math.min(full.capacity, bucket.tokens + seconds * bucket.perSecond);
  const recovered = bucket.perSecond + (seconds * full.perSecond) / LIMITS.paceRecoverSeconds;
  bucket.perSecond = Math.min(full.perSecond, recovered);
  bucket.atMs = nowMs;
}

function isFull(bucket: Bucket, nowMs: number): boolean {
  refill(bucket, nowMs);
  return bucket.tokens >= bucket.full.capacity && bucket.perSecond >= bucket.full.perSecond;
}

function unlessAborted(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
