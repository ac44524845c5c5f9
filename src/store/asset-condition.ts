import { type RawBuilder, sql } from 'kysely';
import { likeOf, textOf } from '../query/pattern.ts';
import type {
  AssetQuery,
  AttributePlace,
  AttributeProperty,
  Comparison,
  Pattern,
  TextProperty,
} from '../query/tree.ts';
import {
  acrossFirstDot,
  beginning,
  containing,
  type FactsFound,
  finds,
  isAnywhereInIds,
  isIndexed,
  mayFindId,
  NO_FACTS,
  wholeIds,
} from './shared-facts.ts';

export type App = 'cloud-view' | 'asset-view';
export type Condition = RawBuilder<boolean>;

/**
 * The condition on `assets a` that a checked query means. Everything from the query is a parameter. What an asset does
 * not have matches nothing, so `not` of it matches.
 *
 * @param facts those of the query, found a moment before; right without them, too, but then no index finds assets by them.
 *   Of what must not match they are not used: a fact that came since would not keep out the asset that came with it.
 */
export function conditionOf(query: AssetQuery, facts: FactsFound): Condition {
  switch (query.kind) {
    case 'all':
      return both(query.of.map(part => conditionOf(part, facts)));
    case 'any':
      return either(query.of.map(part => conditionOf(part, facts)));
    case 'not':
      return sql`((${conditionOf(query.of, NO_FACTS)}) is not true)`;
    case 'matches':
      return either(query.patterns.map(pattern => matches({ property: query.property, pattern, facts })));
    case 'compares':
      return compares(query);
    case 'gone':
      return query.value ? sql`a.gone_at is not null` : sql`a.gone_at is null`;
  }
}

export function both(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? sql`true` : sql`(${sql.join(conditions, sql` and `)})`;
}

export function either(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? sql`false` : sql`(${sql.join(conditions, sql` or `)})`;
}

/** Whether a column that holds lower-case text fits a pattern. */
export function lowerFits(column: RawBuilder<string>, pattern: Pattern): Condition {
  const text = textOf(pattern);
  return text === undefined ? sql`${column} like lower(${likeOf(pattern)})` : sql`${column} = lower(${text})`;
}

/** Asset types are stored as written in CloudFormation, and a query holds them so unless it has wildcards. */
export function typeFits(column: RawBuilder<string>, pattern: Pattern): Condition {
  const text = textOf(pattern);
  return text === undefined ? sql`lower(${column}) like lower(${likeOf(pattern)})` : sql`${column} = ${text}`;
}

/**
 * When an asset was seen last. For a live asset the ledger may know better than its row: every complete observation of
 * its scope by a connector that sees it has seen it, without touching the row.
 */
export const LAST_SEEN_AT = sql<Date>`case when a.gone_at is null then greatest(a.last_seen_at, (
  select max(s.complete_at) from connectors c join scopes s on s.connector_id = c.id
  where c.num = any(a.seen_by) and s.partition = a.partition and s.account_id = a.account_id and s.region = a.region
    and s.asset_type = a.asset_type
)) else a.last_seen_at end`;

/**
 * An app shows what at least one of its connectors sees. What no connector sees any more, because the last one was
 * deleted, is shown in both: no app owns it, and hidden it would be forgotten.
 */
export function inApp(app: App | undefined): Condition {
  if (!app) return sql`true`;
  return sql`(a.seen_by = '{}' or exists (select from connectors c where c.num = any(a.seen_by) and ${APP_COLUMNS[app]}))`;
}

/** Whether a connector `c` is in an app. */
export const APP_COLUMNS = { 'cloud-view': sql`c.in_cloud_view`, 'asset-view': sql`c.in_asset_view` };

function matches({
  property,
  pattern,
  facts,
}: {
  property: TextProperty;
  pattern: Pattern;
  facts: FactsFound;
}): Condition {
  switch (property.of) {
    case 'tag':
      return tagMatches(sql`a.tags`, property.key, pattern);
    case 'connectorTag':
      return tagMatches(sql`a.connector_tags`, property.key, pattern);
    case 'attribute':
      return attributeMatches({ property, pattern, facts });
    case 'asset':
      break;
  }
  switch (property.name) {
    case 'text':
      return searchHas(pattern, facts);
    case 'accountId':
      return lowerFits(sql`a.account_id`, pattern);
    case 'region':
      return lowerFits(sql`a.region`, pattern);
    case 'type':
      return typeFits(sql`a.asset_type`, pattern);
    case 'state':
      return lowerFits(sql`lower(a.state)`, pattern);
    case 'name':
      return inTextAnd(lowerFits(sql`lower(a.name)`, pattern), pattern);
    case 'id':
      return idFits(pattern);
    case 'arn':
      return inTextAnd(lowerFits(sql`lower(a.arn)`, pattern), pattern);
  }
}

