import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { totalmem } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { systemClock } from '../domain/clock.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Log } from '../log.ts';
import { isDatabaseUnavailable, sessionSettings } from './database.ts';
import { cannotStart } from './embedded-account.ts';
import { type Cluster, DATABASE, ENVIRONMENT, makePrivateDirectory, ROLE, SUPERUSER } from './embedded-cluster.ts';
import { endLeftovers } from './embedded-leftovers.ts';

/** One running PostgreSQL. */
export interface Server {
  /** Fulfilled when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Asks it to shut down ("fast": open transactions are rolled back); see `ended`. */
  askToStop(): void;
  /** The last lines of its log. */
  lastWords(): string;
}

/**
 * Starts PostgreSQL on the cluster and waits until it answers, which after a crash includes its recovery. Whatever an
 * earlier one has left running is ended first.
 */
export async function startServer(cluster: Cluster, log: Log): Promise<Result<Server>> {
  for (let tries = 1; ; tries++) {
    const remaining = await endLeftovers(cluster);
    if (remaining.length > 0) {
      return failed(cannotStart(`Processes of an earlier PostgreSQL do not end: ${remaining.join(', ')}.`));
    }
    refreshSocketDirectory(cluster);
    const server = spawnServer(cluster, log);
    const problem = await waitUntilReady(cluster, server);
    if (problem === undefined) return ok(server);
    server.askToStop();
    await server.ended;
    // What a killed server leaves is freed by the kernel a moment after its processes have gone.
    const mayPass = /shared memory|lock file/.test(server.lastWords());
    if (!mayPass || tries >= LIMITS.embeddedStartTriesMax) {
      return failed(cannotStart(`PostgreSQL did not start on ${cluster.dataDirectory}: ${problem}`));
    }
    await sleep(LIMITS.embeddedRestartPauseMs);
  }
}

export function connectionStringOf(cluster: Cluster, { role, database }: { role: string; database: string }): string {
  return `postgresql:///${database}?host=${encodeURIComponent(cluster.socketDirectory)}&user=${role}`;
}

/** The end of the last one has removed it, or a kill has left a socket in it with the number of a process that is no more. */
function refreshSocketDirectory({ account, socketDirectory }: Cluster): void {
  makePrivateDirectory(account, socketDirectory);
  for (const name of fs.readdirSync(socketDirectory)) fs.rmSync(path.join(socketDirectory, name), { force: true });
}

/**
 * PostgreSQL runs under a shell that shuts it down when we close the pipe or, because the kernel then closes it, when we
 * have ended in whatever way. A session of its own keeps the terminal's Ctrl-C away from both: we stop PostgreSQL last.
 */
function spawnServer(cluster: Cluster, log: Log): Server {
  const postgres = path.join(cluster.binaries, 'bin', 'postgres');
  const child = spawn(
    '/bin/sh',
    ['-c', WATCHER, 'sh', cluster.socketDirectory, postgres, ...serverArguments(cluster)],
    {
      ...cluster.account.spawnAs,
      cwd: cluster.dataDirectory,
      env: { ...ENVIRONMENT, ...MEMORY_KEPT },
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    },
  );
  const lines: string[] = [];
  createInterface(child.stderr).on('line', line => {
    lines.push(line);
    if (lines.length > LAST_LINES) lines.shift();
    log[WORRYING.test(line) ? 'warn' : 'debug']({ line }, 'the embedded PostgreSQL says');
  });
  child.stdin.on('error', () => {}); // it has ended before we asked it to
  const ended = new Promise<void>(resolve => {
    child.once('exit', () => resolve());
    child.once('error', error => {
      lines.push(error.message);
      resolve();
    });
  });
  return { ended, askToStop: () => child.stdin.end(), lastWords: () => lines.join(' ') };
}

/**
 * Inserting a page of a thousand assets takes a server process some 20 MB. By default glibc gives most of them back after each
 * statement, to get them anew, filled with zeros by the kernel, for the next one. Other C libraries do not read these; in bytes.
 */
