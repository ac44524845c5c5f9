import { isUtf8 } from 'node:buffer';
import { FieldsText, type Sheet } from '../../inventory/fields-text.ts';
import { Irregular, leafOf } from './read.ts';
import type { LeafShape, ListShape, Member, Shape, StructShape } from './shape.ts';

/**
 * Writes elements of a plain answer (`isPlain` in read.ts) as JSON with the names of attributes, from bytes to bytes: the same
 * as reading them as `readDocument` does and making JSON of their attributes, in a fifth of the time and with next to nothing
 * for the garbage collector (docs/performance.md).
 */
export class Transcriber {
  readonly #from: Buffer;
  readonly #sheet: Sheet;
  #at = 0;
  /** The sheet's, and where what was written ends. */
  #to: Buffer;
  #end = 0;

  constructor(answer: Buffer, sheet: Sheet) {
    this.#from = answer;
    this.#sheet = sheet;
    this.#to = sheet.bytes;
  }

  /**
   * The struct in the list's element that begins at `start`, without the list that is read apart from it.
   * @throws Irregular where `readDocument` does, and for some of what is rare.
   */
  item(list: ListShape, start: number, apart?: Apart): Transcribed {
    if (list.item.kind !== 'struct') throw new Irregular('items that are no structs');
    this.#at = start;
    const [began, first] = [this.#end, this.#sheet.count];
    if (!this.#isAt(list.tag)) throw new Irregular('another element in a list');
    if (this.#goInto(list.tag)) this.#struct(list.item, list.tag, { apart });
    // The SDK reads other bytes as U+FFFD; PostgreSQL takes none of them.
    if (!isUtf8(this.#to.subarray(began, this.#end))) throw new Irregular('bytes that are no UTF-8');
    const fields = new FieldsText(this.#sheet, { start: began, first, behind: this.#sheet.count });
    return { fields, start, end: this.#at };
  }

  /** The items of a list whose element, with this tag, begins at `start`, and where that ends. */
  items(list: ListShape, { tag, start }: { tag: Tag; start: number }): { items: Transcribed[]; end: number } {
    const items: Transcribed[] = [];
    this.#at = start;
    if (this.#goInto(tag)) {
      while (this.#nextIsElement()) items.push(this.item(list, this.#at));
      this.#close(tag);
    }
    return { items, end: this.#at };
  }

  /** From behind the opening tag to behind the closing one; each field with a comma behind it, those of an item noted. */
  #struct(shape: StructShape, tag: Tag, item?: { readonly apart: Apart | undefined }): void {
    serial += 1;
    const began = serial;
    let last: Member | undefined;
    while (this.#nextIsElement()) {
      const guess = last ? last.next : shape.first;
      const member = guess && this.#isAt(guess.tag) ? guess : this.#memberHere(shape);
      if (!member) continue;
      if (member.flattened) throw new Irregular('a list without an element of its own');
      // A struct within itself may have marked it, too: then it is read elsewhere.
      if (member.seen >= began) throw new Irregular(`${member.name} twice`);
      member.seen = began;
      if (last) last.next = member;
      else shape.first = member;
      last = member;
      if (item?.apart?.member === member) {
        this.#at = item.apart.read(this.#at);
        continue;
      }
      this.#put(member.key);
      this.#value(member.shape, member.tag);
      if (item) this.#sheet.note(member.nameNumber, this.#end);
    }
    this.#close(tag);
  }

  #list(shape: ListShape, tag: Tag): void {
    while (this.#nextIsElement()) {
      if (!this.#isAt(shape.tag)) throw new Irregular('another element in a list');
      this.#value(shape.item, shape.tag);
    }
    this.#close(tag);
  }

  /** Of the element that stands here and has this tag. */
  #value(shape: Shape, tag: Tag): void {
    const isFull = this.#goInto(tag);
    switch (shape.kind) {
      case 'struct':
        this.#putByte(OPEN_STRUCT);
        if (isFull) this.#struct(shape, tag);
        this.#putEnd(CLOSE_STRUCT);
        return;
      case 'list':
        this.#putByte(OPEN_LIST);
        if (isFull) this.#list(shape, tag);
        this.#putEnd(CLOSE_LIST);
        return;
      default:
        if (isFull) this.#leaf(shape, tag);
        else if (shape.kind === 'text') this.#put(EMPTY_TEXT);
        else throw new Irregular('nothing where a value must be');
    }
  }

  #leaf({ kind }: LeafShape, tag: Tag): void {
    const from = this.#from;
    const start = this.#at;
    let end = start;
    while (NEEDS_CARE[from[end] ?? 0] === 0) end += 1;
    // Most are texts: no object is made for them.
    if (from[end] === LESS_THAN && (kind === 'text' || this.#isAsInJson(kind, end))) {
      const isQuoted = kind === 'text' || kind === 'time';
      // Both marks and the comma.
      const room = end - start + 3;
      if (this.#end + room > this.#to.length) this.#to = this.#sheet.grow(room);
      const to = this.#to;
      let at = this.#end;
      if (isQuoted) to[at++] = QUOTE;
      for (let i = start; i < end; i += 1, at += 1) to[at] = from[i] ?? 0;
      if (isQuoted) to[at++] = QUOTE;
      to[at] = COMMA;
      this.#end = at + 1;
    } else {
      end = this.#find('<', start);
      const value = leafOf(kind, from.toString('utf8', start, end));
      if (typeof value === 'number' && !Number.isFinite(value)) throw new Irregular('a number');
      this.#put(Buffer.from(`${JSON.stringify(value)},`));
    }
    this.#at = end;
    this.#close(tag);
  }

  /** Whether JSON writes the value that stands here as it is, as nearly always. */
  #isAsInJson(kind: Exclude<LeafShape['kind'], 'text'>, end: number): boolean {
    switch (kind) {
      case 'number':
        return this.#isInteger(end);
      case 'boolean':
        return this.#has(TRUE) || this.#has(FALSE);
      case 'time':
        return this.#isUsualTime(end);
    }
  }

  /** Not below zero, and of no more digits than a double holds. */
  #isInteger(end: number): boolean {
    const [from, start] = [this.#from, this.#at];
    if (start === end || end - start > 15 || (from[start] === ZERO && end - start > 1)) return false;
    for (let at = start; at < end; at += 1) if (!isDigit(from[at])) return false;
    return true;
  }

  /** `2026-05-01T12:00:00.000Z`; of the days that a month has in every year. */
  #isUsualTime(end: number): boolean {
    const [from, start] = [this.#from, this.#at];
    if (end - start !== TIME.length) return false;
    for (let i = 0; i < TIME.length; i += 1) {
      if (TIME[i] === ZERO ? !isDigit(from[start + i]) : TIME[i] !== from[start + i]) return false;
    }
    const [days, day] = [DAYS[this.#twoDigits(5)] ?? 0, this.#twoDigits(8)];
    const [hour, minute, second] = [this.#twoDigits(11), this.#twoDigits(14), this.#twoDigits(17)];
    return day >= 1 && day <= days && hour <= 23 && minute <= 59 && second <= 59;
  }

  #twoDigits(behind: number): number {
    const at = this.#at + behind;
    return ((this.#from[at] ?? 0) - ZERO) * 10 + (this.#from[at + 1] ?? 0) - ZERO;
  }

  /** Goes to the next element, or says that the one around it ends here. */
  #nextIsElement(): boolean {
    const from = this.#from;
    let at = this.#at;
    if (from[at] === NEW_LINE) {
      at += 1;
      while (from[at] === SPACE) at += 1;
    }
    if (from[at] !== LESS_THAN) at = this.#behindUnusualSpace();
    this.#at = at;
    return from[at + 1] !== SLASH;
  }

  /** White space with a line's end in it is layout; the SDK takes other white space beside elements for a text. */
  #behindUnusualSpace(): number {
    let at = this.#at;
    let hasLineEnd = false;
    for (; this.#from[at] === SPACE || this.#from[at] === NEW_LINE || this.#from[at] === TAB; at += 1) {
      hasLineEnd ||= this.#from[at] === NEW_LINE;
    }
    if (!hasLineEnd || this.#from[at] !== LESS_THAN) throw new Irregular('text beside elements');
    return at;
  }

  /** Whether an element with this tag stands here, full or empty. */
  #isAt({ open }: Tag): boolean {
    if (!this.#has(open)) return false;
    const behind = this.#from[this.#at + open.length];
    return behind === GREATER_THAN || behind === SLASH;
  }

  /** Behind the opening tag; false behind an element that is empty, such as `<tagSet/>`. */
  #goInto({ open }: Tag): boolean {
    const behind = this.#at + open.length;
    const isFull = this.#from[behind] === GREATER_THAN;
    if (!isFull && this.#from[behind + 1] !== GREATER_THAN) throw new Irregular('a tag of an unusual form');
    this.#at = behind + (isFull ? 1 : 2);
    return isFull;
  }

  #close({ close }: Tag): void {
    if (!this.#has(close)) throw new Irregular('another end');
    this.#at += close.length;
  }

  /** The member whose element stands here; without one, skips the element. */
  #memberHere(shape: StructShape): Member | undefined {
    const end = this.#find('>', this.#at);
    const isEmpty = this.#from[end - 1] === SLASH;
    const name = this.#from.toString('latin1', this.#at + 1, isEmpty ? end - 1 : end);
    if (/[\s=]/.test(name)) throw new Irregular('attributes');
    const member = shape.members.get(name);
    if (!member) this.#skip(name, { end, isEmpty });
    return member;
  }

  /** What the SDK does not know of: newer than the SDK. */
  #skip(name: string, { end, isEmpty }: { end: number; isEmpty: boolean }): void {
    this.#at = end + 1;
    if (isEmpty) return;
    const [open, close] = [`<${name}>`, `</${name}>`];
    for (let depth = 1; depth > 0; ) {
      const closed = this.#find(close, this.#at);
      const opened = this.#from.subarray(this.#at, closed).indexOf(open, 0, 'latin1');
      depth += opened >= 0 ? 1 : -1;
      this.#at = opened >= 0 ? this.#at + opened + open.length : closed + close.length;
    }
  }

  #has(what: Buffer): boolean {
    const from = this.#from;
    const at = this.#at;
    for (let i = 0; i < what.length; i += 1) if (from[at + i] !== what[i]) return false;
    return true;
  }

  #find(what: string, from: number): number {
    const found = this.#from.indexOf(what, from, 'latin1');
    if (found < 0) throw new Irregular('the end is missing');
    return found;
  }

  /** Copied one by one: for so few bytes a call takes longer. */
  #put(what: Buffer, start = 0, end = what.length): void {
    if (this.#end + end - start > this.#to.length) this.#to = this.#sheet.grow(end - start);
    const to = this.#to;
    let at = this.#end;
    for (let i = start; i < end; i += 1, at += 1) to[at] = what[i] ?? 0;
    this.#end = at;
  }

  #putByte(byte: number): void {
    if (this.#end === this.#to.length) this.#to = this.#sheet.grow(1);
    this.#to[this.#end] = byte;
    this.#end += 1;
  }

  /** In place of the comma behind the last of what is within. */
  #putEnd(byte: number): void {
    if (this.#to[this.#end - 1] === COMMA) this.#end -= 1;
    this.#putByte(byte);
    this.#putByte(COMMA);
  }
}

/** An item that was transcribed, and where in the answer it is. */
export interface Transcribed {
  readonly fields: FieldsText;
  readonly start: number;
  /** Behind its closing tag. */
  readonly end: number;
}

/** The list of a struct that somebody else reads. */
export interface Apart {
  readonly member: Member;
  /** From where its element begins; answers where it ends. */
  read(start: number): number;
}

type Tag = Member['tag'];

/** Of the structs that were transcribed: tells whether a member was seen in this one. */
let serial = 0;

const [LESS_THAN, GREATER_THAN, SLASH, SPACE, NEW_LINE, TAB] = [0x3c, 0x3e, 0x2f, 0x20, 0x0a, 0x09];
const [COMMA, QUOTE, OPEN_STRUCT, CLOSE_STRUCT, OPEN_LIST, CLOSE_LIST] = [0x2c, 0x22, 0x7b, 0x7d, 0x5b, 0x5d];
const EMPTY_TEXT = Buffer.from('"",');

/** 1 for bytes that end a text in XML, or are written in another way in JSON; those of letters beyond ASCII are not. */
const NEEDS_CARE = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < SPACE || '"&<\\'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** With what stands behind a value. */
const [TRUE, FALSE] = [Buffer.from('true<'), Buffer.from('false<')];

const TIME = Buffer.from('0000-00-00T00:00:00.000Z');
/** Of the first month to the twelfth. */
const DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const ZERO = 0x30;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}
