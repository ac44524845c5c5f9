import { createHash } from 'node:crypto';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Place, Sort } from './asset-sort.ts';

/**
 * An opaque cursor.
 * @param belongsTo everything that must be the same when the cursor comes back: query, app and order
 */
export function cursorOf({ value, id }: Place, belongsTo: string): string {
  return Buffer.from(JSON.stringify([fingerprintOf(belongsTo), value, id])).toString('base64url');
}

/** Faults: `invalid-cursor` for anything that `cursorOf` did not make for this search. */
export function readCursor(text: string, { belongsTo, sort }: { belongsTo: string; sort: Sort }): Result<Place> {
  const invalid = (detail: string) => failed(fault('invalid-cursor', detail, { field: 'cursor' }));
  const parts = decode(text);
  if (!parts) return invalid('It is not a cursor.');
  const [fingerprint, value, id] = parts;
  if (fingerprint !== fingerprintOf(belongsTo)) return invalid('It belongs to another query, app or sort order.');
  if (typeof id !== 'string' || !UUID.test(id) || !fits(value, sort)) return invalid('It is not a cursor.');
  return ok({ value, id });
}

function decode(text: string): readonly unknown[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) ? parts : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function fits(value: unknown, { kind, nullable }: Sort): value is string | null {
  if (value === null) return nullable;
  if (typeof value !== 'string') return false;
  return kind === 'time'
    ? TIME.test(value) && value >= '0001' && !Number.isNaN(Date.parse(value))
    : !value.includes('\0');
}

function fingerprintOf(belongsTo: string): string {
  return createHash('sha256').update(belongsTo).digest('base64url').slice(0, 12);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;