/** An id, or the beginning of one, has an index of its own. Those that AWS made up are not in the text. */
function idFits(pattern: Pattern): Condition {
  const fits = lowerFits(sql`lower(a.native_id)`, pattern);
  return pattern[0] === '' && !isAnywhereInIds(pattern) ? inTextAnd(fits, pattern) : fits;
}

/** Tags keep their case, as they do in AWS. Only an exact value can use the index. */
function tagMatches(tags: RawBuilder<unknown>, key: string, pattern: Pattern): Condition {
  const text = textOf(pattern);
  return text === undefined
    ? sql`${tags} ->> ${key} like ${likeOf(pattern)}`
    : sql`${tags} @> ${JSON.stringify({ [key]: text })}::jsonb`;
}

function attributeMatches({
  property,
  pattern,
  facts,
}: {
  property: AttributeProperty;
  pattern: Pattern;
  facts: FactsFound;
}): Condition {
  const fits = lowerFits(sql`lower(value #>> '{}')`, pattern);
  const isByIndex = isIndexed(pattern) && facts.has(containing(pattern)) && !isAnywhereInIds(pattern);
  const places = property.places.map(({ assetType, path, inSearch }) => {
    const ofType = sql<boolean>`a.asset_type = ${assetType}`;
    const found = sql<boolean>`exists (select from ${valuesAt(path)} value where ${fits})`;
    if (!inSearch) return both([ofType, found]);
    if (inSearch === 'id' && !findsWhole(pattern)) {
      return both([ofType, either([textHas(pattern), sharedTextHas(pattern)]), found]);
    }
    // An index on the type would be read to its end beside the others, which find little: "is true" keeps it out.
    return both([searchHas(pattern, facts), isByIndex ? sql`(${ofType}) is true` : ofType, found]);
  });
  return either(places);
}

/** Whether a pattern, if it fits an id that AWS made up, is the whole of it. */
function findsWhole(pattern: Pattern): boolean {
  return !mayFindId(pattern) || wholeIds(pattern).length > 0;
}

function compares({ property, operator, value }: Extract<AssetQuery, { kind: 'compares' }>): Condition {
  if (property.of === 'asset') {
    if (property.name === 'lastSeen') return lastSeenCompares(operator, sql`${value}::timestamptz`);
    return sql`${TIMES[property.name]} ${SIGNS[operator]} ${value}::timestamptz`;
  }
  // Numbers are compared as JSON, which has no cast that could fail. Times in attributes all have the form of the value,
  // in which the order of the text is the order of time.
  const compared =
    typeof value === 'number'
      ? sql`jsonb_typeof(value) = 'number' and value ${SIGNS[operator]} ${JSON.stringify(value)}::jsonb`
      : sql`value #>> '{}' collate "C" ${SIGNS[operator]} ${value}`;
  return anyPlace(property.places, ({ path }) => sql`exists (select from ${valuesAt(path)} value where ${compared})`);
}

/**
 * The same as comparing `LAST_SEEN_AT`, but the ledger is read once and not once for each asset: an asset was seen since
 * then if its row says so or, while it is live, one of the complete observations since then is of its scope.
 */
function lastSeenCompares(operator: Comparison, time: RawBuilder<unknown>): Condition {
  const since = operator === '>' || operator === '<=' ? sql`>` : sql`>=`;
  const seen = sql<boolean>`(a.last_seen_at ${since} ${time} or (a.gone_at is null and exists (
    select from unnest(a.seen_by) seen(num)
    where (seen.num, a.partition, a.account_id, a.region, a.asset_type) in (
      select c.num, s.partition, s.account_id, s.region, s.asset_type
      from scopes s join connectors c on c.id = s.connector_id where s.complete_at ${since} ${time}
    ))))`;
  return operator === '>' || operator === '>=' ? seen : sql`(not ${seen})`;
}

/** An attribute counts only on the asset types that declare it. */
function anyPlace(places: readonly AttributePlace[], condition: (place: AttributePlace) => Condition): Condition {
  return either(places.map(place => sql`(a.asset_type = ${place.assetType} and ${condition(place)})`));
}

/**
 * A set of JSON values. Of a path that is not among those kept to be compared, because text tells it or a later release
 * asks for it, the attributes are looked into: that takes 15 µs for an instance, and reading all of it as `jsonb` 27.
 */
