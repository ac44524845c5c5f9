import { hash } from 'node:crypto';
import { type IsKnown, RAW_HASH_CHARS } from '../../inventory/raw.ts';
import { Irregular } from './read.ts';

/** A listing's answer and, apart from it, its items. */
export interface ComparedAnswer {
  /** What stands around them; one character a byte. */
  readonly text: string;
  /** The items that are not known, in their order. */
  readonly news: readonly NewItem[];
  /** The raw hashes of those that are. */
  readonly unchanged: readonly string[];
}

export interface NewItem {
  /** Where it belongs in the text. */
  readonly at: number;
  /** Where it is in the answer's bytes. */
  readonly start: number;
  readonly end: number;
  readonly rawHash: string;
}

/** The opening tags of the lists that lead to the items: `<vpcSet>`, or `<reservationSet>` and `<instancesSet>`. */
export type RawLists = readonly [list: string] | readonly [groups: string, list: string];

/**
 * Tells the items of a listing apart without reading them: by the depth of their tags, never by the order of fields, which
 * differs between endpoints. An item in a group is hashed with all that stands around the items in the group, so that a
 * change there is a change of each. The answer must be plain (`isPlain` in read.ts). Comparing a page of 1,000 instances
 * takes a fraction of the time that reading it takes (docs/performance.md).
 * @throws Irregular when an item does not end.
 */
export function compareItems(bytes: Buffer, [outer, inner]: RawLists, isKnown: IsKnown): ComparedAnswer {
  const source = new Source(bytes);
  const rest = new Rest(bytes, isKnown);
  const likely = new LikelyEnds(bytes);
  const list = source.indexOf(outer, 0);
  let at = list < 0 ? bytes.length : list + outer.length;
  for (;;) {
    const start = source.behindSpace(at);
    if (!source.startsWith(OPEN, start)) return rest.answer();
    const guess = likely.itemAt(start);
    if (guess && isKnown(guess.rawHash)) {
      at = guess.end;
      rest.take(guess);
    } else {
      const group = inner === undefined ? undefined : readGroup(source, start, inner);
      at = group?.end ?? itemEnd(source, start);
      const item = guess?.end === at ? guess : hashed(bytes, { start, end: at });
      if (group) rest.takeGroup(item, group.items);
      else rest.take(item);
    }
    likely.learn(at - start);
  }
}

interface Range {
  readonly start: number;
  /** Behind the closing tag. */
  readonly end: number;
}

interface HashedRange extends Range {
  readonly rawHash: string;
}

const OPEN = '<item>';
const CLOSE = '</item>';
const TAG_END = 'item>';
const LESS_THAN = 0x3c;
const SLASH = 0x2f;
const SPACE = 0x20;
const NEW_LINE = 0x0a;
/** An instance with all that it may have attached. */
const LIKELY_BYTES_MAX = 32_768;

/** The group that begins at `start`, with the items of its list. */
function readGroup(source: Source, start: number, list: string): { end: number; items: Range[] } {
  const items: Range[] = [];
  let depth = 0;
  let at = start;
  for (;;) {
    const tag = source.nextItemTag(at);
    at = tag.end;
    if (!tag.opens) depth -= 1;
    else if (depth === 1 && source.endsWith(list, source.beforeSpace(tag.start))) {
      let from = tag.start;
      do {
        at = itemEnd(source, from);
        items.push({ start: from, end: at });
        from = source.behindSpace(at);
      } while (source.startsWith(OPEN, from));
    } else depth += 1;
    if (depth === 0) return { end: at, items };
  }
}

function itemEnd(source: Source, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const tag = source.nextItemTag(at);
    depth += tag.opens ? 1 : -1;
    at = tag.end;
  } while (depth > 0);
  return at;
}

/**
 * Guesses where items end without looking at what is in them: EC2 gives every element a line of its own, indented by its
 * depth. A guess proves nothing; that bytes have the hash of an item that was told apart before does. Where it is wrong, or
 * the layout another one, time is lost and nothing else: how much is bounded.
 */
