import { createHash } from 'node:crypto';
import { createVault } from '../../../src/accounts/vault.ts';
import { openAws } from '../../../src/aws/aws.ts';
import { systemIds } from '../../../src/domain/ids.ts';
import { startQueue } from '../../../src/jobs/queue.ts';
import { startWorker } from '../../../src/jobs/worker.ts';
import { openLog } from '../../../src/log.ts';
import { openDatabase } from '../../../src/store/database.ts';

/** A worker process, to be killed. Its one argument is RotationWorkerSettings as JSON; it says "ready" when it works. */
export interface RotationWorkerSettings {
  readonly connectionString: string;
  readonly endpoint: string;
  /** The vault's key is made of it, as in the test's own process. */
  readonly vaultWord: string;
  /** How far its clock is ahead, so that waiting for IAM takes no time. */
  readonly aheadMs: number;
}

const { connectionString, endpoint, vaultWord, aheadMs }: RotationWorkerSettings = JSON.parse(process.argv[2] ?? '');
const log = openLog({ level: 'error' });
const clock = { now: () => new Date(Date.now() + aheadMs), monotonicMs: () => performance.now() };
const db = openDatabase({ connectionString, log });
const queue = await startQueue({ connectionString, log });
await startWorker({
  db,
  clock,
  ids: systemIds,
  log,
  vault: createVault([{ version: 'test', bytes: createHash('sha256').update(vaultWord).digest() }]),
  platformAccounts: {},
  aws: openAws({ clock, ids: systemIds, endpoints: { all: endpoint, byService: {} } }),
  assetTypes: [],
  queue,
});
process.stdout.write('ready\n');
