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

export type App = 'cloud-view' | 'asset-view';
export type Condition = RawBuilder<boolean>;

/**
 * The condition on `assets a` that a checked query means. Everything from the query is a parameter. What an asset does
 * not have matches nothing, so `not` of it matches.
 */
export function conditionOf(query: AssetQuery): Condition {
  switch (query.kind) {
    case 'all':
      return both(query.of.map(conditionOf));
    case 'any':
      return either(query.of.map(conditionOf));
    case 'not':
      return sql`((${conditionOf(query.of)}) is not true)`;
    case 'matches':
      return either(query.patterns.map(pattern => matches(query.property, pattern)));
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

function matches(property: TextProperty, pattern: Pattern): Condition {
  switch (property.of) {
    case 'tag':
      return tagMatches(sql`a.tags`, property.key, pattern);
    case 'connectorTag':
      return tagMatches(sql`a.connector_tags`, property.key, pattern);
    case 'attribute':
      return attributeMatches(property, pattern);
    case 'asset':
      break;
  }
  switch (property.name) {
    case 'text':
      return searchHas(pattern);
    case 'accountId':
      return lowerFits(sql`a.account_id`, pattern);
    case 'region':
      return lowerFits(sql`a.region`, pattern);
    case 'type':
      return typeFits(sql`a.asset_type`, pattern);
    case 'state':
      return lowerFits(sql`lower(a.state)`, pattern);
    case 'name':
      return inSearchAnd(lowerFits(sql`lower(a.name)`, pattern), pattern);
    case 'id':
      return idFits(pattern);
    case 'arn':
      return inSearchAnd(lowerFits(sql`lower(a.arn)`, pattern), pattern);
  }
}

/** An id, or the beginning of one, has an index of its own. */
function idFits(pattern: Pattern): Condition {
  const fits = lowerFits(sql`lower(a.native_id)`, pattern);
  return pattern[0] === '' ? inSearchAnd(fits, pattern) : fits;
}

/** Tags keep their case, as they do in AWS. Only an exact value can use the index. */
function tagMatches(tags: RawBuilder<unknown>, key: string, pattern: Pattern): Condition {
  const text = textOf(pattern);
  return text === undefined
    ? sql`${tags} ->> ${key} like ${likeOf(pattern)}`
    : sql`${tags} @> ${JSON.stringify({ [key]: text })}::jsonb`;
}

function attributeMatches({ places }: AttributeProperty, pattern: Pattern): Condition {
  const fits = lowerFits(sql`lower(value #>> '{}')`, pattern);
  return anyPlace(places, place => {
    const found = sql<boolean>`exists (select from jsonb_path_query(a.attributes, ${jsonPathOf(place.path)}::jsonpath) value where ${fits})`;
    return place.inSearch ? inSearchAnd(found, pattern) : found;
  });
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
  return anyPlace(
    property.places,
    ({ path }) =>
      sql`exists (select from jsonb_path_query(a.attributes, ${jsonPathOf(path)}::jsonpath) value where ${compared})`,
  );
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

/** `a[].b` as the JSON path `$."a"[*]."b"[*]`; in lax mode `[*]` of a value that is no list is the value itself. */
function jsonPathOf(path: string): string {
  const steps = path.split('.').map(step => `.${JSON.stringify(step.replace(/\[\]$/, ''))}[*]`);
  return `$${steps.join('')}`;
}

/** `condition`, helped by the index on the text that contains all the values that it could accept. */
function inSearchAnd(condition: Condition, pattern: Pattern): Condition {
  // The index knows groups of three letters; with fewer it would only be one more comparison.
  return pattern.some(part => part.length >= 3) ? sql`(${searchHas(pattern)} and ${condition})` : condition;
}

/** The text is lower-cased by the same function before it is stored. */
function searchHas(pattern: Pattern): Condition {
  return sql`a.search like ${`%${likeOf(pattern).toLowerCase()}%`}`;
}

const TIMES = { firstSeen: sql`a.first_seen_at`, changed: sql`a.changed_at` };

const SIGNS: Readonly<Record<Comparison, RawBuilder<unknown>>> = {
  '>': sql`>`,
  '>=': sql`>=`,
  '<': sql`<`,
  '<=': sql`<=`,
};
