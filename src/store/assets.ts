import { type RawBuilder, sql } from 'kysely';
import type { Change } from '../inventory/changes.ts';
import type { Compared } from '../inventory/compared.ts';
import type { SearchFacts } from '../inventory/content.ts';
import type { StoredContent } from '../inventory/keep-unread.ts';
import { type Database, repeatable } from './database.ts';
import { type Hold, holding } from './runs.ts';
import type { Scope, ScopeName } from './scopes.ts';
import { factsShared, sharing } from './shared-facts.ts';

/** The writing side of the inventory; every statement of a worker here begins with the check of its hold (invariant I2). */

export interface KnownAsset {
  readonly id: string;
  readonly nativeId: string;
  /** Of the content, 32 hex digits; null for what was read from bytes that have a hash. */
  readonly hash: string | null;
  /** Of the bytes that it was read from, as base64; null where the source has none. */
  readonly rawHash: string | null;
  /** Whether the connector is among those that see it. */
  readonly mine: boolean;
  /** Whether something about it could not be read when it was seen last. */
  readonly doubtful: boolean;
}

/** The live assets of a scope, whichever connector saw them. */
export async function loadKnown(
  db: Database,
  { scope, connectorNum }: { scope: Scope; connectorNum: number },
): Promise<KnownAsset[]> {
  const { rows } = await sql<KnownAsset>`
    -- prepared: load-known
    select ${knownColumns(connectorNum)} from assets where ${inScope(scope)} and gone_at is null
  `.execute(db);
  return rows;
}

/** The same of all scopes of an account; of more than `limit` assets, any `limit` of them. */
export async function loadKnownOfAccount(
  db: Database,
  {
    partition,
    accountId,
    connectorNum,
    limit,
  }: { partition: string; accountId: string; connectorNum: number; limit: number },
): Promise<(KnownAsset & ScopeName)[]> {
  const { rows } = await sql<KnownAsset & ScopeName>`
    -- prepared: load-known-of-account
    select region, asset_type as "assetType", ${knownColumns(connectorNum)} from assets
    where partition = ${partition} and account_id = ${accountId} and gone_at is null limit ${limit}
  `.execute(db);
  return rows;
}

function knownColumns(connectorNum: number): RawBuilder<unknown> {
  return sql`id, native_id as "nativeId", encode(content_hash, 'hex') as hash,
    encode(raw_hash, 'base64') as "rawHash", seen_by @> array[${connectorNum}::int] as mine, unknown <> '{}' as doubtful`;
}

/** What is stored of these assets, live or gone; for telling what changed. */
export async function loadContents(
  db: Database,
  { scope, nativeIds }: { scope: Scope; nativeIds: readonly string[] },
): Promise<StoredContent[]> {
  if (nativeIds.length === 0) return [];
  const { rows } = await sql<StoredContent>`
    -- prepared: load-contents
    select native_id as "nativeId", arn, name, state, tags, attributes, unknown
    from assets where ${inScope(scope)} and native_id = any(${nativeIds})
  `.execute(db);
  return rows;
}

export interface AssetWrite extends StoredContent, SearchFacts {
  /** Its id if it is new. */
  readonly id: string;
  readonly hash: string | null;
  readonly rawHash: string | null;
  readonly compared: Compared;
  readonly changes: readonly Change[];
}

export interface PageWrite {
  readonly scope: Scope;
  readonly connectorNum: number;
  readonly connectorTags: Readonly<Record<string, string>>;
  /** New, changed or returned assets; each native id once. */
  readonly assets: readonly AssetWrite[];
  /** Ids of unchanged assets that the connector sees for the first time. */
  readonly adopted: readonly string[];
  /** Unchanged assets whose bytes are others than before. */
  readonly rehashed: readonly { readonly id: string; readonly rawHash: string }[];
  readonly at: Date;
}

export interface PageWritten {
  readonly assets: readonly { readonly nativeId: string; readonly id: string; readonly event: AssetEvent | null }[];
  /** How many of `adopted` there are still: the others were deleted with another connector since they were looked up. */
  readonly adopted: number;
}

type AssetEvent = 'appeared' | 'changed' | 'returned';

