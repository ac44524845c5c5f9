import { type Fault, fault } from '../domain/faults.ts';
import { globalServiceRegion, type PartitionFacts } from '../domain/partition.ts';
import type { AssetType } from '../inventory/define.ts';

/** The region of a scope of a type that is listed once per account. */
export const GLOBAL_REGION = 'global';

/** A scope to observe; or, with a fault, one that is known beforehand not to be observable. */
export interface PlannedScope {
  readonly region: string;
  readonly assetType: string;
  readonly fault: Fault | null;
}

/** The regions that the account has enabled; or, where it did not say, what to try instead and why. */
export type RegionAnswer =
  | { readonly known: true; readonly enabled: readonly string[] }
  | { readonly known: false; readonly instead: readonly string[]; readonly fault: Fault };

/**
 * The scopes of a run: regions × types. A region that the account has not enabled is never called. Regions are:
 * - those the connector chose, if it did;
 * - else those the account has enabled, and those that earlier runs observed: what was seen there is not forgotten
 *   because the region was switched off, or because the account no longer says which it has.
 */
export function planScopes({
  chosen,
  answer,
  observedBefore,
  types,
  facts,
}: {
  chosen: readonly string[] | null;
  answer: RegionAnswer;
  observedBefore: readonly string[];
  types: readonly Pick<AssetType, 'assetType' | 'scope' | 'service'>[];
  facts: PartitionFacts;
}): PlannedScope[] {
  const usual = answer.known ? answer.enabled : answer.instead;
  const regions = [...new Set(chosen ?? [...usual, ...observedBefore])]
    .filter(region => region !== GLOBAL_REGION)
    .sort();
  return types.flatMap(({ assetType, scope, service }) =>
    scope === 'global'
      ? [{ region: GLOBAL_REGION, assetType, fault: faultOfPartition(service, facts) }]
      : regions.map(region => ({ region, assetType, fault: faultOfRegion(region, answer) })),
  );
}

function faultOfPartition(service: string, facts: PartitionFacts): Fault | null {
  if (globalServiceRegion(facts, service) !== null) return null;
  return fault('not-in-partition', `${facts.label} has no ${service}.`, { subject: service });
}

function faultOfRegion(region: string, answer: RegionAnswer): Fault | null {
  if (!answer.known || answer.enabled.includes(region)) return null;
  return fault('region-disabled', `The account has not enabled ${region}.`, { subject: region });
}
