/**
 * Everything that differs between AWS partitions, one row each. No other code asks which partition it is in.
 * Facts from AWS's partition metadata (https://docs.aws.amazon.com/general/latest/gr/rande.html).
 */
export const PARTITIONS = [
  {
    accountType: 'global',
    label: 'Global',
    partition: 'aws',
    dnsSuffix: 'amazonaws.com',
    /** Region whose STS endpoint is used; regional endpoints only. */
    stsRegion: 'us-east-1',
    /** Where services are that have one endpoint per partition, or one that answers for all regions; null where a partition lacks one. */
    globalServiceRegions: { iam: 'us-east-1', s3: 'us-east-1', cloudfront: 'us-east-1' },
    consoleHost: 'console.aws.amazon.com',
    /** Regions that every account has without opting in (introduced before 20 March 2019). */
    defaultRegions: [
      'ap-northeast-1',
      'ap-northeast-2',
      'ap-northeast-3',
      'ap-south-1',
      'ap-southeast-1',
      'ap-southeast-2',
      'ca-central-1',
      'eu-central-1',
      'eu-north-1',
      'eu-west-1',
      'eu-west-2',
      'eu-west-3',
      'sa-east-1',
      'us-east-1',
      'us-east-2',
      'us-west-1',
      'us-west-2',
    ],
    regionPattern: /^(us|eu|ap|sa|ca|me|af|il|mx)-(?!gov-|iso)[a-z]+-\d+$/,
  },
  {
    accountType: 'us-govcloud',
    label: 'US GovCloud',
    partition: 'aws-us-gov',
    dnsSuffix: 'amazonaws.com',
    stsRegion: 'us-gov-west-1',
    globalServiceRegions: { iam: 'us-gov-west-1', s3: 'us-gov-west-1', cloudfront: null },
    consoleHost: 'console.amazonaws-us-gov.com',
    defaultRegions: ['us-gov-east-1', 'us-gov-west-1'],
    regionPattern: /^us-gov-[a-z]+-\d+$/,
  },
  {
    accountType: 'china',
    label: 'China',
    partition: 'aws-cn',
    dnsSuffix: 'amazonaws.com.cn',
    stsRegion: 'cn-north-1',
    globalServiceRegions: { iam: 'cn-north-1', s3: 'cn-north-1', cloudfront: 'cn-northwest-1' },
    consoleHost: 'console.amazonaws.cn',
    defaultRegions: ['cn-north-1', 'cn-northwest-1'],
    regionPattern: /^cn-[a-z]+-\d+$/,
  },
] as const satisfies readonly PartitionRow[];

export type GlobalService = 'iam' | 's3' | 'cloudfront';

interface PartitionRow {
  accountType: string;
  label: string;
  partition: string;
  dnsSuffix: string;
  stsRegion: string;
  globalServiceRegions: Readonly<Record<GlobalService, string | null>>;
  consoleHost: string;
  defaultRegions: readonly string[];
  regionPattern: RegExp;
}

export type AccountType = (typeof PARTITIONS)[number]['accountType'];
export type Partition = (typeof PARTITIONS)[number]['partition'];
export type PartitionFacts = (typeof PARTITIONS)[number];

export const ACCOUNT_TYPES: readonly AccountType[] = PARTITIONS.map(row => row.accountType);

export function factsOfAccountType(accountType: AccountType): PartitionFacts {
  const facts = PARTITIONS.find(row => row.accountType === accountType);
  if (!facts) throw new Error(`no partition row for account type ${accountType}`);
  return facts;
}

/** The facts of a partition as it is written in ARNs; undefined for a partition that Causeway does not know. */
export function factsOfPartition(partition: string): PartitionFacts | undefined {
  return PARTITIONS.find(row => row.partition === partition);
}

export function isAccountType(text: string): text is AccountType {
  return PARTITIONS.some(row => row.accountType === text);
}

/** The region that a global service is called in; null if the partition does not have it. Of any other service: undefined. */
export function globalServiceRegion(facts: PartitionFacts, service: string): string | null | undefined {
  const regions: Readonly<Record<string, string | null>> = facts.globalServiceRegions;
  return regions[service];
}

/** Whether `region` can be a region of this partition by its name; only AWS can say that it exists. */
export function regionFits(facts: PartitionFacts, region: string): boolean {
  return facts.regionPattern.test(region);
}

/** Whether a region's name belongs to another partition; a name that fits none may be a region newer than this table. */
export function regionFitsOther(facts: PartitionFacts, region: string): boolean {
  return !regionFits(facts, region) && PARTITIONS.some(row => regionFits(row, region));
}
