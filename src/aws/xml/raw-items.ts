import { hash } from 'node:crypto';
import { type IsKnown, RAW_HASH_CHARS } from '../../inventory/raw.ts';
import { Irregular, isPlain } from './read.ts';
import type { UnreadReader } from './unread-item.ts';

/** A listing's answer and, apart from it, its items. */
export interface ComparedAnswer {
  /** What stands around them; one character a byte. */
  readonly text: string;
  /** Where in the text they belong. */
  readonly at: number;
  /** Those that are not known, unread, in their order; where items are in groups, the groups with them. */
  readonly news: readonly object[];
  /** The raw hashes of those that are. */
  readonly unchanged: readonly string[];
}

/**
 * Tells the items of a listing apart. Where an item ends is guessed first, and one that is known then is not looked at any
 * further; another is read, by its structure and never by the order of fields, which differs between endpoints. An item in a
 * group is hashed with all that stands around the items in the group, so that a change there is a change of each.
 * Comparing a page of 1,000 instances takes a fraction of the time that reading it takes (docs/performance.md).
 * @param openTag of the list of items or, where they are in groups, of the groups: `<vpcSet>`.
 * @throws Irregular when a new item, or what is around the items, is not as the readers here take it.
 */
export function compareItems(
  bytes: Buffer,
  { openTag, isKnown, reader }: { openTag: string; isKnown: IsKnown; reader: UnreadReader },
): ComparedAnswer {
  const likely = new LikelyEnds(bytes);
  let newInARow = 0;
  const unchanged: string[] = [];
  const news: object[] = [];
  const list = bytes.indexOf(openTag, 0, 'latin1');
  const first = list < 0 ? bytes.length : behindSpace(bytes, list + openTag.length);
  let at = first;
  while (startsWith(bytes, OPEN, at)) {
    const start = at;
    const guess = newInARow < NEW_IN_A_ROW_MAX ? likely.itemAt(start) : undefined;
    let end: number;
    if (guess && isKnown(guess.rawHash)) {
      newInARow = 0;
      unchanged.push(guess.rawHash);
      end = guess.end;
    } else {
      const read = reader.read(start);
      const { items = [] } = read;
      end = read.end;
      // What is known was told apart in an answer that was plain.
      if (!isPlain(bytes.subarray(start, end))) throw new Irregular('comments');
      const whole = guess?.end === end ? guess.rawHash : rawHash(bytes.subarray(start, end));
      // An item alone in its group, as nearly all are, is hashed with it at once.
      const hashes = items.length === 1 ? [whole] : hashesWithin(bytes, { ...read, items });
      unchanged.push(...hashes.filter(isKnown));
      newInARow = hashes.some(isKnown) ? 0 : newInARow + 1;
      if (hashes.length === 0 || !hashes.every(isKnown)) {
        news.push(
          reader.unread(
            read,
            hashes.map(one => (isKnown(one) ? undefined : one)),
          ),
        );
      }
    }
    likely.learn(end - start);
    at = behindSpace(bytes, end);
  }
  const [before, behind] = [bytes.subarray(0, first), bytes.subarray(at)];
  if (!isPlain(before) || !isPlain(behind)) throw new Irregular('comments');
  return { text: before.toString('latin1') + behind.toString('latin1'), at: first, news, unchanged };
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
const SPACE = 0x20;
const NEW_LINE = 0x0a;
const TAB = 0x09;
/** After so many the next is likely to be new, too, and to guess where it ends gains nothing but for one that is known. */
const NEW_IN_A_ROW_MAX = 4;
/** An instance with all that it may have attached. */
const LIKELY_BYTES_MAX = 32_768;

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
    if (found < 0) return undefined;
    const end = from + found + close.length;
    return { start, end, rawHash: rawHash(this.#bytes.subarray(start, end)) };
  }

  learn(length: number): void {
    this.#shortest = Math.min(this.#shortest, length);
    this.#longest = Math.max(this.#longest, length);
  }
}

/** Of the items in a group that are not alone in it. */
function hashesWithin(bytes: Buffer, { start, end, items }: Range & { items: readonly Range[] }): string[] {
  const before = bytes.toString('latin1', start, items[0]?.start ?? end);
  const behind = bytes.toString('latin1', items.at(-1)?.end ?? end, end);
  const around = rawHash(before + behind);
  return items.map(item => rawHash(around + rawHash(bytes.subarray(item.start, item.end))));
}

function startsWith(bytes: Buffer, what: string, at: number): boolean {
  return bytes.toString('latin1', at, at + what.length) === what;
}

function behindSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === SPACE || bytes[at] === NEW_LINE || bytes[at] === TAB) at += 1;
  return at;
}

function rawHash(of: string | Buffer): string {
  return hash('sha1', of, 'base64').slice(0, RAW_HASH_CHARS);
}