class LikelyEnds {
  readonly #bytes: Buffer;
  /** No item of a page is likely to be shorter than all before it: so much is not looked at. Nor is any much longer. */
  #shortest = Number.POSITIVE_INFINITY;
  #longest = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  itemAt(start: number): HashedRange | undefined {
    let line = start - 1;
    while (this.#bytes[line] === SPACE) line -= 1;
    if (this.#bytes[line] !== NEW_LINE) return undefined;
    const close = this.#bytes.toString('latin1', line, start) + CLOSE;
    const from = Number.isFinite(this.#shortest) ? start + this.#shortest - close.length : start;
    const searched = this.#bytes.subarray(from, start + Math.max(LIKELY_BYTES_MAX, 2 * this.#longest));
    const found = searched.indexOf(close, 0, 'latin1');
    return found < 0 ? undefined : hashed(this.#bytes, { start, end: from + found + close.length });
  }

  learn(length: number): void {
    this.#shortest = Math.min(this.#shortest, length);
    this.#longest = Math.max(this.#longest, length);
  }
}

/** What is left of an answer when the items are taken out. */
class Rest {
  readonly #bytes: Buffer;
  readonly #isKnown: IsKnown;
  readonly #parts: string[] = [];
  readonly #news: NewItem[] = [];
  readonly #unchanged: string[] = [];
  /** How much of the rest is in `parts`, and from where in the bytes it goes on. */
  #length = 0;
  #from = 0;

  constructor(bytes: Buffer, isKnown: IsKnown) {
    this.#bytes = bytes;
    this.#isKnown = isKnown;
  }

  take(item: HashedRange): void {
    this.#leaveOut(item);
    if (this.#isKnown(item.rawHash)) this.#unchanged.push(item.rawHash);
    else this.#news.push({ ...item, at: this.#length });
  }

  /** A group of nothing but known items is left out as a whole. */
  takeGroup(group: HashedRange, items: readonly Range[]): void {
    // An item alone in its group, as nearly all are, is hashed with it at once.
    const hashes = items.length === 1 ? [group.rawHash] : this.#hashesWithin(group, items);
    if (items.length > 0 && hashes.every(this.#isKnown)) {
      this.#unchanged.push(...hashes);
      this.#leaveOut(group);
      return;
    }
    for (const [index, item] of items.entries()) this.take({ ...item, rawHash: hashes[index] ?? '' });
  }

  answer(): ComparedAnswer {
    this.#parts.push(this.#bytes.toString('latin1', this.#from));
    return { text: this.#parts.join(''), news: this.#news, unchanged: this.#unchanged };
  }

  #hashesWithin({ start, end }: Range, items: readonly Range[]): string[] {
    const before = this.#bytes.toString('latin1', start, items[0]?.start ?? end);
    const behind = this.#bytes.toString('latin1', items.at(-1)?.end ?? end, end);
    const around = rawHash(before + behind);
    return items.map(item => rawHash(around + rawHash(this.#bytes.subarray(item.start, item.end))));
  }

  #leaveOut({ start, end }: Range): void {
    const kept = this.#bytes.toString('latin1', this.#from, start);
    // Space between two that are left out is left out, too.
    if (this.#length === 0 || kept.trim() !== '') {
      this.#parts.push(kept);
      this.#length += kept.length;
    }
    this.#from = end;
  }
}

/**
 * The bytes of an answer as a text, of which a small part at a time is a string: one of megabytes would live outside of the
 * heap, and be collected at the price of a look at everything in it.
 */
class Source {
  readonly #bytes: Buffer;
  #part = '';
  #partAt = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The next `<item>` or `</item>`. */
  nextItemTag(from: number): { start: number; end: number; opens: boolean } {
    for (let at = from; ; ) {
      const found = this.indexOf(TAG_END, at);
      if (found < 0) throw new Irregular('an item that does not end');
      const end = found + TAG_END.length;
      const before = this.#bytes[found - 1];
      if (before === LESS_THAN) return { start: found - 1, end, opens: true };
      if (before === SLASH && this.#bytes[found - 2] === LESS_THAN) return { start: found - 2, end, opens: false };
      at = end;
    }
  }

  indexOf(what: string, from: number): number {
    for (let at = from; at + what.length <= this.#bytes.length; ) {
      if (at < this.#partAt || at + what.length > this.#partAt + this.#part.length) this.#load(at);
      const found = this.#part.indexOf(what, at - this.#partAt);
      if (found >= 0) return this.#partAt + found;
      at = this.#partAt + this.#part.length - what.length + 1;
    }
    return -1;
  }

  startsWith(what: string, at: number): boolean {
    return this.#bytes.toString('latin1', at, at + what.length) === what;
  }

  endsWith(what: string, end: number): boolean {
    return end >= what.length && this.startsWith(what, end - what.length);
  }

  behindSpace(from: number): number {
    let at = from;
    while (isSpace(this.#bytes[at])) at += 1;
    return at;
  }

  beforeSpace(from: number): number {
    let at = from;
    while (isSpace(this.#bytes[at - 1])) at -= 1;
    return at;
  }

  #load(at: number): void {
    this.#part = this.#bytes.toString('latin1', at, Math.min(at + PART_BYTES, this.#bytes.length));
    this.#partAt = at;
  }
}

/** Small enough for the young part of the heap, where what is not used any more costs nothing. */
const PART_BYTES = 65_536;

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === NEW_LINE || byte === 0x09;
}

function hashed(bytes: Buffer, { start, end }: Range): HashedRange {
  return { start, end, rawHash: rawHash(bytes.subarray(start, end)) };
}

function rawHash(of: string | Buffer): string {
  return hash('sha1', of, 'base64').slice(0, RAW_HASH_CHARS);
}
