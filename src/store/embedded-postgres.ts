import * as fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Log } from '../log.ts';
import { cannotStart } from './embedded-account.ts';
import { type Cluster, DATABASE, prepareCluster, ROLE } from './embedded-cluster.ts';
import { endLeftovers } from './embedded-leftovers.ts';
import { lockDirectory } from './embedded-lock.ts';
import { connectionStringOf, type Server, startServer } from './embedded-server.ts';

/** A PostgreSQL of our own in the data directory. While its owner lives it is started again whenever it ends by itself. */
export interface EmbeddedPostgres {
  /** Stays the same when PostgreSQL is started again. */
  readonly connectionString: string;
  /** Shuts PostgreSQL down and gives the directory free; close the pools first. Nothing runs any more when it returns. */
  stop(): Promise<void>;
}

/**
 * Runs PostgreSQL on `<dataDir>/postgres`, made on the first start. What it has committed survives the kill of either
 * process at any moment: a PostgreSQL whose owner is gone shuts itself down, and the next start recovers or ends what is left.
 *
 * Faults: `data-directory-in-use`, `embedded-postgres-failed`.
 */
export async function startEmbeddedPostgres({
  dataDir,
  log,
}: {
  dataDir: string;
  log: Log;
}): Promise<Result<EmbeddedPostgres>> {
  const home = path.join(dataDir, 'postgres');
  try {
    makeHome(home);
    const lock = lockDirectory(home);
    if (!lock.ok) return lock;
    let started: Result<EmbeddedPostgres> | undefined;
    try {
      started = await startOwned({ home, log, release: lock.value.release });
      return started;
    } finally {
      if (!started?.ok) lock.value.release();
    }
  } catch (error) {
    // A directory that cannot be written, a full disk: matters of the deployment. Anything else is a bug.
    if (!(error instanceof Error && 'code' in error)) throw error;
    return failed(cannotStart(`The data directory ${home} cannot be used: ${error.message}.`));
  }
}

/** The account that PostgreSQL runs as goes through this directory; what is private in it is so by its own mode. */
function makeHome(home: string): void {
  fs.mkdirSync(home, { recursive: true });
  fs.accessSync(home, fs.constants.W_OK);
  if (fs.statSync(home).uid === process.geteuid?.()) fs.chmodSync(home, 0o755);
}

async function startOwned(own: { home: string; log: Log; release: () => void }): Promise<Result<EmbeddedPostgres>> {
  const cluster = await prepareCluster(own.home);
  if (!cluster.ok) return cluster;
  const server = await startServer(cluster.value, own.log);
  if (!server.ok) return server;
  const stopping = new AbortController();
  const supervision = supervise(server.value, { cluster: cluster.value, log: own.log, stopping: stopping.signal });
  const end = async () => {
    stopping.abort();
    await supervision;
    own.release();
  };
  let ended: Promise<void> | undefined;
  return ok({
    connectionString: connectionStringOf(cluster.value, { role: ROLE, database: DATABASE }),
    stop() {
      ended ??= end();
      return ended;
    },
  });
}

/** Starts the server again whenever it ends, until `stopping`; then stops it. */
async function supervise(
  first: Server,
  { cluster, log, stopping }: { cluster: Cluster; log: Log; stopping: AbortSignal },
): Promise<void> {
  const stopped = new Promise<void>(resolve => stopping.addEventListener('abort', () => resolve()));
  let server: Server | undefined = first;
  while (!stopping.aborted) {
    if (server) {
      await Promise.race([server.ended, stopped]);
      if (stopping.aborted) break;
      log.error({ lastWords: server.lastWords() }, 'the embedded PostgreSQL has ended by itself and is started again');
    }
    const again = await startServer(cluster, log).catch((error: unknown) => failed(cannotStart(String(error))));
    server = again.ok ? again.value : undefined;
    if (again.ok) log.info('the embedded PostgreSQL runs again');
    else {
      log.error({ fault: again.fault }, 'the embedded PostgreSQL does not start again');
      await Promise.race([sleep(LIMITS.embeddedRestartPauseMs), stopped]);
    }
  }
  server?.askToStop();
  await Promise.race([server?.ended, sleep(LIMITS.embeddedShutdownMs, undefined, { ref: false })]);
  await endLeftovers(cluster);
}
