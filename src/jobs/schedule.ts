import { cancelRecheck } from '../accounts/recheck.ts';
import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Totals } from '../domain/totals.ts';
import type { Log } from '../log.ts';
import { inTransaction } from '../store/database.ts';
import { setJobOfRotation } from '../store/key-rotations.ts';
import { setJobOfRecheck } from '../store/rechecks.ts';
import { closeRun, insertRuns, lockDueConnectors } from '../store/runs.ts';
import { lockStrandedRechecks, lockStrandedRotations, lockStrandedRuns, setJobOfRun } from '../store/stranded.ts';
import { countRun } from '../sync/count-run.ts';
import type { RequestRunDeps } from './request-run.ts';

/**
 * Queues a run for each connector whose time has come. Any number of processes may do this at once: each takes connectors
 * that no other has locked. Answers how many runs it made.
 */
export async function queueDueRuns({ db, clock, ids, queue }: RequestRunDeps): Promise<number> {
  const made = await inTransaction(db, async transaction => {
    const queuedAt = clock.now();
    const due = await lockDueConnectors(transaction, queuedAt);
    const runs = await insertRuns(
      transaction,
      due.map(connector => ({
        id: ids.uuid(),
        connectorId: connector.id,
        trigger: connector.neverRan ? ('created' as const) : ('schedule' as const),
        requestedBy: 'system',
        jobId: ids.uuid(),
        queuedAt,
      })),
    );
    await queue.addRuns(transaction, runs);
    return runs.length;
  });
  if (made > 0) queue.lookForRuns();
  return made;
}

/**
 * Finds runs under way that the queue knows nothing of any more, and queues them again, or gives them up when they have
 * used up their tries or their time. Answers how many it found.
 */
export async function mendStrandedRuns(
  { db, clock, ids, queue }: RequestRunDeps,
  { log, totals }: { log: Log; totals: Totals },
): Promise<number> {
  const { found, abandoned } = await inTransaction(db, async transaction => {
    const abandoned: Parameters<typeof countRun>[1][] = [];
    const stranded = await lockStrandedRuns(transaction);
    const now = clock.now();
    for (const run of stranded) {
      const seconds = run.startedAt && (now.getTime() - run.startedAt.getTime()) / 1_000;
      const hours = (seconds ?? 0) / 3_600;
      if (run.fence >= LIMITS.runTriesMax || hours >= LIMITS.runHoursMax) {
        const why = fault('run-abandoned', `It was tried ${run.fence} times in ${Math.round(hours)} hours.`);
        await closeRun(transaction, { runId: run.id, state: 'failed', fault: why, leftOver: 'timed-out', at: now });
        abandoned.push({ ...run, state: 'failed', seconds });
        log.warn({ runId: run.id, tries: run.fence }, 'a run was given up');
      } else {
        const jobId = ids.uuid();
        await setJobOfRun(transaction, { runId: run.id, jobId });
        await queue.addRuns(transaction, [
          { runId: run.id, jobId, partition: run.partition, accountId: run.accountId },
        ]);
        log.warn({ runId: run.id }, 'a run without a job was queued again');
      }
    }
    return { found: stranded.length, abandoned };
  });
  for (const run of abandoned) countRun(totals, run);
  return found;
}

/** The same for key rotations, which are never given up by themselves. Answers how many it queued again. */
export async function mendStrandedRotations({ db, ids, queue, log }: RequestRunDeps & { log: Log }): Promise<number> {
  return await inTransaction(db, async transaction => {
    const stranded = await lockStrandedRotations(transaction);
    for (const rotationId of stranded) {
      const jobId = ids.uuid();
      await setJobOfRotation(transaction, { id: rotationId, jobId });
      await queue.addRotations(transaction, [{ rotationId, jobId }]);
      log.warn({ rotationId }, 'a key rotation without a job was queued again');
    }
    return stranded.length;
  });
}

/** The same for re-checks; one that is given up is cancelled, with what it found out. Answers how many it found. */
export async function mendStrandedRechecks(deps: RequestRunDeps & { log: Log }): Promise<number> {
  const { clock, ids, queue, log } = deps;
  return await inTransaction(deps.db, async db => {
    const stranded = await lockStrandedRechecks(db);
    for (const { id, accountType, fence, startedAt } of stranded) {
      const hours = (clock.now().getTime() - startedAt.getTime()) / 3_600_000;
      if (fence >= LIMITS.runTriesMax || hours >= LIMITS.recheckHoursMax) {
        await cancelRecheck({ db, clock }, { id, actor: 'system' });
        log.warn({ recheckId: id, tries: fence }, 'a re-check was given up');
      } else {
        const jobId = ids.uuid();
        await setJobOfRecheck(db, { id, jobId });
        await queue.addRechecks(db, [{ recheckId: id, jobId, accountType }]);
        log.warn({ recheckId: id }, 'a re-check without a job was queued again');
      }
    }
    return stranded.length;
  });
}
