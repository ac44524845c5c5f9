import { fault } from '../domain/faults.ts';
import { type PartitionFacts, regionFitsOther } from '../domain/partition.ts';
import type { AwsCalls } from '../inventory/define.ts';
import type { RegionAnswer } from './plan.ts';

/**
 * Asks the account which regions it has enabled (EC2 DescribeRegions, opt-in status `opt-in-not-required` or `opted-in`).
 * An account that does not say gets the regions that every account of its type has, with the fault beside them. AWS lists
 * regions of the account's own partition; AWS-compatible endpoints list those of every partition, which no role reaches.
 */
export async function askRegions(calls: AwsCalls, facts: PartitionFacts): Promise<RegionAnswer> {
  const answer = await calls('ec2', 'DescribeRegions', { AllRegions: true });
  if (!answer.ok) return { known: false, instead: facts.defaultRegions, fault: answer.fault };
  const enabled = (answer.value.Regions ?? []).flatMap(({ RegionName, OptInStatus }) =>
    RegionName !== undefined && OptInStatus !== 'not-opted-in' && !regionFitsOther(facts, RegionName)
      ? [RegionName]
      : [],
  );
  if (enabled.length > 0) return { known: true, enabled };
  // Every account has regions: an answer without any says nothing about them.
  const empty = fault('incomplete-answer', 'EC2 listed no region that the account has enabled.');
  return { known: false, instead: facts.defaultRegions, fault: empty };
}
