import { LIMITS } from '../domain/limits.ts';
import { FieldsText } from '../inventory/fields-text.ts';

/**
 * Lists as PostgreSQL reads them in binary (`array_recv`): without quotes and escapes, which both sides would otherwise
 * go through letter by letter. The statement has to cast them, as in `${textArray(names)}::text[]`.
 */
export function textArray(values: readonly (string | null)[]): BinaryArray {
  return new BinaryArray(values, { oid: 25 });
}

/** Of values that JSON has. */
export function jsonbArray(values: readonly unknown[]): BinaryArray {
  const texts = values.map(value => JSON.stringify(value));
  return new BinaryArray(texts, { oid: 3_802, version: 1 });
}

/** The same, kept as the text that it is. */
export function jsonArray(values: readonly (object | FieldsText)[]): BinaryArray {
  const texts = values.map(value => (value instanceof FieldsText ? value : JSON.stringify(value)));
  return new BinaryArray(texts, { oid: 114 });
}

/** Written when the driver asks for it, to where all of them are written: it copies each into its message at once. */
class BinaryArray {
  readonly #values: readonly (string | FieldsText | null)[];
  readonly #type: ElementType;

  constructor(values: readonly (string | FieldsText | null)[], type: ElementType) {
    this.#values = values;
    this.#type = type;
  }

  /** The driver's name for it; it sends a Buffer as a binary parameter. */
  toPostgres(): Buffer {
    const { oid, version } = this.#type;
    const array = atLeast(this.#values.reduce((sum, value) => sum + 5 + bytesMax(value), HEADER_BYTES));
    let at = 0;
    // One dimension, perhaps with nulls, whose first index is 1.
    for (const field of [1, 1, oid, this.#values.length, 1]) at = array.writeInt32BE(field, at);
    for (const value of this.#values) {
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
}

/** The OIDs of the built-in types never change; `version` stands before each value of a type that has one. */
interface ElementType {
  readonly oid: number;
  readonly version?: number;
}

let room = Buffer.allocUnsafeSlow(65_536);

/** What is larger than pages usually are is not kept. */
function atLeast(bytes: number): Buffer {
  if (bytes <= room.length) return room;
  const larger = Buffer.allocUnsafeSlow(bytes);
  if (bytes <= LIMITS.keptArrayBytesMax) room = larger;
  return larger;
}

/** UTF-8 takes no more than three bytes for a unit of UTF-16. */
function bytesMax(value: string | FieldsText | null): number {
  if (value === null) return 0;
  return typeof value === 'string' ? 3 * value.length : value.bytesMax;
}

const HEADER_BYTES = 20;
