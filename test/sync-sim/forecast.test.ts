import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { fillRegion, generateWorld } from '../../simulator/world/generate.ts';
import { stockOf } from '../../simulator/world/stock.ts';
import { ASSET_TYPES } from '../../src/inventory/registry.ts';
import { type Forecast, forecastAll, forecastRun, type RunForecast } from '../../src/sync/forecast.ts';
import { type Bed, openBed } from './bed.ts';

const REGIONS = ['eu-central-1', 'eu-west-1', 'us-east-1'];
const ACCOUNT = '200000000001';

let bed: Bed;
let connectorId: string;
beforeAll(async () => {
  bed = await openBed(
    () => {
      const now = new Date();
      const world = generateWorld({ seed: 5, now, accounts: 1, instances: 0, regions: REGIONS });
      fillRegion({ seed: 5, now, account: accountOf(world, ACCOUNT), region: 'us-east-1', count: 3 });
      world.stock = stockOf(ASSET_TYPES, { most: 3 });
      return world;
    },
    { assetTypes: ASSET_TYPES },
  );
  connectorId = await bed.connect(ACCOUNT, { regions: REGIONS });
});
afterAll(() => bed[Symbol.asyncDispose]());

test('before the first run one call is reckoned for each scope, and said to be no more than that', async () => {
  const regional = ASSET_TYPES.filter(({ scope }) => scope === 'regional').length;
  const scopes = regional * REGIONS.length + ASSET_TYPES.length - regional;
  expect(await forecast()).toMatchObject({ scopes, newScopes: scopes, skipped: null, calls: scopes + 1 });
  expect(await forecastAll(deps())).toMatchObject({ connectors: 1, neverRan: 1, calls: 1 });
});

test('of an account that has not changed, it is told exactly which calls the next run makes', async () => {
  expect((await bed.sync(connectorId)).state).toBe('ok');
  for (let run = 0; run < 3; run++) {
    const told = await forecast();
    const { made, counts, skipped } = await scheduled();
    expect(asSimulated(told)).toEqual(made);
    expect(told).toMatchObject({ scopes: counts.scopes, newScopes: 0, calls: counts.calls + 1, skipped });
    // Proved empty by the first two runs.
    expect((skipped?.calls ?? 0) > 0).toBe(run > 0);
  }
});

test('the whole estate is told alike', async () => {
  const one = await forecast();
  const all = await forecastAll(deps());
  expect(all).toMatchObject({ connectors: 1, neverRan: 0, scopes: one.scopes, calls: one.calls, skipped: one.skipped });
  expect(callsByApi(all)).toEqual(callsByApi(one));
});

test('a run takes the time that AWS’s quotas make it take, and its share of them is told', async () => {
  await sql`
    update scopes set last_operations = '{"lambda:ListFunctions": 20, "lambda:ListTags": 1000, "lambda:GetPolicy": 1000}'
    where asset_type = 'AWS::Lambda::Function' and region = 'us-east-1'
  `.execute(bed.db);
  // 1,020 calls of the control plane, of which AWS takes 15 a second.
  const told = await forecast();
  expect(told.seconds).toBeGreaterThanOrEqual(Math.floor(1_020 / 15) - 1);
  expect(told.seconds).toBeLessThan(80);
  const tags = told.apis.find(({ operation }) => operation === 'ListTags');
  expect(tags).toMatchObject({ quotaPerSecond: 15, documented: true });
  expect(tags?.sharePercent).toBeGreaterThan(90);
  expect(told.apis.find(({ operation }) => operation === 'DescribeVpcs')?.sharePercent).toBeLessThan(1);
  expect(told.quotaSharePercent).toBe(tags?.sharePercent);
});

test('there is no plan of a connector that does not exist', async () => {
  expect(await forecastRun(deps(), bed.deps.ids.uuid())).toMatchObject({ ok: false, fault: { code: 'not-found' } });
});

function deps() {
  return { ...bed.deps, assetTypes: ASSET_TYPES };
}

async function forecast(): Promise<RunForecast> {
  const found = await forecastRun(deps(), connectorId);
  if (!found.ok) throw new Error(found.fault.detail);
  return found.value;
}

/** Carries out a run as the schedule would ask for it, and tells the calls that simulated AWS counted for the account. */
async function scheduled() {
  bed.aws.callLog.clear();
  const runId = await bed.queueRun(connectorId, 'schedule');
  expect(await bed.attempt(runId)).toBe('finished');
  const made: Record<string, number> = {};
  for (const { accountId, service, operation, calls } of bed.aws.callLog.counts()) {
    const name = `${service}:${operation}`;
    if (accountId === ACCOUNT && operation !== 'GetCallerIdentity') made[name] = (made[name] ?? 0) + calls;
  }
  return { made, ...(await bed.run(runId)) };
}

/** Simulated AWS names services as their endpoints are named. */
const NAMES: Readonly<Record<string, string>> = {
  'auto-scaling': 'autoscaling',
  'cloudwatch-logs': 'logs',
  'elastic-load-balancing': 'elasticloadbalancing',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
};

function asSimulated({ apis }: Forecast): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const { service, operation, calls: n } of apis) {
    const name = `${NAMES[service] ?? service}:${operation}`;
    calls[name] = (calls[name] ?? 0) + n;
  }
  return calls;
}

function callsByApi({ apis }: Forecast): Record<string, number> {
  return Object.fromEntries(apis.map(({ service, operation, calls }) => [`${service}:${operation}`, calls]));
}
