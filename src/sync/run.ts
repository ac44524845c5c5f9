import { reach } from '../accounts/reach.ts';
import { newTally } from '../aws/call.ts';
import type { MemberSession } from '../aws/session.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { inParallel } from '../domain/in-parallel.ts';
import { LIMITS } from '../domain/limits.ts';
import { globalServiceRegion } from '../domain/partition.ts';
import type { AssetType } from '../inventory/define.ts';
import { isDatabaseUnavailable } from '../store/database.ts';
import { type ClaimedRun, claimRun, finishRun, type ReachedThrough } from '../store/runs.ts';
import { type LedgerScope, ledgerOfAccount, nameOfScope, readLedger, type ScopeName } from '../store/scopes.ts';
import { awsCalls } from './calls.ts';
import { countOutcomes, countRun } from './count-run.ts';
import type { SyncDeps } from './deps.ts';
import { knownAssets } from './known-assets.ts';
import { makePlan } from './make-plan.ts';
import { outcomeOfFault, stateOfOutcomes } from './outcome.ts';
import { GLOBAL_REGION } from './plan.ts';
import { RunProgress } from './run-progress.ts';
import { observeScope } from './scope.ts';
import { type SharedByRuns, shareByRuns } from './shared-by-runs.ts';
import { watchHold } from './watch-hold.ts';

/**
 * How one attempt at a run ended for the worker that made it.
 *
 * finished   the run is over, and this worker ended it
 * over       there was nothing to do: the run was over, cancelled, or is gone with its connector
 * busy       another run of the same account is running; try again soon
 * lost       another worker has claimed the run meanwhile; this one wrote nothing since
 * stopped    this worker was told to stop; the run goes on where it was left when somebody claims it
 */
export type Attempt = 'finished' | 'over' | 'busy' | 'lost' | 'stopped';

/**
 * One connector run: claim, reach the account, plan, observe the scopes that are not finished, end. Can be repeated at any
 * point: the plan is written before the first page, each scope is finished by one statement, and every write carries the
 * claim's fence token. Throws when the database is not available; the run can then be claimed again.
 */
export async function attemptRun(
  deps: SyncDeps,
  { runId, stop }: { runId: string; stop: AbortSignal },
): Promise<Attempt> {
  const claim = await claimRun(deps.db, { runId, now: deps.clock.now() });
  if (claim.kind !== 'claimed') return claim.kind;
  const { run } = claim;
  using watch = watchHold(deps, { run, stop });
  const end = watch.signal.aborted ? 'lost' : await observeOrSayWhy(deps, { run, signal: watch.signal });
  switch (watch.reason()) {
    case 'stopped':
      return 'stopped';
    case 'lost':
      return 'lost';
    case 'unwanted': {
      const why = fault('connector-disabled', 'The connector was disabled while the run was under way.');
      return await endRun(deps, { run, state: 'cancelled', fault: why });
    }
    case 'overdue': {
      const why = fault('run-abandoned', `The run was not finished ${LIMITS.runHoursMax} hours after its start.`);
      return await endRun(deps, { run, state: 'failed', fault: why });
    }
    case null:
      return end === 'lost' ? 'lost' : await endRun(deps, { run, ...end });
  }
}

async function observeOrSayWhy(deps: SyncDeps, work: Work): Promise<End | 'lost'> {
  try {
    return await observeAccount(deps, work);
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    // A bug outside of any scope: trying again would only repeat it, and its calls to AWS.
    const stack = error instanceof Error ? error.stack : undefined;
    deps.log.error({ runId: work.run.hold.runId, error: String(error), stack }, 'a run ended with a bug');
    return { state: 'failed', fault: fault('internal-error', 'The run ended with a bug; the log has the details.') };
  }
}

type End = { readonly state: 'ok' | 'problems' | 'failed' | 'cancelled'; readonly fault: Fault | null };
type Work = { readonly run: ClaimedRun; readonly signal: AbortSignal };

async function observeAccount(deps: SyncDeps, { run, signal }: Work): Promise<End | 'lost'> {
  const purpose = { kind: 'run', runId: run.hold.runId, trigger: run.trigger } as const;
  const { shared = shareByRuns(deps.db) } = deps;
  const reached = await reach(deps, { connectorId: run.connectorId, purpose, record: shared.record });
  if (!reached.ok) return { state: 'failed', fault: reached.fault };
  const { session, hub } = reached.value;
  if (session.accountId !== run.accountId || session.facts.partition !== run.partition) {
    const detail = `The connector was pointed at account ${session.accountId} while a run of ${run.accountId} began.`;
    return { state: 'cancelled', fault: fault('edit-conflict', detail) };
  }
  const through = { hub, callerArn: session.callerArn };
  return await observeScopes(deps, { run, session, reached: through, signal, shared });
}

