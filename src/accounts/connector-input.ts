import { parseExternalId } from '../domain/external-id.ts';
import { fault } from '../domain/faults.ts';
import { type AccountType, factsOfAccountType, regionFits } from '../domain/partition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type ParsedRoleArn, parseRoleArnOf } from '../domain/role-arn.ts';
import type { ConnectorSettings } from '../store/connectors.ts';
import type { App, ConnectorInput } from './shapes.ts';

/** A connector's input, as it is stored; faults name the field that is wrong. */
export function settingsOf(input: ConnectorInput & { externalId: string }): Result<ConnectorSettings> {
  const role = parseRoleArnOf(input.accountType, input.roleArn);
  if (!role.ok) return role;
  const externalId = parseExternalId(input.externalId);
  if (!externalId.ok) return externalId;
  const regions = parseRegions(input.accountType, input.regions);
  if (!regions.ok) return regions;
  return ok({
    name: input.name,
    description: input.description,
    accountType: input.accountType,
    ...roleColumns(role.value),
    externalId: externalId.value,
    regions: regions.value,
    pollingMinutes: input.pollingMinutes,
    enabled: input.enabled,
    ...appColumns(input.apps),
    assetViewRemovedAt: null,
    assetTags: input.assetTags,
    tags: input.tags,
  });
}

function roleColumns({ arn, partition, accountId }: ParsedRoleArn) {
  return { roleArn: arn, partition, accountId };
}

function appColumns(apps: readonly App[]) {
  return { inCloudView: apps.includes('cloud-view'), inAssetView: apps.includes('asset-view') };
}

/** Regions that belong to the type's partition by their names, each once; null for all that the account has enabled. */
function parseRegions(accountType: AccountType, regions: readonly string[] | null): Result<readonly string[] | null> {
  if (regions === null) return ok(null);
  const facts = factsOfAccountType(accountType);
  const field = 'regions';
  if (regions.length === 0) {
    return failed(
      fault('invalid-field', 'Name at least one region, or leave the list out for all regions.', { field }),
    );
  }
  const wrong = regions.findIndex(region => !regionFits(facts, region));
  if (wrong >= 0) {
    return failed(
      fault('unknown-region', `"${regions[wrong]?.slice(0, 40)}" is not the name of a region of ${facts.label}.`, {
        field: `regions[${wrong}]`,
      }),
    );
  }
  return ok([...new Set(regions)]);
}
