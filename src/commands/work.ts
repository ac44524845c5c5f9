import type { Config } from '../config.ts';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { ASSET_TYPES } from '../inventory/registry.ts';
import { startQueue } from '../jobs/queue.ts';
import { startWorker } from '../jobs/worker.ts';
import { openLog } from '../log.ts';
import { openCauseway } from './open-causeway.ts';
import type { Running } from './running.ts';

/** `causeway work`: a worker and nothing else. */
export async function workCommand(config: Config): Promise<Result<Running>> {
  if (config.databaseUrl === undefined) {
    return failed(
      fault(
        'invalid-setting',
        'A worker of its own shares a database with "causeway serve", and DATABASE_URL is not set.',
        {
          subject: 'DATABASE_URL',
          remedy: 'Set DATABASE_URL for both; with the embedded database, "causeway serve" runs the connectors itself.',
        },
      ),
    );
  }
  const log = openLog({ level: config.logLevel, pretty: process.stderr.isTTY });
  const causeway = await openCauseway(config, log);
  if (!causeway.ok) return causeway;
  const { deps, connectionString, close } = causeway.value;
  const queue = await startQueue({ connectionString, log });
  const worker = await startWorker({ ...deps, queue, assetTypes: ASSET_TYPES, retention: config.retention });
  return ok({
    async stop() {
      await worker.stop();
      await queue.stop();
      await close();
    },
  });
}
