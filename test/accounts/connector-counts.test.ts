import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countConnectors, listConnectors } from '../../src/accounts/connectors.ts';
import type { Connector } from '../../src/accounts/shapes.ts';
import { CONNECTOR_STATES } from '../../src/domain/connector-state.ts';
import { type Causeway, must, PLATFORM, SECURITY, startCauseway } from './support.ts';

let causeway: Causeway;

beforeAll(async () => {
  causeway = await startCauseway();
});
afterAll(() => causeway.stop());

/** How the run of a connector stands; null: it never ran. */
const RUNS = ['queued', 'running', 'ok', 'problems', 'failed', null, 'ok', 'ok'];
const HUBS = [PLATFORM, PLATFORM, SECURITY, null, PLATFORM];
const CONNECTORS = 1_100;

it('over a thousand connectors are counted by state, and those that need attention listed, as each of them says itself', async () => {
  await fill();
  const all = await listAll();
  expect(all).toHaveLength(CONNECTORS);
  const needsAttention = ({ state, moving }: Connector) =>
    moving || state === 'failing' || state === 'problems' || state === 'waiting-for-role';
  const counted = await countConnectors(causeway.deps);
  expect(counted).toEqual(
    CONNECTOR_STATES.map(state => {
      const some = all.filter(connector => connector.state === state);
      return { state, connectors: some.length, needAttention: some.filter(needsAttention).length };
    }),
  );
  for (const { connectors } of counted) expect(connectors).toBeGreaterThan(0);
  expect(await listAll('needs-attention')).toEqual(all.filter(needsAttention));
  expect(await listAll('failing')).toEqual(all.filter(({ state }) => state === 'failing'));
});

it('without connectors every state is told, with none in it', async () => {
  await causeway.reset();
  expect(await countConnectors(causeway.deps)).toEqual(
    CONNECTOR_STATES.map(state => ({ state, connectors: 0, needAttention: 0 })),
  );
});

/** Connectors behind the platform account, another hub or none, of which every ninth is disabled. */
async function fill(): Promise<void> {
  const rows = Array.from({ length: CONNECTORS }, (_, i) => ({
    ...{ i, run: RUNS[i % RUNS.length], hub: HUBS[i % HUBS.length], enabled: i % 9 > 0 },
  }));
  await sql`
    with given as (
      select g.*, gen_random_uuid() as id, gen_random_uuid() as run_id, (500000000000 + i)::text as account
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(i integer, run text, hub text, enabled boolean)
    ),
    made as (
      insert into connectors (id, name, description, account_type, partition, account_id, role_arn, external_id,
        polling_minutes, enabled, in_cloud_view, in_asset_view, asset_tags, tags, next_run_at, created_at, updated_at,
        current_hub_kind, current_hub_account_id, last_run_id)
      select id, 'connector ' || i % 700, '', 'global', 'aws', account, 'arn:aws:iam::' || account || ':role/Reader', 'x-1234',
        240, enabled, true, false, '{}', '{}', now(), now(), now(),
        case when hub is not null then 'platform-account' end, hub, case when run is not null then run_id end
      from given
    )
    insert into runs (id, connector_id, state, trigger, requested_by, partition, account_id, job_id, queued_at, started_at,
      finished_at, fault)
    select run_id, id, run, 'schedule', 'system', 'aws', account, run_id, now(), case when run <> 'queued' then now() end,
      case when run not in ('queued', 'running') then now() end,
      case when run = 'failed' then '{"code":"role-not-assumable","detail":"no"}'::jsonb end
    from given where run is not null
  `.execute(causeway.deps.db);
}

async function listAll(state?: Connector['state'] | 'needs-attention'): Promise<Connector[]> {
  const all: Connector[] = [];
  for (let cursor: string | undefined; ; ) {
    const { items, nextCursor } = must(
      await listConnectors(causeway.deps, { page: { limit: 400, cursor }, filter: { state } }),
    );
    all.push(...items);
    if (nextCursor === null) return all;
    cursor = nextCursor;
  }
}
