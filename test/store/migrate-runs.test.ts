import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { SCHEMA_FILE } from '../../scripts/dump-schema.ts';
import { migrate } from '../../src/store/migrate.ts';
import { readPlan } from '../../src/store/run-scopes.ts';
import { getRun } from '../../src/store/run-views.ts';
import { readLedger } from '../../src/store/scopes.ts';
import { createTestDatabase } from '../support/database.ts';

const [OVER, UNDER_WAY, CONNECTOR] = ['1', '2', '3'].map(digit => `00000000-0000-0000-0000-00000000000${digit}`);

test('runs made when their scopes were rows keep them, and one that is under way goes on where it was', async () => {
  await using database = await createTestDatabase({ migrated: false });
  const { db, connectionString } = database;
  const folder = path.dirname(SCHEMA_FILE);
  const before = await mkdtemp(path.join(tmpdir(), 'causeway-migrations-'));
  for (const name of await readdir(folder)) {
    if (name < '0010') await cp(path.join(folder, name), path.join(before, name));
  }
  expect(await migrate({ connectionString, folder: before })).toMatchObject({ ok: true });
  await rm(before, { recursive: true });
  await sql
    .raw(`
    insert into connectors (id, name, description, account_type, partition, account_id, role_arn, external_id, polling_minutes,
      enabled, in_cloud_view, in_asset_view, asset_tags, tags, next_run_at, created_at, updated_at)
    values ('${CONNECTOR}', 'c', '', 'global', 'aws', '200000000001', 'r', 'x', 60, true, true, false, '{}', '{}', now(), now(), now());
    insert into runs (id, connector_id, state, trigger, requested_by, partition, account_id, job_id, queued_at, started_at, finished_at)
    values ('${OVER}', '${CONNECTOR}', 'problems', 'request', 'system', 'aws', '200000000001', gen_random_uuid(),
        '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z'),
      ('${UNDER_WAY}', '${CONNECTOR}', 'running', 'request', 'system', 'aws', '200000000001', gen_random_uuid(),
        '2026-01-02T00:00:00Z', '2026-01-02T00:00:00Z', null);
    insert into run_scopes (run_id, region, asset_type, outcome, fault, items, pages, added, started_at, finished_at) values
      ('${OVER}', 'us-east-1', 'A', 'complete', null, 3, 1, 3, '2026-01-01T00:00:01Z', '2026-01-01T00:00:02.5Z'),
      ('${OVER}', 'us-east-1', 'B', 'denied', '{"code":"access-denied","detail":"no"}', 0, 0, 0, '2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z'),
      ('${UNDER_WAY}', 'us-east-1', 'A', 'complete', null, 4, 2, 1, '2026-01-02T00:00:01Z', '2026-01-02T00:00:02Z'),
      ('${UNDER_WAY}', 'us-east-1', 'B', null, null, 0, 0, 0, null, null);
    insert into scopes (connector_id, region, asset_type, partition, account_id, last_outcome, last_run_id, last_finished_at, items)
    values ('${CONNECTOR}', 'us-east-1', 'A', 'aws', '200000000001', 'complete', '${UNDER_WAY}', '2026-01-02T00:00:02Z', 4),
      ('${CONNECTOR}', 'us-east-1', 'B', 'aws', '200000000001', 'denied', '${OVER}', '2026-01-01T00:00:02Z', 0)
  `)
    .execute(db);
  expect(await migrate({ connectionString, folder })).toMatchObject({ ok: true });

  expect(await getRun(db, OVER ?? '')).toMatchObject({
    ok: true,
    value: {
      counts: { scopes: 2, finished: 2, complete: 1, items: 3, pages: 1, added: 3 },
      scopes: [
        {
          assetType: 'A',
          outcome: 'complete',
          items: 3,
          startedAt: new Date('2026-01-01T00:00:01Z'),
          finishedAt: new Date('2026-01-01T00:00:02.5Z'),
        },
        { assetType: 'B', outcome: 'denied', fault: { code: 'access-denied' } },
      ],
    },
  });
  expect(await getRun(db, UNDER_WAY ?? '')).toMatchObject({
    ok: true,
    value: {
      counts: { scopes: 2, finished: 1, complete: 1, items: 4 },
      scopes: [
        { assetType: 'A', outcome: 'complete', items: 4, pages: 2, finishedAt: new Date('2026-01-02T00:00:02Z') },
        { assetType: 'B', outcome: null, finishedAt: null },
      ],
    },
  });
  expect(await readPlan(db, UNDER_WAY ?? '')).toMatchObject({
    scopes: [{ assetType: 'A' }, { assetType: 'B' }],
    done: { finished: 1, items: 4 },
  });
  const ledger = await readLedger(db, { connectorId: CONNECTOR ?? '', runId: UNDER_WAY ?? '', assetTags: {} });
  expect(ledger.map(({ outcome }) => outcome)).toEqual(['complete', null]);
});
