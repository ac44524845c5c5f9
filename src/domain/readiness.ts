import { LIMITS } from './limits.ts';

/**
 * How ready a scope is to be believed: `fresh`, or why it is not.
 *
 * fresh           its last observation was complete, and is not older than `LIMITS.freshIntervals` polling intervals; of one
 *                 that is proved empty and observed less often for that, as many more as its next proof may take
 *                 (`proofIntervals`)
 * stale           the same, but older: nobody has looked since
 * not-observed    it is planned, and no observation of it has ended yet
 * the others      the outcome of its last observation; what an earlier complete one saw still stands, with its age
 */
export const READINESS = [
  'fresh',
  'stale',
  'denied',
  'throttled',
  'timed-out',
  'failed',
  'region-disabled',
  'not-observed',
  'not-applicable',
] as const;

export type Readiness = (typeof READINESS)[number];

/** What the ledger knows of a scope that decides it. */
export interface ScopeFacts {
  /** null: no observation of it has ended. */
  readonly outcome: string | null;
  /** When the last complete observation ended. */
  readonly completeAt: Date | null;
  /** Complete observations in a row that saw nothing. */
  readonly emptyProofs: number;
}

export function readinessOf(
  { outcome, completeAt, emptyProofs }: ScopeFacts,
  { now, ...pace }: { now: Date } & Pace,
): Readiness {
  if (outcome === null) return 'not-observed';
  if (outcome !== 'complete') return isReadiness(outcome) ? outcome : 'failed';
  const ageMs = completeAt === null ? Number.POSITIVE_INFINITY : now.getTime() - completeAt.getTime();
  return ageMs <= freshForMs(emptyProofs, pace) ? 'fresh' : 'stale';
}

/** How often a scope is observed. */
interface Pace {
  readonly pollingMinutes: number;
  /** In which of a connector's runs a scope that is proved empty is observed again; 1: in all. */
  readonly emptyScopesEvery: number;
}

/** How old a complete observation may be and still count as fresh. */
function freshForMs(emptyProofs: number, { pollingMinutes, emptyScopesEvery }: Pace): number {
  const waits = emptyProofs >= LIMITS.emptyProofsMin ? proofIntervals(emptyScopesEvery) : 0;
  return (LIMITS.freshIntervals + waits) * pollingMinutes * 60_000;
}

/** For how many polling intervals more than another scope one that is proved empty may wait to be observed. */
export function proofIntervals(emptyScopesEvery: number): number {
  return emptyScopesEvery === 1 ? 0 : emptyScopesEvery;
}

export function isReadiness(text: string): text is Readiness {
  return READINESS.some(readiness => readiness === text);
}

/** Who can mend a reason: by what they may change in AWS, or here. */
export const MENDERS = ['role', 'organisation', 'resource-owner', 'account', 'deployment', 'nobody'] as const;

export type Mender = (typeof MENDERS)[number];

/** Who can mend a reason. */
export const MENDER_WORDS = {
  role: 'Whoever may change the role’s policies',
  organisation: 'The administrators of the AWS organisation',
  'resource-owner': 'Whoever owns the resource',
  account: 'The administrators of the account',
  deployment: 'Whoever runs Causeway',
  nobody: 'Nobody has to: it passes, or there is nothing to observe',
} as const satisfies Record<Mender, string>;

/** One letter each, for tables in which a word has no room; so that nobody depends on colours. */
export const READINESS_LETTERS = {
  fresh: '✓',
  stale: 'O',
  denied: 'D',
  throttled: 'T',
  'timed-out': 'X',
  failed: 'F',
  'region-disabled': '–',
  'not-observed': '?',
  'not-applicable': '·',
} as const satisfies Record<Readiness, string>;

/** The columns of a table by region: in their order, after what is not in any, which at the other end would be out of sight. */
export function regionsInOrder(places: readonly { readonly region: string }[]): string[] {
  const regions = [...new Set(places.map(({ region }) => region))].sort();
  return [...regions.filter(region => region === 'global'), ...regions.filter(region => region !== 'global')];
}
