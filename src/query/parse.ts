import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Comparison, Pattern } from './tree.ts';
import { KEYED_WORDS } from './vocabulary.ts';

/**
 * What stands in a query, before anything is known about its properties. `at` is where it begins, counted from 0.
 * The grammar is in docs/query-language.md.
 */
export type Syntax =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Syntax[] }
  | { readonly kind: 'not'; readonly of: Syntax }
  | TermSyntax;

export interface TermSyntax {
  readonly kind: 'term';
  /** `key` is there for `tag.KEY`; null for a value that stands alone. */
  readonly property: { readonly name: string; readonly key?: string; readonly at: number } | null;
  readonly operator: ':' | Comparison;
  readonly values: readonly ValueSyntax[];
}

export interface ValueSyntax {
  readonly pattern: Pattern;
  readonly at: number;
}

/** Reads a query's text; blank text is `all` of nothing. Faults: `invalid-query`, with the position. */
export function parse(text: string): Result<Syntax> {
  if (text.length > LIMITS.queryCharsMax) {
    return failed(queryFault(LIMITS.queryCharsMax, `a query has at most ${LIMITS.queryCharsMax} characters.`));
  }
  // PostgreSQL cannot hold a NUL in text, so no asset can have one either.
  const nul = text.indexOf('\0');
  if (nul >= 0) return failed(queryFault(nul, 'the character NUL is not allowed.'));
  const reader = { text, at: 0, values: 0 };
  skipSpace(reader);
  if (reader.at === text.length) return ok({ kind: 'all', of: [] });
  const query = readAny(reader, 0);
  if (!query.ok || reader.at === text.length) return query;
  return failed(queryFault(reader.at, `"${text[reader.at]}" does not belong here.`));
}

/** @param at the place, counted from 0; people count from 1. */
export function queryFault(at: number, sentence: string): Fault {
  return fault('invalid-query', `At position ${at + 1}: ${sentence}`, { field: 'query' });
}

interface Reader {
  readonly text: string;
  at: number;
  values: number;
}

function readAny(reader: Reader, depth: number): Result<Syntax> {
  const of: Syntax[] = [];
  do {
    const all = readAll(reader, depth);
    if (!all.ok) return all;
    of.push(all.value);
  } while (takeWord(reader, 'or'));
  return ok(of.length === 1 && of[0] ? of[0] : { kind: 'any', of });
}

function readAll(reader: Reader, depth: number): Result<Syntax> {
  const of: Syntax[] = [];
  do {
    const one = readOne(reader, depth);
    if (!one.ok) return one;
    of.push(one.value);
  } while (takeWord(reader, 'and') || anotherTermFollows(reader));
  return ok(of.length === 1 && of[0] ? of[0] : { kind: 'all', of });
}

function readOne(reader: Reader, depth: number): Result<Syntax> {
  if (depth > LIMITS.queryDepthMax) {
    return failed(queryFault(reader.at, `a query is nested at most ${LIMITS.queryDepthMax} deep.`));
  }
  if (takeWord(reader, 'not')) {
    const of = readOne(reader, depth + 1);
    return of.ok ? ok({ kind: 'not', of: of.value }) : of;
  }
  const opened = reader.at;
  if (!take(reader, '(')) return readTerm(reader);
  const inner = readAny(reader, depth + 1);
  if (!inner.ok) return inner;
  if (take(reader, ')')) return inner;
  return failed(queryFault(reader.at, `expected ")" for the "(" at position ${opened + 1}.`));
}

function readTerm(reader: Reader): Result<Syntax> {
  const property = readProperty(reader);
  if (!property.ok) return property;
  const operator = property.value ? readOperator(reader) : ':';
  if (operator === undefined) {
    return failed(queryFault(reader.at, `expected ":" after ${property.value?.name}.${property.value?.key}.`));
  }
  const values = property.value ? readValues(reader) : readValue(reader, 'a term such as state:running');
  if (!values.ok) return values;
  return ok({
    kind: 'term',
    property: property.value,
    operator,
    values: 'pattern' in values.value ? [values.value] : values.value,
  });
}

/** A name that an operator follows, or `tag.` with its key; null where a value stands alone. */
function readProperty(reader: Reader): Result<TermSyntax['property']> {
  const at = reader.at;
  const keyed = match(reader, KEYED);
  if (keyed) {
    reader.at += keyed[0].length;
    const name = KEYED_WORDS.find(word => word.toLowerCase() === keyed[1]?.toLowerCase()) ?? '';
    const key = reader.text[reader.at] === '"' ? readQuoted(reader) : readBare(reader, BARE_KEY);
    if (!key.ok) return key;
    if (key.value.length > 1) return failed(queryFault(at, 'a tag’s key has no wildcards.'));
    skipSpace(reader);
    return ok({ name, key: key.value[0] ?? '', at });
  }
  const named = match(reader, NAME);
  if (!named?.[1]) return ok(null);
  reader.at += named[0].length;
  return ok({ name: named[1], at });
}

