/**
 * How many requests AWS takes of one account in one region: facts of AWS and where it documents them, the only place that
 * knows them. An account whose quotas were raised has more; AWS does not tell through any call that a reader needs.
 */
export interface Quota {
  /** Calls whose quotas have the same name draw on the same bucket of an account and region. */
  readonly bucket: string;
  /** Calls at once after a rest. */
  readonly capacity: number;
  readonly perSecond: number;
  /** Where AWS documents it; null where it documents nothing, and the figures are a guess on the safe side. */
  readonly source: string | null;
}

/** Which call: service and operation as the SDK's packages name them. */
export interface Api {
  readonly service: string;
  readonly operation: string;
  /** A listing that asks for neither a page size nor a filter. */
  readonly whole?: boolean;
}

/** The quota that a call counts against. */
export function quotaOf(api: Api): Quota {
  const row = ROWS.find(candidate => fits(candidate, api)) ?? UNDOCUMENTED;
  const { shared = api.operation, capacity, perSecond, source } = row;
  return { bucket: `${row.of?.[0] ?? api.service}:${shared}`, capacity, perSecond, source };
}

function fits({ of, operations, whole }: Row, api: Api): boolean {
  const named = operations === undefined || operations.includes(api.operation);
  return (of ?? []).includes(api.service) && named && (whole !== true || api.whole === true);
}

interface Row {
  /** Services; absent in the row for all that no other row is about. */
  readonly of?: readonly string[];
  /** Absent: all that no row above names. */
  readonly operations?: readonly string[];
  /** Only for listings that ask for neither a page size nor a filter. */
  readonly whole?: true;
  /** What the calls of this row share one bucket as; absent when each operation has its own. */
  readonly shared?: string;
  readonly capacity: number;
  readonly perSecond: number;
  readonly source: string | null;
}

const EC2 = 'https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html';
const ECS = 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html';
const KMS = 'https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html';
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#api-requests';
const LOGS = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html';
const SNS = 'https://docs.aws.amazon.com/general/latest/gr/sns.html';

/** The first row that fits a call holds. */
const ROWS: readonly Row[] = [
  {
    of: ['sts'],
    shared: 'all',
    capacity: 600,
    perSecond: 600,
    source:
      'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-sts-requests',
  },
  {
    of: ['ec2'],
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
    source: EC2,
  },
  { of: ['ec2'], capacity: 100, perSecond: 20, source: EC2 },
  // Each version of the API has its buckets, and "there is an account-level throttling limit that is shared across all":
  // whether across both versions is not said, so that one bucket for all is what is certainly allowed.
  {
    of: ['elastic-load-balancing', 'elastic-load-balancing-v2'],
    shared: 'all',
    capacity: 40,
    perSecond: 10,
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html',
  },
  { of: ['lambda'], operations: ['GetPolicy'], capacity: 15, perSecond: 15, source: LAMBDA },
  { of: ['lambda'], shared: 'control plane', capacity: 15, perSecond: 15, source: LAMBDA },
  { of: ['kms'], operations: ['DescribeKey', 'ListResourceTags'], capacity: 2_000, perSecond: 2_000, source: KMS },
  { of: ['kms'], operations: ['ListKeys', 'ListAliases'], capacity: 500, perSecond: 500, source: KMS },
  {
    of: ['ecs'],
    operations: ['DescribeClusters', 'ListClusters'],
    shared: 'cluster read actions',
    capacity: 50,
    perSecond: 20,
    source: ECS,
  },
  {
    of: ['ecs'],
    operations: ['DescribeServices', 'ListServices'],
    shared: 'service read actions',
    capacity: 100,
    perSecond: 20,
    source: ECS,
  },
  { of: ['cloudwatch-logs'], operations: ['DescribeLogGroups'], capacity: 10, perSecond: 10, source: LOGS },
  { of: ['cloudwatch-logs'], operations: ['ListTagsForResource'], capacity: 5, perSecond: 5, source: LOGS },
  {
    of: ['dynamodb'],
    shared: 'control plane',
    capacity: 2_500,
    perSecond: 2_500,
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-control-plane.html',
  },
  { of: ['sns'], operations: ['ListTopics'], capacity: 30, perSecond: 30, source: SNS },
  { of: ['sns'], operations: ['ListTagsForResource'], capacity: 10, perSecond: 10, source: SNS },
  // S3 documents thousands a second for objects and nothing for the settings of buckets, of which there are six a bucket.
  { of: ['s3'], capacity: 100, perSecond: 100, source: null },
];

/**
 * Of RDS, Auto Scaling, IAM, EKS, SQS, CloudFront and SageMaker, and of the topics'
 * attributes of SNS: they throttle, and document no figure. What the others have for calls of this kind is taken as true.
 */
const UNDOCUMENTED: Row = { capacity: 20, perSecond: 20, source: null };
