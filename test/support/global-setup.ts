import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrate } from '../../src/store/migrate.ts';

/** What a test needs to make a database of its own; see database.ts. */
export interface TestServer {
  /** May create databases. */
  readonly adminUrl: string;
  /** As whom, and where, tests use a database; its database name is to be replaced. */
  readonly userUrl: string;
  /** The names of all databases of this run start with it. */
  readonly prefix: string;
  /** A database with all migrations applied, to be copied. */
  readonly template: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a Unix socket; whoever connects is told the TestServer as JSON. */
    testServerDoor: string;
  }
}

/**
 * One PostgreSQL for the whole run, started when the first test asks for a database, so that a run without one does not
 * wait for it. It is an embedded one that is thrown away at the end or, with TEST_DATABASE_URL, that server.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'causeway-test-'));
  let running: Promise<RunningServer> | undefined;
  const door = createServer(socket => {
    running ??= startServer(directory);
    running.then(
      ({ server }) => socket.end(JSON.stringify({ server })),
      (error: unknown) => socket.end(JSON.stringify({ problem: String(error) })),
    );
  });
  const doorPath = path.join(directory, 'door');
  await new Promise<void>(resolve => door.listen(doorPath, resolve));
  project.provide('testServerDoor', doorPath);
  return async () => {
    door.close();
    const started = await running?.catch(() => undefined);
    await started?.stop();
    await rm(directory, { recursive: true });
  };
}

interface RunningServer {
  readonly server: TestServer;
  stop(): Promise<void>;
}

async function startServer(directory: string): Promise<RunningServer> {
  const prefix = `causeway_test_${randomBytes(4).toString('hex')}`;
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    const server = { adminUrl: given, userUrl: given, prefix, template: `${prefix}_template` };
    await refuseForeign(given);
    await makeTemplate(server);
    return { server, stop: () => dropDatabases(server) };
  }
  const embedded = await startEmbedded(directory);
  const adminUrl = urlWith(embedded.connectionString, { database: 'postgres', user: 'postgres' });
  const server = { adminUrl, userUrl: embedded.connectionString, prefix, template: `${prefix}_template` };
  // Nobody minds losing these data in a crash of the machine; a database is then made in a fraction of the time.
  await runAs(adminUrl, [
    'alter system set fsync = off',
    'alter system set full_page_writes = off',
    'select pg_reload_conf()',
  ]);
  await makeTemplate(server);
  return { server, stop: () => embedded.stop() };
}

async function startEmbedded(dataDir: string): Promise<EmbeddedPostgres> {
  const embedded = await startEmbeddedPostgres({ dataDir, log: pino({ level: 'error' }) });
  if (!embedded.ok) throw new Error(embedded.fault.detail);
  return embedded.value;
}

/** A server that holds other things is not for tests, even though each test has a database of its own. */
async function refuseForeign(url: string): Promise<void> {
  const database = new URL(url).pathname.slice(1);
  if (database === 'causeway_test') return;
  throw new Error(
    `TEST_DATABASE_URL names the database "${database}"; only one named "causeway_test" is taken for a test server`,
  );
}

async function makeTemplate(server: TestServer): Promise<void> {
  const owner = new URL(server.userUrl).searchParams.get('user');
  await runAs(server.adminUrl, [`create database ${server.template} ${owner ? `owner ${owner}` : ''}`]);
  const migrated = await migrate({
    connectionString: urlWith(server.userUrl, { database: server.template }),
    folder: new URL('../../migrations', import.meta.url).pathname,
  });
  if (!migrated.ok) throw new Error(migrated.fault.detail);
}

async function dropDatabases({ adminUrl, prefix }: TestServer): Promise<void> {
  const client = new pg.Client(adminUrl);
  await client.connect();
  const { rows } = await client.query('select datname from pg_database where starts_with(datname, $1)', [`${prefix}_`]);
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`);
  await client.end();
}

async function runAs(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** The same server under another database name, or as another user. */
export function urlWith(url: string, { database, user }: { database: string; user?: string }): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  if (user) changed.searchParams.set('user', user);
  return changed.href;
}
