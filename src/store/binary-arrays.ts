import { FieldsText } from '../inventory/fields-text.ts';

/**
 * Lists as PostgreSQL reads them in binary (`array_recv`): without quotes and escapes, which both sides would otherwise
 * go through letter by letter. The statement has to cast them, as in `${arrays.text(names)}::text[]`.
 *
 * They are written at once, to memory outside of the heap: while the database works, nothing of what they were made of
 * need be kept for the collector to move and mark. Give it back when the statement has ended.
 */
export class BinaryArrays {
  readonly #rooms: Buffer<ArrayBuffer>[] = [];
  /** What is free of the last room. */
  #free: Buffer = Buffer.alloc(0);

  text(values: readonly (string | null)[]): Buffer {
    return this.#write(values, { oid: 25 });
  }

  /** Of values that JSON has. */
  jsonb(values: readonly unknown[]): Buffer {
    const texts = values.map(value => JSON.stringify(value));
    return this.#write(texts, { oid: 3_802, version: 1 });
  }

  /** The same, kept as the text that it is. */
  json(values: readonly (object | FieldsText)[]): Buffer {
    const texts = values.map(value => (value instanceof FieldsText ? value : JSON.stringify(value)));
    return this.#write(texts, { oid: 114 });
  }

  /** Nobody may read the lists any more. */
  giveBack(): void {
    for (const { buffer } of this.#rooms) buffer.transfer(0);
  }

  #write(values: readonly (string | FieldsText | null)[], { oid, version }: ElementType): Buffer {
    const array = this.#atLeast(values.reduce((sum, value) => sum + 5 + bytesMax(value), HEADER_BYTES));
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
    this.#free = array.subarray(at);
    return array.subarray(0, at);
  }

  #atLeast(bytes: number): Buffer {
    if (bytes <= this.#free.length) return this.#free;
    const room = Buffer.allocUnsafeSlow(Math.max(bytes, ROOM_BYTES_MIN));
    this.#rooms.push(room);
    return room;
  }
}

/** The OIDs of the built-in types never change; `version` stands before each value of a type that has one. */
interface ElementType {
  readonly oid: number;
  readonly version?: number;
}

/** UTF-8 takes no more than three bytes for a unit of UTF-16. */
function bytesMax(value: string | FieldsText | null): number {
  if (value === null) return 0;
  return typeof value === 'string' ? 3 * value.length : value.bytesMax;
}

const HEADER_BYTES = 20;
/** Most lists of a page find room in it. */
const ROOM_BYTES_MIN = 65_536;
