import { readBoolean, readDate, readNumber } from './compare-values.ts';
import { inRange } from './ip-range.ts';
import { type Truth, truth } from './truth.ts';
import { isAnyMany, type Pattern, wildcardMatcher } from './wildcard.ts';

/** A condition operator taken apart, such as `ForAnyValue:StringNotLikeIfExists`. */
export interface Operator {
  readonly set?: 'ForAllValues' | 'ForAnyValue';
  readonly ifExists: boolean;
  /** Holds when no value matches; a negated operator also holds for an absent key. */
  readonly negated: boolean;
  readonly test: Test;
}

/**
 * How the values of the policy, which are alternatives, are compared with one of the request. Variables are filled in for `pattern` only (IAM User
 * Guide, "IAM policy elements: Variables and tags", "Where you can use policy variables").
 */
type Test =
  | { readonly kind: 'null' }
  | { readonly kind: 'plain'; readonly matcher: (inPolicy: readonly string[]) => Matcher }
  | {
      readonly kind: 'pattern';
      readonly wildcards: boolean;
      readonly matcher: (inPolicy: readonly Pattern[]) => Matcher;
    };

/** Whether a value of the request matches one of those of the policy that it was made from. */
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
    ...both('ArnEquals', 'ArnNotEquals', text(true, likeArn)),
    ...both('ArnLike', 'ArnNotLike', text(true, likeArn)),
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
    ...both('IpAddress', 'NotIpAddress', {
      kind: 'plain',
      matcher: ranges => anyOf(ranges.map(range => address => inRange(range, address))),
    }),
    Null: positive({ kind: 'null' }),
  }),
);

function both(name: string, negatedName: string, test: Test) {
  return { [name]: { test, negated: false }, [negatedName]: { test, negated: true } };
}

function positive(test: Test) {
  return { test, negated: false };
}

function text(wildcards: boolean, matcher: (inPolicy: readonly Pattern[]) => Matcher): Test {
  return { kind: 'pattern', wildcards, matcher };
}

/** A value that cannot be read as what the operator compares makes the comparison unknown. */
function compared<T>(read: (text: string) => T | undefined, holds: (inPolicy: T, inRequest: T) => boolean): Test {
  return {
    kind: 'plain',
    matcher: inPolicy =>
      anyOf(
        inPolicy.map(read).map(left => inRequest => {
          const right = read(inRequest);
          return left === undefined || right === undefined ? 'unknown' : truth(holds(left, right));
        }),
      ),
  };
}

/** Stops at the first that matches. */
function anyOf(matchers: readonly Matcher[]): Matcher {
  return inRequest => {
    let match: Truth = 'no';
    for (const matches of matchers) {
      const one = matches(inRequest);
      if (one === 'yes') return 'yes';
      if (one === 'unknown') match = 'unknown';
    }
    return match;
  };
}

function sameText(patterns: readonly Pattern[]): Matcher {
  const wanted = new Set(patterns.map(textOf));
  return value => truth(wanted.has(value));
}

function sameTextIgnoringCase(patterns: readonly Pattern[]): Matcher {
  const wanted = new Set(patterns.map(pattern => textOf(pattern).toLowerCase()));
  return value => truth(wanted.has(value.toLowerCase()));
}

function likeText(patterns: readonly Pattern[]): Matcher {
  const matches = wildcardMatcher(patterns);
  return value => truth(matches(value));
}

/** AWS: each of the six colon-delimited components is compared by itself; ArnEquals and ArnLike are the same. */
function likeArn(patterns: readonly Pattern[]): Matcher {
  const arns = patterns.map(pattern => components(pattern, COLON).map(matcherOfComponent));
  return value => {
    const values = components(value.split(''), ':').map(part => part.join(''));
    const isWhole = (matchers: readonly unknown[]) => matchers.length === 6 && values.length === 6;
    const whole = arns.filter(isWhole);
    if (whole.some(matchers => matchers.every((matches, i) => matches(values[i] ?? '')))) return 'yes';
    return whole.length === arns.length ? 'no' : 'unknown';
  };
}

/** Most components are a text or a star; only the others are worth the making of a matcher, and only when they are asked. */
function matcherOfComponent(pattern: Pattern): (text: string) => boolean {
  if (pattern.every(unit => unit >= 0)) {
    const wanted = textOf(pattern);
    return text => text === wanted;
  }
  if (pattern.every(isAnyMany)) return () => true;
  let matches: ((text: string) => boolean) | undefined;
  return text => {
    matches ??= wildcardMatcher([pattern]);
    return matches(text);
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
