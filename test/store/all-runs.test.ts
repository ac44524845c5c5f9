import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemIds } from '../../src/domain/ids.ts';
import { listAllRuns, type RunFilter, type RunOfAny } from '../../src/store/all-runs.ts';
import type { RunState } from '../../src/store/runs.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

/** The list of all runs against all that is stored, filtered and sorted here. */
const STATES: readonly RunState[] = ['queued', 'ok', 'problems', 'failed', 'cancelled'];
const PARTITIONS = ['aws', 'aws-cn'];

let database: TestDatabase;
const runs: { id: string; connectorId: string; state: RunState; partition: string; queuedAt: Date }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const connectors = PARTITIONS.map((partition, index) => ({ id: systemIds.uuid(), partition, name: `c${index}` }));
  await sql`
    insert into connectors (id, name, description, account_type, partition, account_id, role_arn, external_id,
      polling_minutes, enabled, in_cloud_view, in_asset_view, asset_tags, tags, next_run_at, created_at, updated_at)
    select id, name, '', 'global', partition, '200000000001', name, 'x1', 60, true, true, false, '{}', '{}', now(), now(), now()
    from jsonb_to_recordset(${JSON.stringify(connectors)}::jsonb) as c(id uuid, name text, partition text)
  `.execute(database.db);
  for (let number = 0; number < 60; number++) {
    const { id: connectorId, partition } = connectors[number % 2] ?? connectors[0]!; // there are two
    const state = STATES[number % STATES.length] ?? 'ok';
    const queuedAt = new Date(Date.now() - (60 - number) * 3_600_000);
    if (state === 'queued' && number > 1) continue;
    runs.unshift({ id: idAt(queuedAt), connectorId, partition, state, queuedAt });
  }
  await sql`
    insert into runs (id, connector_id, state, trigger, requested_by, partition, account_id, job_id, queued_at)
    select id, "connectorId", state, 'schedule', 'system', partition, '200000000001', id, "queuedAt"
    from jsonb_to_recordset(${JSON.stringify(runs)}::jsonb)
      as r(id uuid, "connectorId" uuid, state text, partition text, "queuedAt" timestamptz)
  `.execute(database.db);
});
afterAll(() => database.drop());

test.each<[string, Partial<RunFilter>]>([
  ['all', {}],
  ['of two states', { states: ['problems', 'failed'] }],
  ['of one partition', { partitions: ['aws-cn'] }],
  ['since a time', { since: new Date(Date.now() - 20 * 3_600_000 - 1) }],
  ['of nothing', { states: ['running'] }],
])('lists %s, newest first, page by page', async (_, given) => {
  const filter: RunFilter = { partitions: PARTITIONS, states: STATES, ...given };
  const wanted = runs.filter(
    run =>
      filter.states.includes(run.state) &&
      filter.partitions.includes(run.partition) &&
      (filter.since === undefined || run.queuedAt >= filter.since),
  );
  expect((await everyPage(filter)).map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
  for (const connectorId of new Set(runs.map(run => run.connectorId))) {
    const ofOne = wanted.filter(run => run.connectorId === connectorId);
    expect((await everyPage({ ...filter, connectorId })).map(({ id }) => id)).toEqual(ofOne.map(({ id }) => id));
  }
});

test('says of each run what it is of', async () => {
  const [newest] = await everyPage({ partitions: ['aws'], states: ['ok'] });
  expect(newest).toMatchObject({ connectorName: 'c0', accountId: '200000000001', partition: 'aws', live: null });
});

async function everyPage(filter: RunFilter): Promise<RunOfAny[]> {
  const found: RunOfAny[] = [];
  let cursor: string | undefined;
  do {
    const page = await listAllRuns(database.db, { filter, limit: 7, cursor });
    if (!page.ok) throw new Error(page.fault.detail);
    expect(page.value.items.length).toBeLessThanOrEqual(7);
    found.push(...page.value.items);
    cursor = page.value.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** An id as it is made at this time. */
function idAt(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${systemIds.uuid().slice(13)}`;
}
