import { fault } from './faults.ts';
import { failed, ok, type Result } from './result.ts';

/** The place in a list after which the next page begins: the sort keys of the last item, opaque to whoever carries it. */
export function writeCursor(keys: readonly string[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/** What a sort key can be. */
export type CursorKey = keyof typeof KEYS;

/**
 * The sort keys that a cursor holds, one of each kind asked for; null without a cursor, for the first page. Whoever forges
 * a cursor only begins elsewhere in the list: nothing gets through that the database could not compare with.
 */
export function readCursor(cursor: string | undefined, kinds: readonly CursorKey[]): Result<readonly string[] | null> {
  if (cursor === undefined) return ok(null);
  const keys = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  const fits =
    isStrings(keys) && keys.length === kinds.length && kinds.every((kind, i) => KEYS[kind].test(keys[i] ?? ''));
  if (fits) return ok(keys);
  return failed(fault('invalid-cursor', 'The cursor is not one that this list handed out.', { field: 'cursor' }));
}

const KEYS = {
  /** PostgreSQL cannot hold NUL in a text. */
  text: /^[^\0]*$/s,
  id: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  number: /^\d{1,15}$/,
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}
