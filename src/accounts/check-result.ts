import type { CheckRow } from '../store/connectors.ts';
import type { CheckResult } from './shapes.ts';

/** A check's result as the database holds it. */
export function checkRow({ checkedAt, ...check }: CheckResult): CheckRow {
  return { ...check, checkedAt: checkedAt.toISOString() };
}

export function readCheck({ checkedAt, ...check }: CheckRow): CheckResult {
  return { ...check, checkedAt: new Date(checkedAt) };
}
