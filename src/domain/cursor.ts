import { fault } from './faults.ts';
import { failed, ok, type Result } from './result.ts';

/** The place in a list after which the next page begins: the sort keys of the last item, opaque to whoever carries it. */
export function writeCursor(keys: readonly string[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/** The sort keys that a cursor holds, exactly `count` of them; null without a cursor, for the first page. */
export function readCursor(cursor: string | undefined, count: number): Result<readonly string[] | null> {
  if (cursor === undefined) return ok(null);
  const keys = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (isStrings(keys) && keys.length === count) return ok(keys);
  return failed(fault('invalid-cursor', 'The cursor is not one that this list handed out.', { field: 'cursor' }));
}

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
