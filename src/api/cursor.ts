import type { z } from 'zod';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';

/**
 * Cursors of one list: opaque to clients, checked when they come back. A cursor holds the position of the last item that
 * was handed out, so that paging costs the same on every page and items that come and go do not shift it.
 */
export interface Cursors<Position> {
  /** The position in a request's cursor; null without one: the start. Fault invalid-cursor. */
  read(cursor: string | undefined): Result<Position | null>;
  /** A page from `limit + 1` rows: the one too many only tells that there is a next page. */
  page<Row, Item>(
    rows: readonly Row[],
    by: { limit: number; position: (row: Row) => Position; item: (row: Row) => Item },
  ): { items: Item[]; nextCursor: string | null };
}

/** `list` keeps a cursor of one list from being used on another. */
export function cursorsOf<Position>(list: string, shape: z.ZodType<Position>): Cursors<Position> {
  return {
    read(cursor) {
      if (cursor === undefined) return ok(null);
      const content = contentOf(cursor);
      const position = content?.list === list ? shape.safeParse(content.at) : undefined;
      if (position?.success) return ok(position.data);
      return failed(fault('invalid-cursor', 'The cursor was not handed out by this list.', { field: 'cursor' }));
    },
    page(rows, { limit, position, item }) {
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const more = rows.length > limit && last !== undefined;
      return { items: shown.map(item), nextCursor: more ? written(list, position(last)) : null };
    },
  };
}

const VERSION = 1;

function written(list: string, at: unknown): string {
  return Buffer.from(JSON.stringify({ v: VERSION, list, at })).toString('base64url');
}

function contentOf(cursor: string): { list: unknown; at: unknown } | undefined {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  return 'v' in content && content.v === VERSION && 'list' in content && 'at' in content ? content : undefined;
}
