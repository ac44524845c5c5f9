import { FieldsText } from '../inventory/fields-text.ts';

/**
 * Lists as PostgreSQL reads them in binary (`array_recv`): without quotes and escapes, which both sides would otherwise
 * go through letter by letter. The driver sends a Buffer as a binary parameter; the statement has to cast it, as in
 * `${textArray(names)}::text[]`.
 */
export function textArray(values: readonly (string | null)[]): Buffer {
  return binaryArray(values, { oid: 25 });
}

/** Of values that JSON has. */
export function jsonbArray(values: readonly unknown[]): Buffer {
  const texts = values.map(value => (value instanceof FieldsText ? value : JSON.stringify(value)));
  return binaryArray(texts, { oid: 3_802, version: 1 });
}

/** The OIDs of the built-in types never change; `version` stands before each value of a type that has one. */
function binaryArray(
  values: readonly (string | FieldsText | null)[],
  { oid, version }: { oid: number; version?: number },
): Buffer {
  const max = values.reduce((sum, value) => sum + 5 + bytesMax(value), HEADER_BYTES);
  const array = Buffer.allocUnsafe(max);
  let at = 0;
  // One dimension, perhaps with nulls, whose first index is 1.
  for (const field of [1, 1, oid, values.length, 1]) at = array.writeInt32BE(field, at);
  for (const value of values) {
    const from = at + 4;
    at = from;
    if (value !== null) {
      if (version !== undefined) at = array.writeUInt8(version, at);
      at = typeof value === 'string' ? at + array.write(value, at) : value.writeTo(array, at);
    }
    array.writeInt32BE(value === null ? -1 : at - from, from - 4);
  }
  return array.subarray(0, at);
}

/** UTF-8 takes no more than three bytes for a unit of UTF-16. */
function bytesMax(value: string | FieldsText | null): number {
  if (value === null) return 0;
  return typeof value === 'string' ? 3 * value.length : value.bytesMax;
}

const HEADER_BYTES = 20;
