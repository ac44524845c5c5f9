import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../test/support/database.ts';
import { appendAudit, listAudit, verifyAudit } from './audit.ts';
import { type Database, openDatabase } from './database.ts';

test('an empty log is intact', async () => {
  const { db } = await freshDatabase();
  expect(await verifyAudit(db)).toMatchObject({ intact: true, entries: 0, brokenAtSeq: null });
});

test('entries read back as they were written, newest first, and the chain is intact', async () => {
  const { db } = await freshDatabase();
  await appendEntries(db, 3);
  const page = await listAudit(db, { before: null, limit: 2 });
  expect(page.map(({ seq, subject }) => [seq, subject])).toEqual([
    [3, 'thing:3'],
    [2, 'thing:2'],
  ]);
  expect(page[0]?.detail).toEqual({ b: 2, a: { z: [1.5, null, 'é'], y: true } });
  expect((await listAudit(db, { before: 2, limit: 2 })).map(entry => entry.seq)).toEqual([1]);
  expect(await verifyAudit(db)).toMatchObject({ intact: true, entries: 3, brokenAtSeq: null, lastHash: page[0]?.hash });
});

test('the verifier reads a log of several pages', async () => {
  const { db } = await freshDatabase();
  await db.transaction().execute(transaction => appendEntries(transaction, 1_001));
  expect(await verifyAudit(db)).toMatchObject({ intact: true, entries: 1_001 });
  await attack(db, sql`update audit_log set actor = 'user:eve' where seq = 1001`);
  expect(await verifyAudit(db)).toMatchObject({ intact: false, entries: 1_000, brokenAtSeq: 1_001 });
});

test('appends from several connections and processes’ pools make one unbroken chain', async () => {
  const { db, connectionString } = await freshDatabase();
  const other = openDatabase({ connectionString, log: pino({ level: 'silent' }) });
  onTestFinished(() => other.destroy());
  await Promise.all(Array.from({ length: 60 }, (_, index) => appendEntries(index % 2 === 0 ? db : other, 1)));
  expect(await verifyAudit(db)).toMatchObject({ intact: true, entries: 60 });
});

test('an entry of a change that is rolled back leaves no gap', async () => {
  const { db } = await freshDatabase();
  await appendEntries(db, 1);
  const change = db.transaction().execute(async transaction => {
    await appendEntries(transaction, 1);
    throw new Error('the change failed');
  });
  await expect(change).rejects.toThrow('the change failed');
  await appendEntries(db, 1);
  expect(await verifyAudit(db)).toMatchObject({ intact: true, entries: 2 });
});

test('PostgreSQL refuses to change, delete or truncate entries', async () => {
  const { db } = await freshDatabase();
  await appendEntries(db, 2);
  for (const statement of [
    sql`update audit_log set actor = 'user:eve'`,
    sql`delete from audit_log where seq = 2`,
    sql`truncate audit_log`,
  ]) {
    await expect(statement.execute(db)).rejects.toThrow('append-only');
  }
});

const CHANGES = {
  at: sql`at + interval '1 second'`,
  actor: sql`'user:eve'`,
  action: sql`'thing.other'`,
  subject: sql`subject || ' '`,
  detail: sql`detail || '{"b": 3}'`,
  previous_hash: sql`set_byte(previous_hash, 31, get_byte(previous_hash, 31) # 1)`,
  hash: sql`set_byte(hash, 0, get_byte(hash, 0) # 128)`,
};

test.each(Object.entries(CHANGES))(
  'an owner of the database who changes %s of one entry is found out',
  async (column, value) => {
    const { db } = await freshDatabase();
    await appendEntries(db, 5);
    await attack(db, sql`update audit_log set ${sql.ref(column)} = ${value} where seq = 3`);
    expect(await verifyAudit(db)).toMatchObject({ intact: false, entries: 2, brokenAtSeq: 3 });
  },
);

test.each([
  ['at the start', 1],
  ['in the middle', 3],
  ['at the end', 5],
])('an entry dropped %s is found out', async (_, seq) => {
  const { db } = await freshDatabase();
  await appendEntries(db, 5);
  await attack(db, sql`delete from audit_log where seq = ${seq}`);
  expect(await verifyAudit(db)).toMatchObject({ intact: false, brokenAtSeq: seq });
});

test('an entry rewritten together with its own hash is found out by the next one', async () => {
  const { db } = await freshDatabase();
  await appendEntries(db, 5);
  const entry = (await listAudit(db, { before: 4, limit: 1 }))[0];
  const text = `{"action":"thing.changed","actor":"user:eve","at":"2023-11-14T22:13:20.003Z","detail":{},"seq":3,"subject":"thing:3"}`;
  const hash = createHash('sha256')
    .update(entry?.previousHash ?? '')
    .update(text)
    .digest();
  await attack(db, sql`update audit_log set actor = 'user:eve', detail = '{}', hash = ${hash} where seq = 3`);
  expect(await verifyAudit(db)).toMatchObject({ intact: false, entries: 3, brokenAtSeq: 4 });
});

test('two entries that changed places are found out', async () => {
  const { db } = await freshDatabase();
  await appendEntries(db, 5);
  await attack(db, sql`update audit_log set seq = -seq where seq in (2, 3)`);
  await attack(db, sql`update audit_log set seq = case seq when -2 then 3 else 2 end where seq < 0`);
  expect(await verifyAudit(db)).toMatchObject({ intact: false, brokenAtSeq: 2 });
});

test('an entry written past the head is found out', async () => {
  const { db } = await freshDatabase();
  await appendEntries(db, 5);
  await attack(db, sql`update audit_head set (seq, hash) = (select seq, hash from audit_log where seq = 4)`);
  expect(await verifyAudit(db)).toMatchObject({ intact: false, entries: 4, brokenAtSeq: 5 });
});

async function freshDatabase() {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  return database;
}

async function appendEntries(db: Database, count: number) {
  for (let index = 1; index <= count; index++) {
    await appendAudit(db, {
      at: new Date(1_700_000_000_000 + index),
      actor: 'user:ada',
      action: 'thing.changed',
      subject: `thing:${index}`,
      detail: { b: 2, left: undefined, a: { z: [1.5, null, 'é'], y: true } },
    });
  }
}

/** What somebody can do who owns the tables: the trigger is no obstacle to them. */
async function attack(db: Database, statement: ReturnType<typeof sql>) {
  await db.connection().execute(async connection => {
    await sql`alter table audit_log disable trigger audit_log_append_only`.execute(connection);
    await statement.execute(connection);
    await sql`alter table audit_log enable trigger audit_log_append_only`.execute(connection);
  });
}
