import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { SCHEMA_FILE } from '../../scripts/dump-schema.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createTestDatabase } from '../support/database.ts';

test('assets from before properties were shared facts have them as facts, besides those that they had', async () => {
  await using database = await createTestDatabase({ migrated: false });
  const { db, connectionString } = database;
  const folder = path.dirname(SCHEMA_FILE);
  const before = await mkdtemp(path.join(tmpdir(), 'causeway-migrations-'));
  for (const name of await readdir(folder)) {
    if (name < '0024') await cp(path.join(folder, name), path.join(before, name));
  }
  expect(await migrate({ connectionString, folder: before })).toMatchObject({ ok: true });
  await rm(before, { recursive: true });
  const insert = (nativeId: string, assetType: string, attributes: object, facts: string | null) =>
    sql`
    insert into assets (id, partition, account_id, region, asset_type, native_id, tags, connector_tags, attributes, search,
      shared_facts, content_hash, seen_by, first_seen_at, last_seen_at, changed_at)
    values (gen_random_uuid(), 'aws', '200000000001', 'us-east-1', ${assetType}, ${nativeId}, '{}', '{}',
      ${JSON.stringify(attributes)}::json, '', ${facts}::text[], '', '{1}', now(), now(), now())`.execute(db);
  const instance = {
    instanceType: 'T3.micro',
    placement: { availabilityZone: 'us-east-1a' },
    securityGroups: [{ groupName: 'web' }, { groupName: 'db' }],
    keyName: '',
  };
  await insert('i-1', 'AWS::EC2::Instance', instance, '{vpc-1,eni-0a1b2c3d}');
  await insert('vol-1', 'AWS::EC2::Volume', { volumeType: 'gp3', kmsKeyId: null }, null);
  await insert('vpc-1', 'AWS::EC2::VPC', { instanceTenancy: 'default' }, null);
  expect(await migrate({ connectionString, folder })).toMatchObject({ ok: true });
  const { rows } = await sql<{ facts: string[] | null }>`
    select shared_facts as facts from assets order by native_id
  `.execute(db);
  const [ofInstance, ofVolume, ofVpc] = rows.map(({ facts }) => facts?.toSorted() ?? null);
  expect(ofInstance).toEqual(['db', 'eni-0a1b2c3d', 't3.micro', 'us-east-1a', 'vpc-1', 'web']);
  expect([ofVolume, ofVpc]).toEqual([['gp3'], null]);
  const stored = await sql<{ fact: string }>`select fact from shared_facts order by fact`.execute(db);
  expect(stored.rows.map(({ fact }) => fact)).toEqual(['db', 'gp3', 't3.micro', 'us-east-1a', 'vpc-1', 'web']);
});
