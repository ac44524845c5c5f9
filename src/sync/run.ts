import { reach } from '../accounts/reach.ts';
import { forgetSession, type MemberSession } from '../aws/session.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { inParallel } from '../domain/in-parallel.ts';
import { LIMITS } from '../domain/limits.ts';
import { globalServiceRegion } from '../domain/partition.ts';
import { detachScope } from '../store/assets.ts';
import { isDatabaseUnavailable } from '../store/database.ts';
import { type ClaimedRun, claimRun, finishRun, saveReach } from '../store/runs.ts';
import { deleteLedgerScope, ledgerRegions, ledgerScopesOutside, planOf, savePlan } from '../store/scopes.ts';
import { awsCalls } from './calls.ts';
import type { SyncDeps } from './deps.ts';
import { isScopeOutcome, outcomeOfFault, stateOfOutcomes } from './outcome.ts';
import { GLOBAL_REGION, planScopes } from './plan.ts';
import { askRegions } from './regions.ts';
import { observeScope } from './scope.ts';
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
 * point: the plan is written before the first page, each scope is finished in one statement, and every write carries the
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
  const reached = await reach(deps, { connectorId: run.connectorId, purpose });
  if (!reached.ok) return { state: 'failed', fault: reached.fault };
  const { session, hub } = reached.value;
  if (session.accountId !== run.accountId || session.facts.partition !== run.partition) {
    const detail = `The connector was pointed at account ${session.accountId} while a run of ${run.accountId} began.`;
    return { state: 'cancelled', fault: fault('edit-conflict', detail) };
  }
  if (!(await saveReach(deps.db, run.hold, { hub, callerArn: session.callerArn }))) return 'lost';
  const work = { run, session, signal };
  if (!(await makePlan(deps, work))) return 'lost';
  return await observeScopes(deps, work);
}

type Reached = Work & { readonly session: MemberSession };

/** Makes the run's plan unless an earlier attempt has; false when the hold was lost. */
async function makePlan(deps: SyncDeps, { run, session, signal }: Reached): Promise<boolean> {
  const { db, clock, assetTypes } = deps;
  if ((await planOf(db, run.hold.runId)).length > 0) return true;
  const { connectorId, connectorNum, partition, accountId } = run;
  const calls = awsCalls(deps, { session, region: session.facts.stsRegion, signal });
  let answer = await askRegions(calls, session.facts);
  if (!answer.known && answer.fault.code === 'session-not-accepted') {
    // This region cannot be switched off, so the role was made anew since the session was opened.
    forgetSession(deps.aws, session);
    answer = await askRegions(calls, session.facts);
  }
  if (signal.aborted) return true;
  const plan = planScopes({
    chosen: run.regions,
    answer,
    observedBefore: await ledgerRegions(db, { connectorId, partition, accountId }),
    types: assetTypes,
    facts: session.facts,
  });
  // What the connector no longer looks at is not gone: it keeps its assets without this connector. Before the plan is
  // saved, because the ledger has one row per region and type, and that of an earlier account must make room.
  for (const scope of await ledgerScopesOutside(db, { connectorId, partition, accountId, plan })) {
    const batch = { scope, connectorNum, at: clock.now(), limit: LIMITS.detachBatchMax, hold: run.hold };
    while ((await detachScope(db, batch)) > 0);
    // Without the hold, nothing was detached either: the scope stays in the ledger for the worker that has it.
    if (!(await deleteLedgerScope(db, run.hold, scope))) return false;
  }
  const scopes = plan.map(scope => ({ ...scope, outcome: scope.fault && outcomeOfFault(scope.fault) }));
  const regionsFault = answer.known || run.regions ? null : answer.fault;
  return await savePlan(db, run.hold, { scopes, regionsFault, at: clock.now() });
}

async function observeScopes(deps: SyncDeps, { run, session, signal }: Reached): Promise<End | 'lost'> {
  const plan = await planOf(deps.db, run.hold.runId);
  // Type by type and not region by region, so that what people look for first is there first in every region.
  const places = new Map(deps.assetTypes.map(({ assetType }, index) => [assetType, index]));
  const open = plan
    .filter(scope => scope.outcome === null)
    .sort((a, b) => (places.get(a.assetType) ?? 0) - (places.get(b.assetType) ?? 0));
  let lost = false;
  await inParallel(open, { limit: LIMITS.scopesInFlightPerRun }, async ({ region, assetType }) => {
    const type = deps.assetTypes.find(candidate => candidate.assetType === assetType);
    // Planned by a version that knew the type; it stays unfinished and the end of the run says so.
    if (lost || signal.aborted || !type) return;
    const calledIn = region === GLOBAL_REGION ? globalServiceRegion(session.facts, type.service) : region;
    const calls = awsCalls(deps, { session, region: calledIn ?? session.facts.stsRegion, signal });
    const ended = await observeScope(deps, { run, type, region, calls, signal });
    if (ended === 'lost') lost = true;
  });
  if (lost) return 'lost';
  const outcomes = (await planOf(deps.db, run.hold.runId)).map(scope => scope.outcome);
  return {
    state: stateOfOutcomes(outcomes.map(outcome => (isScopeOutcome(outcome) ? outcome : 'failed'))),
    fault: null,
  };
}

async function endRun(deps: SyncDeps, { run, state, fault }: End & { run: ClaimedRun }): Promise<Attempt> {
  const leftOver = fault ? outcomeOfFault(fault) : 'failed';
  const finished = await finishRun(deps.db, run.hold, { state, fault, leftOver, at: deps.clock.now() });
  if (!finished) return 'lost';
  const facts = { runId: run.hold.runId, connectorId: run.connectorId, accountId: run.accountId, state };
  deps.log.info({ ...facts, ...(fault ? { fault: fault.code, detail: fault.detail } : {}) }, 'run finished');
  return 'finished';
}
