import type { Clock } from '../domain/clock.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { deleteOldHistory, deleteOldRuns, deleteUnusedFacts } from '../store/retention.ts';

/** How long what is over is kept, in days; 0: for ever. */
export interface Retention {
  readonly runDays: number;
  readonly historyDays: number;
}

export interface ExpireDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent: everything is kept for ever. */
  readonly retention?: Retention;
}

/**
 * Deletes one batch of each kind that has outlived its time, and of facts that no asset has any more, unless another
 * process is at it or just was; called again and again. So a backlog of any size is worked off without a long transaction
 * and without keeping a worker from its runs.
 */
export async function expire({ db, clock, log, retention }: ExpireDeps): Promise<void> {
  const kinds = [
    { kind: 'runs', days: retention?.runDays ?? 0, limit: LIMITS.expireRunsBatch, deleteOld: deleteOldRuns },
    {
      kind: 'history',
      days: retention?.historyDays ?? 0,
      limit: LIMITS.expireHistoryBatch,
      deleteOld: deleteOldHistory,
    },
  ];
  const now = clock.now();
  const pauseSeconds = LIMITS.expirePauseSeconds;
  for (const { kind, days, limit, deleteOld } of kinds) {
    if (days === 0) continue;
    const deleted = await deleteOld(db, {
      ...{ now, limit, pauseSeconds, restMinutes: LIMITS.expireEveryMinutes },
      before: new Date(now.getTime() - days * 86_400_000),
    });
    if (deleted) log.info({ kind, days, deleted }, 'what was too old was deleted');
  }
  const batch = { limit: LIMITS.expireFactsBatch, pauseSeconds, restMinutes: LIMITS.expireFactsEveryMinutes };
  const unused = await deleteUnusedFacts(db, { now, ...batch });
  if (unused) log.info({ kind: 'facts', deleted: unused }, 'what no asset shares any more was deleted');
}
