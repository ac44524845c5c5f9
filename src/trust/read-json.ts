import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { JsonMember, JsonNode } from './json-node.ts';

/**
 * Reads JSON text (RFC 8259). Not JSON.parse, because that keeps the last of two members with the same name in silence,
 * and AWS refuses such a policy; a duplicate "Condition" must not be evaluated as if the first were not there.
 * Faults: `malformed-policy`, with line and column.
 */
export function readJson(text: string): Result<JsonNode> {
  if (text.length > LIMITS.trustPolicyTextCharsMax) return failed(tooLong(text.length));
  const reader: Reader = { text, at: text.startsWith('\uFEFF') ? 1 : 0 };
  skipSpace(reader);
  const node = readValue(reader, 0);
  if (!node.ok) return node;
  skipSpace(reader);
  return reader.at === text.length ? node : unexpected(reader, 'the end of the document');
}

/** The same for a value that was parsed already; its duplicates are lost. */
export function nodeOfValue(value: unknown): Result<JsonNode> {
  return toNode(value, 0);
}

/** Where an offset is, such as "line 3, column 14". */
export function lineAndColumn(text: string, at: number): string {
  const before = text.slice(0, at).split(/\r\n|\r|\n/);
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

interface Reader {
  readonly text: string;
  at: number;
}

function readValue(reader: Reader, depth: number): Result<JsonNode> {
  const at = reader.at;
  const first = reader.text[at];
  if (first === '{' || first === '[') {
    if (depth >= LIMITS.jsonDepthMax) return wrong(reader, `it is nested more than ${LIMITS.jsonDepthMax} deep`);
    return first === '{' ? readObject(reader, depth) : readArray(reader, depth);
  }
  if (first === '"') {
    const string = readString(reader);
    return string.ok ? ok({ kind: 'string', text: string.value, at }) : string;
  }
  const word = match(reader, /true|false|null/y);
  if (word === 'null') return ok({ kind: 'null', at });
  if (word !== undefined) return ok({ kind: 'boolean', value: word === 'true', at });
  const number = match(reader, /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y);
  return number === undefined ? unexpected(reader, 'a value') : ok({ kind: 'number', text: number, at });
}

function readObject(reader: Reader, depth: number): Result<JsonNode> {
  const at = reader.at;
  const members: JsonMember[] = [];
  const keys = new Set<string>();
  reader.at += 1;
  skipSpace(reader);
  if (take(reader, '}')) return ok({ kind: 'object', members, at });
  do {
    skipSpace(reader);
    const keyAt = reader.at;
    if (reader.text[keyAt] !== '"') return unexpected(reader, 'a name in double quotes');
    const key = readString(reader);
    if (!key.ok) return key;
    if (keys.has(key.value)) {
      return wrong({ ...reader, at: keyAt }, `"${shown(key.value)}" stands here a second time in the same object`);
    }
    keys.add(key.value);
    skipSpace(reader);
    if (!take(reader, ':')) return unexpected(reader, '":"');
    skipSpace(reader);
    const value = readValue(reader, depth + 1);
    if (!value.ok) return value;
    members.push({ key: key.value, value: value.value, at: keyAt });
    skipSpace(reader);
  } while (take(reader, ','));
  return take(reader, '}') ? ok({ kind: 'object', members, at }) : unexpected(reader, '"," or "}"');
}

function readArray(reader: Reader, depth: number): Result<JsonNode> {
  const at = reader.at;
  const items: JsonNode[] = [];
  reader.at += 1;
  skipSpace(reader);
  if (take(reader, ']')) return ok({ kind: 'array', items, at });
  do {
    skipSpace(reader);
    const item = readValue(reader, depth + 1);
    if (!item.ok) return item;
    items.push(item.value);
    skipSpace(reader);
  } while (take(reader, ','));
  return take(reader, ']') ? ok({ kind: 'array', items, at }) : unexpected(reader, '"," or "]"');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function readString(reader: Reader): Result<string> {
  const opened = reader.at;
  const parts: string[] = [];
  reader.at += 1;
  while (true) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 forbids them inside strings
    parts.push(match(reader, /[^"\\\u0000-\u001f]*/y) ?? '');
    const next = reader.text[reader.at];
    if (next === '"') {
      reader.at += 1;
      return ok(parts.join(''));
    }
    if (next === undefined) return wrong({ ...reader, at: opened }, 'this text has no closing quote');
    if (next !== '\\') return wrong(reader, 'a line break or control character stands inside a text');
    const hex = match(reader, /\\u[0-9a-fA-F]{4}/y);
    const char = hex
      ? String.fromCharCode(Number.parseInt(hex.slice(2), 16))
      : ESCAPES[reader.text[reader.at + 1] ?? ''];
    if (char === undefined) return wrong(reader, 'this escape is not JSON');
    if (!hex) reader.at += 2;
    parts.push(char);
  }
}

/** @param pattern sticky, and linear: it never backtracks over more than it then consumes. */
function match(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  reader.at += found?.length ?? 0;
  return found;
}

function take(reader: Reader, char: string): boolean {
  if (reader.text[reader.at] !== char) return false;
  reader.at += 1;
  return true;
}

function skipSpace(reader: Reader): void {
  match(reader, /[ \t\r\n]*/y);
}

function unexpected(reader: Reader, expected: string) {
  const found = reader.text[reader.at];
  return wrong(reader, `expected ${expected}, found ${found === undefined ? 'the end' : `"${found}"`}`);
}

function wrong(reader: Reader, sentence: string) {
  const place = lineAndColumn(reader.text, reader.at);
  return failed(fault('malformed-policy', `Not JSON at ${place}: ${sentence}.`, { field: 'policy' }));
}

function toNode(value: unknown, depth: number): Result<JsonNode> {
  if (typeof value === 'string') return ok({ kind: 'string', text: value });
  if (typeof value === 'number') return ok({ kind: 'number', text: String(value) });
  if (typeof value === 'boolean') return ok({ kind: 'boolean', value });
  if (value === null) return ok({ kind: 'null' });
  if (typeof value !== 'object') return failed(notJson('it has a value that JSON cannot have'));
  if (depth >= LIMITS.jsonDepthMax) return failed(notJson(`it is nested more than ${LIMITS.jsonDepthMax} deep`));
  if (Array.isArray(value)) {
    const items: JsonNode[] = [];
    for (const each of value) {
      const item = toNode(each, depth + 1);
      if (!item.ok) return item;
      items.push(item.value);
    }
    return ok({ kind: 'array', items });
  }
  const members: JsonMember[] = [];
  for (const [key, each] of Object.entries(value)) {
    if (each === undefined) continue;
    const node = toNode(each, depth + 1);
    if (!node.ok) return node;
    members.push({ key, value: node.value });
  }
  return ok({ kind: 'object', members });
}

function notJson(sentence: string): Fault {
  return fault('malformed-policy', `The document is not a policy: ${sentence}.`, { field: 'policy' });
}

function tooLong(chars: number): Fault {
  return notJson(`it has ${chars} characters; at most ${LIMITS.trustPolicyTextCharsMax} are read`);
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
