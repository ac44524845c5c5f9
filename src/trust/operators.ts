import { readBoolean, readDate, readNumber } from './compare-values.ts';
import { inRange } from './ip-range.ts';
import { type Truth, truth } from './truth.ts';
import { type Pattern, wildcardMatcher } from './wildcard.ts';

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
type Test =
  | { readonly kind: 'null' }
  | { readonly kind: 'plain'; readonly matcher: (inPolicy: string) => Matcher }
  | { readonly kind: 'pattern'; readonly wildcards: boolean; readonly matcher: (inPolicy: Pattern) => Matcher };

/** Compares a value of the request with the one of the policy that it was made from. */
export type Matcher = (inRequest: string) => Truth;

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
    ...both('StringLike', 'StringNotLike', text(true, likeText)),
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
    ...both('IpAddress', 'NotIpAddress', { kind: 'plain', matcher: range => address => inRange(range, address) }),
    Null: positive({ kind: 'null' }),
  }),
);

function both(name: string, negatedName: string, test: Test) {
  return { [name]: { test, negated: false }, [negatedName]: { test, negated: true } };
}

function positive(test: Test) {
  return { test, negated: false };
}

function text(wildcards: boolean, matcher: (inPolicy: Pattern) => Matcher): Test {
  return { kind: 'pattern', wildcards, matcher };
}

/** A value that cannot be read as what the operator compares makes the comparison unknown. */
function compared<T>(read: (text: string) => T | undefined, holds: (inPolicy: T, inRequest: T) => boolean): Test {
  return {
    kind: 'plain',
    matcher(inPolicy) {
      const left = read(inPolicy);
      return inRequest => {
        const right = read(inRequest);
        return left === undefined || right === undefined ? 'unknown' : truth(holds(left, right));
      };
    },
  };
}

function sameText(pattern: Pattern): Matcher {
  const wanted = textOf(pattern);
  return value => truth(wanted === value);
}

function sameTextIgnoringCase(pattern: Pattern): Matcher {
  const wanted = textOf(pattern).toLowerCase();
  return value => truth(wanted === value.toLowerCase());
}

function likeText(pattern: Pattern): Matcher {
  const matches = wildcardMatcher(pattern);
  return value => truth(matches(value));
}

/** AWS: each of the six colon-delimited components is compared by itself; ArnEquals and ArnLike are the same. */
function fitsArn(pattern: Pattern): Matcher {
  const matchers = components(pattern, COLON).map(wildcardMatcher);
  return value => {
    const values = components(value.split(''), ':').map(part => part.join(''));
    if (matchers.length < 6 || values.length < 6) return 'unknown';
    return truth(matchers.every((matches, i) => matches(values[i] ?? '')));
  };
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
