import { forgetSession, type MemberSession } from '../aws/session.ts';
import { LIMITS } from '../domain/limits.ts';
import { detachScope } from '../store/assets.ts';
import { readSkippable, type Skipped, type SkippedScope } from '../store/empty-scopes.ts';
import { type RunCounts, readPlan, type SavedPlan, savePlan } from '../store/run-scopes.ts';
import { type ClaimedRun, type ReachedThrough, saveReach } from '../store/runs.ts';
import { deleteLedgerScope, type LedgerScope, ledgerOfAccount, nameOfScope, type ScopeName } from '../store/scopes.ts';
import { awsCalls } from './calls.ts';
import type { SyncDeps } from './deps.ts';
import { isScopeOutcome, outcomeOfFault, type ScopeOutcome } from './outcome.ts';
import { type PlannedScope, planScopes } from './plan.ts';
import { askRegions } from './regions.ts';
import { NOTHING_DONE } from './run-progress.ts';

export interface PlanTask {
  readonly run: ClaimedRun;
  readonly session: MemberSession;
  readonly reached: ReachedThrough;
  /** The ledger of the run's connector. */
  readonly ledger: readonly LedgerScope[];
  readonly signal: AbortSignal;
}

export interface RunPlan {
  /** The scopes that are not finished. */
  readonly open: readonly ScopeName[];
  /** Of those that are: how they ended, and what they counted. */
  readonly outcomes: readonly ScopeOutcome[];
  readonly done: RunCounts;
}

/**
 * The run's plan: the one that an earlier attempt has made, or a new one. `lost` when the hold was lost, `stopped` when the
 * signal came while the account was being asked for its regions.
 */
export async function makePlan(deps: SyncDeps, task: PlanTask): Promise<RunPlan | 'lost' | 'stopped'> {
  const { db, clock, assetTypes } = deps;
  const { run, session, reached, ledger, signal } = task;
  const made = run.planned ? await readPlan(db, run.hold.runId) : undefined;
  if (made) return (await saveReach(db, run.hold, reached)) ? resumed(made, ledger) : 'lost';
  const calls = awsCalls(deps, { session, region: session.facts.stsRegion, signal });
  let answer = await askRegions(calls, session.facts);
  if (!answer.known && answer.fault.code === 'session-not-accepted') {
    // This region cannot be switched off, so the role was made anew since the session was opened.
    forgetSession(deps.aws, session);
    answer = await askRegions(calls, session.facts);
  }
  if (signal.aborted) return 'stopped';
  const own = ledgerOfAccount(ledger, run);
  const plan = planScopes({
    chosen: run.regions,
    answer,
    observedBefore: [...new Set(own.map(scope => scope.region))],
    types: assetTypes,
    facts: session.facts,
  });
  const planned = new Set(plan.map(nameOfScope));
  const kept = new Set(own.filter(scope => planned.has(nameOfScope(scope))));
  const outside = ledger.filter(scope => !kept.has(scope));
  // Before the plan is saved, because the ledger has one row per region and type, and that of an earlier account must make room.
  if (!(await letGo(deps, { run, scopes: outside }))) return 'lost';
  const { visited, skipped } = await withoutEmpty(deps, { run, plan });
  const scopes = visited.map(scope => ({ ...scope, outcome: scope.fault && outcomeOfFault(scope.fault) }));
  const regionsFault = answer.known || run.regions ? null : answer.fault;
  const saved = await savePlan(db, run.hold, { scopes, known: own, skipped, reached, regionsFault, at: clock.now() });
  if (!saved) return 'lost';
  const outcomes = scopes.flatMap(({ outcome }) => outcome ?? []);
  const done = { ...NOTHING_DONE, finished: outcomes.length };
  return { open: scopes.filter(scope => scope.outcome === null), outcomes, done };
}

/**
 * Leaves out what is proved empty and has its next proof later (`isSkipped`). Only of runs that the schedule asks for: who
 * asks for a run wants to know.
 */
async function withoutEmpty(
  { db, emptyScopesEvery: every = LIMITS.emptyScopesEveryDefault }: SyncDeps,
  { run, plan }: { run: ClaimedRun; plan: readonly PlannedScope[] },
): Promise<{ visited: readonly PlannedScope[]; skipped: Skipped | null }> {
  if (run.trigger !== 'schedule' || every === 1) return { visited: plan, skipped: null };
  const empty = new Map(
    (await readSkippable(db, { connectorId: run.connectorId, every })).map(scope => [nameOfScope(scope), scope]),
  );
  const left = plan.flatMap(scope => (scope.fault === null ? (empty.get(nameOfScope(scope)) ?? []) : []));
  const names = new Set(left.map(nameOfScope));
  return { visited: plan.filter(scope => !names.has(nameOfScope(scope))), skipped: summed(left) };
}

function summed(scopes: readonly SkippedScope[]): Skipped | null {
  if (scopes.length === 0) return null;
  const since = Math.min(...scopes.map(({ provedAt }) => provedAt.getTime()));
  const calls = scopes.reduce((sum, scope) => sum + scope.calls, 0);
  return { scopes: scopes.length, calls, provedSince: new Date(since).toISOString() };
}

function resumed({ scopes, done }: SavedPlan, ledger: readonly LedgerScope[]): RunPlan {
  const outcomes = new Map(ledger.map(scope => [nameOfScope(scope), scope.outcome]));
  return {
    open: scopes.filter(scope => (outcomes.get(nameOfScope(scope)) ?? null) === null),
    outcomes: scopes.flatMap(scope => {
      const outcome = outcomes.get(nameOfScope(scope)) ?? null;
      if (outcome === null) return [];
      return isScopeOutcome(outcome) ? outcome : 'failed';
    }),
    done,
  };
}

/**
 * What the connector no longer looks at is not gone: it keeps its assets without this connector. False when the hold was
 * lost; then nothing was detached either, and the scope stays in the ledger for the worker that has it.
 */
async function letGo(
  { db, clock }: SyncDeps,
  { run, scopes }: { run: ClaimedRun; scopes: readonly LedgerScope[] },
): Promise<boolean> {
  const { connectorNum, hold } = run;
  for (const scope of scopes) {
    const batch = { scope, connectorNum, at: clock.now(), limit: LIMITS.detachBatchMax, hold };
    while ((await detachScope(db, batch)) > 0);
    if (!(await deleteLedgerScope(db, hold, scope))) return false;
  }
  return true;
}
