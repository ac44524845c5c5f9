import type { CheckRow } from '../store/connectors.ts';
import type { CheckResult } from './shapes.ts';

/** A check's result as the database holds it. */
export function checkRow({ checkedAt, nextTryAt, ...check }: CheckResult): CheckRow {
  return {
    ...check,
    checkedAt: checkedAt.toISOString(),
    ...(nextTryAt ? { nextTryAt: nextTryAt.toISOString() } : {}),
  };
}

export function readCheck({ checkedAt, nextTryAt, ...check }: CheckRow): CheckResult {
  return { ...check, checkedAt: new Date(checkedAt), ...(nextTryAt ? { nextTryAt: new Date(nextTryAt) } : {}) };
}
