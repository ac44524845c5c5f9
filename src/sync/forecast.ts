import { noSuchConnector } from '../accounts/connectors.ts';
import type { AccountsDeps } from '../accounts/deps.ts';
import { shareOf } from '../aws/pace.ts';
import { quotaOf } from '../aws/quotas.ts';
import { LIMITS } from '../domain/limits.ts';
import { factsOfAccountType, globalServiceRegion, type PartitionFacts } from '../domain/partition.ts';
import { ok, type Result } from '../domain/result.ts';
import type { AssetType } from '../inventory/define.ts';
import type { Skipped } from '../store/empty-scopes.ts';
import {
  type ConnectorMemory,
  countConnectors,
  readConnectorMemory,
  readEstateMemory,
  type ScopeMemory,
} from '../store/forecasts.ts';
import { GLOBAL_REGION } from './plan.ts';

/** What runs will take, told before they are made: of an account that has not changed, exactly what they take. */
export interface Forecast {
  readonly scopes: number;
  /** Scopes that were never observed; one call is reckoned for each, and it may be more. */
  readonly newScopes: number;
  readonly skipped: Skipped | null;
  /** At the account; those at STS by which it is reached are the hub's. */
  readonly calls: number;
  /** From the time that each scope took last, and from AWS's quotas. */
  readonly seconds: number;
  /** By service and operation, most calls first. */
  readonly apis: readonly ApiForecast[];
}

export interface ApiForecast {
  readonly service: string;
  readonly operation: string;
  readonly calls: number;
}

/** With what a run takes of the account's quotas. */
export interface RunForecast extends Forecast {
  /** The largest of its APIs' shares. */
  readonly quotaSharePercent: number;
  readonly apis: readonly (ApiForecast & ApiQuota)[];
}

export interface ApiQuota {
  readonly regions: number;
  /** What AWS lets an account call a second and region; a guess where AWS documents nothing. */
  readonly quotaPerSecond: number;
  readonly documented: boolean;
  /** Of what AWS would let the account call while the run is under way, in the region where it is most. */
  readonly sharePercent: number;
}

type ForecastDeps = Pick<AccountsDeps, 'db' | 'emptyScopesEvery' | 'aws'> & {
  readonly assetTypes: readonly AssetType[];
};

/** The connector's next scheduled run. Fault: not-found. */
export async function forecastRun(deps: ForecastDeps, connectorId: string): Promise<Result<RunForecast>> {
  const { db, assetTypes, emptyScopesEvery: every = LIMITS.emptyScopesEveryDefault } = deps;
  const memory = await readConnectorMemory(db, { connectorId, every });
  if (!memory) return noSuchConnector(connectorId);
  const facts = factsOfAccountType(memory.accountType);
  const scopes = [...memory.scopes, ...newScopes(memory, { assetTypes, facts })];
  const visited = scopes.filter(({ skipped }) => !skipped);
  const calls = [REGIONS_ASKED, ...visited.flatMap(scope => callsOf(scope, { assetTypes, facts }))].map(call => ({
    ...call,
    region: call.region ?? facts.stsRegion,
  }));
  const share = deps.aws.pace.sharePercent;
  const seconds = Math.ceil(Math.max(secondsOf(visited), pacedSeconds(calls, share)));
  const apis = apisOf(calls, seconds);
  return ok({
    scopes: visited.length,
    newScopes: visited.filter(({ outcome }) => outcome === null).length,
    skipped: skippedOf(scopes.filter(({ skipped }) => skipped)),
    calls: sum(calls.map(call => call.calls)),
    seconds,
    quotaSharePercent: Math.max(...apis.map(({ sharePercent }) => sharePercent)),
    apis,
  });
}

/** One run of every enabled connector, by one worker process. */
export async function forecastAll(deps: ForecastDeps): Promise<Forecast & { connectors: number; neverRan: number }> {
  const { db, assetTypes, emptyScopesEvery: every = LIMITS.emptyScopesEveryDefault } = deps;
  const [types, counted] = await Promise.all([readEstateMemory(db, every), countConnectors(db)]);
  const calls = new Map([[api(REGIONS_ASKED), counted.connectors]]);
  const add = (name: string, n: number) => n > 0 && calls.set(name, (calls.get(name) ?? 0) + n);
  for (const { assetType, operations, listingCalls } of types) {
    const type = assetTypes.find(candidate => candidate.assetType === assetType);
    if (type) add(`${type.service}:${type.operations[0] ?? ''}`, listingCalls);
    for (const [name, n] of Object.entries(operations)) add(name, n);
  }
  const proofs = types.flatMap(({ provedSince }) => provedSince ?? []).map(at => at.getTime());
  const skipped = {
    scopes: sum(types.map(({ skippedScopes }) => skippedScopes)),
    calls: sum(types.map(({ skippedCalls }) => skippedCalls)),
  };
  return {
    ...counted,
    scopes: sum(types.map(({ scopes }) => scopes)),
    newScopes: 0,
    skipped: proofs.length === 0 ? null : { ...skipped, provedSince: new Date(Math.min(...proofs)).toISOString() },
    calls: sum([...calls.values()]),
    seconds: Math.ceil(sum(types.map(({ ms }) => ms)) / 1_000 / LIMITS.awsCallsInFlight),
    apis: [...calls].map(([name, n]) => ({ ...named(name), calls: n })).sort((a, b) => b.calls - a.calls),
  };
}

