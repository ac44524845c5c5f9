import type { Clock } from '../src/domain/clock.ts';
import type { FaultRequest } from './faults.ts';

export interface TokenBuckets {
  /** Takes one token for the call; false when its bucket is empty. */
  take(request: FaultRequest): boolean;
}

/** AWS's request rates, per account, region and API where EC2's are, per account and region for STS. */
export function createTokenBuckets(clock: Clock): TokenBuckets {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    take(request) {
      const rate = rateOf(request);
      if (!rate) return true;
      const atMs = clock.monotonicMs();
      const key = `${request.accountId}/${request.region}/${rate.bucket}`;
      const bucket = buckets.get(key) ?? { tokens: rate.capacity, atMs };
      bucket.tokens = Math.min(rate.capacity, bucket.tokens + ((atMs - bucket.atMs) / 1_000) * rate.perSecond);
      bucket.atMs = atMs;
      buckets.set(key, bucket);
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}

interface Rate {
  bucket: string;
  capacity: number;
  perSecond: number;
}

/** EC2 gives these a smaller bucket when they are asked without filters and paging. */
const DEARER_WHOLE = new Set(['DescribeInstances']);

/**
 * EC2's non-mutating actions: 100 tokens, 20 a second; some of them, unfiltered and unpaginated, 50 and 10
 * (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html). STS: 600 a second per account and region
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
 */
function rateOf({ service, operation, paged }: FaultRequest): Rate | undefined {
  if (service === 'sts') return { bucket: 'sts', capacity: 600, perSecond: 600 };
  if (service === 'lambda') return lambdaRate(operation);
  if (service === 'kms') {
    const perSecond = KMS_RATES[operation];
    return perSecond === undefined ? undefined : { bucket: operation, capacity: perSecond, perSecond };
  }
  if (service !== 'ec2') return undefined;
  if (!paged && DEARER_WHOLE.has(operation)) return { bucket: `${operation} whole`, capacity: 50, perSecond: 10 };
  return { bucket: operation, capacity: 100, perSecond: 20 };
}

/**
 * Of Lambda's control plane: GetFunction 100 a second, GetPolicy 15, all others together 15.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#api-requests
 */
function lambdaRate(operation: string): Rate {
  if (operation === 'GetFunction') return { bucket: operation, capacity: 100, perSecond: 100 };
  return { bucket: operation === 'GetPolicy' ? operation : 'control plane', capacity: 15, perSecond: 15 };
}

/** A second, per account and region. https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html */
const KMS_RATES: Readonly<Record<string, number>> = {
  DescribeKey: 2_000,
  ListAliases: 500,
  ListKeys: 500,
  ListResourceTags: 2_000,
};
