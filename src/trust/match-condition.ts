import { LIMITS } from '../domain/limits.ts';
import { readBoolean } from './compare-values.ts';
import type { Context } from './context.ts';
import { type Matcher, type Operator, parseOperator } from './operators.ts';
import type { Condition, TrustPolicy } from './policy.ts';
import { fillIn } from './template.ts';
import { every, not, some, type Truth, truth } from './truth.ts';

/** Whether one condition holds, and why it is not known where it is not. */
export interface ConditionResult {
  readonly condition: Condition;
  readonly truth: Truth;
  /** Set when `truth` is `unknown`. */
  readonly unknown?: 'operator' | 'key' | 'value';
}

/**
 * IAM User Guide, "IAM JSON policy elements: Condition operators" and "Conditions with multiple context keys or values":
 * several values of one key are alternatives (of a negated operator, none may match); an absent key fails, except with
 * a negated operator, …IfExists or ForAllValues. ForAnyValue fails for an absent key whatever else the operator says:
 * its …IfExists is asked of each value, of which there is none (tried on AWS:
 * https://repost.aws/questions/QU9HFmDzP0QGuU-fd7rS6B7w).
 */
export function matchCondition(
  condition: Condition,
  { context, version }: { context: Context; version: TrustPolicy['version'] },
): ConditionResult {
  const operator = parseOperator(condition.operator);
  if (!operator) return { condition, truth: 'unknown', unknown: 'operator' };
  const found = context(condition.key);
  if (found.state === 'unknown') return { condition, truth: 'unknown', unknown: 'key' };
  const values = found.state === 'present' ? found.values : [];
  const result =
    condition.values.length === 0 ? 'unknown' : holds(operator, condition.values, { values, context, version });
  return { condition, truth: result, ...(result === 'unknown' ? { unknown: 'value' } : {}) };
}

interface Facts {
  /** Of the request; none when the key is absent. */
  readonly values: readonly string[];
  readonly context: Context;
  readonly version: TrustPolicy['version'];
}

function holds(operator: Operator, inPolicy: readonly string[], facts: Facts): Truth {
  const { values } = facts;
  if (operator.test.kind === 'null') return some(inPolicy.map(wanted => isNull(wanted, values)));
  if (values.length === 0) {
    if (operator.set === 'ForAnyValue') return 'no';
    if (operator.ifExists || operator.set === 'ForAllValues') return 'yes';
    return truth(operator.negated && operator.set === undefined);
  }
  // An empty text counts as no value for the set operators; AWS does not say so of the others.
  const compared = operator.set ? values.filter(value => value !== '') : values;
  if (compared.some(value => value.length > LIMITS.conditionValueCharsMax)) return 'unknown';
  if (compared.length === 0 && operator.set === 'ForAnyValue') return 'no';
  const results = compareAll(operator, inPolicy, { ...facts, values: compared });
  if (operator.set === 'ForAllValues') return every(results);
  // AWS: a key with several values needs a set operator; without one, what it does is not documented.
  return operator.set === 'ForAnyValue' || results.length === 1 ? some(results) : 'unknown';
}

/** For each value of the request, whether it passes. */
function compareAll({ test, negated }: Operator, inPolicy: readonly string[], facts: Facts): Truth[] {
  const { matches, unknown, unresolved } = prepare(test, inPolicy, facts);
  return facts.values.map(inRequest => {
    const known = matches(inRequest);
    const match = known === 'no' && unknown ? 'unknown' : known;
    if (!unresolved) return negated ? not(match) : match;
    // A value that cannot be filled in matches nothing, and it may make the whole statement void.
    return match === 'no' && !negated ? 'no' : 'unknown';
  });
}

/** The policy's values as one matcher, and whether there are any whose variables are not known or cannot be filled in. */
function prepare(
  test: Operator['test'],
  inPolicy: readonly string[],
  facts: Facts,
): { matches: Matcher; unknown: boolean; unresolved: boolean } {
  if (test.kind === 'null') return { matches: () => 'unknown', unknown: true, unresolved: false };
  if (test.kind === 'plain') return { matches: test.matcher(inPolicy), unknown: false, unresolved: false };
  const filled = inPolicy.map(value => fillIn(value, { ...facts, wildcards: test.wildcards }));
  return {
    matches: test.matcher(filled.flatMap(one => (typeof one === 'string' ? [] : [one.pattern]))),
    unknown: filled.includes('unknown'),
    unresolved: filled.includes('unresolved'),
  };
}

function isNull(wanted: string, values: readonly string[]): Truth {
  const absent = readBoolean(wanted);
  if (absent === undefined || values.includes('')) return 'unknown';
  return truth(absent === (values.length === 0));
}
