import { type RawBuilder, sql } from 'kysely';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Condition } from './asset-condition.ts';

/** The order of a page: by one property, and by id where that is equal. */
export interface Sort {
  readonly column: RawBuilder<unknown>;
  readonly kind: 'text' | 'time';
  readonly nullable: boolean;
  readonly descending: boolean;
}

/** Where a page ended: the last asset's value of the property sorted by, and its id for equal values. */
export interface Place {
  readonly value: string | null;
  readonly id: string;
}

/** "name", or "-name" for descending. Faults: `invalid-field`. */
export function readSort(text: string): Result<Sort> {
  const descending = text.startsWith('-');
  const name = descending ? text.slice(1) : text;
  const wanted = SORT_ALIASES[name] ?? name;
  const found = Object.entries(SORTS).find(([sort]) => sort === wanted);
  if (found) return ok({ ...found[1], descending });
  const choices = Object.keys(SORTS).join(', ');
  return failed(fault('invalid-field', `Assets cannot be sorted by "${name}", only by ${choices}.`, { field: 'sort' }));
}

/** Nulls last in both directions, and in a form that `after` can compare as one row value. */
export function orderBy({ column, nullable, descending }: Sort): RawBuilder<unknown> {
  if (descending) return sql`${nullable ? sql`(${column} is not null) desc, ` : sql``}${column} desc, a.id desc`;
  return sql`${nullable ? sql`(${column} is null), ` : sql``}${column}, a.id`;
}

/** With microseconds, which a JavaScript date would lose. */
export function sortValue({ column, kind }: Sort): RawBuilder<string | null> {
  return kind === 'text' ? sql`${column}` : sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** What comes after a place in the order of `sort`, as one comparison that an index can answer. */
export function after({ value, id }: Place, { column, kind, nullable, descending }: Sort): Condition {
  if (value === null) return sql`(${column} is null and ${descending ? sql`a.id < ${id}` : sql`a.id > ${id}`})`;
  const than = kind === 'time' ? sql`${value}::timestamptz` : sql`${value}::text`;
  if (descending) {
    return nullable
      ? sql`((${column} is not null), ${column}, a.id) < (true, ${than}, ${id}::uuid)`
      : sql`(${column}, a.id) < (${than}, ${id}::uuid)`;
  }
  return nullable
    ? sql`((${column} is null), ${column}, a.id) > (false, ${than}, ${id}::uuid)`
    : sql`(${column}, a.id) > (${than}, ${id}::uuid)`;
}

/** What a page can be sorted by. `name` and `state` may be null: those assets come last, whichever way it is sorted. */
const SORTS = {
  name: { column: sql`a.name`, kind: 'text', nullable: true },
  id: { column: sql`a.native_id`, kind: 'text', nullable: false },
  type: { column: sql`a.asset_type`, kind: 'text', nullable: false },
  state: { column: sql`a.state`, kind: 'text', nullable: true },
  accountId: { column: sql`a.account_id`, kind: 'text', nullable: false },
  region: { column: sql`a.region`, kind: 'text', nullable: false },
  firstSeen: { column: sql`a.first_seen_at`, kind: 'time', nullable: false },
  changed: { column: sql`a.changed_at`, kind: 'time', nullable: false },
} as const satisfies Record<string, Omit<Sort, 'descending'>>;

/** The fields of the API's asset, for those who sort by what they see. */
const SORT_ALIASES: Readonly<Record<string, string>> = {
  nativeId: 'id',
  assetType: 'type',
  firstSeenAt: 'firstSeen',
  changedAt: 'changed',
};
