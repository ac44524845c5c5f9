import { handOverTotals } from '../accounts/hand-over-totals.ts';
import { attemptRotation } from '../accounts/key-rotation/attempt-rotation.ts';
import { forgetEarlierHubs } from '../accounts/reach.ts';
import { attemptRecheck } from '../accounts/recheck.ts';
import { deliverAlerts } from '../alerts/deliver.ts';
import { evaluateAlerts } from '../alerts/evaluate.ts';
import { loadClients } from '../aws/service-client.ts';
import { LIMITS } from '../domain/limits.ts';
import { pause } from '../domain/pause.ts';
import { isDatabaseUnavailable } from '../store/database.ts';
import { refreshEstateReadiness } from '../store/estate-readiness.ts';
import type { SyncDeps } from '../sync/deps.ts';
import { attemptRun } from '../sync/run.ts';
import { shareByRuns } from '../sync/shared-by-runs.ts';
import { expire, type Retention } from './expire.ts';
import type { Queue } from './queue.ts';
import { mendStrandedRechecks, mendStrandedRotations, mendStrandedRuns, queueDueRuns } from './schedule.ts';
import { keepHeapSmall } from './small-heap.ts';

export interface WorkerDeps extends SyncDeps {
  readonly queue: Queue;
  /** Absent: everything is kept for ever. */
  readonly retention?: Retention;
}

export interface Worker {
  /** Begins nothing new, lets go of what is under way within seconds and leaves it to be resumed by another worker. */
  stop(): Promise<void>;
}

/**
 * Makes this process a worker: it carries out runs and queues those that are due. While the database is away nothing is
 * lost: what was under way is handed out again when it is back.
 */
export async function startWorker(given: WorkerDeps): Promise<Worker> {
  keepHeapSmall();
  await loadClients(given.assetTypes.map(({ service }) => service));
  const deps = { ...given, shared: shareByRuns(given.db) };
  const stopping = new AbortController();
  // Apart from one another: a receiver of alerts that hangs must not hold up runs, nor must counting a large ledger.
  const loops = [SCHEDULE, ALERTS, NUMBERS].map(steps => repeat(deps, steps, stopping.signal));
  await deps.queue.takeRuns(async ({ runId, signal }) => {
    await carryOut(deps, { runId, stop: AbortSignal.any([stopping.signal, signal]) });
  });
  await deps.queue.takeRotations(async ({ rotationId, signal }) => {
    await carryOn(deps, { rotationId, stop: AbortSignal.any([stopping.signal, signal]) });
  });
  await deps.queue.takeRechecks(async ({ recheckId, signal }) => {
    await recheck(deps, { recheckId, stop: AbortSignal.any([stopping.signal, signal]) });
  });
  deps.log.info({ runsInFlightMax: LIMITS.runsInFlightPerWorker }, 'worker started');
  return {
    async stop() {
      stopping.abort();
      await Promise.all([deps.queue.stopTaking(), ...loops]);
      await handOverLast(deps);
      deps.log.info({}, 'worker stopped');
    },
  };
}

/** What was counted since the last time; it is not worth waiting for a database that is away. */
async function handOverLast(deps: WorkerDeps): Promise<void> {
  try {
    await handOverTotals(deps);
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error;
  }
}

/** Returns when nobody has to look at the run again; throws when the queue has to hand it out once more. */
async function carryOut(deps: WorkerDeps, { runId, stop }: { runId: string; stop: AbortSignal }): Promise<void> {
  const attempt = await attemptRun(deps, { runId, stop });
  if (attempt === 'lost') deps.log.warn({ runId }, 'a run was taken over by another worker');
  if (attempt === 'busy') throw new Error('another run of the account is under way');
  if (attempt === 'stopped') throw new Error('the worker was stopped');
}

/** The same for a key rotation. */
async function carryOn(
  deps: WorkerDeps,
  { rotationId, stop }: { rotationId: string; stop: AbortSignal },
): Promise<void> {
  const attempt = await attemptRotation(deps, { rotationId, stop });
  if (attempt === 'later') throw new Error('the rotation waits for AWS');
  if (attempt === 'stopped') throw new Error('the worker was stopped');
}

/** The same for a re-check. */
async function recheck(deps: WorkerDeps, { recheckId, stop }: { recheckId: string; stop: AbortSignal }): Promise<void> {
  const attempt = await attemptRecheck(deps, { recheckId, stop });
  if (attempt === 'stopped') throw new Error('the worker was stopped');
}

type Step = (deps: WorkerDeps, stop: AbortSignal) => Promise<unknown>;

/** Each on its own: what keeps due runs from being queued must not keep stranded ones from being mended. */
const SCHEDULE: readonly Step[] = [
  queueDueRuns,
  mendRuns,
  mendStrandedRotations,
  mendStrandedRechecks,
  forgetEarlierHubs,
  expire,
];
const ALERTS: readonly Step[] = [evaluateAlerts, deliverAlerts];
const NUMBERS: readonly Step[] = [handOverTotals, countReadiness];

async function mendRuns(deps: WorkerDeps): Promise<void> {
  await mendStrandedRuns(deps, { log: deps.log, totals: deps.aws.totals });
}

async function countReadiness({
  db,
  clock,
  emptyScopesEvery = LIMITS.emptyScopesEveryDefault,
}: WorkerDeps): Promise<void> {
  await refreshEstateReadiness(db, { now: clock.now(), emptyScopesEvery });
}

/** Takes these steps again and again until stopped. */
async function repeat(deps: WorkerDeps, steps: readonly Step[], stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    for (const step of steps) {
      try {
        await step(deps, stop);
      } catch (error) {
        if (isDatabaseUnavailable(error))
          deps.log.warn({ error: String(error) }, 'the database is away; waiting for it');
        else
          deps.log.error(
            { step: step.name, error: String(error) },
            'a step of the worker ended with a bug; it is tried again',
          );
      }
    }
    await pause(LIMITS.scheduleEverySeconds * 1_000, stop);
  }
}
