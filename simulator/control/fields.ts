import { type Fault, fault } from '../../src/domain/faults.ts';
import type { PolicyDocument } from '../world/world.ts';

/**
 * Reads a JSON object field by field. Each reader answers a value of its type even when the field is wrong; what was wrong
 * is in `end()`, which a caller asks before it uses any of them.
 */
export interface Fields {
  /** A required text. */
  text(name: string): string;
  optionalText(name: string): string | undefined;
  optionalNumber(name: string, limits: { min: number; max: number; whole: boolean }): number | undefined;
  optionalTexts(name: string): string[] | undefined;
  /** Texts by name; null where the JSON has null. */
  optionalTextMap(name: string): Record<string, string | null> | undefined;
  /** Any JSON value, such as a policy document. */
  optionalJson(name: string): unknown;
  oneOf<T extends string>(name: string, choices: readonly T[]): T;
  optionalOneOf<T extends string>(name: string, choices: readonly T[]): T | undefined;
  optionalObject(name: string): Fields | undefined;
  /** The first thing that was wrong: not JSON, a wrong or missing field, or one that no reader asked for. */
  end(): Fault | undefined;
}

/** `value` is what JSON.parse gave; `path` names it in faults. */
export function readFields(value: unknown, path = ''): Fields {
  const fields = entriesOf(value);
  const asked = new Set<string>();
  const nested: Fields[] = [];
  let wrong: Fault | undefined;
  if (!fields)
    wrong = fault('invalid-field', `${path || 'The body'} is not a JSON object.`, path ? { field: path } : {});

  const complain = (name: string, expected: string) => {
    const code = fields?.has(name) ? 'invalid-field' : 'missing-field';
    wrong ??= fault(code, `${path}${name} must be ${expected}.`, { field: path + name });
  };
  const take = <T>(name: string, expected: string, read: (value: unknown) => T | undefined): T | undefined => {
    asked.add(name);
    const given = fields?.get(name);
    if (given === undefined) return undefined;
    const taken = read(given);
    if (taken === undefined) complain(name, expected);
    return taken;
  };
  const required = <T>(name: string, expected: string, otherwise: T, read: (value: unknown) => T | undefined): T => {
    const taken = take(name, expected, read);
    if (taken === undefined) complain(name, expected);
    return taken ?? otherwise;
  };
  const optionalOneOf = <T extends string>(name: string, choices: readonly T[]) =>
    take(name, `one of ${choices.join(', ')}`, given => choices.find(choice => choice === given));

  return {
    text: name => required(name, 'a text that is not empty', '', given => asText(given) || undefined),
    optionalText: name => take(name, 'a text', asText),
    optionalNumber: (name, { min, max, whole }) =>
      take(name, `a ${whole ? 'whole ' : ''}number from ${min} to ${max}`, given =>
        typeof given === 'number' && given >= min && given <= max && (!whole || Number.isInteger(given))
          ? given
          : undefined,
      ),
    optionalTexts: name =>
      take(name, 'a list of texts', given =>
        Array.isArray(given) && given.every(item => typeof item === 'string') ? given : undefined,
      ),
    optionalTextMap: name => take(name, 'an object of texts', asTextMap),
    optionalJson: name => take(name, 'a JSON value', given => given),
    optionalOneOf,
    oneOf(name, choices) {
      const taken = optionalOneOf(name, choices);
      if (taken === undefined) complain(name, `one of ${choices.join(', ')}`);
      // The first choice stands in for a wrong one until `end()` has told of it.
      return taken ?? firstOf(choices);
    },
    optionalObject: name =>
      take(name, 'an object', given => {
        const inner = readFields(given, `${path}${name}.`);
        nested.push(inner);
        return inner;
      }),
    end() {
      const unknown = [...(fields?.keys() ?? [])].find(name => !asked.has(name));
      return (
        wrong ??
        nested.map(inner => inner.end()).find(inner => inner !== undefined) ??
        (unknown === undefined
          ? undefined
          : fault('unknown-field', `There is no field ${path}${unknown} here.`, { field: path + unknown }))
      );
    },
  };
}

function entriesOf(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function asTextMap(value: unknown): Record<string, string | null> | undefined {
  const entries = entriesOf(value);
  if (!entries) return undefined;
  const texts: Record<string, string | null> = {};
  for (const [name, text] of entries) {
    if (typeof text !== 'string' && text !== null) return undefined;
    texts[name] = text;
  }
  return texts;
}

function firstOf<T>(choices: readonly T[]): T {
  const [first] = choices;
  if (first === undefined) throw new Error('a choice of nothing');
  return first;
}

/** The fields of a JSON body; an empty body has none. */
export function parseBody(body: string): Fields {
  if (body === '') return readFields({});
  try {
    return readFields(JSON.parse(body));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return readFields(undefined);
  }
}

/** A body that is a policy document as a whole; undefined when it is not JSON. */
export function parseDocument(body: string): PolicyDocument | undefined {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
