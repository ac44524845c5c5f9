import type { Clock } from '../src/domain/clock.ts';
import type { FaultRequest } from './faults.ts';
import type { ServiceName } from './service.ts';

export interface TokenBuckets {
  /** Takes one token for the call; false when its bucket is empty. */
  take(request: FaultRequest): boolean;
}

/** Buckets that are kept; those that have filled up again are forgotten first. */
const BUCKETS_MAX = 50_000;

interface Bucket {
  tokens: number;
  atMs: number;
  rate: Rate;
}

/** AWS's request rates, each per account and region. */
export function createTokenBuckets(clock: Clock): TokenBuckets {
  const buckets = new Map<string, Bucket>();
  return {
    take(request) {
      const rate = rateOf(request);
      if (!rate) return true;
      const atMs = clock.monotonicMs();
      const key = `${request.accountId}/${request.region}/${request.service}/${bucketName(rate, request)}`;
      const bucket = buckets.get(key) ?? { tokens: rate.capacity, atMs, rate };
      bucket.tokens = tokensAt(bucket, atMs);
      bucket.atMs = atMs;
      if (buckets.size >= BUCKETS_MAX && !buckets.has(key)) forgetFull(buckets, atMs);
      buckets.set(key, bucket);
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}

function tokensAt({ tokens, atMs, rate }: Bucket, nowMs: number): number {
  return Math.min(rate.capacity, tokens + ((nowMs - atMs) / 1_000) * rate.perSecond);
}

/** A full bucket is as good as none. */
function forgetFull(buckets: Map<string, Bucket>, nowMs: number): void {
  for (const [key, bucket] of buckets) if (tokensAt(bucket, nowMs) >= bucket.rate.capacity) buckets.delete(key);
}

function bucketName({ shared, whole }: Rate, { operation }: FaultRequest): string {
  return shared ?? (whole ? `${operation} whole` : operation);
}

interface Rate {
  service: ServiceName;
  /** Absent: all that no row before is about. */
  operations?: readonly string[];
  /** Only where the call asks for all at once: without filters, ids and pages. */
  whole?: true;
  /** Name of the bucket that the operations draw from together; absent: each has its own. */
  shared?: string;
  capacity: number;
  perSecond: number;
}

function rateOf({ service, operation, paged }: FaultRequest): Rate | undefined {
  return RATES.find(
    rate =>
      rate.service === service && (rate.operations?.includes(operation) ?? true) && (rate.whole !== true || !paged),
  );
}

/** What AWS documents; the services that are missing throttle, too, but say nothing of how much they take. */
const RATES: readonly Rate[] = [
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  { service: 'sts', shared: 'all', capacity: 600, perSecond: 600 },
  // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
  {
    service: 'ec2',
    operations: [
      'DescribeInstances',
      'DescribeInstanceStatus',
      'DescribeNetworkInterfaces',
      'DescribeSecurityGroups',
      'DescribeSnapshots',
      'DescribeSpotInstanceRequests',
      'DescribeVolumes',
    ],
    whole: true,
    capacity: 50,
    perSecond: 10,
  },
  { service: 'ec2', capacity: 100, perSecond: 20 },
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html
  { service: 'elasticloadbalancing', shared: 'all', capacity: 40, perSecond: 10 },
  // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#api-requests
  { service: 'lambda', operations: ['GetFunction'], capacity: 100, perSecond: 100 },
  { service: 'lambda', operations: ['GetPolicy'], capacity: 15, perSecond: 15 },
  { service: 'lambda', shared: 'control plane', capacity: 15, perSecond: 15 },
  // https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html
  { service: 'kms', operations: ['DescribeKey', 'ListResourceTags'], capacity: 2_000, perSecond: 2_000 },
  { service: 'kms', operations: ['ListAliases', 'ListKeys'], capacity: 500, perSecond: 500 },
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
  { service: 'ecs', operations: ['DescribeClusters', 'ListClusters'], shared: 'clusters', capacity: 50, perSecond: 20 },
  {
    service: 'ecs',
    operations: ['DescribeServices', 'ListServices'],
    shared: 'services',
    capacity: 100,
    perSecond: 20,
  },
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
  { service: 'logs', operations: ['DescribeLogGroups'], capacity: 10, perSecond: 10 },
  { service: 'logs', operations: ['ListTagsForResource'], capacity: 5, perSecond: 5 },
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-control-plane.html
  { service: 'dynamodb', shared: 'control plane', capacity: 2_500, perSecond: 2_500 },
  // https://docs.aws.amazon.com/general/latest/gr/sns.html
  { service: 'sns', operations: ['ListTopics'], capacity: 30, perSecond: 30 },
  { service: 'sns', operations: ['ListTagsForResource'], capacity: 10, perSecond: 10 },
];
