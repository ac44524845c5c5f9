import type { Attributes } from './define.ts';

/**
 * The fields of a resource as JSON. Most are only written to the database: they are never read, and of an object of
 * them only what somebody asks for is made.
 */
export class FieldsText {
  readonly #sheet: Sheet;
  readonly #places: Places;
  readonly #leftOut: readonly string[];
  readonly #added: Attributes;
  /** What is added, as it is written: `"name":value,` one after the other. */
  readonly #more: string;

  constructor(sheet: Sheet, places: Places, { leftOut, added }: Difference = UNCHANGED) {
    this.#sheet = sheet;
    this.#places = places;
    this.#leftOut = leftOut;
    this.#added = added;
    let more = '';
    for (const name in added) more += `"${name}":${JSON.stringify(added[name])},`;
    this.#more = more;
  }

  /** These fields without some, and with others besides or, where they have the same name, in their place. */
  but({ leftOut, added }: Difference): FieldsText {
    return new FieldsText(this.#sheet, this.#places, { leftOut, added });
  }

  get json(): string {
    const bytes = Buffer.allocUnsafe(this.bytesMax);
    return bytes.toString('utf8', 0, this.writeTo(bytes, 0));
  }

  /** No fewer than `writeTo` writes. */
  get bytesMax(): number {
    const { start, ends } = this.#places;
    return 2 + (ends.at(-1) ?? start) - start + 3 * this.#more.length;
  }

  /** Writes the JSON in UTF-8; answers where it ends. */
  writeTo(target: Buffer, start: number): number {
    const { names, start: first, ends } = this.#places;
    const { bytes } = this.#sheet;
    let at = start;
    at = target.writeUInt8(OPEN, at);
    let from = first;
    for (let index = 0; index < names.length; index += 1) {
      if (!this.#isGone(names[index] ?? '')) continue;
      at += bytes.copy(target, at, from, ends[index - 1] ?? first);
      from = ends[index] ?? first;
    }
    at += bytes.copy(target, at, from, ends.at(-1) ?? first);
    at += target.write(this.#more, at);
    // In place of the comma behind the last one.
    if (at > start + 1) at -= 1;
    return target.writeUInt8(CLOSE, at);
  }

  #isGone(name: string): boolean {
    return this.#leftOut.includes(name) || Object.hasOwn(this.#added, name);
  }

  /** Undefined for a field that there is not. */
  read(name: string): unknown {
    if (Object.hasOwn(this.#added, name)) return this.#added[name];
    const { names, start: first, ends } = this.#places;
    const index = names.indexOf(name);
    if (index < 0 || this.#leftOut.includes(name)) return undefined;
    const start = (ends[index - 1] ?? first) + name.length + '"":'.length;
    const end = (ends[index] ?? first) - 1;
    const { bytes } = this.#sheet;
    if (isPlainText(bytes, { start, end })) return bytes.toString('latin1', start + 1, end - 1);
    return JSON.parse(bytes.toString('utf8', start, end));
  }

  readAll(): Attributes {
    return JSON.parse(this.json);
  }

  toJSON(): Attributes {
    return this.readAll();
  }
}

/**
 * What the fields of resources are written on, one resource after the other: bytes outside of the heap, which the garbage
 * collector need not move, and which are given back at once when nobody needs the fields any more.
 */
export class Sheet {
  #bytes: Buffer<ArrayBuffer> | undefined = Buffer.allocUnsafeSlow(65_536);

  /** @throws Error when they were given back. */
  get bytes(): Buffer<ArrayBuffer> {
    if (!this.#bytes) throw new Error('fields were asked for after they had been given back');
    return this.#bytes;
  }

  /** So that `by` bytes more than there are find room. */
  grow(by: number): Buffer<ArrayBuffer> {
    const before = this.bytes;
    this.#bytes = Buffer.allocUnsafeSlow(2 * before.length + by);
    before.copy(this.#bytes);
    before.buffer.transfer(0);
    return this.#bytes;
  }

  giveBack(): void {
    this.#bytes?.buffer.transfer(0);
    this.#bytes = undefined;
  }
}

interface Places {
  readonly names: readonly string[];
  /** Where the first field begins on the sheet; each is `"name":value,`. */
  readonly start: number;
  /** Where each ends, behind its comma. */
  readonly ends: readonly number[];
}

interface Difference {
  readonly leftOut: readonly string[];
  readonly added: Attributes;
}

const UNCHANGED: Difference = { leftOut: [], added: {} };

const [OPEN, CLOSE, QUOTE, BACKSLASH, BEYOND_ASCII] = [0x7b, 0x7d, 0x22, 0x5c, 0x80];

/** Whether a text stands there that is written as it is, as nearly all are. */
function isPlainText(bytes: Buffer, { start, end }: { start: number; end: number }): boolean {
  if (bytes[start] !== QUOTE) return false;
  for (let at = start + 1; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === BACKSLASH || byte >= BEYOND_ASCII) return false;
  }
  return true;
}

/** Fields as an object, whichever they are. */
export function readFields(fields: Attributes | FieldsText): Attributes {
  return fields instanceof FieldsText ? fields.readAll() : fields;
}
