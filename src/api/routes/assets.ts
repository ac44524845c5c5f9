import type { AccountsDeps } from '../../accounts/deps.ts';
import type { Fault } from '../../domain/faults.ts';
import { LIMITS } from '../../domain/limits.ts';
import { mapped, ok } from '../../domain/result.ts';
import { ASSET_TYPES } from '../../inventory/registry.ts';
import { readAssetQuery } from '../../query/asset-query.ts';
import type { Coverage } from '../../store/asset-coverage.ts';
import { type Asset, readAsset, readAssetHistory } from '../../store/asset-reads.ts';
import { countAssets, searchAssets } from '../../store/asset-search.ts';
import { wireFault } from '../fault-reply.ts';
import type { Handlers, WireOf } from '../routes.ts';

export function assetRoutes({
  db,
  clock,
  emptyScopesEvery = LIMITS.emptyScopesEveryDefault,
}: Pick<AccountsDeps, 'db' | 'clock' | 'emptyScopesEvery'>): Pick<
  Handlers,
  'listAssetTypes' | 'listAssets' | 'countAssets' | 'getAsset' | 'assetHistory'
> {
  const asOf = () => ({ now: clock.now(), emptyScopesEvery });
  return {
    async listAssetTypes() {
      return ok(ASSET_TYPE_INFOS);
    },
    async listAssets({ query: { query: text, ...search } }) {
      const query = readAssetQuery(text, ASSET_TYPES);
      if (!query.ok) return query;
      const page = await searchAssets(db, { ...search, query: query.value, asOf: asOf() });
      return mapped(page, found => ({
        ...found,
        items: found.items.map(wireAsset),
        coverage: wireCoverage(found.coverage),
      }));
    },
    async countAssets({ query: { query: text, by, app } }) {
      const query = readAssetQuery(text, ASSET_TYPES);
      if (!query.ok) return query;
      const { items, coverage } = await countAssets(db, { by, app, query: query.value, asOf: asOf() });
      return ok({ items, coverage: wireCoverage(coverage) });
    },
    async getAsset({ params: { id } }) {
      return mapped(await readAsset(db, id), wireAsset);
    },
    async assetHistory({ params: { id }, query }) {
      return await readAssetHistory(db, { id, ...query });
    },
  };
}

const ASSET_TYPE_INFOS: WireOf<'listAssetTypes'> = {
  items: ASSET_TYPES.map(({ assetType, label, plural, hasStates, properties, iamActions }) => ({
    assetType,
    label,
    plural,
    hasStates,
    properties: properties.map(({ name, label, path, kind, column }) => ({ name, label, path, kind, column })),
    iamActions,
  })),
};

function wireAsset({ unknown, ...asset }: Asset): WireOf<'getAsset'> {
  const faults = Object.entries(unknown).map(([field, fault]) => [field, wireFault(fault)]);
  return { ...asset, unknown: Object.fromEntries(faults) };
}

function wireCoverage(coverage: Coverage): WireOf<'countAssets'>['coverage'] {
  return { ...coverage, notObserved: coverage.notObserved.map(wireScope) };
}

function wireScope<Scope extends { fault?: Fault }>({ fault, ...scope }: Scope) {
  return fault ? { ...scope, fault: wireFault(fault) } : scope;
}