function valuesAt(path: string): RawBuilder<unknown> {
  const [first = '', ...steps] = path.split('.').map(step => step.replace(/\[\]$/, ''));
  // In lax mode `[*]` of a value that is no list is the value itself.
  const rest = `$[*]${steps.map(step => `.${JSON.stringify(step)}[*]`).join('')}`;
  const read = sql`jsonb_path_query_array((a.attributes -> ${first}::text)::jsonb, ${rest}::jsonpath)`;
  const values = sql`jsonb_path_query(coalesce(a.compared -> ${path}::text, ${read}), '$[*]')`;
  // An empty text is no value, as it is none of what is kept.
  return sql`(select value from ${values} value where value <> '""')`;
}

/** `condition`, helped by the index on the text, which contains all the values that it could accept. */
function inTextAnd(condition: Condition, pattern: Pattern): Condition {
  // One that the index does not know would only be one more comparison.
  return isIndexed(pattern) ? sql`(${textHas(pattern)} and ${condition})` : condition;
}

/** Whether a pattern is found in one of the facts that free text finds an asset by, its own and those that it shares. */
function searchHas(pattern: Pattern, facts: FactsFound): Condition {
  return either([
    both([textHas(pattern), ...withinFact(sql`string_to_table(a.search, E'\\n')`, pattern)]),
    ...(mayFindId(pattern) ? [idFound(pattern)] : []),
    ...sharedFound(pattern, facts),
    ...acrossFirstDot(pattern).flatMap(way => nameFound(way, facts)),
  ]);
}

/** Whether a DNS name is found whose first label stands in the text, and the rest among what is shared. */
function nameFound({ label, rest }: { label: string; rest: string }, facts: FactsFound): Condition[] {
  const found = facts.get(rest);
  if (found?.length === 0) return [];
  return [
    both([
      sql`a.search like ${`${label}%`}`,
      found
        ? sql`a.shared_facts && ${found}::text[]`
        : sql`exists (select from unnest(a.shared_facts) fact where fact like ${rest})`,
      sql`exists (select from string_to_table(a.search, E'\\n') fact where fact like ${label})`,
    ]),
  ];
}

/** Whether it is found in one of the facts and not, with what its wildcards stand for, from one of them to another. */
function withinFact(facts: RawBuilder<unknown>, pattern: Pattern): Condition[] {
  return hasWildcardInside(pattern)
    ? [sql`exists (select from ${facts} fact where fact like ${containing(pattern)})`]
    : [];
}

function hasWildcardInside(pattern: Pattern): boolean {
  return pattern.filter(part => part !== '').length > 1;
}

/** The same as `finds` for the id of the asset. */
function idFound(pattern: Pattern): Condition {
  const id = sql<string>`lower(a.native_id)`;
  if (isAnywhereInIds(pattern)) return sql`${id} like ${containing(pattern)}`;
  return either([sql`${id} like ${beginning(pattern)}`, sql`${id} = any(${wholeIds(pattern)}::text[])`]);
}

/** The same as `finds` for what the asset shares, and for the unique ids beside it. */
function sharedFound(pattern: Pattern, facts: FactsFound): Condition[] {
  const found = facts.get(containing(pattern));
  // Unique ids are in no table.
  if (found && !isAnywhereInIds(pattern)) return sharesAny([...new Set([...found, ...wholeIds(pattern)])], pattern);
  if (!hasWildcardInside(pattern) && !mayFindId(pattern)) return [sharedTextHas(pattern)];
  const one = sql<boolean>`exists (select from unnest(a.shared_facts) fact where ${finds(pattern, sql`fact`)})`;
  return [both([sharedTextHas(pattern), one])];
}

/** The text is lower-cased by the same function before it is stored. */
function textHas(pattern: Pattern): Condition {
  return sql`a.search like ${containing(pattern)}`;
}

/** The same of what an asset shares; no index helps. */
function sharedTextHas(pattern: Pattern): Condition {
  return sql`array_to_string(a.shared_facts, E'\\n') like ${containing(pattern)}`;
}

/** Whether an asset has one of the facts that a pattern is found in. */
function sharesAny(facts: readonly string[], pattern: Pattern): Condition[] {
  if (facts.length === 0) return [];
  const shares = sql<boolean>`a.shared_facts && ${facts}::text[]`;
  // Each of an asset's facts is compared with each that was found. Where no index is used that is dear, and most have none.
  return [facts.length > FEW ? both([sharedTextHas(pattern), shares]) : shares];
}

const FEW = 10;

const TIMES = { firstSeen: sql`a.first_seen_at`, changed: sql`a.changed_at` };

const SIGNS: Readonly<Record<Comparison, RawBuilder<unknown>>> = {
  '>': sql`>`,
  '>=': sql`>=`,
  '<': sql`<`,
  '<=': sql`<=`,
};
