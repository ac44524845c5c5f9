import type { Clock } from '../domain/clock.ts';
import { fault } from '../domain/faults.ts';
import type { Ids } from '../domain/ids.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Database, inTransaction } from '../store/database.ts';
import { findRun, type Run } from '../store/run-views.ts';
import { insertRuns, lockConnectorForRun, type RunTrigger } from '../store/runs.ts';
import type { Queue } from './queue.ts';

export interface RequestRunDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly queue: Queue;
}

/**
 * Queues a run of a connector; the run and its job are made together or not at all. `requestedBy` is an actor as the audit
 * log writes it. Faults: not-found, connector-disabled, run-in-progress. Given a transaction as `deps.db`, joins it.
 */
export async function requestRun(
  deps: RequestRunDeps,
  { connectorId, trigger, requestedBy }: { connectorId: string; trigger: RunTrigger; requestedBy: string },
): Promise<Result<Run>> {
  return await inTransaction(deps.db, async transaction => {
    const connector = await lockConnectorForRun(transaction, connectorId);
    if (!connector) return failed(fault('not-found', `There is no connector ${connectorId}.`));
    if (!connector.enabled) return failed(fault('connector-disabled', 'The connector is disabled.'));
    const runs = await insertRuns(transaction, [
      {
        id: deps.ids.uuid(),
        connectorId,
        trigger,
        requestedBy,
        jobId: deps.ids.uuid(),
        queuedAt: deps.clock.now(),
      },
    ]);
    const [made] = runs;
    if (!made) return failed(fault('run-in-progress', 'A run of this connector is queued or running.'));
    await deps.queue.addRuns(transaction, runs);
    const run = await findRun(transaction, made.runId);
    if (!run) throw new Error('a run that was just made must be there');
    return ok(run);
  });
}
