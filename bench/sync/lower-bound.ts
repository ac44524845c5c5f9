/**
 * The time below which no worker could observe a fleet, whatever it is written in and however fast its machine: what AWS's
 * request rates, its latency and the calls that one worker may have under way leave. The largest of four terms, since all of
 * them go on at the same time.
 */
export interface BoundTerms {
  /** One AssumeRole per account, at the rate that AWS gives the hub's account. */
  readonly stsSeconds: number;
  /** All calls that were made, with as many under way at a time as one worker may have. */
  readonly callsSeconds: number;
  /** The longest chain of calls each of which needs the answer before it: assume, ask for regions, then page by page. */
  readonly chainSeconds: number;
  /** The fullest bucket of one API of one region of one account. */
  readonly bucketSeconds: number;
}

export interface FleetFacts {
  readonly accounts: number;
  readonly calls: number;
  readonly latencyMs: number;
  readonly callsInFlight: number;
  readonly pagesPerRegion: number;
}

export function boundTerms(fleet: FleetFacts): BoundTerms {
  const { accounts, calls, latencyMs, callsInFlight, pagesPerRegion } = fleet;
  const latency = latencyMs / 1_000;
  return {
    stsSeconds: bucketSeconds(accounts, STS),
    callsSeconds: (calls * latency) / callsInFlight,
    chainSeconds: (CALLS_BEFORE_PAGES + pagesPerRegion) * latency,
    bucketSeconds: bucketSeconds(pagesPerRegion, EC2),
  };
}

export function lowerBoundSeconds(terms: BoundTerms): number {
  return Math.max(terms.stsSeconds, terms.callsSeconds, terms.chainSeconds, terms.bucketSeconds);
}

/** AssumeRole and DescribeRegions. */
const CALLS_BEFORE_PAGES = 2;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-sts-requests */
const STS = { capacity: 600, perSecond: 600 };

/** https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html: non-mutating actions. */
const EC2 = { capacity: 100, perSecond: 20 };

function bucketSeconds(calls: number, { capacity, perSecond }: { capacity: number; perSecond: number }): number {
  return Math.max(0, calls - capacity) / perSecond;
}
