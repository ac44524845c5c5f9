import { readBoolean, readDate, readNumber } from './compare-values.ts';
import { inRange } from './ip-range.ts';
import { type Truth, truth } from './truth.ts';
import { fits, type Pattern } from './wildcard.ts';

/** A condition operator taken apart, such as `ForAnyValue:StringNotLikeIfExists`. */
export interface Operator {
  readonly set?: 'ForAllValues' | 'ForAnyValue';
  readonly ifExists: boolean;
  /** Holds when no value matches; a negated operator also holds for an absent key. */
  readonly negated: boolean;
  readonly test: Test;
}

/**
 * How one value of the policy is compared with one of the request. Variables are filled in for `pattern` only (IAM User
 * Guide, "IAM policy elements: Variables and tags", "Where you can use policy variables").
 */
export type Test =
  | { readonly kind: 'null' }
  | { readonly kind: 'plain'; readonly matches: (inPolicy: string, inRequest: string) => Truth }
  | {
      readonly kind: 'pattern';
      readonly wildcards: boolean;
      readonly matches: (inPolicy: Pattern, inRequest: string) => Truth;
    };

/** Takes an operator's name apart; undefined for a name that AWS's documentation does not have, or not in this case. */
export function parseOperator(name: string): Operator | undefined {
  const [, set, base, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(name) ?? [];
  const found = BASES.get(base ?? '');
  if (!found || (found.test.kind === 'null' && (set || ifExists))) return undefined;
  return {
    ...(set === 'ForAllValues' || set === 'ForAnyValue' ? { set } : {}),
    ifExists: ifExists !== undefined,
    ...found,
  };
}

const BASES: ReadonlyMap<string, { readonly test: Test; readonly negated: boolean }> = new Map(
  Object.entries({
    ...both('StringEquals', 'StringNotEquals', text(false, sameText)),
    ...both('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', text(false, sameTextIgnoringCase)),
    ...both(
      'StringLike',
      'StringNotLike',
      text(true, (pattern, value) => truth(fits(pattern, value))),
    ),
    ...both('ArnEquals', 'ArnNotEquals', text(true, fitsArn)),
    ...both('ArnLike', 'ArnNotLike', text(true, fitsArn)),
    ...both(
      'NumericEquals',
      'NumericNotEquals',
      compared(readNumber, (limit, value) => value === limit),
    ),
    NumericLessThan: positive(compared(readNumber, (limit, value) => value < limit)),
    NumericLessThanEquals: positive(compared(readNumber, (limit, value) => value <= limit)),
    NumericGreaterThan: positive(compared(readNumber, (limit, value) => value > limit)),
    NumericGreaterThanEquals: positive(compared(readNumber, (limit, value) => value >= limit)),
    ...both(
      'DateEquals',
      'DateNotEquals',
      compared(readDate, (limit, value) => value === limit),
    ),
    DateLessThan: positive(compared(readDate, (limit, value) => value < limit)),
    DateLessThanEquals: positive(compared(readDate, (limit, value) => value <= limit)),
    DateGreaterThan: positive(compared(readDate, (limit, value) => value > limit)),
    DateGreaterThanEquals: positive(compared(readDate, (limit, value) => value >= limit)),
    Bool: positive(compared(readBoolean, (wanted, value) => value === wanted)),
    ...both('IpAddress', 'NotIpAddress', { kind: 'plain', matches: inRange }),
    Null: positive({ kind: 'null' }),
  }),
);

function both(name: string, negatedName: string, test: Test) {
  return { [name]: { test, negated: false }, [negatedName]: { test, negated: true } };
}

function positive(test: Test) {
  return { test, negated: false };
}

function text(wildcards: boolean, matches: (inPolicy: Pattern, inRequest: string) => Truth): Test {
  return { kind: 'pattern', wildcards, matches };
}

/** A value that cannot be read as what the operator compares makes the comparison unknown. */
function compared<T>(read: (text: string) => T | undefined, holds: (inPolicy: T, inRequest: T) => boolean): Test {
  return {
    kind: 'plain',
    matches(inPolicy, inRequest) {
      const [left, right] = [read(inPolicy), read(inRequest)];
      return left === undefined || right === undefined ? 'unknown' : truth(holds(left, right));
    },
  };
}

function sameText(pattern: Pattern, value: string): Truth {
  return truth(textOf(pattern) === value);
}

function sameTextIgnoringCase(pattern: Pattern, value: string): Truth {
  return truth(textOf(pattern).toLowerCase() === value.toLowerCase());
}

/** AWS: each of the six colon-delimited components is compared by itself; ArnEquals and ArnLike are the same. */
function fitsArn(pattern: Pattern, value: string): Truth {
  const patterns = components(pattern, COLON);
  const values = components(value.split(''), ':').map(part => part.join(''));
  if (patterns.length < 6 || values.length < 6) return 'unknown';
  return truth(patterns.every((part, i) => fits(part, values[i] ?? '')));
}

const COLON = 0x3a;

/** Split at the first five separators. */
function components<T>(all: readonly T[], separator: T): T[][] {
  const parts: T[][] = [[]];
  for (const one of all) {
    if (one === separator && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(one);
  }
  return parts;
}

function textOf(pattern: Pattern): string {
  return pattern.map(unit => String.fromCharCode(unit)).join('');
}