/**
 * Writes what a page showed that is not as it is stored, with its history, in one statement: inserts or updates, whatever is
 * stored of the assets. Undefined when the hold was lost; then nothing was written.
 */
export async function writePage(db: Database, hold: Hold, page: PageWrite): Promise<PageWritten | undefined> {
  const { scope, at } = page;
  const tags = sql`${JSON.stringify(page.connectorTags)}::jsonb`;
  const { rows } = await repeatable(
    db,
    sql<{ assets: PageWritten['assets'] | null; adopted: number }>`
    -- prepared: merge-assets
    with held as (${holding(hold)}),
    incoming as (
      select i.* from json_to_recordset(${JSON.stringify(page.assets)}::json) as i(
        id uuid, "nativeId" text, arn text, name text, state text, tags jsonb, attributes json, compared jsonb,
        unknown jsonb, hash text, "rawHash" text, search text, "sharedFacts" text[], changes jsonb
      ) where exists (select from held)
    ),
    -- Without those of which something became known that was only not known before.
    told as (select "nativeId" from incoming where changes <> '[]'),
    before as (
      select native_id, gone_at from assets
      where ${inScope(scope)} and native_id = any(${page.assets.map(asset => asset.nativeId)})
    ),
    written as (
      insert into assets as a (id, partition, account_id, region, asset_type, native_id, arn, name, state, tags,
        connector_tags, attributes, compared, unknown, search, shared_facts, content_hash, raw_hash, seen_by, first_seen_at,
        last_seen_at, changed_at, appeared_in)
      select id, ${scope.partition}, ${scope.accountId}, ${scope.region}, ${scope.assetType}, "nativeId", arn, name, state,
        tags, ${tags}, attributes, compared, unknown, search, nullif("sharedFacts", '{}'), decode(hash, 'hex'),
        decode("rawHash", 'base64'), array[${page.connectorNum}::int], ${at}, ${at}, ${at}, ${hold.runId}
      from incoming
      on conflict (partition, account_id, region, asset_type, native_id) do update set
        arn = excluded.arn, name = excluded.name, state = excluded.state, tags = excluded.tags,
        connector_tags = a.connector_tags || excluded.connector_tags, attributes = excluded.attributes,
        compared = excluded.compared, unknown = excluded.unknown, search = excluded.search, shared_facts = excluded.shared_facts,
        content_hash = excluded.content_hash, raw_hash = excluded.raw_hash,
        seen_by = case when a.seen_by @> excluded.seen_by then a.seen_by else a.seen_by || excluded.seen_by end,
        last_seen_at = excluded.last_seen_at,
        changed_at = case
          when a.gone_at is not null then excluded.changed_at
          when a.native_id in (select "nativeId" from told) then excluded.changed_at
          else a.changed_at
        end,
        gone_at = null
      returning a.id, a.native_id
    ),
    events as (
      select w.id, w.native_id,
        case
          when b.native_id is null then 'appeared'
          when b.gone_at is not null then 'returned'
          when b.native_id in (select "nativeId" from told) then 'changed'
        end as event
      from written w left join before b on b.native_id = w.native_id
    ),
    history as (
      insert into asset_history (asset_id, at, run_id, event, changes)
      select e.id, ${at}, ${hold.runId}, e.event, i.changes
      from events e join incoming i on i."nativeId" = e.native_id where e.event in ('changed', 'returned')
    ),
    adopted as (
      update assets a set connector_tags = a.connector_tags || ${tags},
        seen_by = case
          when a.seen_by @> array[${page.connectorNum}::int] then a.seen_by
          else a.seen_by || ${page.connectorNum}::int
        end
      where a.id = any(${page.adopted}::uuid[]) and exists (select from held)
      returning a.id
    ),
    rehashed as (
      update assets a set raw_hash = decode(r."rawHash", 'base64')
      from jsonb_to_recordset(${JSON.stringify(page.rehashed)}::jsonb) as r(id uuid, "rawHash" text)
      where a.id = r.id and not a.id = any(${page.adopted}::uuid[]) and exists (select from held)
    ),
    ${sharing(sql`${factsShared(page.assets)}`)}
    select (select jsonb_agg(jsonb_build_object('id', id, 'nativeId', native_id, 'event', event)) from events) as assets,
      (select count(*) from adopted) as adopted
    from held
  `,
  );
  const row = rows[0];
  return row && { assets: row.assets ?? [], adopted: row.adopted };
}

