import { type RawBuilder, sql } from 'kysely';
import { AWS_ID, idsMeant, isUniqueId, mayBeInId, UNIQUE_ID } from '../domain/aws-id.ts';
import { LIMITS } from '../domain/limits.ts';
import type { SearchFacts } from '../inventory/content.ts';
import { likeOf, textOf } from '../query/pattern.ts';
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
  const wanted = new Map(soughtIn(query).flatMap(lookupsOf));
  if (wanted.size === 0) return NO_FACTS;
  const { sharedFactsFoundMax: max } = LIMITS;
  const lookups = [...wanted].map(
    ([like, condition]) => sql`
      select ${like}::text as "like", case when count(*) <= ${max} then coalesce(array_agg(fact), '{}') end as facts
      from (select fact from shared_facts where ${condition} limit ${max + 1}) found`,
  );
  const { rows } = await sql<{ like: string; facts: string[] | null }>`${sql.join(lookups, sql` union all `)}`.execute(
    db,
  );
  return new Map(rows.flatMap(({ like, facts }) => (facts ? [[like, facts]] : [])));
}

function lookupsOf(pattern: Pattern): [string, RawBuilder<boolean>][] {
  const fact = sql<string>`fact`;
  const across = acrossFirstDot(pattern).map(({ rest }): [string, RawBuilder<boolean>] => [
    rest,
    sql`fact like ${rest}`,
  ]);
  return [[containing(pattern), finds(pattern, fact)], ...across];
}

/**
 * A DNS name is two facts: its first label with the dot behind it, which is the asset's own, and the rest from that dot on,
 * which thousands share.
 *
 * @returns how a pattern may be found in both of them together: what LIKE looks for in the label and in the rest. What is found in
 *   one of them is left out.
 */
export function acrossFirstDot(pattern: Pattern): readonly { readonly label: string; readonly rest: string }[] {
  const ways: { label: string; rest: string }[] = [];
  const add = (label: Pattern, rest: Pattern) => {
    if (label.join('') === '' || rest.join('') === '') return;
    ways.push({ label: `%${likeOf(label).toLowerCase()}.`, rest: `.${likeOf(rest).toLowerCase()}%` });
  };
  for (const [n, part] of pattern.entries()) {
    const [before, after] = [pattern.slice(0, n), pattern.slice(n + 1)];
    const dot = part.indexOf('.');
    if (dot >= 0) {
      add([...before, part.slice(0, dot)], [part.slice(dot + 1), ...after]);
      break;
    }
    add([...before, part, ''], ['', ...after]);
  }
  return ways;
}

/**
 * Whether free text finds an asset by one of its facts: by any part of it, but by an id that AWS made up only where the id
 * begins so, or is meant as a whole (a unique id, and the digits of one, always), or the pattern begins with a wildcard.
 */
export function finds(pattern: Pattern, fact: RawBuilder<string>): RawBuilder<boolean> {
  const contains = sql<boolean>`${fact} like ${containing(pattern)}`;
  if (!mayFindId(pattern) || isAnywhereInIds(pattern)) return contains;
  return sql`(${contains} and (${fact} !~ ${AWS_ID} or ${fact} = any(${wholeIds(pattern)}::text[])
    or (${fact} like ${beginning(pattern)} and ${fact} !~ ${UNIQUE_ID})))`;
}

/** Whether a pattern may be found within an id that AWS made up. */
export function mayFindId(pattern: Pattern): boolean {
  return pattern.every(part => mayBeInId(part.toLowerCase()));
}

/** Whether it may, with a wildcard in front: then no index helps. */
export function isAnywhereInIds(pattern: Pattern): boolean {
  return pattern[0] === '' && mayFindId(pattern);
}

/** The ids that a pattern may mean as a whole, with or without what stands in front of the digits. */
export function wholeIds(pattern: Pattern): string[] {
  const text = textOf(pattern);
  return text === undefined ? [] : idsMeant(text.toLowerCase());
}

/** What LIKE looks for in lower-case text that begins with the pattern. */
export function beginning(pattern: Pattern): string {
  return `${likeOf(pattern).toLowerCase()}%`;
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

/**
 * A part of a statement with `held`: keeps what its assets share, so that searches find them by it. Every page writes it in
 * the same order, and after the rows it inserts: two pages with the same facts wait for each other, but never both.
 */
export function sharing(facts: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`shared as (
      insert into shared_facts (fact)
      select fact from unnest(${facts}::text[]) fact where exists (select from held)
      on conflict do nothing
    )`;
}

/** What the assets share with others, sorted. */
export function factsShared(assets: readonly SearchFacts[]): string[] {
  const facts = new Set(assets.flatMap(asset => asset.sharedFacts));
  return [...facts].filter(fact => !isUniqueId(fact)).sort();
}
