import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateWorld } from '../../simulator/world/generate.ts';
import { changeConnector } from '../../src/accounts/connectors.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { createTotals } from '../../src/domain/totals.ts';
import { type Queue, startQueue } from '../../src/jobs/queue.ts';
import { requestRun } from '../../src/jobs/request-run.ts';
import { mendStrandedRuns, queueDueRuns } from '../../src/jobs/schedule.ts';
import { startWorker, type WorkerDeps } from '../../src/jobs/worker.ts';
import { silentLog } from '../../src/log.ts';
import { listRuns } from '../../src/store/run-views.ts';
import { type Bed, count, openBed } from './bed.ts';
import { liveAssets, trueAssets } from './truth.ts';

const ACCOUNTS = ['200000000001', '200000000002', '200000000003', '200000000004'];
const REGION = 'us-east-1';
let bed: Bed;
let queue: Queue;
let deps: WorkerDeps;
let connectors: string[];

beforeAll(async () => {
  bed = await openBed(() =>
    generateWorld({ seed: 3, now: new Date(), accounts: ACCOUNTS.length, instances: 80, regions: [REGION] }),
  );
  queue = await startQueue({ connectionString: bed.connectionString, log: silentLog });
  deps = { ...bed.deps, queue };
  connectors = await Promise.all(ACCOUNTS.map(id => bed.connect(id, { regions: [REGION] })));
});
afterAll(async () => {
  await queue.stop();
  await bed[Symbol.asyncDispose]();
});

test('a requested run is queued once, and refused for what is disabled or not there', async () => {
  const connectorId = connectors[0] ?? '';
  const request = { connectorId, trigger: 'request', requestedBy: 'user:ann' } as const;
  const run = await requestRun(deps, request);
  expect(run).toMatchObject({ ok: true, value: { connectorId, state: 'queued', requestedBy: 'user:ann' } });
  expect(await requestRun(deps, request)).toMatchObject({ ok: false, fault: { code: 'run-in-progress' } });
  const missing = { ...request, connectorId: crypto.randomUUID() };
  expect(await requestRun(deps, missing)).toMatchObject({ ok: false, fault: { code: 'not-found' } });
  await changeConnector(deps, { id: connectors[1] ?? '', change: { enabled: false }, actor: 'system' });
  const disabled = { ...request, connectorId: connectors[1] ?? '' };
  expect(await requestRun(deps, disabled)).toMatchObject({ ok: false, fault: { code: 'connector-disabled' } });
  expect(await count(bed.db, 'queue.job')).toBe(1);
});

test('many schedulers at the same moment queue each due connector once, and no disabled one', async () => {
  const made = await Promise.all(Array.from({ length: 6 }, () => queueDueRuns(deps)));
  expect(made.reduce((a, b) => a + b)).toBe(2);
  expect(await count(bed.db, "runs where state = 'queued' and trigger = 'created'")).toBe(2);
  expect(await count(bed.db, 'queue.job')).toBe(3);
});

test('a worker carries out what is queued, and sets when each connector is due again', async () => {
  await changeConnector(deps, { id: connectors[1] ?? '', change: { enabled: true }, actor: 'system' });
  const worker = await startWorker(deps);
  await until(async () => (await count(bed.db, "runs where state = 'ok'")) === ACCOUNTS.length);
  await worker.stop();
  expect(await liveAssets(bed.db)).toEqual(trueAssets(bed.world, { accountIds: ACCOUNTS, now: new Date() }));
  const { rows } = await sql<{ late: number }>`
    select extract(epoch from c.next_run_at - r.started_at)::float8 - c.polling_minutes * 60 as late
    from connectors c join runs r on r.id = c.last_run_id
  `.execute(bed.db);
  for (const { late } of rows) {
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(64);
  }
  expect(new Set(rows.map(row => row.late)).size).toBe(ACCOUNTS.length);
  expect(await queueDueRuns(deps)).toBe(0);
});

test('a worker that is stopped lets go within seconds, and the next one goes on where it was', async () => {
  bed.aws.faults.put({
    id: 'slow',
    match: { operation: 'DescribeVpcs' },
    effect: { kind: 'slow', delayMs: 6_000 },
    to: 1,
  });
  const worker = await startWorker(deps);
  const run = await requestRun(deps, { connectorId: connectors[2] ?? '', trigger: 'request', requestedBy: 'system' });
  if (!run.ok) throw new Error(run.fault.detail);
  const { id } = run.value;
  await until(async () => (await bed.run(id)).counts.finished === 2);
  const before = performance.now();
  await worker.stop();
  expect(performance.now() - before).toBeLessThan(4_000);
  expect(await bed.run(id)).toMatchObject({ state: 'running', counts: { finished: 2 } });
  const calls = bed.aws.callLog.calls().length;

  const next = await startWorker(deps);
  await until(async () => (await bed.run(id)).state === 'ok');
  await next.stop();
  const made = bed.aws.callLog
    .calls()
    .slice(calls)
    .map(call => call.operation);
  expect(made.filter(operation => operation.startsWith('Describe'))).toEqual(['DescribeVpcs']);
  bed.aws.faults.clear();
});

test('a run that the queue has lost is queued again; one that used up its tries is given up', async () => {
  const run = await requestRun(deps, { connectorId: connectors[3] ?? '', trigger: 'request', requestedBy: 'system' });
  if (!run.ok) throw new Error(run.fault.detail);
  const totals = createTotals();
  expect(await mendStrandedRuns(deps, { log: deps.log, totals })).toBe(0);
  await sql`delete from queue.job where state < 'completed'`.execute(bed.db);
  expect(await mendStrandedRuns(deps, { log: deps.log, totals })).toBe(1);
  expect(await mendStrandedRuns(deps, { log: deps.log, totals })).toBe(0);
  await sql`delete from queue.job where state < 'completed'`.execute(bed.db);
  await sql`update runs set fence = ${LIMITS.runTriesMax} where id = ${run.value.id}`.execute(bed.db);
  expect(await mendStrandedRuns(deps, { log: deps.log, totals })).toBe(1);
  expect(await bed.run(run.value.id)).toMatchObject({ state: 'failed', fault: { code: 'run-abandoned' } });
  const labels = { account_type: 'global', state: 'failed', trigger: 'request' };
  expect(totals.take()).toEqual([{ metric: 'runs_total', labels, value: 1 }]);
});

test('runs are listed newest first, page by page', async () => {
  const connectorId = connectors[3] ?? '';
  const all = await listRuns(bed.db, { connectorId, limit: 10 });
  if (!all.ok) throw new Error(all.fault.detail);
  expect(all.value.items.map(run => run.state)).toEqual(['failed', 'ok']);
  const page = await listRuns(bed.db, { connectorId, limit: 1 });
  if (!page.ok || !page.value.nextCursor) throw new Error('there is a next page');
  const next = await listRuns(bed.db, { connectorId, limit: 1, cursor: page.value.nextCursor });
  expect(next).toMatchObject({ ok: true, value: { items: [{ id: all.value.items[1]?.id }], nextCursor: null } });
  expect(await listRuns(bed.db, { connectorId, limit: 1, cursor: 'x' })).toMatchObject({
    fault: { code: 'invalid-cursor' },
  });
  expect(await listRuns(bed.db, { connectorId: crypto.randomUUID(), limit: 1 })).toMatchObject({
    fault: { code: 'not-found' },
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}
