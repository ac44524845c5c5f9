import { BlockList, isIP } from 'node:net';
import { fitsArn, fitsGlob, literal } from './glob.ts';
import type { Condition } from './policy.ts';

/** The request's condition keys, in lower case, each with its values; a key that the request does not have is absent. */
export type RequestContext = Pick<ReadonlyMap<string, readonly string[]>, 'get' | 'has'>;

/**
 * Whether a condition holds.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function conditionHolds(condition: Condition, context: RequestContext, hasVariables: boolean): boolean {
  const given = context.get(condition.key);
  if (condition.operator === 'Null') {
    return condition.values.some(value => (value.toLowerCase() === 'true') === (given === undefined));
  }
  const operator = OPERATORS[condition.operator];
  if (!operator) return false;
  const present = given !== undefined && given.length > 0;
  // AWS asks IfExists of each value inside ForAnyValue, so that it does nothing for a key without values.
  if (!present && condition.ifExists && condition.quantifier !== 'any') return true;
  if (!present && condition.quantifier === undefined) return operator.negated;
  const wanted = condition.values.flatMap(value => {
    const filled = hasVariables ? fillIn(value, context, operator.wildcards) : value;
    return filled === undefined ? [] : [filled];
  });
  const holdsFor = (value: string) => wanted.some(one => operator.fits(value, one)) !== operator.negated;
  // ForAllValues holds for a key that is absent, ForAnyValue does not. Without either, a negated operator asks that no
  // value of the request is among the policy's.
  const values = given ?? [];
  // The quantifiers take an empty text for no value.
  const filledValues = values.filter(value => value !== '');
  if (condition.quantifier === 'all') return filledValues.every(holdsFor);
  if (condition.quantifier === 'any') return filledValues.some(holdsFor);
  return operator.negated ? values.every(holdsFor) : values.some(holdsFor);
}

export function isKnownOperator(operator: string): boolean {
  return operator === 'Null' || OPERATORS[operator] !== undefined;
}

/**
 * Replaces ${key}, ${key, 'default'} and the three escapes ${*}, ${?}, ${$}. Undefined when a variable has no value: then
 * the pattern fits nothing. In patterns, what a variable holds stands for itself.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function fillIn(template: string, context: RequestContext, wildcards: boolean): string | undefined {
  if (!template.includes('${')) return template;
  const protect = wildcards ? literal : (text: string) => text;
  let missing = false;
  const filled = template.replaceAll(/\$\{([^}]*)\}/g, (_, inner: string) => {
    if (inner === '*' || inner === '?' || inner === '$') return protect(inner);
    const parts = /^([^,]*?)(?:,\s*'([^']*)')?$/.exec(inner.trim());
    const values = context.get((parts?.[1] ?? inner).trim().toLowerCase());
    // A key of several values cannot be a variable.
    const value = values?.length === 1 ? values[0] : parts?.[2];
    if (value === undefined) missing = true;
    return protect(value ?? '');
  });
  return missing ? undefined : filled;
}

interface Operator {
  negated: boolean;
  /** Whether the policy's value may hold wildcards. */
  wildcards: boolean;
  fits(given: string, wanted: string): boolean;
}

const OPERATORS: Record<string, Operator> = {
  ...both('StringEquals', 'StringNotEquals', (given, wanted) => given === wanted),
  ...both('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', (given, wanted) => {
    return given.toLowerCase() === wanted.toLowerCase();
  }),
  ...both('StringLike', 'StringNotLike', (given, wanted) => fitsGlob(wanted, given), { wildcards: true }),
  // AWS: "ArnEquals and ArnLike behave identically".
  ...both('ArnEquals', 'ArnNotEquals', arnFits, { wildcards: true }),
  ...both('ArnLike', 'ArnNotLike', arnFits, { wildcards: true }),
  ...both(
    'NumericEquals',
    'NumericNotEquals',
    byNumber((given, wanted) => given === wanted),
  ),
  ...one(
    'NumericLessThan',
    byNumber((given, wanted) => given < wanted),
  ),
  ...one(
    'NumericLessThanEquals',
    byNumber((given, wanted) => given <= wanted),
  ),
  ...one(
    'NumericGreaterThan',
    byNumber((given, wanted) => given > wanted),
  ),
  ...one(
    'NumericGreaterThanEquals',
    byNumber((given, wanted) => given >= wanted),
  ),
  ...both(
    'DateEquals',
    'DateNotEquals',
    byDate((given, wanted) => given === wanted),
  ),
  ...one(
    'DateLessThan',
    byDate((given, wanted) => given < wanted),
  ),
  ...one(
    'DateLessThanEquals',
    byDate((given, wanted) => given <= wanted),
  ),
  ...one(
    'DateGreaterThan',
    byDate((given, wanted) => given > wanted),
  ),
  ...one(
    'DateGreaterThanEquals',
    byDate((given, wanted) => given >= wanted),
  ),
  ...one('Bool', (given, wanted) => given.toLowerCase() === wanted.toLowerCase()),
  ...one('BinaryEquals', (given, wanted) => given === wanted),
  ...both('IpAddress', 'NotIpAddress', ipFits),
};

type Fits = Operator['fits'];

function one(name: string, fits: Fits): Record<string, Operator> {
  return { [name]: { negated: false, wildcards: false, fits } };
}

function both(name: string, opposite: string, fits: Fits, { wildcards = false } = {}): Record<string, Operator> {
  return { [name]: { negated: false, wildcards, fits }, [opposite]: { negated: true, wildcards, fits } };
}

function arnFits(given: string, wanted: string): boolean {
  return fitsArn(wanted, given);
}

/** Text that is not a number compares as false with everything. */
function byNumber(compare: (given: number, wanted: number) => boolean): Fits {
  return (given, wanted) => given !== '' && wanted !== '' && compare(Number(given), Number(wanted));
}

function byDate(compare: (given: number, wanted: number) => boolean): Fits {
  return (given, wanted) => compare(timeOf(given), timeOf(wanted));
}

/** ISO 8601 or seconds since the epoch. */
function timeOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

function ipFits(given: string, wanted: string): boolean {
  const [network = '', prefix] = wanted.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const givenFamily = isIP(given) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(network) === 0 || isIP(given) === 0 || family !== givenFamily) return false;
  const longest = family === 'ipv6' ? 128 : 32;
  const bits = prefix === undefined ? longest : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > longest) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(given, family);
}
