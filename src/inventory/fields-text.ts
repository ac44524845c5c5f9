import type { Attributes } from './define.ts';
import { collectTexts, readTags, type Step } from './json-texts.ts';
import { readText } from './read-text.ts';

/**
 * The fields of a resource as JSON. Most are only written to the database: they are never read, and of an object of
 * them only what somebody asks for is made.
 */
export class FieldsText {
  readonly #sheet: Sheet;
  readonly #start: number;
  readonly #first: number;
  readonly #behind: number;
  readonly #leftOut: readonly string[];
  readonly #added: Attributes;

  constructor(sheet: Sheet, { start, first, behind }: Places, { leftOut, added }: Difference = UNCHANGED) {
    this.#sheet = sheet;
    this.#start = start;
    this.#first = first;
    this.#behind = behind;
    this.#leftOut = leftOut;
    this.#added = added;
  }

  /** These fields without some, and with others besides or, where they have the same name, in their place. */
  but(difference: Difference): FieldsText {
    const places = { start: this.#start, first: this.#first, behind: this.#behind };
    return new FieldsText(this.#sheet, places, difference);
  }

  get json(): string {
    const bytes = Buffer.allocUnsafe(this.bytesMax);
    return bytes.toString('utf8', 0, this.writeTo(bytes, 0));
  }

  /** No fewer than `writeTo` writes. */
  get bytesMax(): number {
    return 1 + this.#endBefore(this.#behind) - this.#start + 3 * JSON.stringify(this.#added).length;
  }

  /** Writes the JSON in UTF-8; answers where it ends. */
  writeTo(target: Buffer, start: number): number {
    const { bytes } = this.#sheet;
    let at = start + target.write(JSON.stringify(this.#added), start);
    // The next field comes behind the last one of those added, or behind the brace.
    if (at > start + 2) target[at - 1] = COMMA;
    else at = start + 1;
    let from = this.#start;
    for (let field = this.#first; field < this.#behind; field += 1) {
      if (!this.#isGone(this.#sheet.nameOf(field))) continue;
      at += bytes.copy(target, at, from, this.#endBefore(field));
      from = this.#sheet.endOf(field);
    }
    at += bytes.copy(target, at, from, this.#endBefore(this.#behind));
    // In place of the comma behind the last one.
    if (at > start + 1) at -= 1;
    return target.writeUInt8(CLOSE, at);
  }

  /** Where a field begins, which is where the one before it ends. */
  #endBefore(field: number): number {
    return field === this.#first ? this.#start : this.#sheet.endOf(field - 1);
  }

  /** Where its value begins: behind its name. */
  #valueOf(field: number, name: string): number {
    return this.#endBefore(field) + name.length + '"":'.length;
  }

  #isGone(name: string): boolean {
    return this.#leftOut.includes(name) || Object.hasOwn(this.#added, name);
  }

  /** Undefined for a field that there is not. */
  read(name: string): unknown {
    if (Object.hasOwn(this.#added, name)) return this.#added[name];
    const field = this.#sheet.fieldNamed(name, { first: this.#first, behind: this.#behind });
    if (field === undefined || this.#leftOut.includes(name)) return undefined;
    const start = this.#valueOf(field, name);
    const { bytes } = this.#sheet;
    if (bytes[start] === QUOTE) return readText(bytes, start);
    return JSON.parse(bytes.toString('utf8', start, this.#sheet.endOf(field) - 1));
  }

  /** Adds what is at the end of the steps, as `valuesAt` does with objects. False for a field that was added. */
  addTexts(step: Step, texts: string[]): boolean {
    if (Object.hasOwn(this.#added, step.name)) return false;
    const field = this.#sheet.fieldOf(step, { first: this.#first, behind: this.#behind });
    if (field !== undefined && !this.#leftOut.includes(step.name)) {
      collectTexts(this.#sheet.bytes, this.#valueOf(field, step.name), step, texts);
    }
    return true;
  }

  /** The field of this name as AWS's tags; undefined where there is no such field. */
  readTags(name: string): Readonly<Record<string, string>> | undefined {
    const field = this.#sheet.fieldNamed(name, { first: this.#first, behind: this.#behind });
    return field === undefined ? undefined : readTags(this.#sheet.bytes, this.#valueOf(field, name));
  }

  readAll(): Attributes {
    return JSON.parse(this.json);
  }

  toJSON(): Attributes {
    return this.readAll();
  }
}

/**
 * What the fields of resources are written on, one resource after the other, and where each field is: bytes and numbers outside
 * of the heap, which the garbage collector need not move. The bytes are given back at once when nobody needs them any more.
 */
export class Sheet {
  #bytes: Buffer<ArrayBuffer> | undefined;
  /** Of each field the number of its name, and where it ends. */
  #fields = new Int32Array(4_096);
  #count = 0;

  /** It grows when there are more bytes than are expected: then they are copied. */
  constructor(bytesLikely = 4_096) {
    this.#bytes = Buffer.allocUnsafeSlow(bytesLikely);
  }

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

  /** How many fields have been noted. */
  get count(): number {
    return this.#count;
  }

  /** Notes that a field ends there, the name of which has this number. */
  note(name: number, end: number): void {
    const at = 2 * this.#count;
    if (at === this.#fields.length) {
      const before = this.#fields;
      this.#fields = new Int32Array(2 * before.length);
      this.#fields.set(before);
    }
    this.#fields[at] = name;
    this.#fields[at + 1] = end;
    this.#count += 1;
  }

  nameOf(field: number): string {
    return NAMES[this.#fields[2 * field] ?? 0] ?? '';
  }

  endOf(field: number): number {
    return this.#fields[2 * field + 1] ?? 0;
  }

  fieldNamed(name: string, places: Pick<Places, 'first' | 'behind'>): number | undefined {
    return this.#fieldNumbered(NUMBERS.get(name), places);
  }

  /** The field that the step is about. */
  fieldOf(step: Step, places: Pick<Places, 'first' | 'behind'>): number | undefined {
    const likely = places.first + step.likely;
    if (likely < places.behind && this.#fields[2 * likely] === step.number) return likely;
    const field = this.#fieldNumbered(step.number, places);
    if (field !== undefined) step.likely = field - places.first;
    return field;
  }

  #fieldNumbered(number: number | undefined, { first, behind }: Pick<Places, 'first' | 'behind'>): number | undefined {
    for (let field = first; field < behind; field += 1) if (this.#fields[2 * field] === number) return field;
    return undefined;
  }

  giveBack(): void {
    this.#bytes?.buffer.transfer(0);
    this.#bytes = undefined;
  }
}

interface Places {
  /** Where the first field begins on the sheet; each is `"name":value,`. */
  readonly start: number;
  /** Which of the sheet's fields is the first, and which the first that is not one of these any more. */
  readonly first: number;
  readonly behind: number;
}

/** The number by which sheets note a name: of the fields of AWS's shapes, of which there are some thousands. */
export function numberOfName(name: string): number {
  const known = NUMBERS.get(name);
  if (known !== undefined) return known;
  NUMBERS.set(name, NAMES.length);
  return NAMES.push(name) - 1;
}

const NAMES: string[] = [];
const NUMBERS = new Map<string, number>();

interface Difference {
  readonly leftOut: readonly string[];
  readonly added: Attributes;
}

const UNCHANGED: Difference = { leftOut: [], added: {} };

const [COMMA, CLOSE, QUOTE] = [0x2c, 0x7d, 0x22];

/** Fields as an object, whichever they are. */
export function readFields(fields: Attributes | FieldsText): Attributes {
  return fields instanceof FieldsText ? fields.readAll() : fields;
}
