import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

test('migrations are applied in order, once, and recorded', async () => {
  await using world = await makeWorld({ '0001_first.sql': 'create table a (id int)', '0002_second.sql': ADD_NAME });
  expect(await world.migrate()).toEqual({ ok: true, value: ['0001_first.sql', '0002_second.sql'] });
  expect(await world.migrate()).toEqual({ ok: true, value: [] });
  await world.write('0003_third.sql', 'create index on a (id); create index on a (name);');
  expect(await world.migrate()).toEqual({ ok: true, value: ['0003_third.sql'] });
  const { rows } = await sql`select name from migrations order by applied_at`.execute(world.db);
  expect(rows).toEqual([{ name: '0001_first.sql' }, { name: '0002_second.sql' }, { name: '0003_third.sql' }]);
});

test('six processes at once apply each migration exactly once', async () => {
  await using world = await makeWorld({
    '0001_first.sql': 'create table a (id int); select pg_sleep(0.2);',
    '0002_second.sql': 'insert into a values (1)',
    '0003_third.sql': 'insert into a values (2)',
  });
  const program = path.join(import.meta.dirname, 'programs', 'migrate.ts');
  const runs = Array.from({ length: 6 }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, world.connectionString, world.folder]);
    return JSON.parse(stdout);
  });
  const results = await Promise.all(runs);
  expect(results.filter(result => result.ok)).toHaveLength(6);
  expect(results.flatMap(result => result.value)).toEqual(['0001_first.sql', '0002_second.sql', '0003_third.sql']);
  expect((await sql`select id from a`.execute(world.db)).rows).toEqual([{ id: 1 }, { id: 2 }]);
}, 30_000);

test('a failing migration leaves nothing of itself, and those before it stay', async () => {
  await using world = await makeWorld({
    '0001_first.sql': 'create table a (id int)',
    '0002_broken.sql': 'create table b (id int); insert into a values (1); select 1 / 0;',
  });
  const result = await world.migrate();
  expect(result).toMatchObject({ ok: false, fault: { code: 'migration-failed', subject: '0002_broken.sql' } });
  expect(result).toMatchObject({ fault: { detail: '0002_broken.sql: division by zero.' } });
  const { rows } = await sql`select to_regclass('b') as b, (select count(*) from a) as rows`.execute(world.db);
  expect(rows).toEqual([{ b: null, rows: 0 }]);
  await world.write('0002_broken.sql', 'create table b (id int)');
  expect(await world.migrate()).toEqual({ ok: true, value: ['0002_broken.sql'] });
});

test('a migration and the record of it stand or fall together', async () => {
  await using world = await makeWorld({
    '0001_first.sql': 'create table a (id int)',
    '0002_unrecorded.sql': "create table b (id int); alter table migrations add check (name not like '%unrecorded%')",
  });
  expect(await world.migrate()).toMatchObject({ ok: false, fault: { code: 'migration-failed' } });
  expect((await sql`select to_regclass('b') as b`.execute(world.db)).rows).toEqual([{ b: null }]);
});

test('a migration that is broken off because others lock the same tables in another order is applied again', async () => {
  await using world = await makeWorld({ '0001_first.sql': 'create table a (id int); create table b (id int)' });
  await world.migrate();
  await world.write('0002_second.sql', `lock table a, b in share row exclusive mode; ${ADD_NAME}`);
  const migrating: ReturnType<typeof migrate>[] = [];
  const inOtherOrder = world.db.transaction().execute(async other => {
    await sql`insert into b values (1)`.execute(other);
    migrating.push(world.migrate());
    const waits = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await waits.execute(world.db)).rows.length, { timeout: 10_000 }).toBe(1);
    await sql`insert into a values (1)`.execute(other);
  });
  // PostgreSQL ends one of the two: nearly always the migration, which waited first, on a busy machine the other.
  await inOtherOrder.catch(error => expect(error).toMatchObject({ code: '40P01' }));
  expect(await Promise.all(migrating)).toEqual([{ ok: true, value: ['0002_second.sql'] }]);
});

