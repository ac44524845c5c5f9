import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountOf, ec2RegionOf } from '../../simulator/world/build.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { expire } from '../../src/jobs/expire.ts';
import { silentLog } from '../../src/log.ts';
import { deleteOldHistory, deleteOldRuns, type ExpiringBatch, readRetention } from '../../src/store/retention.ts';
import { type Bed, count, openBed } from '../sync-sim/bed.ts';
import { liveAssets, trueAssets } from '../sync-sim/truth.ts';
import { miscounted } from './fleet.ts';

const ACCOUNTS = ['200000000001', '200000000002'];
const REGION = 'us-east-1';
const DAY_MS = 86_400_000;
let bed: Bed;
let connectors: string[];
beforeAll(async () => {
  bed = await openBed(() => generateWorld({ seed: 9, now: new Date(), accounts: 2, instances: 60, regions: [REGION] }));
  connectors = await Promise.all(ACCOUNTS.map(id => bed.connect(id, { regions: [REGION] })));
});
afterAll(() => bed[Symbol.asyncDispose]());

/** Everything that is over is old, and each call is a batch later than the one before. */
let calls = 0;
beforeEach(async () => {
  await sql`update retention set due_at = 'epoch', after_id = '00000000-0000-0000-0000-000000000000'`.execute(bed.db);
});
function next(limit: number): ExpiringBatch {
  calls += 1;
  const now = new Date(Date.now() + DAY_MS + calls * 60_000);
  return { now, before: now, limit, pauseSeconds: 1, restMinutes: 60 };
}

describe('old runs', () => {
  beforeEach(async () => {
    await sql`delete from runs`.execute(bed.db);
    await sql`update connectors set last_run_id = null`.execute(bed.db);
    // Of each connector: many that failed, the last complete one, some that failed since.
    for (const connectorId of connectors)
      await insertRuns(connectorId, [...fill('failed', 8), 'ok', ...fill('failed', 4), 'ok', ...fill('problems', 3)]);
  });

  test('go in batches, and the last run and the last complete one of each connector stay', async () => {
    const audited = await count(bed.db, 'audit_log');
    const deleted = [];
    for (let i = 0; i < 5; i += 1) deleted.push(await deleteOldRuns(bed.db, next(10)));
    expect(deleted.pop()).toBeUndefined();
    expect(Math.max(...deleted.map(Number))).toBeLessThanOrEqual(10);
    expect(await left()).toEqual(connectors.map(() => ['ok', 'problems']));
    expect(await count(bed.db, 'audit_log')).toBe(audited);
    const kinds = await readRetention(bed.db);
    expect(kinds).toContainEqual({ kind: 'runs', deleted: 30, passedAt: expect.any(Date) });
  });

  test('stay while they are young, and while they are under way however long', async () => {
    const now = new Date(Date.now() + DAY_MS);
    const before = new Date(Date.now() - DAY_MS);
    expect(await deleteOldRuns(bed.db, { ...next(1_000), now, before })).toBe(0);
    await sql`delete from runs`.execute(bed.db);
    const [connectorId = ''] = connectors;
    await insertRuns(connectorId, ['running', 'failed', 'ok']);
    await sql`update retention set due_at = 'epoch'`.execute(bed.db);
    expect(await deleteOldRuns(bed.db, next(1_000))).toBe(1);
    expect(await left()).toEqual([['running', 'ok']]);
  });

  test('are deleted by one of many processes at a time, each once', async () => {
    const batch = next(7);
    const turns = await Promise.all(Array.from({ length: 8 }, () => deleteOldRuns(bed.db, batch)));
    expect(turns.filter(turn => turn !== undefined)).toHaveLength(1);
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        deleteOldRuns(bed.db, { ...batch, now: new Date(batch.now.getTime() + i * 2_000) }),
      ),
    );
    while ((await deleteOldRuns(bed.db, next(7))) !== undefined);
    expect(await left()).toEqual(connectors.map(() => ['ok', 'problems']));
  });

  test('are all still there when the process dies in a batch, and the next one goes on', async () => {
    const before = await count(bed.db, 'runs');
    const dying = bed.db.transaction().execute(async tx => {
      expect(await deleteOldRuns(tx, next(10))).toBeGreaterThan(0);
      await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx);
    });
    await expect(dying).rejects.toThrow();
    expect(await count(bed.db, 'runs')).toBe(before);
    expect(await deleteOldRuns(bed.db, next(1_000))).toBe(before - 4);
  });
});

