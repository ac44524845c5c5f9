import type { Context } from './context.ts';
import { matchCondition } from './match-condition.ts';
import { parseOperator } from './operators.ts';
import type { Condition, Statement } from './policy.ts';

/** How a statement's conditions on `sts:ExternalId` hold off a caller that sends none, or any. */
export interface ExternalIdDemand {
  /** Conditions that fail without an external ID. */
  readonly required: readonly Condition[];
  /** Conditions that pass without one, and look as if they did not. */
  readonly passedByNone: readonly {
    readonly condition: Condition;
    readonly why: 'if-exists' | 'for-all-values' | 'negated';
  }[];
  /** Those with a wildcard, which more than one external ID fits. */
  readonly wildcards: readonly Condition[];
  /** External IDs that the required conditions name exactly. */
  readonly exact: readonly string[];
}

type Trap = 'if-exists' | 'for-all-values' | 'negated';

export function externalIdDemand(statement: Statement): ExternalIdDemand {
  const conditions = statement.conditions.filter(({ key }) => key.toLowerCase() === 'sts:externalid');
  const passes = conditions.map(condition => ({ condition, why: whyPassedByNone(condition) }));
  const required = passes.flatMap(({ condition, why }) => (why === undefined ? [condition] : []));
  const passedByNone = passes.flatMap(({ condition, why }) =>
    why === undefined || why === 'not-looked-at' ? [] : [{ condition, why }],
  );
  // Where another condition demands an external ID, these say which.
  const positive = passedByNone.flatMap(({ condition, why }) => (why === 'negated' ? [] : [condition]));
  const naming = [...required.filter(condition => !isNull(condition)), ...(required.length > 0 ? positive : [])];
  const equal = naming.filter(condition => !hasWildcard(condition));
  return {
    required,
    passedByNone,
    wildcards: naming.filter(hasWildcard),
    exact: [...new Set(equal.flatMap(({ values }) => values))],
  };
}

/** Whether a statement denies everybody who sends no external ID, whatever else the call has. */
export function deniesWithoutExternalId({ effect, principals, conditions }: Statement): boolean {
  const everybody = principals.element === 'Principal' && principals.named.some(({ kind }) => kind === 'everyone');
  if (effect !== 'Deny' || !everybody || conditions.length === 0) return false;
  const naked: Context = key => ({ state: key.toLowerCase() === 'sts:externalid' ? 'absent' : 'unknown' });
  return conditions.every(
    condition => matchCondition(condition, { context: naked, version: '2012-10-17' }).truth === 'yes',
  );
}

/** Why a condition holds for a call without an external ID; undefined when it fails then. */
function whyPassedByNone({ operator, values }: Condition): Trap | 'not-looked-at' | undefined {
  const parsed = parseOperator(operator);
  if (!parsed) return 'not-looked-at';
  if (parsed.test.kind === 'null')
    return values.every(value => value.toLowerCase() === 'false') ? undefined : 'not-looked-at';
  if (parsed.set === 'ForAnyValue') return undefined;
  if (parsed.ifExists) return 'if-exists';
  if (parsed.set === 'ForAllValues') return 'for-all-values';
  return parsed.negated ? 'negated' : undefined;
}

/** Null false asks for some external ID and does not say which. */
function hasWildcard(condition: Condition): boolean {
  const test = parseOperator(condition.operator)?.test;
  if (test?.kind !== 'pattern' || !test.wildcards) return false;
  return condition.values.some(value => /[*?]/.test(value.replaceAll(/\$\{[*?$]\}/g, '')));
}

function isNull({ operator }: Condition): boolean {
  return parseOperator(operator)?.test.kind === 'null';
}