test('a migration that was changed after it was applied is refused', async () => {
  await using world = await makeWorld({ '0001_first.sql': 'create table a (id int)' });
  await world.migrate();
  await world.write('0001_first.sql', 'create table a (id bigint)');
  const fault = { code: 'migration-history-changed', subject: '0001_first.sql' };
  expect(await world.migrate()).toMatchObject({ ok: false, fault });
});

test('other line ends are not another migration', async () => {
  await using world = await makeWorld({ '0001_first.sql': 'create table a (\n  id int\n)' });
  await world.migrate();
  await world.write('0001_first.sql', 'create table a (\r\n  id int\r\n)');
  expect(await world.migrate()).toEqual({ ok: true, value: [] });
});

test('a database with a migration under another name is refused', async () => {
  await using world = await makeWorld({ '0001_first.sql': 'create table a (id int)' });
  await world.migrate();
  await world.remove('0001_first.sql');
  await world.write('0001_other.sql', 'create table a (id int)');
  expect(await world.migrate()).toMatchObject({ ok: false, fault: { code: 'migration-history-changed' } });
});

test('a database newer than the code is refused and left as it is', async () => {
  await using world = await makeWorld({ '0001_first.sql': 'create table a (id int)', '0002_second.sql': ADD_NAME });
  await world.migrate();
  await world.remove('0002_second.sql');
  const fault = { code: 'database-newer-than-code', subject: '0002_second.sql' };
  expect(await world.migrate()).toMatchObject({ ok: false, fault });
});

test.each([
  ['a number left out', '0003_third.sql'],
  ['a number twice', '0001_again.sql'],
  ['a name without a number', 'second.sql'],
])('%s in the folder is a bug and stops everything', async (_, name) => {
  await using world = await makeWorld({ '0001_first.sql': 'create table a (id int)', [name]: ADD_NAME });
  await expect(world.migrate()).rejects.toThrow('migration number 2');
  expect((await sql`select to_regclass('a') as a`.execute(world.db)).rows).toEqual([{ a: null }]);
});

test('a database that cannot be reached is a fault that says why', async () => {
  await using world = await makeWorld({});
  const result = await migrate({ connectionString: 'postgresql://u@127.0.0.1:1/x', folder: world.folder });
  expect(result).toMatchObject({ ok: false, fault: { code: 'database-unavailable' } });
  expect(JSON.stringify(result)).toContain('ECONNREFUSED');
});

test('a process that dies while migrating gives the lock free, and its migration is undone', async () => {
  await using world = await makeWorld({ '0001_slow.sql': 'create table a (id int); select pg_sleep(30);' });
  const migrating = world.migrate();
  await expect
    .poll(() =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity where query ~ '^create table a'`.execute(world.db),
    )
    .toMatchObject({ rows: [{ pg_terminate_backend: true }] });
  expect(await migrating).toMatchObject({ ok: false, fault: { code: 'database-unavailable' } });
  await world.write('0001_slow.sql', 'create table a (id int)');
  expect(await world.migrate()).toEqual({ ok: true, value: ['0001_slow.sql'] });
});

const ADD_NAME = 'alter table a add name text';

interface World extends AsyncDisposable {
  readonly connectionString: string;
  readonly db: TestDatabase['db'];
  readonly folder: string;
  migrate(): ReturnType<typeof migrate>;
  write(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** An empty database and a folder of migrations. */
async function makeWorld(files: Readonly<Record<string, string>>): Promise<World> {
  const folder = await mkdtemp(path.join(tmpdir(), 'causeway-migrations-'));
  const database = await createTestDatabase({ migrated: false });
  const write = async (name: string, text: string) => await writeFile(path.join(folder, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return {
    connectionString: database.connectionString,
    db: database.db,
    folder,
    migrate: () => migrate({ connectionString: database.connectionString, folder }),
    write,
    remove: async name => await rm(path.join(folder, name)),
    async [Symbol.asyncDispose]() {
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}
