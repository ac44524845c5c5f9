import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startSimulation } from '../../simulator/simulation.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { closeAws } from '../../src/aws/aws.ts';
import { startQueue } from '../../src/jobs/queue.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { silentLog } from '../../src/log.ts';
import { isDatabaseUnavailable, openDatabase } from '../../src/store/database.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrate } from '../../src/store/migrate.ts';
import { connect, count, platformKey } from './bed.ts';
import { depsFor } from './deps.ts';
import { everGone, liveAssets, trueAssets } from './truth.ts';

const ACCOUNTS = 6;

test('when PostgreSQL is killed during syncs, the same worker waits and goes on by itself', async () => {
  await using own = await openOwnDatabase();
  const accountIds = Array.from({ length: ACCOUNTS }, (_, i) => String(200_000_000_001 + i));
  const aws = await startSimulation({
    makeWorld: () =>
      generateWorld({ seed: 21, now: new Date(), accounts: ACCOUNTS, instances: 120, regions: ['us-east-1'] }),
  });
  aws.faults.put({ id: 'slow', match: { service: 'ec2' }, effect: { kind: 'slow', delayMs: 300 } });
  const db = openDatabase({ connectionString: own.connectionString, log: silentLog });
  const queue = await startQueue({ connectionString: own.connectionString, log: silentLog });
  const deps = depsFor({ endpoint: aws.endpoint, key: platformKey(aws.world), db });
  for (const accountId of accountIds) {
    await connect(deps, { world: aws.world, accountId, settings: { regions: ['us-east-1'] } });
  }
  const worker = await startWorker({ ...deps, queue });
  for (const pauseMs of [300, 900, 2_500]) {
    await sleep(pauseMs);
    await own.kill();
  }
  await until(async () => (await count(db, "runs where state = 'ok'")) === ACCOUNTS);
  expect(await liveAssets(db)).toEqual(trueAssets(aws.world, { accountIds, now: new Date() }));
  expect(await everGone(db)).toEqual([]);
  expect(await count(db, "runs where state <> 'ok'")).toBe(0);

  await worker.stop();
  await queue.stop();
  closeAws(deps.aws);
  await db.destroy();
  await aws.stop();
}, 90_000);

/** A PostgreSQL of the test's own, to be killed; it is started again as that of a deployment is. */
async function openOwnDatabase() {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'causeway-away-'));
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog });
  if (!server.ok) throw new Error(server.fault.detail);
  const { connectionString, stop } = server.value;
  const folder = path.join(import.meta.dirname, '../../migrations');
  const migrated = await migrate({ connectionString, folder });
  if (!migrated.ok) throw new Error(migrated.fault.detail);
  const pidFile = path.join(dataDir, 'postgres/data/postmaster.pid');
  return {
    connectionString,
    /** On a busy machine the one that was killed before may not have been started again yet. */
    async kill() {
      while (!isKilled(pidFile)) await sleep(50);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(dataDir, { recursive: true });
    },
  };
}

function isKilled(pidFile: string): boolean {
  try {
    return process.kill(Number.parseInt(fs.readFileSync(pidFile, 'utf8'), 10), 'SIGKILL');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'ENOENT')) return false;
    throw error;
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (;;) {
    try {
      if (await holds()) return;
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
    }
    await sleep(100);
  }
}
