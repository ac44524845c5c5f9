import { recheckEntry } from '../accounts/recheck.ts';
import { fault } from '../domain/faults.ts';
import type { AccountType } from '../domain/partition.ts';
import { factsOfAccountType } from '../domain/partition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { inTransaction } from '../store/database.ts';
import { insertRecheck, type RecheckRow } from '../store/rechecks.ts';
import type { RequestRunDeps } from './request-run.ts';

/** Queues a re-check of an account type's connectors; it and its job are made together or not at all. Fault recheck-in-progress. */
export async function requestRecheck(
  { db, clock, ids, queue }: RequestRunDeps,
  { accountType, actor }: { accountType: AccountType; actor: Actor },
): Promise<Result<RecheckRow>> {
  return await inTransaction(db, async tx => {
    const at = clock.now();
    const jobId = ids.uuid();
    const made = await insertRecheck(tx, { id: ids.uuid(), accountType, jobId, requestedBy: actor, startedAt: at });
    if (!made) {
      const { label } = factsOfAccountType(accountType);
      return failed(fault('recheck-in-progress', `The connectors of ${label} are being re-checked.`));
    }
    await queue.addRechecks(tx, [{ recheckId: made.id, jobId, accountType }]);
    await appendAudit(tx, recheckEntry(made, { action: 'recheck.started', actor, at }));
    return ok(made);
  });
}
