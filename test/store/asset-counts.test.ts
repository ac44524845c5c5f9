import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPrng } from '../../simulator/world/prng.ts';
import { miscounted } from '../machines/fleet.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { count } from '../sync-sim/bed.ts';
import { insertAssets, worldOf } from './asset-world.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await insertAssets(database.db, worldOf({ assets: 500, seed: 3 }).assets);
});
afterAll(() => database.drop());

/** Each changes what some assets are counted under; `some` is another part of them each time. */
const CHANGES = [
  (some: string) => `update assets set gone_at = now() where ${some} and gone_at is null`,
  (some: string) => `update assets set gone_at = null where ${some}`,
  (some: string) => `update assets set state = 'stopped' where ${some}`,
  (some: string) => `update assets set state = null where ${some}`,
  (some: string) => `update assets set seen_by = seen_by || 77 where ${some} and not seen_by @> '{77}'`,
  (some: string) => `update assets set seen_by = array_remove(seen_by, 77) where ${some}`,
  (some: string) => `update assets set name = 'of no account' where ${some}`,
  (some: string) => `delete from assets where ${some}`,
  (some: string) => `
    insert into assets select gen_random_uuid(), partition, account_id, region, asset_type, native_id, arn, name, 'running',
      tags, connector_tags, attributes, search, content_hash, seen_by, first_seen_at, last_seen_at, changed_at, gone_at
    from assets where ${some}
    on conflict (partition, account_id, region, asset_type, native_id) do update set state = excluded.state, gone_at = null`,
];

test('the counts that are kept are those of the assets, whatever is written, also by many at a time', async () => {
  const { db } = database;
  expect(await miscounted(db)).toBe(0);
  expect(await count(db, 'asset_counts')).toBeGreaterThan(10);
  const prng = createPrng(1, 'changes');
  for (let round = 0; round < 12; round += 1) {
    const statements = Array.from({ length: 6 }, (_, i) => {
      const digit = prng.int(0, 9);
      // Each at assets of its own: two that wait for each other's assets are not what this is about.
      const some = `hashtext(native_id) % 6 = ${i} and right(native_id, 1) <> '${digit}' and random() < 0.3`;
      return prng.pick(CHANGES)(some);
    });
    await Promise.allSettled(statements.map(statement => sql.raw(statement).execute(db)));
    expect(await miscounted(db)).toBe(0);
  }
  await sql`delete from assets`.execute(db);
  expect(await count(db, 'asset_counts')).toBe(0);
});
