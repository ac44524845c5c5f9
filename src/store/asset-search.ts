import { type RawBuilder, sql } from 'kysely';
import { LIMITS } from '../domain/limits.ts';
import { ok, type Result } from '../domain/result.ts';
import { print } from '../query/print.ts';
import { type AssetQuery, withoutGone } from '../query/tree.ts';
import { APP_COLUMNS, type App, both, type Condition, conditionOf, inApp } from './asset-condition.ts';
import { type Coverage, readCoverage } from './asset-coverage.ts';
import { cursorOf, readCursor } from './asset-cursor.ts';
import { ASSET_COLUMNS, type Asset, type AssetRow, assetOf } from './asset-reads.ts';
import { after, orderBy, readSort, type Sort, sortValue } from './asset-sort.ts';
import type { Database } from './database.ts';
import type { AsOf } from './estate-readiness.ts';
import { type FactsFound, findSharedFacts, NO_FACTS } from './shared-facts.ts';

export interface AssetSearch {
  readonly query: AssetQuery;
  /** Only what this app shows; absent: everything. */
  readonly app?: App | undefined;
  /** A key of `SORTS`, "-" before it for descending. */
  readonly sort: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** By which its coverage is judged. */
  readonly asOf: AsOf;
}

export interface AssetPage {
  readonly items: readonly Asset[];
  readonly nextCursor: string | null;
  /** Exact up to `LIMITS.countMax`; above it, at least `value`. */
  readonly count: { readonly value: number; readonly exact: boolean };
  readonly coverage: Coverage;
}

export interface AssetCounts {
  /** Largest first. `value` is null for assets without the property. */
  readonly items: readonly { readonly value: string | null; readonly count: number }[];
  readonly coverage: Coverage;
}

/**
 * One page of the assets that a query finds, by keyset: each page costs what the first costs. Assets that are gone are
 * left out unless the query speaks of them. Faults: `invalid-field` (sort), `invalid-cursor`.
 */
export async function searchAssets(db: Database, search: AssetSearch): Promise<Result<AssetPage>> {
  const sort = readSort(search.sort);
  if (!sort.ok) return sort;
  const belongsTo = JSON.stringify([print(search.query), search.app ?? null, search.sort]);
  const cursor =
    search.cursor === undefined ? ok(undefined) : readCursor(search.cursor, { belongsTo, sort: sort.value });
  if (!cursor.ok) return cursor;
  const where = shownIn(search, await findSharedFacts(db, search.query));
  const page = both(cursor.value ? [where, after(cursor.value, sort.value)] : [where]);
  const [rows, count, coverage] = await Promise.all([
    readPage(db, { where: page, sort: sort.value, limit: search.limit + 1 }),
    countUpToMax(db, where),
    readCoverage(db, search),
  ]);
  const shown = rows.slice(0, search.limit);
  const last = rows.length > search.limit ? shown.at(-1) : undefined;
  return ok({
    items: shown.map(assetOf),
    nextCursor: last ? cursorOf({ value: last.sortValue, id: last.id }, belongsTo) : null,
    count,
    coverage,
  });
}

/** How many assets a query finds for each value of a property, in one statement. */
export async function countAssets(db: Database, counted: Counted): Promise<AssetCounts> {
  const groups = isCounted(counted.query)
    ? countKept(counted)
    : countEach(counted, await findSharedFacts(db, counted.query));
  const [{ rows }, coverage] = await Promise.all([groups.execute(db), readCoverage(db, counted)]);
  return { items: rows, coverage };
}

interface Counted {
  readonly by: keyof typeof COUNTED;
  readonly query: AssetQuery;
  readonly app?: App | undefined;
  readonly asOf: AsOf;
}

type CountOf = { value: string | null; count: number };

/** From the counts that every write keeps. What one connector sees is joined with it: many times faster than looking each up. */
function countKept({ by, query, app }: Counted): RawBuilder<CountOf> {
  const found = sql`select ${COUNTED[by]} as value, a.n from asset_counts a`;
  const where = sql`where ${conditionOf(query, NO_FACTS)}`;
  const shown = app
    ? sql`
      ${found} join connectors c on c.num = a.sole ${where} and ${APP_COLUMNS[app]}
      union all
      ${found} ${where} and a.sole is null and ${inApp(app)}
    `
    : sql`${found} ${where}`;
  return sql`
    select value, sum(n)::bigint as count from (${shown}) shown group by value order by count desc, value
  `;
}

/** From the assets themselves, grouped by who sees them first. */
function countEach({ by, query, app }: Counted, facts: FactsFound): RawBuilder<CountOf> {
  return sql`
    select value, sum(assets)::bigint as count
    from (
      select ${COUNTED[by]} as value, a.seen_by, count(*) as assets
      from assets a where ${conditionOf(withoutGone(query), facts)} group by 1, 2
    ) a
    where ${inApp(app)}
    group by value order by count desc, value
  `;
}

const COUNTED = {
  accountId: sql`a.account_id`,
  region: sql`a.region`,
  assetType: sql`a.asset_type`,
  state: sql`a.state`,
};

/** Whether a query asks for nothing but what live assets are counted by all the time (`asset_counts`). */
function isCounted(query: AssetQuery): boolean {
  switch (query.kind) {
    case 'not':
      return isCounted(query.of);
    case 'all':
    case 'any':
      return query.of.every(isCounted);
    case 'matches':
      return query.property.of === 'asset' && COUNTED_NAMES.has(query.property.name);
    case 'compares':
    case 'gone':
      return false;
  }
}

const COUNTED_NAMES = new Set(['accountId', 'region', 'type', 'state']);

function shownIn({ query, app }: Pick<AssetSearch, 'query' | 'app'>, facts: FactsFound): Condition {
  return both([conditionOf(withoutGone(query), facts), inApp(app)]);
}

async function readPage(
  db: Database,
  { where, sort, limit }: { where: Condition; sort: Sort; limit: number },
): Promise<(AssetRow & { sortValue: string | null })[]> {
  const order = orderBy(sort);
  // The columns that need other tables are worked out for the page alone, not for all that was found.
  const { rows } = await sql<AssetRow & { sortValue: string | null }>`
    select ${ASSET_COLUMNS}, ${sortValue(sort)} as "sortValue"
    from (select * from assets a where ${where} order by ${order} limit ${limit}) a
    order by ${order}
  `.execute(db);
  return rows;
}

async function countUpToMax(db: Database, where: Condition): Promise<AssetPage['count']> {
  const { rows } = await sql<{ found: number }>`
    select count(*) as found from (select from assets a where ${where} limit ${LIMITS.countMax + 1}) counted
  `.execute(db);
  const found = rows[0]?.found ?? 0;
  return { value: Math.min(found, LIMITS.countMax), exact: found <= LIMITS.countMax };
}
