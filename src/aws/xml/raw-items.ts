import { hash } from 'node:crypto';
import { type IsKnown, RAW_HASH_CHARS } from '../../inventory/raw.ts';
import { Irregular } from './read.ts';

/** The elements of a list by where they stand in the text. */
export interface RawItems {
  /** From where a known element, or a group of nothing but known ones, begins to behind its end. */
  readonly known: ReadonlyMap<number, number>;
  /** The raw hashes of the others by where they begin. */
  readonly hashes: ReadonlyMap<number, string>;
  /** The raw hashes of the known ones. */
  readonly unchanged: readonly string[];
}

/** The opening tags of the lists that lead to the items: `<vpcSet>`, or `<reservationSet>` and `<instancesSet>`. */
export type RawLists = readonly [list: string] | readonly [groups: string, list: string];

/**
 * Tells the items of a listing apart without reading them: by the depth of their tags, never by the order of fields, which
 * differs between endpoints. An item in a group is hashed with all that stands around the items in the group, so that a
 * change there is a change of each. `text` has one character a byte and neither comments nor CDATA. Hashing a page of 1,000
 * instances takes a quarter of the time that reading it takes (docs/performance.md).
 * @throws Irregular when an item does not end.
 */
export function rawItems(text: string, [outer, inner]: RawLists, isKnown: IsKnown): RawItems {
  const known = new Map<number, number>();
  const hashes = new Map<number, string>();
  const unchanged: string[] = [];
  const take = ({ start, end }: Range, rawHash: string): boolean => {
    if (isKnown(rawHash)) {
      known.set(start, end);
      unchanged.push(rawHash);
      return true;
    }
    hashes.set(start, rawHash);
    return false;
  };
  const list = text.indexOf(outer);
  if (list < 0) return { known, hashes, unchanged };
  let at = list + outer.length;
  for (;;) {
    const start = behindSpace(text, at);
    if (!text.startsWith(OPEN, start)) return { known, hashes, unchanged };
    if (inner === undefined) {
      at = itemEnd(text, start);
      take({ start, end: at }, rawHash(text.slice(start, at)));
      continue;
    }
    const group = readGroup(text, start, inner);
    at = group.end;
    const around = group.items.length > 1 ? rawHash(textAround(text, start, group)) : '';
    // An item alone in its group, as nearly all are, is hashed with it at once.
    const [only] = group.items;
    const allKnown =
      around === '' && only
        ? take(only, rawHash(text.slice(start, group.end)))
        : group.items
            .map(item => take(item, rawHash(around + rawHash(text.slice(item.start, item.end)))))
            .every(Boolean);
    if (allKnown) known.set(start, group.end);
  }
}

interface Range {
  readonly start: number;
  /** Behind the closing tag. */
  readonly end: number;
}

interface Group {
  readonly end: number;
  readonly items: readonly Range[];
}

const OPEN = '<item>';
const TAG_END = 'item>';
const LESS_THAN = 0x3c;
const SLASH = 0x2f;

/** The group that begins at `start`, with the items of its list. */
function readGroup(text: string, start: number, list: string): Group {
  const listStart = text.indexOf(list, start);
  const before = listStart < 0 ? text.length : listStart;
  // Groups may have other lists before this one; a group without this one ends before it.
  const { end: early, depth } = scan(text, { from: start, depth: 0, until: before });
  if (early !== undefined) return { end: early, items: [] };
  // Deeper inside something else, it is not the list of this group.
  if (depth !== 1) return { end: itemEnd(text, start), items: [] };
  const items: Range[] = [];
  let at = listStart + list.length;
  for (;;) {
    const from = behindSpace(text, at);
    if (!text.startsWith(OPEN, from)) break;
    at = itemEnd(text, from);
    items.push({ start: from, end: at });
  }
  const { end } = scan(text, { from: at, depth: 1, until: text.length });
  if (end === undefined) throw new Irregular('a group that does not end');
  return { end, items };
}

function textAround(text: string, start: number, { items, end }: Group): string {
  return text.slice(start, items[0]?.start ?? end) + text.slice(items.at(-1)?.end ?? end, end);
}

function itemEnd(text: string, start: number): number {
  const { end } = scan(text, { from: start, depth: 0, until: text.length });
  if (end === undefined) throw new Irregular('an item that does not end');
  return end;
}

/** Follows the tags of items from a place of this depth: to where the depth becomes 0 again, or to `until`. */
function scan(
  text: string,
  { from, depth: startDepth, until }: { from: number; depth: number; until: number },
): { end?: number; depth: number } {
  let depth = startDepth;
  let at = text.indexOf(TAG_END, from);
  while (at >= 0 && at < until) {
    const before = text.charCodeAt(at - 1);
    if (before === LESS_THAN) depth += 1;
    else if (before === SLASH && text.charCodeAt(at - 2) === LESS_THAN) {
      depth -= 1;
      if (depth === 0) return { end: at + TAG_END.length, depth };
    }
    at = text.indexOf(TAG_END, at + TAG_END.length);
  }
  return { depth };
}

function behindSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x09) return at;
    at += 1;
  }
}

function rawHash(text: string): string {
  return hash('sha1', text, 'base64').slice(0, RAW_HASH_CHARS);
}
