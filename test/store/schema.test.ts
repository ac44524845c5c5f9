import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeSchema, SCHEMA_FILE } from '../../scripts/dump-schema.ts';
import { createTestDatabase } from '../support/database.ts';

test('schema.sql is what the migrations make (else: npm run dump-schema)', async () => {
  await using database = await createTestDatabase();
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
  await using database = await createTestDatabase();
  const before = await describeSchema(database.db);
  await sql.raw(change).execute(database.db);
  expect(await describeSchema(database.db)).not.toBe(before);
});
