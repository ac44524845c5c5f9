import { FieldsText } from '../inventory/fields-text.ts';

/**
 * Lists as PostgreSQL reads them in binary (`array_recv`): without quotes and escapes, which both sides would otherwise
 * go through letter by letter. The driver sends a Buffer as a binary parameter; the statement has to cast it, as in
 * `${textArray(names)}::text[]`.
 */
export function textArray(values: readonly (string | null)[]): Buffer {
  return binaryArray(values, { oid: 25, version: '' });
}

/** Of values that JSON has. */
export function jsonbArray(values: readonly unknown[]): Buffer {
  const texts = values.map(value => (value instanceof FieldsText ? value.json : JSON.stringify(value)));
  return binaryArray(texts, { oid: 3_802, version: '\u0001' });
}

/** The OIDs of the built-in types never change; `version` stands before each value of a type that has one. */
function binaryArray(values: readonly (string | null)[], { oid, version }: { oid: number; version: string }): Buffer {
  const sizes = values.map(value => (value === null ? -1 : Buffer.byteLength(value) + version.length));
  const array = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + Math.max(size, 0), HEADER_BYTES));
  let at = 0;
  // One dimension, perhaps with nulls, whose first index is 1.
  for (const field of [1, 1, oid, values.length, 1]) at = array.writeInt32BE(field, at);
  for (const [index, value] of values.entries()) {
    at = array.writeInt32BE(sizes[index] ?? -1, at);
    if (value === null) continue;
    at += array.write(version, at);
    at += array.write(value, at);
  }
  return array;
}

const HEADER_BYTES = 20;