function readOperator(reader: Reader): TermSyntax['operator'] | undefined {
  return OPERATORS.find(operator => take(reader, operator));
}

function readValues(reader: Reader): Result<ValueSyntax | ValueSyntax[]> {
  const opened = reader.at;
  if (!take(reader, '(')) return readValue(reader, 'a value');
  const values: ValueSyntax[] = [];
  do {
    const value = readValue(reader, 'a value');
    if (!value.ok) return value;
    values.push(value.value);
  } while (take(reader, ','));
  if (take(reader, ')')) return ok(values);
  return failed(queryFault(reader.at, `expected "," or ")" in the list that begins at position ${opened + 1}.`));
}

function readValue(reader: Reader, expected: string): Result<ValueSyntax> {
  const at = reader.at;
  const reserved = match(reader, RESERVED);
  if (reserved) {
    return failed(queryFault(at, `expected ${expected}; to search for the word "${reserved[0]}", put it in quotes.`));
  }
  const quoted = reader.text[at] === '"';
  if (!quoted && !match(reader, BARE)) {
    const found = at < reader.text.length ? `found "${reader.text[at]}"` : 'the query ends';
    return failed(queryFault(at, `expected ${expected}, but ${found}.`));
  }
  const pattern = quoted ? readQuoted(reader) : readBare(reader, BARE);
  if (!pattern.ok) return pattern;
  if (pattern.value.length - 1 > LIMITS.queryWildcardsPerValueMax) {
    return failed(queryFault(at, `a value has at most ${LIMITS.queryWildcardsPerValueMax} wildcards.`));
  }
  reader.values += 1;
  if (reader.values > LIMITS.queryValuesMax) {
    return failed(queryFault(at, `a query has at most ${LIMITS.queryValuesMax} values.`));
  }
  if (!match(reader, END_OF_VALUE)) {
    return failed(queryFault(reader.at, `"${reader.text[reader.at]}" does not belong in a value; put it in quotes.`));
  }
  skipSpace(reader);
  return ok({ pattern: pattern.value, at });
}

function readBare(reader: Reader, allowed: RegExp): Result<Pattern> {
  const text = match(reader, allowed)?.[0] ?? '';
  if (text === '') return failed(queryFault(reader.at, 'expected a tag’s key.'));
  reader.at += text.length;
  return ok(allowed === BARE_KEY ? [text] : text.split(/\*+/));
}

/** `"…"`, in which \" \\ and \* stand for the characters themselves. */
function readQuoted(reader: Reader): Result<Pattern> {
  const opened = reader.at;
  const parts = [''];
  const add = (letter: string) => parts.push((parts.pop() ?? '') + letter);
  for (reader.at += 1; reader.at < reader.text.length; reader.at += 1) {
    const letter = reader.text[reader.at] ?? '';
    if (letter === '"') {
      reader.at += 1;
      return ok(parts);
    }
    if (letter === '*') {
      // Two wildcards in a row mean what one means.
      if (parts.length === 1 || parts.at(-1) !== '') parts.push('');
    } else if (letter === '\\') {
      reader.at += 1;
      const escaped = reader.text[reader.at];
      if (escaped === undefined) break;
      if (!'"\\*'.includes(escaped)) {
        return failed(queryFault(reader.at - 1, `\\${escaped} is not known; write \\" or \\\\ or \\*.`));
      }
      add(escaped);
    } else {
      add(letter);
    }
  }
  return failed(queryFault(opened, 'this quotation mark is never closed.'));
}

/** Whether what follows begins another term, so that terms without a word between them are joined as by `and`. */
function anotherTermFollows(reader: Reader): boolean {
  return reader.at < reader.text.length && !match(reader, /\)|or(?![^\s()"])/iy);
}

function takeWord(reader: Reader, word: 'and' | 'or' | 'not'): boolean {
  const found = match(reader, RESERVED)?.[0].toLowerCase() === word;
  if (found) {
    reader.at += word.length;
    skipSpace(reader);
  }
  return found;
}

function take(reader: Reader, sign: string): boolean {
  if (!reader.text.startsWith(sign, reader.at)) return false;
  reader.at += sign.length;
  skipSpace(reader);
  return true;
}

function skipSpace(reader: Reader): void {
  reader.at += match(reader, /\s*/y)?.[0].length ?? 0;
}

function match(reader: Reader, sticky: RegExp): RegExpExecArray | null {
  sticky.lastIndex = reader.at;
  return sticky.exec(reader.text);
}

const OPERATORS = [':', '>=', '<=', '>', '<'] as const;
/** What a value may consist of without quotes. */
export const BARE = /[^\s"(),\\<>]+/y;
const BARE_KEY = /[^\s"(),\\<>:*]+/y;
export const RESERVED = /(?:and|or|not)(?=[\s()"]|$)/iy;
const NAME = /([a-z][\w.-]*)\s*(?=[:<>])/iy;
const KEYED = new RegExp(`(${KEYED_WORDS.join('|')})\\.`, 'iy');
const END_OF_VALUE = /(?=[\s(),]|$)/y;
