import assert from 'node:assert';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LIMITS } from '../../src/domain/limits.ts';
import { isSending, longTurn } from '../../src/domain/turns.ts';
import { inTransaction, isDatabaseUnavailable, openDatabase, pingDatabase } from '../../src/store/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
});
afterAll(() => database.drop());

test('a bigint is a number, alone and in arrays', async () => {
  const { rows } = await sql`
    select 9007199254740991::bigint as one, array[[1, null], [3, 4]]::bigint[] as many, null::bigint as none
  `.execute(database.db);
  expect(rows).toEqual([
    {
      one: 9007199254740991,
      many: [
        [1, null],
        [3, 4],
      ],
      none: null,
    },
  ]);
});

test('a bigint that no number can hold is an error and not a rounded value', async () => {
  await expect(sql`select 9007199254740992::bigint`.execute(database.db)).rejects.toThrow('9007199254740992');
  await pingDatabase(database.db);
});

test('a timestamptz is a Date, and the session is in UTC', async () => {
  const { rows } = await sql`
    select '2026-02-03 04:05:06.789+02'::timestamptz as at, to_char('2026-02-03 00:00+02'::timestamptz, 'DD HH24') as utc
  `.execute(database.db);
  expect(rows).toEqual([{ at: new Date('2026-02-03T02:05:06.789Z'), utc: '02 22' }]);
});

test('a deadlock is tried again and both transactions succeed', async () => {
  const { db } = database;
  await sql`create table if not exists pair (id int primary key, n int not null)`.execute(db);
  await sql`truncate pair`.execute(db);
  await sql`insert into pair values (1, 0), (2, 0)`.execute(db);
  let tries = 0;
  let holding = 0;
  const bothHold = Promise.withResolvers<void>();
  const increment = (order: readonly [number, number]) =>
    inTransaction(db, async transaction => {
      tries += 1;
      await sql`update pair set n = n + 1 where id = ${order[0]}`.execute(transaction);
      holding += 1;
      if (holding === 2) bothHold.resolve();
      await bothHold.promise;
      await sql`update pair set n = n + 1 where id = ${order[1]}`.execute(transaction);
    });
  await Promise.all([increment([1, 2]), increment([2, 1])]);
  expect(tries).toBe(3);
  expect((await sql`select n from pair`.execute(db)).rows).toEqual([{ n: 2 }, { n: 2 }]);
});

test('a transaction within a transaction is the same one', async () => {
  const { db } = database;
  await sql`create table kept (id int)`.execute(db);
  const work = inTransaction(db, async outer => {
    await inTransaction(outer, async inner => await sql`insert into kept values (1)`.execute(inner));
    throw new Error('after the inner one');
  });
  await expect(work).rejects.toThrow('after the inner one');
  expect((await sql`select * from kept`.execute(db)).rows).toEqual([]);
});

test('an error in a statement does not mean that the database is unavailable', async () => {
  for (const statement of [
    'select 1 / 0',
    'select nothing',
    'selekt',
    'select from nowhere',
    'drop database template1',
  ]) {
    const error = await errorOf(sql.raw(statement).execute(database.db));
    expect(error).toBeInstanceOf(Error);
    expect(isDatabaseUnavailable(error)).toBe(false);
  }
});

test('a killed session is reported as unavailable, and the pool goes on with another', async () => {
  const db = openDatabase({ connectionString: database.connectionString, poolMax: 1, log: silent });
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
  const sleeping = errorOf(sql`select pg_sleep(20)`.execute(db));
  await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(database.db);
  expect(isDatabaseUnavailable(await sleeping)).toBe(true);
  await expect.poll(() => errorOf(pingDatabase(db))).toBeUndefined();
  await db.destroy();
});

test('a server that hangs is reported as unavailable while a probe still waits for it', async () => {
  const db = openDatabase({ connectionString: database.connectionString, poolMax: 1, log: silent });
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
  const pid = rows[0]?.pid ?? assert.fail('no process');
  process.kill(pid, 'SIGSTOP');
  try {
    const began = performance.now();
    expect(isDatabaseUnavailable(await errorOf(pingDatabase(db)))).toBe(true);
    expect(performance.now() - began).toBeLessThan(LIMITS.readyTimeoutMs + 2_000);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await pingDatabase(db);
  await db.destroy();
});

test('an idle connection that breaks is logged and ends nothing', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  const db = openDatabase({ connectionString: database.connectionString, poolMax: 1, log });
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
  await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(database.db);
  await expect.poll(() => lines.length).toBe(1);
  expect(lines[0]).toContain('a database connection broke');
  await pingDatabase(db);
  await db.destroy();
});

test.each([
  ['nothing listens on the port', 'postgresql://u@127.0.0.1:1/x'],
  ['the socket is not there', 'postgresql:///x?host=/nowhere&user=u'],
  ['the host does not exist', 'postgresql://u@no-such-host.invalid/x'],
])('the database is unavailable when %s', async (_, connectionString) => {
  const db = openDatabase({ connectionString, log: silent });
  expect(isDatabaseUnavailable(await errorOf(pingDatabase(db)))).toBe(true);
  await db.destroy();
});

test('the database is unavailable when it does not exist', async () => {
  const connectionString = database.connectionString.replace(/\/causeway_test_\w+/, '/no_such_database');
  const db = openDatabase({ connectionString, log: silent });
  expect(isDatabaseUnavailable(await errorOf(pingDatabase(db)))).toBe(true);
  await db.destroy();
});

test('every session has the statement timeout', async () => {
  const { rows } = await sql`select current_setting('statement_timeout') as it`.execute(database.db);
  expect(rows).toEqual([{ it: '30s' }]);
});

const silent = pino({ level: 'silent' });

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('a large statement is sent before work that takes whole turns goes on', async () => {
  const db = openDatabase({ connectionString: database.connectionString, poolMax: 1, log: silent });
  await pingDatabase(db);
  const text = 'x'.repeat(16 * 1_024 * 1_024);
  const answer = sql<{ length: number }>`select length(${text}) as length`.execute(db);
  while (!isSending()) await setImmediate();
  await longTurn();
  expect(isSending()).toBe(false);
  expect((await answer).rows).toEqual([{ length: text.length }]);
  await db.destroy();
});
