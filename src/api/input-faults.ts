import type { z } from 'zod';
import { FAULT_CODES, type Fault, type FaultCode, fault } from '../domain/faults.ts';
import { nearest } from '../query/suggest.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * Every fault of a part of a request that did not fit its schema: which field, what is wrong with it, in a sentence.
 * Values are told only where they are one of few words, because a field may hold a secret.
 */
export function faultsOfInput(error: z.ZodError, { schema, value }: { schema: z.ZodType; value: unknown }): Fault[] {
  return firstOfEachField(error.issues).flatMap(issue => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownField(schema, [...issue.path, key]));
    const field = fieldPath(issue.path);
    const actual = valueAt(value, issue.path);
    if (actual === undefined) return [fault('missing-field', `"${field}" is missing.`, { field })];
    return [fault(codeOf(issue), sentence(field, whatIsWrong(issue, actual)), { field })];
  });
}

/** One sentence about a field is enough: empty text also breaks the rule about its characters. */
function firstOfEachField(issues: readonly Issue[]): Issue[] {
  const paths = issues.map(issue => JSON.stringify(issue.path));
  return issues.filter(
    (issue, index) => issue.code === 'unrecognized_keys' || paths.indexOf(paths[index] ?? '') === index,
  );
}

/** A path as people write it in JavaScript: `regions[2]`, `tags.Owner`, `tags["cost centre"]`. */
export function fieldPath(path: Path): string {
  return path.reduce<string>((written, part) => {
    if (typeof part === 'number') return `${written}[${part}]`;
    const name = String(part);
    if (!/^[A-Za-z_$][\w$]*$/.test(name)) return written === '' ? name : `${written}[${JSON.stringify(name)}]`;
    return written === '' ? name : `${written}.${name}`;
  }, '');
}

function unknownField(schema: z.ZodType, path: Path): Fault {
  const field = fieldPath(path);
  const known = path.length === 1 && 'shape' in schema && schema.shape ? Object.keys(schema.shape) : [];
  const near = nearest(String(path.at(-1)), known);
  const hint = near ? ` Did you mean "${near}"?` : known.length > 0 ? ` There are: ${known.join(', ')}.` : '';
  return fault('unknown-field', `"${field}" is not a field of this request.${hint}`, { field });
}

/** Rules of the domain carry their own code. */
function codeOf(issue: Issue): FaultCode {
  const code: unknown = issue.code === 'custom' ? issue.params?.code : undefined;
  return FAULT_CODES.find(known => known === code) ?? 'invalid-field';
}

function sentence(field: string, what: string): string {
  // The domain's own sentences stand for themselves.
  const whole = /^["A-Z]/.test(what) ? what : `"${field}" ${what}`;
  return /[.?!]$/.test(whole) ? whole : `${whole}.`;
}

function whatIsWrong(issue: Issue, actual: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'int') return `must be a whole number; it is ${shownNumber(actual)}`;
      return Array.isArray(actual) && issue.expected !== 'array'
        ? `must be ${inWords(issue.expected)}; it is a list or was given more than once`
        : `must be ${inWords(issue.expected)}, not ${inWords(typeOf(actual))}`;
    case 'too_small':
      return tooSmall(issue, actual);
    case 'too_big':
      return tooBig(issue, actual);
    case 'invalid_value':
      return `must be ${issue.values.map(value => JSON.stringify(value)).join(' or ')}${shownWord(actual)}`;
    case 'invalid_format':
      return FORMATS[issue.format] ?? issue.message;
    case 'invalid_key':
      return `has a key that is not allowed: ${issue.issues.map(inner => whatIsWrong(inner, issue.path.at(-1))).join(', ')}`;
    default:
      return issue.message;
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'must be an id, such as 0198c2a4-7c1e-7d3a-9b52-0f6a4e1d2c3b',
  datetime: 'must be a time in ISO 8601, such as 2030-01-31T12:00:00Z',
};

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>, actual: unknown): string {
  const { minimum } = issue;
  if (typeof actual === 'string' && actual.trim() === '') return 'is empty';
  if (typeof actual === 'string' && issue.origin === 'string') {
    return `has ${counted(actual.length, 'character')}; at least ${minimum} are needed`;
  }
  if (Array.isArray(actual)) return `has ${counted(actual.length, 'entry')}; at least ${minimum} must be given`;
  return `is ${shownNumber(actual)}; it must be at least ${minimum}`;
}

function tooBig(issue: Extract<Issue, { code: 'too_big' }>, actual: unknown): string {
  const { maximum } = issue;
  if (typeof actual === 'string' && issue.origin === 'string') {
    return `has ${counted(actual.length, 'character')}; at most ${maximum} are allowed`;
  }
  if (Array.isArray(actual)) return `has ${counted(actual.length, 'entry')}; at most ${maximum} are allowed`;
  return `is ${shownNumber(actual)}; it must be at most ${maximum}`;
}

function counted(count: number, noun: 'character' | 'entry'): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${noun === 'entry' ? 'entries' : 'characters'}`;
}

function shownNumber(actual: unknown): string {
  return String(actual).slice(0, 40);
}

function shownWord(actual: unknown): string {
  return typeof actual === 'string' ? `; it is "${actual.slice(0, 64)}"` : '';
}

function inWords(type: string): string {
  return TYPES[type] ?? type;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    return Object.entries(inner).find(([key]) => key === String(part))?.[1];
  }, value);
}
