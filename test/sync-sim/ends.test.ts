import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateWorld } from '../../simulator/world/generate.ts';
import { createSlots } from '../../src/aws/slots.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { loadKnown, retagScope } from '../../src/store/assets.ts';
import { savePlan } from '../../src/store/run-scopes.ts';
import { cancelRuns, claimRun, type Hold } from '../../src/store/runs.ts';
import { finishScope, type ScopeEnd } from '../../src/store/scopes.ts';
import { attemptRun } from '../../src/sync/run.ts';
import { shareByRuns } from '../../src/sync/shared-by-runs.ts';
import { type Bed, completeEnd, count, openBed } from './bed.ts';

/** Scopes whose end, or beginning, is too much for one statement, or that PostgreSQL refuses. */
const ACCOUNT = '200000000001';
const REGION = 'us-east-1';
const REACHED = { hub: { kind: 'platform-account', accountId: ACCOUNT }, callerArn: 'x' } as const;
const SCOPE = { partition: 'aws', accountId: ACCOUNT, region: REGION, assetType: 'AWS::EC2::Instance' };
const GONE = `assets where asset_type = '${SCOPE.assetType}' and gone_at is not null`;

let bed: Bed;
let connectorId: string;
beforeAll(async () => {
  bed = await openBed(() => generateWorld({ seed: 29, now: new Date(), accounts: 1, instances: 9, regions: [REGION] }));
  connectorId = await bed.connect(ACCOUNT, { regions: [REGION] });
  await bed.sync(connectorId);
});
afterAll(() => bed[Symbol.asyncDispose]());

test('new asset tags reach a scope in several statements, each asset once', async () => {
  await sql`update connectors set asset_tags = '{"team": "a"}'`.execute(bed.db);
  const { hold, connectorNum } = await claimed();
  const looked: number[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const done = await retagScope(bed.db, hold, { scope: SCOPE, connectorNum, after, limit: 4 });
    if (!done) throw new Error('the hold is good');
    after = done.last;
    looked.push(await count(bed.db, `assets where asset_type = '${SCOPE.assetType}' and connector_tags <> '{}'`));
  }
  expect(looked).toEqual([4, 8, 9, 9]);
  await cancelRuns(bed.db, { connectorId, at: new Date() });
});

test('what is known is read, and tagged anew, in the turns of pages, so that it takes no connection from them', async () => {
  const pages = createSlots(1);
  const { signal: stop } = new AbortController();
  const giveBack = await pages.take({ of: 'another run', weight: 1, stop });
  await sql`update connectors set asset_tags = '{"team": "b"}'`.execute(bed.db);
  const runId = await bed.queueRun(connectorId);
  const attempt = attemptRun({ ...bed.deps, shared: { ...shareByRuns(bed.db), pages } }, { runId, stop });
  await expect.poll(async () => (await bed.run(runId)).counts.scopes).toBe(3);
  await setTimeout(300);
  const tagged = `assets where connector_tags ->> 'team' = 'b'`;
  expect([await count(bed.db, tagged), (await bed.run(runId)).counts.finished]).toEqual([0, 0]);
  giveBack?.();
  expect(await attempt).toBe('finished');
  expect([await count(bed.db, tagged), (await bed.run(runId)).counts.complete]).toEqual([
    await count(bed.db, 'assets'),
    3,
  ]);
});

test('an end that cannot be written, and a note of progress that cannot, fail neither the run nor another scope', async () => {
  await sql`
    create function refuse() returns trigger language plpgsql as 'begin raise exception ''refused by a test''; end';
    create trigger refuse_end before update of last_outcome on scopes for each row
      when (new.asset_type = 'AWS::EC2::Subnet' and new.last_outcome = 'complete') execute function refuse();
    create trigger refuse_note before update of under_way on runs for each row execute function refuse();
  `.execute(bed.db);
  const delayMs = LIMITS.runTellEveryMs + 500;
  bed.aws.faults.put({ id: 'late', match: { operation: 'DescribeVpcs' }, effect: { kind: 'slow', delayMs }, to: 1 });
  const run = await bed.sync(connectorId);
  await sql`drop function refuse cascade`.execute(bed.db);
  bed.aws.faults.clear();
  expect(run.state).toBe('problems');
  expect(run.scopes.map(({ assetType, outcome, fault }) => [assetType, outcome, fault?.code])).toEqual([
    ['AWS::EC2::Instance', 'complete', undefined],
    ['AWS::EC2::Subnet', 'failed', 'internal-error'],
    ['AWS::EC2::VPC', 'complete', undefined],
  ]);
  expect((await bed.sync(connectorId)).state).toBe('ok');
});

test('of a scope that lost many assets, those marked before its end broke off stay gone, and the next end marks the rest', async () => {
  const broken = await claimed();
  const { connectorNum } = broken;
  const unseen = (await loadKnown(bed.db, { scope: SCOPE, connectorNum })).map(({ id }) => id);
  const [, second] = unseen;
  const ending: Promise<unknown>[] = [];
  await bed.db.transaction().execute(async other => {
    await sql`select from assets where id = ${second} for update`.execute(other);
    ending.push(finishScope(bed.db, broken.hold, endOf(unseen), 1).catch(String));
    const waits = sql`from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    const waiting = async () => (await sql`select 1 ${waits}`.execute(bed.db)).rows.length;
    await expect.poll(waiting, { timeout: 10_000 }).toBe(1);
    await sql`select pg_cancel_backend(pid) ${waits}`.execute(bed.db);
    expect(await ending[0]).toContain('canceling statement');
  });
  expect(await count(bed.db, GONE)).toBe(1);
  // The ledger does not say that it was complete, and what is not complete marks nothing.
  expect(await count(bed.db, `scopes where last_run_id = '${broken.hold.runId}'`)).toBe(0);
  expect(await finishScope(bed.db, broken.hold, { ...endOf(unseen), outcome: 'failed' }, 1)).toBe(true);
  expect(await finishScope(bed.db, broken.hold, endOf(unseen), 1)).toBe(false);
  expect(await count(bed.db, GONE)).toBe(1);
  await cancelRuns(bed.db, { connectorId, at: new Date() });

  const next = await claimed();
  expect(await finishScope(bed.db, broken.hold, endOf(unseen), 1)).toBe(false);
  expect(await count(bed.db, GONE)).toBe(1);
  expect(await finishScope(bed.db, next.hold, endOf(unseen), 3)).toBe(true);
  expect(await count(bed.db, GONE)).toBe(unseen.length);
  expect(await count(bed.db, "asset_history where event = 'gone'")).toBe(unseen.length);
  expect(await count(bed.db, `scopes where last_gone = ${unseen.length - 1}`)).toBe(1);
  await cancelRuns(bed.db, { connectorId, at: new Date() });
});

async function claimed(): Promise<{ hold: Hold; connectorNum: number }> {
  const claim = await claimRun(bed.db, { runId: await bed.queueRun(connectorId), now: new Date() });
  if (claim.kind !== 'claimed') throw new Error(`the claim was ${claim.kind}`);
  const { hold, connectorNum } = claim.run;
  const scopes = [{ ...SCOPE, outcome: null, fault: null }];
  await savePlan(bed.db, hold, { scopes, known: [], reached: REACHED, regionsFault: null, at: new Date() });
  return { hold, connectorNum };
}

function endOf(unseen: readonly string[]): ScopeEnd {
  return completeEnd(SCOPE, unseen);
}
