import { createHash } from 'node:crypto';
import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { countTry, deleteEndedTries } from '../store/sign-in-tries.ts';
import { addressBlock } from './address-block.ts';
import type { PeopleDeps } from './callers.ts';

/**
 * Counts a try to give a password, before the password is looked at, so that tries sent at the same moment count too.
 * Answers the buckets, for taking the try back when it succeeds. Fault too-many-requests.
 */
export async function admitTry(
  { db, clock }: PeopleDeps,
  { username, address }: { username: string; address: string },
): Promise<Result<Buffer[]>> {
  const name = username.toLowerCase();
  const block = addressBlock(address);
  const limits = [
    { bucket: bucketOf('address and name', block, name), triesMax: LIMITS.loginTriesPerMinute },
    { bucket: bucketOf('address', block), triesMax: LIMITS.loginTriesPerMinutePerAddress },
    { bucket: bucketOf('name', name), triesMax: LIMITS.loginTriesPerMinutePerName },
  ];
  const now = clock.now();
  const buckets = limits.map(limit => limit.bucket);
  await deleteEndedTries(db, now);
  const counted = await countTry(db, { buckets, now, windowEndsAt: new Date(now.getTime() + 60_000) });
  const spent = counted.filter(({ bucket, tries }) =>
    limits.some(limit => limit.bucket.equals(bucket) && tries > limit.triesMax),
  );
  if (spent.length === 0) return ok(buckets);
  const endsAtMs = Math.max(...spent.map(({ windowEndsAt }) => windowEndsAt.getTime()));
  const retryAfterSeconds = Math.max(1, Math.ceil((endsAtMs - now.getTime()) / 1000));
  return failed(
    fault('too-many-requests', `Too many failed tries; try again in ${retryAfterSeconds} seconds.`, {
      retryAfterSeconds,
    }),
  );
}

function bucketOf(...parts: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}
