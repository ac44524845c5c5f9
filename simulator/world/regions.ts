import { factsOfPartition, type Partition } from '../../src/domain/partition.ts';

/**
 * Regions that an account has only after opting in (introduced after 20 March 2019), of the commercial partition; the
 * other partitions have none. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
 */
const OPT_IN_REGIONS: Partial<Record<Partition, readonly string[]>> = {
  aws: [
    'af-south-1',
    'ap-east-1',
    'ap-east-2',
    'ap-south-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'ap-southeast-5',
    'ap-southeast-6',
    'ap-southeast-7',
    'ca-west-1',
    'eu-central-2',
    'eu-south-1',
    'eu-south-2',
    'il-central-1',
    'me-central-1',
    'me-south-1',
    'mx-central-1',
  ],
};

export function defaultRegions(partition: Partition): readonly string[] {
  return factsOfPartition(partition)?.defaultRegions ?? [];
}

export function optInRegions(partition: Partition): readonly string[] {
  return OPT_IN_REGIONS[partition] ?? [];
}

export function allRegions(partition: Partition): readonly string[] {
  return [...defaultRegions(partition), ...optInRegions(partition)].toSorted();
}

/** Whether EC2 serves this account in the region. */
export function regionIsOn(
  account: { partition: Partition; enabledRegions: readonly string[] },
  region: string,
): boolean {
  return (
    defaultRegions(account.partition).includes(region) ||
    (optInRegions(account.partition).includes(region) && account.enabledRegions.includes(region))
  );
}

/** The zones an account sees there, three each; us-west-1, as AWS shows it to new accounts, has two. */
export function zonesOf(region: string): readonly { name: string; id: string }[] {
  const letters = region === 'us-west-1' ? ['a', 'c'] : ['a', 'b', 'c'];
  return letters.map((letter, index) => ({ name: region + letter, id: `${zoneIdPrefix(region)}-az${index + 1}` }));
}

/** us-east-1 → use1, ap-southeast-2 → apse2, us-gov-west-1 → usgw1. */
function zoneIdPrefix(region: string): string {
  const [area = '', ...rest] = region.split('-');
  const number = rest.at(-1) ?? '';
  const direction = rest
    .slice(0, -1)
    .map(word => (/^(north|south)(east|west)$/.test(word) ? word[0] + word[5]! : word[0]));
  return area + direction.join('') + number;
}
