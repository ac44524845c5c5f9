import { startQueue } from '../../../src/jobs/queue.ts';
import { startWorker } from '../../../src/jobs/worker.ts';
import { openLog } from '../../../src/log.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { type FleetSettings, fleetDeps } from '../fleet-deps.ts';

/** A worker process, to be killed. Its arguments are FleetSettings as JSON and how far its time is ahead. */
const settings: FleetSettings = JSON.parse(process.argv[2] ?? '');
const aheadMs = Number(process.argv[3]);
const clock = { now: () => new Date(Date.now() + aheadMs), monotonicMs: () => performance.now() };
const log = openLog({ level: 'error' });
const { connectionString } = settings;
const db = openDatabase({ connectionString, log });
const queue = await startQueue({ connectionString, log });
await startWorker({ ...fleetDeps(settings, { db, clock }), log, queue });
process.stdout.write('ready\n');
