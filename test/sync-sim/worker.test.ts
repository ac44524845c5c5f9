import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateWorld } from '../../simulator/world/generate.ts';
import { type Queue, startQueue } from '../../src/jobs/queue.ts';
import { requestRun } from '../../src/jobs/request-run.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { silentLog } from '../../src/log.ts';
import { type Bed, openBed } from './bed.ts';
import { liveAssets, trueAssets } from './truth.ts';

const ACCOUNTS = ['200000000001', '200000000002', '200000000003'];
let bed: Bed;
let queue: Queue;

beforeAll(async () => {
  bed = await openBed(() =>
    generateWorld({ seed: 3, now: new Date(), accounts: 3, instances: 60, regions: ['us-east-1'] }),
  );
  queue = await startQueue({ connectionString: bed.connectionString, log: silentLog });
});
afterAll(async () => {
  await queue.stop();
  await bed[Symbol.asyncDispose]();
});

test('a worker carries out requested runs and those that are due', async () => {
  const t0 = performance.now();
  const ids = await Promise.all(ACCOUNTS.map(id => bed.connect(id, { regions: ['us-east-1'] })));
  const deps = { ...bed.deps, queue };
  const run = await requestRun(deps, { connectorId: ids[0] ?? '', trigger: 'request', requestedBy: 'user:x' });
  expect(run).toMatchObject({ ok: true, value: { state: 'queued', trigger: 'request' } });
  expect(
    await requestRun(deps, { connectorId: ids[0] ?? '', trigger: 'request', requestedBy: 'user:x' }),
  ).toMatchObject({ ok: false, fault: { code: 'run-in-progress' } });
  const worker = await startWorker(deps);
  console.log('started', performance.now() - t0);
  const wanted = trueAssets(bed.world, { accountIds: ACCOUNTS, now: new Date() });
  while ((await liveAssets(bed.db)).length < wanted.length) await sleep(50);
  console.log('all', performance.now() - t0);
  expect(await liveAssets(bed.db)).toEqual(wanted);
  await worker.stop();
  console.log('stopped', performance.now() - t0);
});
