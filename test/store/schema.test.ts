import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeSchema, SCHEMA_FILE } from '../../scripts/dump-schema.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('schema.sql is what the migrations make (else: npm run dump-schema)', async () => {
  expect(await describeSchema(database.db)).toBe(await readFile(SCHEMA_FILE, 'utf8'));
});

test.each([
  'alter table users add column nickname text',
  'alter table users alter column role drop not null',
  "alter table users alter column role set default 'reader'",
  'alter table users drop constraint users_role_check',
  'drop index users_username',
  'create index extra on assets (name) where gone_at is null',
  'drop trigger audit_log_append_only on audit_log',
  'create table extra ()',
  'create view extra as select 1 as one',
  "create type extra as enum ('a')",
  'create function extra() returns int language sql return 1',
])('the description changes with: %s', async change => {
  const descriptions = await database.db.transaction().execute(async transaction => {
    const before = await describeSchema(transaction);
    await sql.raw(change).execute(transaction);
    const after = await describeSchema(transaction);
    await sql`rollback`.execute(transaction);
    return { before, after };
  });
  expect(descriptions.after).not.toBe(descriptions.before);
});
