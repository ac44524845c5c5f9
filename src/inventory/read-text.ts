/**
 * The text that JSON has at `start`, where its quotation mark is. What came lately is the same text again, not another one that is
 * equal: most of what resources say, thousands say, and what a page keeps until it is written the garbage collector copies.
 */
export function readText(bytes: Buffer, start: number): string {
  let hash = 0;
  let end = start + 1;
  for (let byte = bytes[end]; byte !== QUOTE; byte = bytes[end]) {
    if (byte === undefined || byte === BACKSLASH || byte >= BEYOND_ASCII) return parseText(bytes, start);
    hash = (Math.imul(hash, 31) + byte) | 0;
    end += 1;
  }
  const length = end - start - 1;
  if (length > LETTERS_MAX) return bytes.toString('latin1', start + 1, end);
  const place = (hash ^ (hash >>> 15)) & (TEXTS.length - 1);
  const known = TEXTS[place] ?? '';
  const letters = place * LETTERS_MAX;
  if (known.length === length && hasAt(letters, bytes, { start: start + 1, length })) return known;
  const text = bytes.toString('latin1', start + 1, end);
  bytes.copy(LETTERS, letters, start + 1, end);
  TEXTS[place] = text;
  return text;
}

/** Written in another way than it reads. */
function parseText(bytes: Buffer, start: number): string {
  return JSON.parse(bytes.toString('utf8', start, endOfText(bytes, start)));
}

/** The place behind the text that begins at `start`; -1 when none does. */
export function endOfText(bytes: Buffer, start: number): number {
  if (bytes[start] !== QUOTE) return -1;
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function hasAt(letters: number, bytes: Buffer, { start, length }: { start: number; length: number }): boolean {
  for (let at = 0; at < length; at += 1) if (LETTERS[letters + at] !== bytes[start + at]) return false;
  return true;
}

/** Longer texts hardly ever come again. */
const LETTERS_MAX = 64;

/** Each at a place that its letters tell, and those letters. */
const TEXTS = Array.from({ length: 1_024 }, () => '');
const LETTERS = Buffer.alloc(TEXTS.length * LETTERS_MAX);

const [QUOTE, BACKSLASH, BEYOND_ASCII] = [0x22, 0x5c, 0x80];
