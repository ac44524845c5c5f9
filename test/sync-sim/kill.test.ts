import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { createPrng } from '../../simulator/world/prng.ts';
import { type Queue, startQueue } from '../../src/jobs/queue.ts';
import { requestRun } from '../../src/jobs/request-run.ts';
import { silentLog } from '../../src/log.ts';
import { type Bed, count, openBed, platformKey } from './bed.ts';
import type { WorkerSettings } from './programs/worker.ts';
import { everGone, liveAssets, trueAssets } from './truth.ts';

const ACCOUNTS = 50;
const KILLS = 10;
const REGIONS = ['us-east-1', 'eu-west-1'];

/** A failing run is repeated with SEED=… */
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const prng = createPrng(seed, 'kills');
let bed: Bed;
let queue: Queue;
let worker: ChildProcess;
const accountIds = Array.from({ length: ACCOUNTS }, (_, i) => String(200_000_000_001 + i));

beforeAll(async () => {
  bed = await openBed(() =>
    generateWorld({ seed, now: new Date(), accounts: ACCOUNTS, instances: 20 * ACCOUNTS, regions: REGIONS }),
  );
  // Nothing vanishes by itself: what is gone in the end is what the test took away.
  for (const account of Object.values(bed.world.accounts)) {
    for (const region of Object.values(account.ec2)) {
      region.instances = region.instances.filter(instance => instance.terminatedAt === undefined);
    }
  }
  queue = await startQueue({ connectionString: bed.connectionString, log: silentLog });
  for (const id of accountIds) await bed.connect(id, { regions: REGIONS });
});
afterAll(async () => {
  worker.kill('SIGKILL');
  await queue.stop();
  await bed[Symbol.asyncDispose]();
});

test(`a worker that is killed ${KILLS} times at random moments leaves the inventory exactly as it should be (seed ${seed})`, async () => {
  bed.aws.faults.put({ id: 'slow', match: { service: 'ec2' }, effect: { kind: 'slow', delayMs: 60 } });
  await startWorkerProcess();
  const first = await killWhile(KILLS / 2, ACCOUNTS);
  expect(await liveAssets(bed.db)).toEqual(trueAssets(bed.world, { accountIds, now: new Date() }));
  expect(await everGone(bed.db)).toEqual([]);
  expect(await count(bed.db, "asset_history where event = 'appeared'")).toBe(await count(bed.db, 'assets'));
  expect(await count(bed.db, 'asset_history')).toBe(await count(bed.db, 'assets'));

  const deleted = takeAwaySome();
  expect(deleted.length).toBeGreaterThan(ACCOUNTS / 2);
  const { rows } = await sql<{ id: string }>`select id from connectors`.execute(bed.db);
  for (const { id } of rows) {
    await requestRun({ ...bed.deps, queue }, { connectorId: id, trigger: 'request', requestedBy: 'system' });
  }
  const second = await killWhile(KILLS - KILLS / 2, 2 * ACCOUNTS);
  expect(await liveAssets(bed.db)).toEqual(trueAssets(bed.world, { accountIds, now: new Date() }));
  expect(await everGone(bed.db)).toEqual(deleted);
  expect(await count(bed.db, 'asset_history')).toBe((await count(bed.db, 'assets')) + deleted.length);
  for (const phase of [first, second]) {
    expect(phase.interrupted).toBeGreaterThan(0);
    expect(phase.recoveredMs).toBeLessThan(60_000);
  }
}, 180_000);

/** Kills the worker so many times while runs are under way, starting another each time; waits until `runs` are ok. */
async function killWhile(kills: number, runs: number) {
  let interrupted = 0;
  let lastKill = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    await sleep(prng.int(50, 1_500));
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    lastKill = performance.now();
    interrupted += await count(bed.db, "runs where state = 'running'");
    await startWorkerProcess();
  }
  while ((await count(bed.db, "runs where state = 'ok'")) < runs) {
    expect(await count(bed.db, "runs where state in ('failed', 'problems', 'cancelled')")).toBe(0);
    await sleep(100);
  }
  return { interrupted, recoveredMs: performance.now() - lastKill };
}

async function startWorkerProcess(): Promise<void> {
  const settings: WorkerSettings = {
    connectionString: bed.connectionString,
    endpoint: bed.aws.endpoint,
    key: platformKey(bed.world),
  };
  const program = path.join(import.meta.dirname, 'programs/worker.ts');
  worker = spawn(process.execPath, [program, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (worker.stdout) await once(worker.stdout, 'data');
}

/** Deletes some instances from every account; their keys, as the inventory names them. */
function takeAwaySome(): string[] {
  const deleted: string[] = [];
  for (const id of accountIds) {
    for (const [name, region] of Object.entries(accountOf(bed.world, id).ec2)) {
      region.instances = region.instances.filter(({ InstanceId }) => {
        if (!prng.chance(0.15)) return true;
        deleted.push(`aws/${id}/${name}/AWS::EC2::Instance/${InstanceId}`);
        return false;
      });
    }
  }
  return deleted.sort();
}
