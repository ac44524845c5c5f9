import { z } from 'zod';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type InputOf, ROUTES, type Route, type RouteName } from './contract.ts';
import { faultsOfInput, fieldPath } from './input-faults.ts';

/** A request as HTTP gave it. */
export interface RawInput {
  readonly params: unknown;
  readonly query: unknown;
  /** undefined: there was none. */
  readonly body: Result<unknown> | undefined;
}

export type ReadInput<Input> = { readonly ok: true; readonly input: Input } | Faulty;

interface Faulty {
  readonly ok: false;
  readonly faults: readonly [Fault, ...Fault[]];
}

/**
 * What the handler of a route receives, or everything that is wrong with the request at once. The overload says what the
 * compiler cannot follow: that parsing with the schemas of a route gives the input of that route.
 */
export function readInput<Name extends RouteName>(name: Name, raw: RawInput): ReadInput<InputOf<Name>>;
export function readInput(name: RouteName, raw: RawInput): ReadInput<Record<string, unknown>> {
  const route: Route = ROUTES[name];
  const params = route.params?.safeParse(raw.params);
  if (params && !params.success) return faulty(noSuchId());
  const json = bodyOf(route, raw.body);
  if (!json.ok) return faulty(json.fault);
  const query = readPart(route.query, raw.query);
  const body = readPart(route.body, json.value);
  const [first, ...rest] = [...query.faults, ...body.faults];
  if (first) return faulty(first, ...rest);
  return {
    ok: true,
    input: {
      ...(params ? { params: params.data } : {}),
      ...(route.query ? { query: query.data } : {}),
      ...(route.body ? { body: body.data } : {}),
    },
  };
}

/** Reads the bytes of a body: JSON in UTF-8. No bytes at all are no body, because many clients name a type all the same. */
export function readJson(bytes: Buffer): Result<unknown> {
  if (bytes.length === 0) return ok(undefined);
  try {
    return ok(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (error) {
    if (error instanceof SyntaxError) return failed(fault('invalid-json', `The body is not JSON${placeOf(error)}.`));
    if (error instanceof TypeError) return failed(fault('invalid-json', 'The body is not text in UTF-8.'));
    throw error;
  }
}

/** Only the place of the parser's message: the rest quotes the body, and the body may hold a secret. */
function placeOf(error: SyntaxError): string {
  const place = /\(line \d+ column \d+\)/.exec(error.message);
  return place ? ` ${place[0]}` : '';
}

/** A part that a route does not have may be there, but empty: an unknown field is never ignored. */
const NOTHING = z.strictObject({});

function readPart(schema: z.ZodType = NOTHING, value: unknown): { data: unknown; faults: Fault[] } {
  const unfit = faultsOfText(value);
  if (unfit.length > 0) return { data: undefined, faults: unfit };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data, faults: [] };
  return { data: undefined, faults: faultsOfInput(parsed.error, { schema, value }) };
}

function bodyOf(route: Route, body: Result<unknown> | undefined): Result<unknown> {
  if (body && !body.ok) return body;
  const value = body?.value;
  if (value === undefined) {
    return route.body ? failed(fault('invalid-json', 'The request has no body; a JSON object is needed.')) : ok({});
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return ok(value);
  const what = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;
  return failed(fault('invalid-json', `The body is ${what}; a JSON object is needed.`));
}

/**
 * What PostgreSQL cannot store or no schema expects: NUL and lone surrogates in text, a key named __proto__, and nesting
 * so deep that code which walks it would run out of stack. Walks without recursion for that reason.
 */
function faultsOfText(root: unknown): Fault[] {
  const faults: Fault[] = [];
  const left: { value: unknown; path: readonly PropertyKey[] }[] = [{ value: root, path: [] }];
  for (let part = left.pop(); part; part = left.pop()) {
    const { value, path } = part;
    if (typeof value === 'string' && !isStorable(value)) faults.push(unstorable(path));
    if (typeof value !== 'object' || value === null) continue;
    if (path.length >= LIMITS.jsonDepthMax) {
      return [fault('invalid-json', `The body is nested deeper than ${LIMITS.jsonDepthMax} levels.`)];
    }
    for (const [key, inner] of Object.entries(value)) {
      const innerPath = [...path, Array.isArray(value) ? Number(key) : key];
      if (key === '__proto__' || !isStorable(key)) faults.push(unstorable(innerPath));
      left.push({ value: inner, path: innerPath });
    }
  }
  return faults;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function unstorable(path: readonly PropertyKey[]): Fault {
  const field = fieldPath(path).replaceAll('\0', '\\0').toWellFormed();
  return fault('invalid-field', `"${field}" has a character or a name that cannot be stored.`, { field });
}

/** An id that cannot be one is the id of nothing. */
function noSuchId(): Fault {
  return fault('not-found', 'The id in the path is not an id that Causeway gives.', { field: 'id' });
}

function faulty(...faults: [Fault, ...Fault[]]): Faulty {
  return { ok: false, faults };
}
