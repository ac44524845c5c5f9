import type { Fault, FaultCode } from '../domain/faults.ts';

/** How the observation of a scope ended. Only `complete` may say that something is gone (invariant I1). */
export type ScopeOutcome = (typeof SCOPE_OUTCOMES)[number];

const SCOPE_OUTCOMES = [
  'complete',
  'denied',
  'throttled',
  'region-disabled',
  'not-applicable',
  'timed-out',
  'failed',
] as const;

export function isScopeOutcome(text: string | null): text is ScopeOutcome {
  return SCOPE_OUTCOMES.some(outcome => outcome === text);
}

/** The outcome of a scope whose listing broke off with this fault. There is no fault that means "complete". */
export function outcomeOfFault(fault: Fault): Exclude<ScopeOutcome, 'complete'> {
  return OUTCOMES[fault.code] ?? 'failed';
}

const OUTCOMES: { readonly [Code in FaultCode]?: Exclude<ScopeOutcome, 'complete'> } = {
  'access-denied': 'denied',
  'denied-by-scp': 'denied',
  'aws-throttled': 'throttled',
  'no-turn': 'throttled',
  'region-disabled': 'region-disabled',
  'not-subscribed': 'not-applicable',
  'not-in-partition': 'not-applicable',
  'aws-timeout': 'timed-out',
  'run-abandoned': 'timed-out',
};

/** The state of a run whose role was reached and whose scopes all ended with these outcomes. */
export function stateOfOutcomes(outcomes: readonly ScopeOutcome[]): 'ok' | 'problems' {
  return outcomes.every(outcome => outcome === 'complete' || outcome === 'not-applicable') ? 'ok' : 'problems';
}
