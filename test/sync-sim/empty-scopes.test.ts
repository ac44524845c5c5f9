import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { fillRegion, generateWorld } from '../../simulator/world/generate.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import type { RunWithScopes } from '../../src/store/run-views.ts';
import { type Bed, openBed } from './bed.ts';

const REGIONS = ['eu-central-1', 'eu-west-1', 'us-east-1', 'us-west-2'];
const ACCOUNT = '200000000001';
/** Three types in four regions, one of them in use. */
const SCOPES = 12;
const EMPTY = 9;
const EVERY = LIMITS.emptyScopesEveryDefault;

let bed: Bed;
let connectorId: string;
beforeAll(async () => {
  bed = await openBed(() => {
    const now = new Date();
    const world = generateWorld({ seed: 5, now, accounts: 1, instances: 0, regions: REGIONS });
    fillRegion({ seed: 5, now, account: accountOf(world, ACCOUNT), region: 'us-east-1', count: 3 });
    return world;
  });
  connectorId = await bed.connect(ACCOUNT, { regions: REGIONS });
});
afterAll(() => bed[Symbol.asyncDispose]());

test('scopes are left out once they are proved empty twice, in turn, each proved again in one of six runs', async () => {
  expect([(await scheduled()).skipped, (await scheduled()).skipped]).toEqual([null, null]);
  const proved = await ledger();
  bed.aws.callLog.clear();
  const visits = new Map<string, number>();
  const skipped = [];
  for (let run = 0; run < EVERY; run++) {
    const { state, scopes, counts, skipped: left } = await scheduled();
    expect({ state, scopes: counts.scopes, complete: counts.complete }).toMatchObject({
      state: 'ok',
      complete: scopes.length,
    });
    expect(counts.scopes).toBe(SCOPES - (left?.scopes ?? 0));
    expect(left?.calls).toBe(left?.scopes);
    for (const { region, assetType } of scopes) {
      visits.set(`${region} ${assetType}`, (visits.get(`${region} ${assetType}`) ?? 0) + 1);
    }
    skipped.push(left?.scopes ?? 0);
  }
  expect([...visits.values()].sort()).toEqual([...Array(EMPTY).fill(1), ...Array(SCOPES - EMPTY).fill(EVERY)]);
  expect(skipped.reduce((a, b) => a + b)).toBe(EMPTY * (EVERY - 1));
  // Not all in the same run.
  expect(Math.min(...skipped)).toBeGreaterThan(0);
  const calls = bed.aws.callLog.calls().filter(({ operation }) => operation !== 'DescribeRegions');
  expect(calls.filter(({ service }) => service === 'ec2').length).toBe(EMPTY + (SCOPES - EMPTY) * EVERY);
  // What was not looked at keeps the time of its last proof.
  const oldest = (await ledger()).filter(now =>
    proved.some(({ completeAt }) => completeAt?.getTime() === now.completeAt?.getTime()),
  );
  expect(oldest).toEqual([]);
});

test('what appears where nothing was is found within six scheduled runs, and its region is looked at as a whole again', async () => {
  fillRegion({ seed: 6, now: new Date(), account: accountOf(bed.world, ACCOUNT), region: 'eu-west-1', count: 2 });
  let runs = 0;
  let run: RunWithScopes;
  do {
    run = await scheduled();
    runs += 1;
  } while (run.counts.added === 0);
  expect(runs).toBeLessThanOrEqual(EVERY);
  const next = await scheduled();
  expect(next.scopes.filter(({ region }) => region === 'eu-west-1')).toHaveLength(3);
  expect(await assetsIn('eu-west-1')).toBeGreaterThan(2);
  // Known live assets are looked at in every run from now on.
  for (let again = 0; again < 3; again++) {
    const { scopes } = await scheduled();
    expect(scopes.filter(({ region }) => region === 'eu-west-1' || region === 'us-east-1')).toHaveLength(6);
  }
});

test('a run that somebody asks for looks everywhere', async () => {
  expect((await scheduled()).skipped?.scopes).toBeGreaterThan(0);
  expect(await bed.sync(connectorId)).toMatchObject({ skipped: null, counts: { scopes: SCOPES } });
});

test('nothing is left out that another connector knows an asset of, that was not observed completely, or whose connector was changed', async () => {
  const emptyInstances = { region: 'us-west-2', assetType: 'AWS::EC2::Instance' };
  const isVisited = async () => {
    const visited = [];
    for (let run = 0; run < EVERY - 1; run++) {
      const { scopes } = await scheduled();
      visited.push(
        scopes.some(one => one.region === emptyInstances.region && one.assetType === emptyInstances.assetType),
      );
    }
    return visited.every(Boolean);
  };
  expect(await isVisited()).toBe(false);
  // Seen by somebody else meanwhile; what this connector's ledger counted is another matter.
  await sql`update assets set region = 'us-west-2' where asset_type = 'AWS::EC2::Instance' and region = 'us-east-1'`.execute(
    bed.db,
  );
  const run = await scheduled();
  expect(run.scopes).toContainEqual(expect.objectContaining({ ...emptyInstances, outcome: 'complete', gone: 3 }));

  while (await isVisited());
  bed.aws.faults.put({ id: 'deny', match: { region: 'us-west-2' }, effect: { kind: 'deny', by: 'scp' } });
  expect((await bed.sync(connectorId)).state).toBe('problems');
  bed.aws.faults.clear();
  const after = await scheduled();
  expect(after.scopes.filter(({ region }) => region === 'us-west-2')).toHaveLength(3);

  while (!((await scheduled()).skipped !== null));
  await sql`update connectors set updated_at = now() where id = ${connectorId}`.execute(bed.db);
  expect(await scheduled()).toMatchObject({ skipped: null, counts: { scopes: SCOPES } });
});

test('an owner who wants it has everything looked at in every run', async () => {
  Object.assign(bed.deps, { emptyScopesEvery: 1 });
  for (let run = 0; run < 2 * LIMITS.emptyProofsMin; run++) {
    expect(await scheduled()).toMatchObject({ skipped: null, counts: { scopes: SCOPES } });
  }
});

/** Carries out a run as the schedule would ask for it. */
async function scheduled(): Promise<RunWithScopes> {
  const runId = await bed.queueRun(connectorId, 'schedule');
  expect(await bed.attempt(runId)).toBe('finished');
  return await bed.run(runId);
}

async function ledger() {
  const { rows } = await sql<{ completeAt: Date | null }>`
    select complete_at as "completeAt" from scopes where connector_id = ${connectorId}
  `.execute(bed.db);
  return rows;
}

async function assetsIn(region: string): Promise<number> {
  const { rows } = await sql<{
    n: number;
  }>`select count(*)::int as n from assets where region = ${region} and gone_at is null`.execute(bed.db);
  return rows[0]?.n ?? 0;
}
