import type { AccountsDeps } from '../../accounts/deps.ts';
import { ok } from '../../domain/result.ts';
import { ASSET_TYPES } from '../../inventory/registry.ts';
import { forecastAll, forecastRun } from '../../sync/forecast.ts';
import type { Handlers } from '../routes.ts';

export function planRoutes(deps: AccountsDeps): Pick<Handlers, 'connectorPlan' | 'estatePlan'> {
  const forecasts = { ...deps, assetTypes: ASSET_TYPES };
  return {
    connectorPlan: async ({ params: { id } }) => await forecastRun(forecasts, id),
    estatePlan: async () => ok(await forecastAll(forecasts)),
  };
}