interface Calls {
  /** null: wherever the account is asked for its regions. */
  readonly region: string | null;
  readonly service: string;
  readonly operation: string;
  readonly calls: number;
}

const REGIONS_ASKED: Calls = { region: null, service: 'ec2', operation: 'DescribeRegions', calls: 1 };

/** Types that the ledger does not have yet, in every region that it has or, before the first run, that is to be expected. */
function newScopes(
  { regions, scopes }: ConnectorMemory,
  { assetTypes, facts }: { assetTypes: readonly AssetType[]; facts: PartitionFacts },
): ScopeMemory[] {
  const known = new Set(scopes.map(({ region, assetType }) => `${region} ${assetType}`));
  const usual = scopes.map(({ region }) => region).filter(region => region !== GLOBAL_REGION);
  const places = regions ?? (usual.length > 0 ? [...new Set(usual)] : facts.defaultRegions);
  const nothing = {
    outcome: null,
    completeAt: null,
    calls: 1,
    operations: null,
    ms: LIMITS.forecastCallMs,
    skipped: false,
  };
  return assetTypes.flatMap(({ assetType, scope, service }) => {
    if (scope === 'global' && globalServiceRegion(facts, service) === null) return [];
    return (scope === 'global' ? [GLOBAL_REGION] : places)
      .filter(region => !known.has(`${region} ${assetType}`))
      .map(region => ({ region, assetType, ...nothing }));
  });
}

function callsOf(
  scope: ScopeMemory,
  { assetTypes, facts }: { assetTypes: readonly AssetType[]; facts: PartitionFacts },
): Calls[] {
  const type = assetTypes.find(({ assetType }) => assetType === scope.assetType);
  // A region that is off and a service that is not there are known without a call.
  if (!type || scope.outcome === 'region-disabled' || scope.outcome === 'not-applicable') return [];
  const region = scope.region === GLOBAL_REGION ? (globalServiceRegion(facts, type.service) ?? null) : scope.region;
  if (scope.operations) {
    return Object.entries(scope.operations).map(([name, calls]) => ({ region, ...named(name), calls }));
  }
  return [{ region, service: type.service, operation: type.operations[0] ?? '', calls: Math.max(1, scope.calls) }];
}

/** By what the scopes took last, beside each other as runs have them; the longest of them is a chain. */
function secondsOf(scopes: readonly ScopeMemory[]): number {
  const times = scopes.map(({ ms }) => ms);
  return Math.max(sum(times) / LIMITS.scopesInFlightPerRun, ...times) / 1_000;
}

/** The time in which Causeway's share of each quota gives so many turns. */
function pacedSeconds(calls: readonly (Calls & { region: string })[], sharePercent: number): number {
  const waits = [...byBucket(calls).values()].map(({ quota, service, n }) => {
    const { capacity, perSecond } = shareOf(quota, { service, sharePercent });
    return (n - capacity) / perSecond;
  });
  return Math.max(1, ...waits);
}

function byBucket(calls: readonly (Calls & { region: string })[]) {
  const buckets = new Map<string, { quota: ReturnType<typeof quotaOf>; service: string; n: number }>();
  for (const call of calls) {
    const quota = quotaOf(call);
    const key = `${call.region} ${quota.bucket}`;
    const bucket = buckets.get(key) ?? { quota, service: call.service, n: 0 };
    bucket.n += call.calls;
    buckets.set(key, bucket);
  }
  return buckets;
}

function apisOf(calls: readonly (Calls & { region: string })[], seconds: number): (ApiForecast & ApiQuota)[] {
  const buckets = byBucket(calls);
  const apis = [...Map.groupBy(calls, api)].map(([name, group]) => {
    const quota = quotaOf(named(name));
    const regions = [...new Set(group.map(({ region }) => region))];
    const most = Math.max(...regions.map(region => buckets.get(`${region} ${quota.bucket}`)?.n ?? 0));
    return {
      ...named(name),
      calls: sum(group.map(call => call.calls)),
      regions: regions.length,
      quotaPerSecond: quota.perSecond,
      documented: quota.source !== null,
      sharePercent: Math.min(100, Math.round((1_000 * most) / (quota.capacity + quota.perSecond * seconds)) / 10),
    };
  });
  return apis.sort((a, b) => b.calls - a.calls);
}

function skippedOf(scopes: readonly ScopeMemory[]): Skipped | null {
  const proofs = scopes.flatMap(({ completeAt }) => completeAt?.getTime() ?? []);
  if (proofs.length === 0) return null;
  const calls = sum(scopes.map(scope => scope.calls));
  return { scopes: scopes.length, calls, provedSince: new Date(Math.min(...proofs)).toISOString() };
}

function api({ service, operation }: Pick<Calls, 'service' | 'operation'>): string {
  return `${service}:${operation}`;
}

function named(name: string): { service: string; operation: string } {
  const [service = '', operation = ''] = name.split(':');
  return { service, operation };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