/**
 * Puts the connectors' asset tags on assets of a scope anew, after those of one connector were changed: on up to `limit` of
 * those that the connector sees, from the native id behind `after` on. Answers the last native id that it looked at, null
 * when there is nothing left; undefined when the hold was lost.
 */
export async function retagScope(
  db: Database,
  hold: Hold,
  { scope, connectorNum, after, limit }: { scope: Scope; connectorNum: number; after: string; limit: number },
): Promise<{ readonly last: string | null } | undefined> {
  const { rows } = await repeatable(
    db,
    sql<{ last: string | null }>`
    with held as (${holding(hold)}),
    batch as materialized (
      select id, native_id, seen_by from assets
      where ${inScope(scope)} and seen_by @> array[${connectorNum}::int] and native_id > ${after}
      order by native_id limit ${limit}
    ),
    seen as (select distinct seen_by from batch),
    wanted as (select seen_by, ${tagsOfConnectors(sql`seen.seen_by`)} as tags from seen),
    tagged as (
      update assets set connector_tags = wanted.tags from batch join wanted on wanted.seen_by = batch.seen_by
      where assets.id = batch.id and assets.seen_by = wanted.seen_by and connector_tags <> wanted.tags
        and exists (select from held)
    )
    select (select max(native_id) from batch) as last from held
  `,
  );
  return rows[0];
}

/**
 * Takes a connector off up to `limit` assets of a scope; one that no other connector sees is then detached: it stays,
 * with the tags it had. Answers how many, none when there is nothing left to do or, with a hold, when that was lost.
 */
export async function detachScope(
  db: Database,
  {
    scope,
    connectorNum,
    at,
    limit,
    hold,
  }: { scope: Scope; connectorNum: number; at: Date; limit: number; hold?: Hold },
): Promise<number> {
  const { rows } = await repeatable(
    db,
    sql<{ count: number }>`
    with held as (${hold ? holding(hold) : sql`select null::uuid as id`}),
    batch as (
      select assets.id, array_remove(assets.seen_by, ${connectorNum}::int) as others from assets, held
      where ${inScope(scope)} and assets.seen_by @> array[${connectorNum}::int]
      order by assets.id limit ${limit} for no key update of assets
    ),
    taken as (
      update assets a set seen_by = batch.others, connector_tags = case
        when batch.others = '{}' then a.connector_tags
        else ${tagsOfConnectors(sql`batch.others`)}
      end
      from batch where a.id = batch.id
      returning a.id, a.seen_by
    ),
    history as (
      insert into asset_history (asset_id, at, run_id, event, changes)
      select taken.id, ${at}, held.id, 'detached', '[]' from taken, held where taken.seen_by = '{}'
    )
    select count(*) as count from taken
  `,
  );
  return rows[0]?.count ?? 0;
}

/**
 * Deletes up to `limit` assets of a scope that no other connector sees, nor comes to see meanwhile, with their history;
 * answers how many.
 */
export async function deleteScopeAssets(
  db: Database,
  { scope, connectorNum, limit }: { scope: Scope; connectorNum: number; limit: number },
): Promise<number> {
  const { numAffectedRows } = await repeatable(
    db,
    sql`
    delete from assets where id in (
      select id from assets where ${inScope(scope)} and seen_by = array[${connectorNum}::int]
      order by id limit ${limit} for update
    )
  `,
  );
  return Number(numAffectedRows ?? 0n);
}

function inScope({ partition, accountId, region, assetType }: Scope): RawBuilder<unknown> {
  return sql`assets.partition = ${partition} and assets.account_id = ${accountId} and assets.region = ${region}
    and assets.asset_type = ${assetType}`;
}

/** The asset tags of these connectors together; where two set the same key, the younger connector's stands. */
function tagsOfConnectors(numbers: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce((
    select jsonb_object_agg(t.key, t.value order by c.num)
    from connectors c cross join lateral jsonb_each(c.asset_tags) t where c.num = any(${numbers})
  ), '{}')`;
}
