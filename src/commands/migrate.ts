import type { Config } from '../config.ts';
import type { Result } from '../domain/result.ts';
import { openLog } from '../log.ts';
import { openCauseway } from './open-causeway.ts';

/** Brings the database to this version and ends. */
export async function migrateCommand(config: Config): Promise<Result<void>> {
  const log = openLog({ level: config.logLevel, pretty: true });
  const causeway = await openCauseway(config, log);
  if (!causeway.ok) return causeway;
  await causeway.value.close();
  log.info({}, 'the database is up to date');
  return { ok: true, value: undefined };
}
