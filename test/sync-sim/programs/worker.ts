import { startQueue } from '../../../src/jobs/queue.ts';
import { startWorker } from '../../../src/jobs/worker.ts';
import { openLog } from '../../../src/log.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { depsFor, type PlatformKey } from '../deps.ts';

/** A worker process, to be killed. Its one argument is WorkerSettings as JSON; it says "ready" when it works. */
export interface WorkerSettings {
  readonly connectionString: string;
  readonly endpoint: string;
  readonly key: PlatformKey;
}

const { connectionString, endpoint, key }: WorkerSettings = JSON.parse(process.argv[2] ?? '');
const log = openLog({ level: 'error' });
const db = openDatabase({ connectionString, log });
const queue = await startQueue({ connectionString, log });
await startWorker({ ...depsFor({ endpoint, key, db }), log, queue });
process.stdout.write('ready\n');
