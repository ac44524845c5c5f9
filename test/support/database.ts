import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { pino } from 'pino';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { type TestServer, urlWith } from './global-setup.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly connectionString: string;
  readonly db: Database;
  /** Closes `db` and removes the database, whoever else is still connected. */
  drop(): Promise<void>;
}

/**
 * Makes a PostgreSQL database for one test or one test file: `await using database = await createTestDatabase()`, or call
 * `drop()` afterwards. It has all migrations applied, unless `migrated` is false: then it is empty.
 */
export async function createTestDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const server = await askForServer();
  const name = `${server.prefix}_${process.pid}_${++made}`;
  const owner = new URL(server.userUrl).searchParams.get('user');
  await runAsAdmin(
    server,
    `create database ${name} template ${migrated ? server.template : 'template0'} ${owner ? `owner ${owner}` : ''}`,
  );
  const connectionString = urlWith(server.userUrl, { database: name });
  const db = openDatabase({ connectionString, log: pino({ level: 'silent' }) });
  const drop = async () => {
    await db.destroy();
    await runAsAdmin(server, `drop database if exists ${name} with (force)`);
  };
  return { connectionString, db, drop, [Symbol.asyncDispose]: drop };
}

let made = 0;
let known: Promise<TestServer> | undefined;

function askForServer(): Promise<TestServer> {
  known ??= text(connect(inject('testServerDoor'))).then(answer => {
    const { server, problem } = JSON.parse(answer);
    if (problem) throw new Error(problem);
    return server;
  });
  return known;
}

async function runAsAdmin(server: TestServer, statement: string): Promise<void> {
  const client = new pg.Client(server.adminUrl);
  await client.connect();
  await client.query(statement);
  await client.end();
}
