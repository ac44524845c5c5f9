import { type RawBuilder, sql } from 'kysely';
import type { PageWrite } from './assets.ts';
import { BinaryArrays } from './binary-arrays.ts';
import { type Database, isUniqueViolation, repeatable } from './database.ts';
import type { Hold } from './runs.ts';
import { factsShared, sharing } from './shared-facts.ts';

/** A page with the hold by which it is written. */
export interface HeldPage {
  readonly hold: Hold;
  readonly page: PageWrite;
}

/**
 * Inserts assets that are not known to be there, as all are at a first sync, of pages of whatever runs, in one statement that
 * does nothing else, or a second one when some are stored; so not within a transaction. That they appeared is told by their rows. Answers for each page, in order, the native ids of those
 * inserted, without those that are stored, gone or by somebody else meanwhile; undefined when its hold was lost.
 *
 * Not `async`, so that the pages need not be kept until the database has answered.
 */
export function insertNew(db: Database, pages: readonly HeldPage[]): Promise<(ReadonlySet<string> | undefined)[]> {
  const arrays = new BinaryArrays();
  const inserting = insertRows(db, rowsOf(pages, arrays));
  return inserting.finally(() => arrays.giveBack());
}

/** Pages in the form in which they are sent. */
interface NewRows {
  readonly heads: string;
  /** As the table `i` of a statement, with the places of their pages. */
  readonly rows: RawBuilder<unknown>;
  readonly facts: Buffer;
  /** The native ids of each page, by id. */
  readonly pages: readonly ReadonlyMap<string, string>[];
}

function rowsOf(pages: readonly HeldPage[], arrays: BinaryArrays): NewRows {
  const heads = pages.map(({ hold, page: { scope, connectorNum, connectorTags, at } }, place) => {
    return { place, ...hold, ...scope, connectorNum, connectorTags, at };
  });
  const assets = pages.flatMap(({ page }) => page.assets);
  const places = pages.flatMap(({ page }, place) => page.assets.map(() => place));
  const texts = (field: 'id' | 'nativeId' | 'arn' | 'name' | 'state' | 'hash' | 'rawHash' | 'search') =>
    sql`${arrays.text(assets.map(asset => asset[field]))}::text[]`;
  const objects = (field: 'tags' | 'unknown' | 'compared') =>
    sql`${arrays.jsonb(assets.map(asset => asset[field]))}::jsonb[]`;
  return {
    heads: JSON.stringify(heads),
    // Taken apart in the list of columns: of an `unnest` that stands as a table, PostgreSQL writes all rows down before the first is read.
    rows: sql`(select unnest(${places}::int[]) as place, unnest(${texts('id')}) as id, unnest(${texts('nativeId')}) as native_id,
        unnest(${texts('arn')}) as arn, unnest(${texts('name')}) as name, unnest(${texts('state')}) as state,
        unnest(${objects('tags')}) as tags, unnest(${objects('compared')}) as compared, unnest(${objects('unknown')}) as unknown,
        unnest(${texts('search')}) as search,
        unnest(${arrays.text(assets.map(asset => asset.sharedFacts.join('\n') || null))}::text[]) as shared_facts,
        unnest(${texts('hash')}) as hash, unnest(${texts('rawHash')}) as raw_hash,
        -- Last: they are most of it, and the driver copies all that it has where a parameter does not fit.
        unnest(${arrays.json(assets.map(asset => asset.attributes))}::json[]) as attributes) as i`,
    facts: arrays.text(factsShared(assets)),
    pages: pages.map(({ page }) => new Map(page.assets.map(({ id, nativeId }) => [id, nativeId]))),
  };
}

async function insertRows(db: Database, news: NewRows): Promise<(ReadonlySet<string> | undefined)[]> {
  const answer = await insertIfAbsent(db, news);
  const held = new Set(answer.held);
  const inserted = answer.inserted && new Set(answer.inserted);
  return news.pages.map((page, place) => {
    if (!held.has(place)) return undefined;
    return new Set(
      inserted ? [...page].flatMap(([id, nativeId]) => (inserted.has(id) ? [nativeId] : [])) : page.values(),
    );
  });
}

interface Inserted {
  /** Places of the pages whose hold was not lost. */
  readonly held: readonly number[];
  /** Ids; null for all of those pages. */
  readonly inserted: readonly string[] | null;
}

async function insertIfAbsent(db: Database, news: NewRows): Promise<Inserted> {
  try {
    return await insertHeld(db, news, { unlessStored: false });
  } catch (error) {
    // To look for each of them first, in the index that they are then put into, takes a twentieth of the whole.
    if (!isUniqueViolation(error)) throw error;
    return await insertHeld(db, news, { unlessStored: true });
  }
}

/** With `unlessStored` those that are stored are left out; else they are an error, and nothing is inserted. */
async function insertHeld(
  db: Database,
  { heads, rows: incoming, facts }: NewRows,
  { unlessStored }: { unlessStored: boolean },
): Promise<Inserted> {
  const { rows } = await repeatable(
    db,
    sql<Inserted>`
    -- prepared: ${sql.raw(unlessStored ? 'insert-if-not-stored' : 'insert-new-assets')}
    with held as (
      select p.* from jsonb_to_recordset(${heads}::jsonb) as p(
        place int, "runId" uuid, fence int, partition text, "accountId" text, region text, "assetType" text,
        "connectorNum" int, "connectorTags" jsonb, at timestamptz
      )
      join runs r on r.id = p."runId" and r.fence = p.fence and r.state || '' = 'running' order by r.id for share of r
    ),
    inserted as (
      insert into assets (id, partition, account_id, region, asset_type, native_id, arn, name, state, tags, connector_tags,
        attributes, compared, unknown, search, shared_facts, content_hash, raw_hash, seen_by, first_seen_at, last_seen_at,
        changed_at, appeared_in)
      select i.id::uuid, held.partition, held."accountId", held.region, held."assetType", native_id, arn, name, state, tags,
        held."connectorTags", attributes, compared, unknown, search, string_to_array(shared_facts, E'\n'),
        decode(hash, 'hex'), decode(raw_hash, 'base64'), array[held."connectorNum"], held.at, held.at, held.at, held."runId"
      from ${incoming} join held on held.place = i.place
      ${
        unlessStored
          ? sql`on conflict (partition, account_id, region, asset_type, native_id) do nothing returning id::text`
          : sql`returning 1`
      }
    ),
    ${sharing(sql`${facts}`)}
    select array(select place from held) as held, ${unlessStored ? sql`array(select id from inserted)` : sql`null`} as inserted,
      -- Whoever reads the rows has them written before the facts that they share.
      (select count(*) from inserted) as count
  `,
  );
  return rows[0] ?? { held: [], inserted: null };
}