const MEMORY_KEPT = { MALLOC_MMAP_THRESHOLD_: `${32 * 2 ** 20}`, MALLOC_TRIM_THRESHOLD_: `${64 * 2 ** 20}` };

const LAST_LINES = 10;

/** Fatal to the server or a session of it; that it is starting up or in recovery is told to whoever waits for that. */
const WORRYING = /^(PANIC|FATAL(?!: {2}the database system is ))/;

/** Arguments: the socket directory, then the command to run. SIGINT is PostgreSQL's "fast" shutdown. */
const WATCHER = `
exec 3<&0
directory=$1
shift
"$@" </dev/null 3<&- &
postgres=$!
{ read -r _ <&3; kill -INT $postgres; } &
wait $postgres
kill $! 2>/dev/null
rmdir "$directory" 2>/dev/null
`;

function serverArguments(cluster: Cluster): string[] {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: cluster.socketDirectory,
    cluster_name: cluster.marker,
    // Nothing is left in /dev/shm by a kill, and a container's 64 MB of it are no limit.
    dynamic_shared_memory_type: 'mmap',
    // In PostgreSQL's 128 MB, the text index of some ten thousand assets is read and written again with each page of a sync.
    shared_buffers: `${sharedBuffersMb()}MB`,
    // What a page of a thousand new assets is counted by stays in memory.
    work_mem: `${LIMITS.statementWorkMb}MB`,
    // A new segment of its log is not filled with zeros before it is filled with the log.
    wal_init_zero: 'off',
    log_min_messages: 'log',
    log_checkpoints: 'off',
    log_line_prefix: '',
  };
  return [
    '-D',
    cluster.dataArgument,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** An eighth of the memory that we may use, within limits. */
function sharedBuffersMb(): number {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const { embeddedBuffersMinMb, embeddedBuffersMaxMb } = LIMITS;
  return Math.min(Math.max(Math.floor(bytes / 8 / 2 ** 20), embeddedBuffersMinMb), embeddedBuffersMaxMb);
}

/** @returns undefined when it answers and has our role and database; else what hinders it. */
async function waitUntilReady(cluster: Cluster, server: Server): Promise<string | undefined> {
  let ended = false;
  void server.ended.then(() => {
    ended = true;
  });
  const startedMs = systemClock.monotonicMs();
  for (;;) {
    const problem = await tryToUse(cluster);
    if (problem === undefined) return undefined;
    if (ended || !problem.mayPass) return `${problem.message} ${server.lastWords()}`;
    if (systemClock.monotonicMs() - startedMs > LIMITS.embeddedStartMs) return `it is not ready: ${problem.message}`;
    await sleep(READY_POLL_MS);
  }
}

const READY_POLL_MS = 20;

async function tryToUse(cluster: Cluster): Promise<{ message: string; mayPass: boolean } | undefined> {
  const connectionString = connectionStringOf(cluster, { role: SUPERUSER, database: 'postgres' });
  const client = new pg.Client({ ...sessionSettings(connectionString), statement_timeout: 0 });
  client.on('error', () => {}); // the call under way fails with the same error
  try {
    await client.connect();
    await makeRoleAndDatabase(client);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Not listening yet, or "the database system is starting up".
    const mayPass = isDatabaseUnavailable(error) && !(error instanceof pg.DatabaseError && error.code !== '57P03');
    return { message: error.message, mayPass };
  } finally {
    await client.end();
  }
}

/** Causeway's own role is no superuser: a mistake in its SQL cannot reach the operating system. */
async function makeRoleAndDatabase(client: pg.Client): Promise<void> {
  const roles = await client.query('select 1 from pg_roles where rolname = $1', [ROLE]);
  if (roles.rowCount === 0) await client.query(`create role ${ROLE} login`);
  const databases = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
  if (databases.rowCount === 0) await client.query(`create database ${DATABASE} owner ${ROLE}`);
}
