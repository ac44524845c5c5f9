import { writeCursor } from '../domain/cursor.ts';

/** A page from `limit + 1` rows: the one too many only tells that there is a next page. `keys` are what the list is sorted by. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  { limit, keys, item }: { limit: number; keys: (row: Row) => readonly string[]; item: (row: Row) => Item },
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(item), nextCursor: last === undefined ? null : writeCursor(keys(last)) };
}
