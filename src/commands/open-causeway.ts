import { fileURLToPath } from 'node:url';
import type { AccountsDeps } from '../accounts/deps.ts';
import { unreadableSecrets } from '../accounts/reseal.ts';
import { closeAws, openAws } from '../aws/aws.ts';
import type { Config } from '../config.ts';
import { systemClock } from '../domain/clock.ts';
import { remedyOf } from '../domain/faults.ts';
import { systemIds } from '../domain/ids.ts';
import { ok, type Result } from '../domain/result.ts';
import type { Log } from '../log.ts';
import { openDatabase } from '../store/database.ts';
import { startEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { migrate } from '../store/migrate.ts';
import { openVault } from './master-key.ts';

/** What every server process is made of. */
export interface Causeway {
  readonly deps: AccountsDeps;
  readonly connectionString: string;
  close(): Promise<void>;
}

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Opens the database (the embedded one is started), brings it up to date and puts the parts together. */
export async function openCauseway(config: Config, log: Log): Promise<Result<Causeway>> {
  const vault = openVault(config);
  if (!vault.ok) return vault;
  const server = await openServer(config, log);
  if (!server.ok) return server;
  const { connectionString, stop } = server.value;
  const migrated = await migrate({ connectionString, folder: MIGRATIONS });
  if (!migrated.ok) {
    await stop();
    return migrated;
  }
  if (migrated.value.length > 0) log.info({ migrations: migrated.value }, 'the database was brought up to date');
  const db = openDatabase({ connectionString, log });
  const [clock, ids] = [systemClock, systemIds];
  const aws = openAws({
    clock,
    ids,
    endpoints: config.awsEndpoints,
    machine: config.awsMachine,
    quotaSharePercent: config.awsQuotaSharePercent,
  });
  for (const { detail, subject, ...found } of await unreadableSecrets({ db, vault: vault.value })) {
    log.error(
      { recordId: subject, detail, remedy: remedyOf({ detail, ...found }) },
      'a stored secret cannot be opened',
    );
  }
  return ok({
    deps: {
      ...{ db, clock, ids, log, aws },
      vault: vault.value,
      platformAccounts: config.platformAccounts,
      alertNetworks: config.alertNetworks,
      emptyScopesEvery: config.emptyScopesEvery,
    },
    connectionString,
    async close() {
      closeAws(aws);
      await db.destroy();
      await stop();
    },
  });
}

/** The PostgreSQL server to use and how to end it; one of the owner's own is not ours to end. */
export async function openServer(
  { databaseUrl, dataDir }: Pick<Config, 'databaseUrl' | 'dataDir'>,
  log: Log,
): Promise<Result<{ connectionString: string; stop(): Promise<void> }>> {
  if (databaseUrl !== undefined) return ok({ connectionString: databaseUrl, stop: async () => {} });
  return await startEmbeddedPostgres({ dataDir, log });
}
