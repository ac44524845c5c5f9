import { randomBytes } from 'node:crypto';
import { createVault, parseMasterKeys } from '../../src/accounts/vault.ts';
import { openAws } from '../../src/aws/aws.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { systemIds } from '../../src/domain/ids.ts';
import { ASSET_TYPES } from '../../src/inventory/registry.ts';
import { startQueue } from '../../src/jobs/queue.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { openLog } from '../../src/log.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { WorkerSettings } from '../sync/contestants.ts';

/**
 * What `causeway work` is made of, with fewer asset types and another platform account. Says `ready`, and works until its
 * input ends.
 */
const { endpoint, connectionString, hub, assetTypes }: WorkerSettings = JSON.parse(process.argv[2] ?? '');
const [clock, ids, log] = [systemClock, systemIds, openLog({ level: 'warn' })];
const keys = parseMasterKeys(randomBytes(32).toString('base64'), 'the bench');
if (!keys.ok) throw new Error(keys.fault.detail);
const { accountId, ...credentials } = hub;
const db = openDatabase({ connectionString, log });
const queue = await startQueue({ connectionString, log });
const worker = await startWorker({
  db,
  clock,
  ids,
  log,
  vault: createVault(keys.value),
  platformAccounts: { global: { accountId, credentials: { kind: 'access-key', ...credentials } } },
  aws: openAws({ clock, ids, endpoints: { all: endpoint, byService: {} } }),
  assetTypes: ASSET_TYPES.filter(type => assetTypes.includes(type.assetType)),
  queue,
});
process.stdout.write('ready\n');
process.stdin.resume().on('end', async () => {
  await worker.stop();
  await queue.stop();
  process.exit();
});
