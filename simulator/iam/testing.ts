import type { RequestContext } from './condition.ts';

/** A policy document of these statements; members that are undefined are left out. */
export function policy(...statements: Record<string, unknown>[]) {
  const defined = statements.map(statement =>
    Object.fromEntries(Object.entries(statement).filter(([, value]) => value !== undefined)),
  );
  return { Version: '2012-10-17', Statement: defined };
}

/** Condition keys as the evaluator takes them. */
export function contextOf(values: Record<string, string | string[]>): RequestContext {
  return new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), [value].flat()]));
}
