import type { LeafShape, ListShape, Member, Shape, StructShape } from './shape.ts';

/** What this reader does not take on: the SDK's own reader is asked then, and says what is wrong if something is. */
export class Irregular extends Error {}

/** A plain answer (`isPlain`) as a text of one character a byte. */
export interface AnswerText {
  readonly text: string;
  /** Whether its values are UTF-8 still. */
  readonly isAscii: boolean;
}

/** An answer's fields by their names in the SDK. */
export type Fields = Record<string, unknown>;

/** The items of a list that belong before `at` and stand somewhere else. */
export type ItemsElsewhere = (list: ListShape, at: number) => readonly object[];

/**
 * Reads the document's root element, or the only element inside it when `inside` names that, as a struct; equal to what
 * the SDK reads. An XML parser makes a tree of text first and a second pass makes fields of it; the shape says at every
 * place what can come, so one pass is enough, in about a sixth of the time (docs/performance.md). Items of
 * lists that are not in the text come from `elsewhere`.
 * @throws Irregular for attributes below the root, text beside elements, and whatever is malformed.
 */
export function readDocument(
  answer: AnswerText,
  shape: StructShape,
  { inside, elsewhere = () => [] }: { inside?: string | undefined; elsewhere?: ItemsElsewhere | undefined } = {},
): Fields {
  const reader = new Reader(answer, elsewhere);
  const rootEnd = reader.enterRoot();
  if (inside === undefined) return reader.struct(shape, rootEnd);
  if (!reader.enter(`<${inside}>`)) throw new Irregular(`no ${inside}`);
  const fields = reader.struct(shape, `</${inside}>`);
  reader.struct(NOTHING, rootEnd);
  return fields;
}

/** For what stands beside the result, such as an answer's request id. */
const NOTHING: StructShape = { kind: 'struct', members: new Map(), first: undefined };

const LESS_THAN = 0x3c;
const SLASH = 0x2f;

/**
 * Whether there is nothing but elements and text: the SDK joins the two characters of a line's end first, and comments and
 * CDATA may hide what looks like tags.
 */
export function isPlain(bytes: Buffer): boolean {
  if (bytes.includes(CARRIAGE_RETURN)) return false;
  // One rare character is found much faster than two of which one is everywhere.
  for (let at = bytes.indexOf(EXCLAMATION_MARK); at >= 0; at = bytes.indexOf(EXCLAMATION_MARK, at + 1)) {
    if (bytes[at - 1] === LESS_THAN) return false;
  }
  return true;
}

const CARRIAGE_RETURN = 0x0d;
const EXCLAMATION_MARK = 0x21;

class Reader {
  readonly #text: string;
  readonly #isAscii: boolean;
  readonly #elsewhere: ItemsElsewhere;
  #at = 0;

  constructor(answer: AnswerText, elsewhere: ItemsElsewhere) {
    this.#text = answer.text;
    this.#isAscii = answer.isAscii;
    this.#elsewhere = elsewhere;
  }

  /**
   * Goes into the root element, whatever it is called; it alone may have attributes, such as a namespace. Answers its
   * closing tag.
   */
  enterRoot(): string {
    this.#skipSpace();
    if (this.#text.startsWith('<?', this.#at)) {
      this.#at = this.#find('?>') + 2;
      this.#skipSpace();
    }
    const end = this.#find('>');
    if (this.#text.charCodeAt(this.#at) !== LESS_THAN || this.#text.charCodeAt(end - 1) === SLASH) {
      throw new Irregular('no root element');
    }
    const [, name] = /^<([^\s/>]+)(?:\s+[\w:.-]+="[^"]*")*\s*>$/.exec(this.#text.slice(this.#at, end + 1)) ?? [];
    if (name === undefined) throw new Irregular('a root element of an unusual form');
    this.#at = end + 1;
    return `</${name}>`;
  }

