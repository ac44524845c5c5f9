import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { isDatabaseUnavailable, sessionSettings } from './database.ts';

/**
 * Brings a database up to the migrations in `folder`: plain SQL files `NNNN_name.sql`, numbered from 0001 without gaps,
 * applied in order and forward only, each in its own transaction together with the record that it was applied. Any
 * number of processes may call this at once: an advisory lock lets one work while the others wait, and they find nothing left to do.
 *
 * @returns the names of the files applied now. Faults: `migration-failed`, `migration-history-changed`,
 *   `database-newer-than-code`, `database-version`, `database-unavailable`.
 */
export async function migrate({
  connectionString,
  folder,
}: {
  connectionString: string;
  folder: string;
}): Promise<Result<readonly string[]>> {
  const migrations = await readMigrations(folder);
  // One session of its own, because the lock belongs to the session; it ends with it, however this process ends.
  const client = new pg.Client({ ...sessionSettings(connectionString), statement_timeout: 0 });
  client.on('error', () => {}); // the statement under way fails with the same error
  const refused = await connect(client);
  if (refused) return failed(refused);
  try {
    return await migrateUnderLock(client, migrations);
  } catch (error) {
    if (!(error instanceof Error) || !isDatabaseUnavailable(error)) throw error;
    return failed(fault('database-unavailable', `The database could not be migrated: ${error.message}.`));
  } finally {
    await client.end();
  }
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

interface Applied {
  readonly name: string;
  readonly sha256: string;
}

/** Any number, as long as nothing else on the database uses it: "causeway" in ASCII. */
const ADVISORY_LOCK = 0x63617573n * 0x1_0000_0000n + 0x65776179n;

/** Whatever keeps a connection from being made (network, TLS, password, name) is a matter of the deployment, not a bug. */
async function connect(client: pg.Client): Promise<Fault | undefined> {
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fault('database-unavailable', `The database cannot be connected to: ${reason}.`, {
      remedy: 'Check DATABASE_URL and the database, and start again.',
    });
  }
}

async function migrateUnderLock(
  client: pg.Client,
  migrations: readonly Migration[],
): Promise<Result<readonly string[]>> {
  const hindrance = (await faultOfVersion(client)) ?? (await faultOfLocking(client));
  if (hindrance) return failed(hindrance);
  await client.query(`create table if not exists migrations (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
  )`);
  const { rows: applied } = await client.query<Applied>(
    'select name, sha256 from migrations order by name collate "C"',
  );
  const broken = faultOfHistory(applied, migrations);
  if (broken) return failed(broken);
  const pending = migrations.slice(applied.length);
  for (const migration of pending) {
    const refused = await apply(client, migration);
    if (refused) return failed(refused);
  }
  return ok(pending.map(migration => migration.name));
}

/** Again when it and a process that is at work locked the same tables in another order, and PostgreSQL broke this one off. */
async function apply(client: pg.Client, migration: Migration, tries = 1): Promise<Fault | undefined> {
  try {
    await client.query('begin');
    await client.query(migration.sql);
    await client.query('insert into migrations (name, sha256) values ($1, $2)', [migration.name, migration.sha256]);
    await client.query('commit');
    return undefined;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || isDatabaseUnavailable(error)) throw error;
    await client.query('rollback');
    if (error.code === DEADLOCK_DETECTED && tries < LIMITS.transactionTriesMax) {
      return await apply(client, migration, tries + 1);
    }
    return fault('migration-failed', `${migration.name}: ${error.message}.`, { subject: migration.name });
  }
}

/** The applied migrations must be the first ones of the folder, unchanged. */
function faultOfHistory(applied: readonly Applied[], migrations: readonly Migration[]): Fault | undefined {
  for (const [index, was] of applied.entries()) {
    const is = migrations[index];
    if (!is) {
      return fault(
        'database-newer-than-code',
        `The database has the migration ${was.name}, which this release lacks.`,
        {
          subject: was.name,
        },
      );
    }
    if (is.name !== was.name) {
      const detail = `The database has the migration ${was.name} where this release has ${is.name}.`;
      return fault('migration-history-changed', detail, { subject: was.name });
    }
    if (is.sha256 !== was.sha256) {
      const detail = `The file ${was.name} is not the one that was applied to the database.`;
      return fault('migration-history-changed', detail, { subject: was.name });
    }
  }
  return undefined;
}

async function faultOfVersion(client: pg.Client): Promise<Fault | undefined> {
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  const version = rows[0]?.server_version ?? '';
  if (Number.parseInt(version, 10) >= POSTGRES_MAJOR_MIN) return undefined;
  return fault('database-version', `The database server is PostgreSQL ${version}.`);
}

const POSTGRES_MAJOR_MIN = 15;

async function faultOfLocking(client: pg.Client): Promise<Fault | undefined> {
  try {
    await client.query(`set lock_timeout = ${LIMITS.migrationWaitMs}`);
    await client.query(`select pg_advisory_lock(${ADVISORY_LOCK})`);
    return undefined;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error;
    const minutes = LIMITS.migrationWaitMs / 60_000;
    return fault('migration-failed', `Another process has been migrating this database for over ${minutes} minutes.`);
  }
}

const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK_DETECTED = '40P01';

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.sql') && name !== SCHEMA_DUMP).sort();
  return await Promise.all(
    names.map(async (name, index) => {
      if (!/^\d{4}_\w+\.sql$/.test(name) || Number(name.slice(0, 4)) !== index + 1) {
        throw new Error(`${name} is in the place of migration number ${index + 1}, which is named NNNN_words.sql`);
      }
      // A checkout may have turned line ends to CRLF; that is not another migration.
      const text = (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n');
      return { name, sql: text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/** What all migrations together make, for readers; compared with a migrated database in the tests. */
const SCHEMA_DUMP = 'schema.sql';
