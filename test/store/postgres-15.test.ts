import { execFile, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { describeSchema, SCHEMA_FILE } from '../../scripts/dump-schema.ts';
import { type Database, inTransaction, openDatabase, pingDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';

const PROGRAMS = '/usr/lib/postgresql/15/bin'; // Debian's package postgresql-15
const present = fs.existsSync(PROGRAMS);
if (!present) process.stderr.write(`NOT TESTED: the oldest supported PostgreSQL, as ${PROGRAMS} is not here\n`);

describe.skipIf(!present)('on PostgreSQL 15, the oldest supported', () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  let db: Database;

  beforeAll(async () => {
    cluster = await startCluster();
    db = openDatabase({ connectionString: cluster.connectionString, log: pino({ level: 'silent' }) });
    await vi.waitFor(() => pingDatabase(db), { timeout: 20_000 });
  });
  afterAll(async () => {
    await db.destroy();
    await cluster.stop();
  });

  test('all migrations apply and make the same schema', async () => {
    const { rows } = await sql<{ version: string }>`select version()`.execute(db);
    expect(rows[0]?.version).toMatch(/^PostgreSQL 15\./);
    const folder = path.dirname(SCHEMA_FILE);
    const result = await migrate({ connectionString: cluster.connectionString, folder });
    expect(result).toMatchObject({ ok: true });
    expect(await describeSchema(db)).toBe(await readFile(SCHEMA_FILE, 'utf8'));
    expect(await migrate({ connectionString: cluster.connectionString, folder })).toEqual({ ok: true, value: [] });
  });

  test('values are read as on any other version', async () => {
    const { rows } = await inTransaction(db, transaction =>
      sql`select 1::bigint as n, '2026-01-01Z'::timestamptz as at, '{"a": [1]}'::jsonb as j`.execute(transaction),
    );
    expect(rows).toEqual([{ n: 1, at: new Date('2026-01-01T00:00:00Z'), j: { a: [1] } }]);
  });
});

/** A cluster that is thrown away, as the user "postgres" if we are root, whom PostgreSQL does not run as. */
async function startCluster() {
  const directory = fs.mkdtempSync('/tmp/causeway-15-');
  const root = process.geteuid?.() === 0;
  const { uid, gid } = fs.statSync(root ? '/var/lib/postgresql' : directory);
  const as = root ? { uid, gid } : {};
  fs.chownSync(directory, uid, gid);
  const data = path.join(directory, 'data');
  const initdb = ['-D', data, '-U', 'causeway', '-A', 'trust', '--no-sync', '--no-locale', '-E', 'UTF8'];
  await promisify(execFile)(path.join(PROGRAMS, 'initdb'), initdb, { ...as, cwd: directory });
  const settings = ['listen_addresses=', `unix_socket_directories=${directory}`, 'fsync=off'];
  const args = ['-D', data, ...settings.flatMap(setting => ['-c', setting])];
  const server = spawn(path.join(PROGRAMS, 'postgres'), args, { ...as, cwd: directory, stdio: 'ignore' });
  const ended = new Promise(resolve => server.once('exit', resolve));
  return {
    connectionString: `postgresql:///postgres?host=${directory}&user=causeway`,
    async stop() {
      server.kill('SIGINT');
      await ended;
      fs.rmSync(directory, { recursive: true });
    },
  };
}