interface Reached extends Work {
  readonly session: MemberSession;
  readonly reached: ReachedThrough;
  readonly shared: SharedByRuns;
}

async function observeScopes(deps: SyncDeps, task: Reached): Promise<End | 'lost'> {
  const { run, session, reached, signal, shared } = task;
  const { db, assetTypes } = deps;
  const ledger = await readLedger(db, { ...run, runId: run.hold.runId });
  const plan = await makePlan(deps, { run, session, reached, ledger, signal });
  if (plan === 'lost') return 'lost';
  // Why, says the signal.
  if (plan === 'stopped') return 'lost';
  const { hold } = run;
  await using progress = new RunProgress(deps, { hold, plan, writeEnd: shared.writeEnd });
  const own = ledgerOfAccount(ledger, run);
  const knownOfScope = knownAssets(db, { run, ledger: own, pages: shared.pages, signal });
  const memories = new Map(own.map(scope => [nameOfScope(scope), scope]));
  await inParallel(inOrder(plan.open, assetTypes), { limit: LIMITS.scopesInFlightPerRun }, async scope => {
    const { region, assetType } = scope;
    const type = assetTypes.find(candidate => candidate.assetType === assetType);
    // Planned by a version that knew the type; it stays unfinished and the end of the run says so.
    if (progress.broken || signal.aborted || !type) return;
    const calledIn = region === GLOBAL_REGION ? globalServiceRegion(session.facts, type.service) : region;
    const tally = newTally();
    const calls = awsCalls(deps, { session, region: calledIn ?? session.facts.stsRegion, signal, tally });
    const memory = memories.get(nameOfScope(scope));
    const giveBack = await shared.scopes.take({ of: hold.runId, weight: weightOf(memory), stop: signal });
    if (!giveBack) return;
    try {
      await observeScope(deps, { run, type, region, calls, tally, memory, knownOfScope, progress, shared, signal });
    } finally {
      giveBack();
    }
  });
  await progress.settle();
  if (progress.lost) return 'lost';
  // The end of the run counts by itself; one that is left to another worker shows where it was left.
  if (signal.aborted) await progress.tell();
  countOutcomes(deps.aws.totals, progress.outcomes.slice(plan.outcomes.length));
  const left = plan.outcomes.length + plan.open.length - progress.outcomes.length;
  return { state: stateOfOutcomes(left === 0 ? progress.outcomes : [...progress.outcomes, 'failed']), fault: null };
}

/** How many of the process's slots a scope takes: an empty one is a call and nothing more, a large one has pages in memory. */
function weightOf(memory: LedgerScope | undefined): number {
  if (memory === undefined || memory.readWith === null) return LIMITS.newScopeSlots;
  return Math.min(LIMITS.scopeSlotsMax, 1 + Math.floor(memory.items / LIMITS.itemsPerScopeSlot));
}

/** Type by type and not region by region, so that what people look for first is there first in every region. */
function inOrder(scopes: readonly ScopeName[], types: readonly AssetType[]): ScopeName[] {
  const places = new Map(types.map(({ assetType }, index) => [assetType, index]));
  return scopes.toSorted((a, b) => (places.get(a.assetType) ?? 0) - (places.get(b.assetType) ?? 0));
}

async function endRun(deps: SyncDeps, { run, state, fault }: End & { run: ClaimedRun }): Promise<Attempt> {
  const leftOver = fault ? outcomeOfFault(fault) : 'failed';
  const finished = await finishRun(deps.db, run.hold, { state, fault, leftOver, at: deps.clock.now() });
  if (!finished) return 'lost';
  const seconds = (deps.clock.now().getTime() - run.startedAt.getTime()) / 1_000;
  countRun(deps.aws.totals, { ...run, state, seconds });
  const facts = { runId: run.hold.runId, connectorId: run.connectorId, accountId: run.accountId, state };
  deps.log.info({ ...facts, ...(fault ? { fault: fault.code, detail: fault.detail } : {}) }, 'run finished');
  return 'finished';
}
