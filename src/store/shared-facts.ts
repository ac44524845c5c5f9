import { sql } from 'kysely';
import { LIMITS } from '../domain/limits.ts';
import { likeOf } from '../query/pattern.ts';
import type { AssetQuery, Pattern } from '../query/tree.ts';
import type { Database } from './database.ts';

/**
 * The facts that assets share (`shared_facts`) in which the patterns of a query are found, by what LIKE looks for. A pattern
 * that is not here was not looked for, or is found in more than `LIMITS.sharedFactsFoundMax`.
 */
export type FactsFound = ReadonlyMap<string, readonly string[]>;

export const NO_FACTS: FactsFound = new Map();

/**
 * Looks the patterns of a query up before the assets are searched: only when PostgreSQL's planner is given the facts
 * themselves can it tell a search that finds little, which an index serves, from one that finds much.
 */
export async function findSharedFacts(db: Database, query: AssetQuery): Promise<FactsFound> {
  const wanted = [...new Set(soughtIn(query).map(containing))];
  if (wanted.length === 0) return NO_FACTS;
  const { sharedFactsFoundMax: max } = LIMITS;
  const lookups = wanted.map(
    like => sql`
      select ${like}::text as "like", case when count(*) <= ${max} then coalesce(array_agg(fact), '{}') end as facts
      from (select fact from shared_facts where fact like ${like} limit ${max + 1}) found`,
  );
  const { rows } = await sql<{ like: string; facts: string[] | null }>`${sql.join(lookups, sql` union all `)}`.execute(
    db,
  );
  return new Map(rows.flatMap(({ like, facts }) => (facts ? [[like, facts]] : [])));
}

/** What LIKE looks for in lower-case text that has the pattern somewhere in it. */
export function containing(pattern: Pattern): string {
  return `%${likeOf(pattern).toLowerCase()}%`;
}

/** Whether an index on text narrows a search down by it: it knows groups of three letters. */
export function isIndexed(pattern: Pattern): boolean {
  return pattern.some(part => part.length >= 3);
}

function soughtIn(query: AssetQuery): readonly Pattern[] {
  switch (query.kind) {
    case 'all':
    case 'any':
      return query.of.flatMap(soughtIn);
    case 'matches': {
      const { property, patterns } = query;
      if (property.of === 'asset') return property.name === 'text' ? patterns : [];
      const isSought = property.of === 'attribute' && property.places.some(place => place.inSearch);
      return isSought ? patterns.filter(isIndexed) : [];
    }
    case 'not':
    case 'compares':
    case 'gone':
      return [];
  }
}