describe('old history', () => {
  test('goes in batches while runs write it, and no asset with it', async () => {
    let isOver = false;
    const expiring = (async () => {
      const sizes = [];
      while (!isOver) sizes.push((await deleteOldHistory(bed.db, { ...next(25), restMinutes: 0 })) ?? 0);
      return sizes;
    })();
    for (let round = 0; round < 4; round += 1) {
      renameSome(round);
      for (const id of connectors) expect(await bed.sync(id)).toMatchObject({ state: 'ok' });
    }
    isOver = true;
    const sizes = await expiring;
    expect(Math.max(...sizes)).toBe(25);
    while (((await deleteOldHistory(bed.db, { ...next(25), restMinutes: 0 })) ?? 0) > 0);
    expect(await count(bed.db, 'asset_history')).toBe(0);
    expect(await liveAssets(bed.db)).toEqual(trueAssets(bed.world, { accountIds: ACCOUNTS, now: new Date() }));
  });

  test('goes with its asset', async () => {
    renameSome(9);
    for (const id of connectors) await bed.sync(id);
    const changed = sql`(select asset_id from asset_history)`;
    expect(await count(bed.db, 'asset_history')).toBeGreaterThan(0);
    expect(await miscounted(bed.db)).toBe(0);
    await sql`delete from assets where id in ${changed}`.execute(bed.db);
    expect(await count(bed.db, 'asset_history')).toBe(0);
    expect(await miscounted(bed.db)).toBe(0);
  });
});

test('with 0 days everything is kept for ever', async () => {
  const later = { ...bed.deps.clock, now: () => new Date(Date.now() + 400 * DAY_MS) };
  const kept = await count(bed.db, 'runs');
  expect(kept).toBeGreaterThan(4);
  await expire({ db: bed.db, clock: later, log: silentLog, retention: { runDays: 0, historyDays: 0 } });
  await expire({ db: bed.db, clock: later, log: silentLog });
  expect(await count(bed.db, 'runs')).toBe(kept);
  await expire({ db: bed.db, clock: later, log: silentLog, retention: { runDays: 399, historyDays: 0 } });
  expect(await count(bed.db, 'runs')).toBe(2);
});

function fill(state: string, times: number): string[] {
  return Array.from({ length: times }, () => state);
}

/** Runs of a connector, oldest first; those that are over ended a day ago or longer. */
async function insertRuns(connectorId: string, states: readonly string[]): Promise<void> {
  const ids = states.map(() => bed.deps.ids.uuid()).sort();
  for (const [i, state] of states.entries()) {
    const id = ids[i];
    const at = new Date(Date.now() - (states.length - i) * 60_000);
    const finishedAt = state === 'running' ? null : at;
    await sql`
      insert into runs (id, connector_id, state, trigger, requested_by, partition, account_id, job_id, queued_at, finished_at)
      select ${id}, id, ${state}, 'schedule', 'system', partition, account_id, ${id}, ${at}, ${finishedAt}
      from connectors where id = ${connectorId}
    `.execute(bed.db);
    await sql`update connectors set last_run_id = ${id} where id = ${connectorId}`.execute(bed.db);
  }
}

/** The states of the runs that are left, oldest first, by connector. */
async function left(): Promise<string[][]> {
  const { rows } = await sql<{ states: string[] }>`
    select array_agg(r.state order by r.id) as states from runs r join connectors c on c.id = r.connector_id group by c.num order by c.num
  `.execute(bed.db);
  return rows.map(row => row.states);
}

function renameSome(round: number): void {
  for (const id of ACCOUNTS) {
    const region = ec2RegionOf(accountOf(bed.world, id), REGION);
    region.instances = region.instances.map(instance => ({
      ...instance,
      Tags: [{ Key: 'Name', Value: `in round ${round}` }],
    }));
  }
}