  /** Goes into an element if it is the one that stands here. */
  enter(openTag: string): boolean {
    this.#skipLayout();
    if (!this.#text.startsWith(openTag, this.#at)) return false;
    this.#at += openTag.length;
    return true;
  }

  /** Reads from behind the opening tag to behind the closing one. */
  struct(shape: StructShape, closeTag: string): Fields {
    const fields: Fields = {};
    let last: Member | undefined;
    for (;;) {
      this.#skipLayout();
      if (this.#text.charCodeAt(this.#at) !== LESS_THAN) throw new Irregular('text beside elements');
      if (this.#text.charCodeAt(this.#at + 1) === SLASH) break;
      const guess: Member | undefined = last ? last.next : shape.first;
      const member: Member | undefined =
        guess && this.#text.startsWith(guess.openTag, this.#at) ? guess : this.#memberHere(shape);
      if (!member) continue;
      if (last) last.next = member;
      else shape.first = member;
      last = member;
      if (member.flattened) this.#flattenedItem(fields, member);
      else if (member.name in fields) throw new Irregular(`${member.name} twice`);
      else fields[member.name] = this.#value(member.shape, member);
    }
    if (!this.#text.startsWith(closeTag, this.#at)) throw new Irregular(`no ${closeTag}`);
    this.#at += closeTag.length;
    return fields;
  }

  /** The member whose element stands here; without one, skips the element. */
  #memberHere(shape: StructShape): Member | undefined {
    const end = this.#find('>');
    const isEmpty = this.#text.charCodeAt(end - 1) === SLASH;
    const tag = this.#text.slice(this.#at + 1, isEmpty ? end - 1 : end);
    if (/[\s=]/.test(tag)) throw new Irregular('attributes');
    const member = shape.members.get(tag);
    if (!member) this.#skip(tag, { end, isEmpty });
    return member;
  }

  /** What the SDK does not know of: newer than the SDK. */
  #skip(tag: string, { end, isEmpty }: { end: number; isEmpty: boolean }): void {
    this.#at = end + 1;
    if (isEmpty) return;
    const [open, close] = [`<${tag}>`, `</${tag}>`];
    for (let depth = 1; depth > 0; ) {
      const closed = this.#find(close);
      // Not in the rest of the document, which may be megabytes.
      const opened = this.#text.slice(this.#at, closed).indexOf(open);
      depth += opened >= 0 ? 1 : -1;
      this.#at = opened >= 0 ? this.#at + opened + open.length : closed + close.length;
    }
  }

  #value(shape: Shape, tags: Pick<Member, 'openTag' | 'closeTag'>): unknown {
    if (!this.#text.startsWith(tags.openTag, this.#at)) return this.#empty(shape, tags);
    this.#at += tags.openTag.length;
    switch (shape.kind) {
      case 'struct':
        return this.struct(shape, tags.closeTag);
      case 'list':
        return this.#list(shape, tags);
      default:
        return this.#leaf(shape, tags);
    }
  }

  /** `<tagSet/>`, as EC2 writes a list or a text without content. */
  #empty({ kind }: Shape, { openTag }: Pick<Member, 'openTag'>): unknown {
    const tag = `${openTag.slice(0, -1)}/>`;
    if (!this.#text.startsWith(tag, this.#at)) throw new Irregular(`no ${openTag}`);
    this.#at += tag.length;
    switch (kind) {
      case 'struct':
        return {};
      case 'list':
        return [];
      case 'text':
        return '';
      default:
        throw new Irregular('nothing where a value must be');
    }
  }

  #list(shape: ListShape, { closeTag }: Pick<Member, 'closeTag'>): unknown[] {
    const items: unknown[] = [];
    for (;;) {
      this.#skipLayout();
      for (const item of this.#elsewhere(shape, this.#at)) items.push(item);
      if (this.#text.startsWith(closeTag, this.#at)) break;
      items.push(this.#value(shape.item, shape));
    }
    this.#at += closeTag.length;
    return items;
  }

  #flattenedItem(fields: Fields, member: Member): void {
    if (member.shape.kind !== 'list') throw new Irregular('only lists are flattened');
    const items = fields[member.name];
    const item = this.#value(member.shape.item, member);
    if (Array.isArray(items)) items.push(item);
    else fields[member.name] = [item];
  }

  #leaf({ kind }: LeafShape, { closeTag }: Pick<Member, 'closeTag'>): unknown {
    const end = this.#find('<');
    if (!this.#text.startsWith(closeTag, end)) throw new Irregular('an element in a text');
    const raw = this.#text.slice(this.#at, end);
    this.#at = end + closeTag.length;
    const plain = this.#isAscii || isAscii(raw) ? raw : Buffer.from(raw, 'latin1').toString('utf8');
    return leafOf(kind, plain);
  }

  /** White space with a line's end in it is layout; the SDK takes other white space beside elements for a text. */
  #skipLayout(): void {
    const from = this.#at;
    this.#skipSpace();
    if (this.#at > from && !this.#text.slice(from, this.#at).includes('\n'))
      throw new Irregular('text beside elements');
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #find(what: string): number {
    const found = this.#text.indexOf(what, this.#at);
    if (found < 0) throw new Irregular('the end is missing');
    return found;
  }
}

/** What an element without elements in it says. @throws Irregular for what the SDK alone can judge. */
export function leafOf(kind: LeafShape['kind'], encoded: string): string | number | boolean | Date {
  const text = encoded.includes('&') ? decoded(encoded) : encoded;
  switch (kind) {
    case 'text':
      // XML has no NUL, and PostgreSQL stores none.
      if (text.includes('\0')) throw new Irregular('a NUL');
      return isLayout(text) ? '' : text;
    case 'number':
      return Number(text);
    case 'boolean':
      return text.toLowerCase() === 'true';
    case 'time':
      return readTime(text);
  }
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what ASCII is.
  return /^[\x00-\x7f]*$/.test(text);
}

/** The SDK takes white space with a line's end in it for layout. */
function isLayout(text: string): boolean {
  return text.includes('\n') && text.trim() === '';
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};

/** Two numbers that are the halves of one character are that character, as the SDK takes them. */
function decoded(encoded: string): string {
  const text = encoded.replace(/&[^;&]*;?/g, entity => {
    const known = ENTITIES[entity];
    if (known !== undefined) return known;
    const [, hex, decimal] = /^&#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));$/.exec(entity) ?? [];
    const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16);
    // The SDK takes what is above U+FFFF for another character (`fromCharCode`).
    if (!(code >= 0 && code <= 0x10ffff)) throw new Irregular('an entity');
    return String.fromCodePoint(code);
  });
  if (!text.isWellFormed()) throw new Irregular('half a character');
  return text;
}

/** As AWS writes times: 2026-05-01T12:00:00Z, with or without fractions. Other forms are the SDK's business. */
function readTime(text: string): Date {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text)) throw new Irregular('a time');
  const time = new Date(text);
  // Neither the thirtieth of February nor the hour 24 is another day's here.
  if (Number.isNaN(time.getTime()) || !time.toISOString().startsWith(text.slice(0, 19))) throw new Irregular('a time');
  return time;
}
