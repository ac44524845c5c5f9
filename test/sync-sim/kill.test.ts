import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { createPrng } from '../../simulator/world/prng.ts';
import { inParallel } from '../../src/domain/in-parallel.ts';
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
let worker: ChildProcess | undefined;
let connectors: string[];
let lastKill = 0;
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
  connectors = await Promise.all(accountIds.map(id => bed.connect(id, { regions: REGIONS })));
});
afterAll(async () => {
  worker?.kill('SIGKILL');
  await queue.stop();
  await bed[Symbol.asyncDispose]();
});

test(`a worker that is killed ${KILLS} times at random moments leaves the inventory exactly as it should be (seed ${seed})`, async () => {
  // Half of the accounts have been observed before and have lost instances since; the other half are new.
  const known = connectors.slice(0, ACCOUNTS / 2);
  await inParallel(known, { limit: 8 }, async connectorId => void (await bed.sync(connectorId)));
  const deleted = takeAwaySome(accountIds.slice(0, ACCOUNTS / 2));
  expect(deleted.length).toBeGreaterThan(ACCOUNTS / 2);

  bed.aws.faults.put({ id: 'slow', match: { service: 'ec2' }, effect: { kind: 'slow', delayMs: 100 } });
  const runs = await Promise.all(connectors.map(request));
  const interrupted = await killAgainAndAgain();
  expect(interrupted).toBeGreaterThan(KILLS);
  await until(async () => (await count(bed.db, "runs where state in ('queued', 'running')")) === 0);
  const recoveredMs = performance.now() - lastKill;

  expect(await liveAssets(bed.db)).toEqual(trueAssets(bed.world, { accountIds, now: new Date() }));
  expect(await everGone(bed.db)).toEqual(deleted);
  const assets = await count(bed.db, 'assets');
  expect(await count(bed.db, "asset_events where event = 'appeared'")).toBe(assets);
  expect(await count(bed.db, 'asset_events')).toBe(assets + deleted.length);
  expect(await count(bed.db, `runs where state = 'ok' and id = any('{${runs.join()}}')`)).toBe(ACCOUNTS);
  expect(recoveredMs).toBeLessThan(60_000);
}, 120_000);

async function request(connectorId: string): Promise<string> {
  const run = await requestRun({ ...bed.deps, queue }, { connectorId, trigger: 'request', requestedBy: 'system' });
  if (!run.ok) throw new Error(run.fault.detail);
  return run.value.id;
}

/** Kills the worker, starting another each time; answers how many runs were under way at the kills, together. */
async function killAgainAndAgain(): Promise<number> {
  let interrupted = 0;
  await startWorkerProcess();
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(prng.int(50, 1_000));
    worker?.kill('SIGKILL');
    lastKill = performance.now();
    interrupted += await count(bed.db, "runs where state = 'running'");
    await startWorkerProcess();
  }
  return interrupted;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(100);
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

/** Deletes some instances from every one of these accounts; their keys, as the inventory names them. */
function takeAwaySome(ids: readonly string[]): string[] {
  const deleted: string[] = [];
  for (const id of ids) {
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
