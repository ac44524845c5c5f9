import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBaseAccount } from '../../src/accounts/base-accounts.ts';
import {
  getTrustMigration,
  listMigrationConnectors,
  listTrustMigrations,
} from '../../src/accounts/trust-migrations.ts';
import { type Hub, sameHub } from '../../src/domain/hub.ts';
import { TRUST_STATES, type TrustState, trustStateOf } from '../../src/domain/trust-state.ts';
import { baseAccountInput, type Causeway, keyOf, must, PLATFORM, SECURITY, startCauseway } from './support.ts';

let causeway: Causeway;
const PLATFORM_HUB: Hub = { kind: 'platform-account', accountId: PLATFORM };
const BASE_HUB: Hub = { kind: 'base-account', accountId: SECURITY };
/** The same account in another role is another hub. */
const HUBS = [PLATFORM_HUB, BASE_HUB, { kind: 'base-account', accountId: PLATFORM } satisfies Hub];
const OUTCOMES = ['accepted', 'refused', 'unknown'] as const;

beforeAll(async () => {
  causeway = await startCauseway();
});
afterAll(() => causeway.stop());

interface World {
  readonly hasBase: boolean;
  readonly connectors: readonly {
    readonly name: string;
    readonly current: Hub | null;
    readonly evidence: readonly { readonly hub: Hub; readonly outcome: (typeof OUTCOMES)[number] }[];
  }[];
}

const worlds: fc.Arbitrary<World> = fc.record({
  hasBase: fc.boolean(),
  connectors: fc.array(
    fc.record({
      name: fc.constantFrom('alpha', 'beta', 'Beta', 'gamma 1'),
      current: fc.constantFrom(null, ...HUBS),
      evidence: fc.uniqueArray(fc.record({ hub: fc.constantFrom(...HUBS), outcome: fc.constantFrom(...OUTCOMES) }), {
        selector: ({ hub }) => `${hub.kind} ${hub.accountId}`,
      }),
    }),
    { maxLength: 12 },
  ),
});

it('states, totals, pages and searches in the database are those of the domain', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, fc.integer({ min: 1, max: 4 }), async (world, limit) => {
      await causeway.reset();
      await fill(world);
      const targetHub = world.hasBase ? BASE_HUB : PLATFORM_HUB;
      const states = world.connectors.map(({ current, evidence }) =>
        trustStateOf({
          currentHub: current,
          targetHub,
          targetOutcome: evidence.find(({ hub }) => sameHub(hub, targetHub))?.outcome ?? null,
        }),
      );
      const { totals } = await getTrustMigration(causeway.deps, 'global');
      expect(totals).toEqual(
        Object.fromEntries(TRUST_STATES.map(state => [state, states.filter(s => s === state).length])),
      );
      const listed = await listAll({ limit });
      expect(listed.map(({ roleArn, state }) => [roleArn, state]).sort()).toEqual(
        states.map((state, i) => [arn(i), state]).sort(),
      );
      const names = listed.map(({ name }) => name);
      expect(
        (await sql<{ name: string }>`select name from connectors order by name, id`.execute(causeway.deps.db)).rows.map(
          r => r.name,
        ),
      ).toEqual(names);
      for (const state of TRUST_STATES) {
        const some = await listAll({ limit, state, search: 'BETA' });
        const wanted = listed.filter(one => one.state === state && one.name.toLowerCase().includes('beta'));
        expect(some).toEqual(wanted);
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);

it('an account type without a hub has connectors in no state but unknown, and every type is listed', async () => {
  await causeway.reset();
  await fill({ hasBase: false, connectors: [{ name: 'a', current: PLATFORM_HUB, evidence: [] }] });
  const deps = { ...causeway.deps, platformAccounts: {} };
  const all = await listTrustMigrations(deps);
  expect(all.map(({ accountType }) => accountType)).toEqual(['global', 'us-govcloud', 'china']);
  expect(all[0]).toMatchObject({ targetHub: null, baseAccountId: null, totals: { unknown: 1, 'on-target': 0 } });
});

it('a page that starts at a forged cursor is refused', async () => {
  const page = await listMigrationConnectors(causeway.deps, { accountType: 'global', limit: 5, cursor: 'bm9uc2Vuc2U' });
  expect(page).toMatchObject({ ok: false, fault: { code: 'invalid-cursor' } });
});

it('counts and lists 10,000 connectors fast', async () => {
  await causeway.reset();
  const connectors = Array.from({ length: 10_000 }, (_, i) => ({
    name: `connector ${i}`,
    current: PLATFORM_HUB,
    evidence: i % 3 === 0 ? [{ hub: BASE_HUB, outcome: 'refused' as const }] : [],
  }));
  await fill({ hasBase: true, connectors });
  await sql`analyze connectors, hub_evidence`.execute(causeway.deps.db);
  const from = performance.now();
  const { totals } = await getTrustMigration(causeway.deps, 'global');
  must(await listMigrationConnectors(causeway.deps, { accountType: 'global', state: 'refused', limit: 50 }));
  expect(performance.now() - from).toBeLessThan(3_000);
  expect(totals).toMatchObject({ refused: 3_334, moving: 6_666 });
}, 60_000);

const arn = (i: number) => `arn:aws:iam::${String(500_000_000_000 + i)}:role/Reader`;

async function fill({ hasBase, connectors }: World): Promise<void> {
  const { db } = causeway.deps;
  if (hasBase) {
    const input = baseAccountInput(keyOf(causeway, SECURITY));
    must(await createBaseAccount(causeway.deps, { input, actor: 'user:ada' }));
  }
  const rows = connectors.map(({ name, current, evidence }, i) => ({ i, arn: arn(i), name, current, evidence }));
  await sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(i integer, arn text, name text, current jsonb, evidence jsonb)
    ),
    made as (
      insert into connectors (id, name, description, account_type, partition, account_id, role_arn, external_id,
        polling_minutes, enabled, in_cloud_view, in_asset_view, asset_tags, tags, next_run_at, created_at, updated_at,
        current_hub_kind, current_hub_account_id)
      select gen_random_uuid(), name, '', 'global', 'aws', (500000000000 + i)::text, arn, 'x-1234', 240, true, true, false,
        '{}', '{}', now(), now(), now(), current ->> 'kind', current ->> 'accountId'
      from given returning id, role_arn
    )
    insert into hub_evidence (connector_id, hub_kind, hub_account_id, outcome, fault, at)
    select made.id, e -> 'hub' ->> 'kind', e -> 'hub' ->> 'accountId', e ->> 'outcome',
      case when e ->> 'outcome' <> 'accepted' then '{"code":"role-not-assumable","detail":"no"}'::jsonb end, now()
    from given join made on made.role_arn = given.arn cross join jsonb_array_elements(given.evidence) e
  `.execute(db);
}

async function listAll({ limit, ...filter }: { limit: number; state?: TrustState; search?: string }) {
  const all = [];
  for (let cursor: string | undefined; ; ) {
    const page = must(
      await listMigrationConnectors(causeway.deps, {
        accountType: 'global',
        ...filter,
        limit,
        ...(cursor ? { cursor } : {}),
      }),
    );
    all.push(...page.items);
    if (page.nextCursor === null) return all;
    cursor = page.nextCursor;
  }
}
