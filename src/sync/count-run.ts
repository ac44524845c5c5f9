import { factsOfPartition } from '../domain/partition.ts';
import type { Totals } from '../domain/totals.ts';
import type { ScopeOutcome } from './outcome.ts';

/** Counts a run that is over, for the metrics. `seconds` is null for one that never began. */
export function countRun(
  totals: Totals,
  run: { partition: string; trigger: string; state: string; seconds: number | null },
): void {
  const { partition, trigger, state, seconds } = run;
  totals.add('runs_total', { account_type: factsOfPartition(partition)?.accountType ?? partition, state, trigger });
  if (seconds === null) return;
  for (const le of DURATIONS_SECONDS) {
    if (seconds <= le) totals.add('run_duration_seconds_bucket', { le: String(le) });
  }
  totals.add('run_duration_seconds_bucket', { le: '+Inf' });
  totals.add('run_duration_seconds_sum', {}, seconds);
  totals.add('run_duration_seconds_count', {});
}

/** From an empty account to one with a million resources. */
const DURATIONS_SECONDS = [5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600];

export function countOutcomes(totals: Totals, outcomes: readonly ScopeOutcome[]): void {
  for (const outcome of outcomes) totals.add('scopes_observed_total', { outcome });
}
