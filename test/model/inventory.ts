import { sql } from 'kysely';
import { readAssetQuery } from '../../src/query/asset-query.ts';
import { type AssetPage, searchAssets } from '../../src/store/asset-search.ts';
import type { Database } from '../../src/store/database.ts';
import { getRun, type RunWithScopes } from '../../src/store/run-views.ts';
import { AS_OF } from '../store/asset-world.ts';
import { TYPES } from './worker.ts';

/** What Causeway says about the accounts of a story. */
export interface Inventory {
  /** Live and gone, by key. */
  readonly assets: ReadonlyMap<string, Held>;
  /** As a person gets it who searches for all assets of the accounts. */
  readonly found: AssetPage;
}

export interface Held {
  readonly key: string;
  readonly gone: boolean;
  readonly arn: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly unknown: Readonly<Record<string, unknown>>;
  /** Oldest first. */
  readonly events: readonly string[];
  readonly connectorIds: readonly string[];
}

export async function readInventory(db: Database, accountIds: readonly string[]): Promise<Inventory> {
  const [assets, found] = await Promise.all([readAssets(db, accountIds), search(db, accountIds)]);
  return { assets, found };
}

async function readAssets(db: Database, accountIds: readonly string[]): Promise<Map<string, Held>> {
  const { rows } = await sql<Held>`
    select concat_ws('/', a.partition, a.account_id, a.region, a.asset_type, a.native_id) as key, a.gone_at is not null as gone,
      a.arn, a.tags, a.attributes, a.unknown,
      array(select h.event from asset_events h where h.asset_id = a.id order by h.seq) as events,
      array(select c.id from connectors c where c.num = any(a.seen_by) order by c.id) as "connectorIds"
    from assets a where a.account_id = any(${accountIds})
    order by key
  `.execute(db);
  const assets = new Map(rows.map(row => [row.key, row]));
  if (assets.size !== rows.length) throw new Error('an asset is there twice');
  return assets;
}

async function search(db: Database, accountIds: readonly string[]): Promise<AssetPage> {
  const query = readAssetQuery(accountIds.map(id => `accountId:${id}`).join(' or '), TYPES);
  if (!query.ok) throw new Error(query.fault.detail);
  const page = await searchAssets(db, { asOf: AS_OF, query: query.value, sort: 'name', limit: 1_000 });
  if (!page.ok) throw new Error(page.fault.detail);
  return page.value;
}

/** Undefined when it went with its connector. */
export async function readRun(db: Database, runId: string): Promise<RunWithScopes | undefined> {
  const run = await getRun(db, runId);
  return run.ok ? run.value : undefined;
}

/** Which claim of a run may write, if any. */
export async function readFence(db: Database, runId: string): Promise<{ fence: number; running: boolean } | undefined> {
  const { rows } = await sql<{ fence: number; running: boolean }>`
    select fence, state = 'running' as running from runs where id = ${runId}
  `.execute(db);
  return rows[0];
}

/** Takes everything of a story out again. */
export async function forgetAccounts(db: Database, accountIds: readonly string[]): Promise<void> {
  await sql`delete from connectors where account_id = any(${accountIds})`.execute(db);
  await sql`delete from assets where account_id = any(${accountIds})`.execute(db);
}
