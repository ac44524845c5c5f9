import { LIMITS } from '../domain/limits.ts';
import { deleteScopeAssets, detachScope } from './assets.ts';
import type { Database } from './database.ts';
import { ledgerScopes } from './scopes.ts';

/**
 * What becomes of a connector's assets when it is deleted. Cancel its runs and disable it before (`cancelRuns`), and delete
 * its row after: while a worker may write for it, and once its ledger is gone with it, not all of its assets are found.
 * Both work in batches, each a transaction of its own unless `db` is one, and can be repeated after a crash.
 */

/** Takes the connector off all of its assets; those that nobody else sees stay as detached. Answers how many it was taken off. */
export async function detachAssets(
  db: Database,
  { connectorNum, at }: { connectorNum: number; at: Date },
): Promise<number> {
  return await forEachBatch(db, connectorNum, scope =>
    detachScope(db, { scope, connectorNum, at, limit: LIMITS.detachBatchMax }),
  );
}

/** Deletes the assets that only this connector sees, with their history; answers how many. Detach the others afterwards. */
export async function deleteAssetsSeenOnlyBy(
  db: Database,
  { connectorNum }: { connectorNum: number },
): Promise<number> {
  return await forEachBatch(db, connectorNum, scope =>
    deleteScopeAssets(db, { scope, connectorNum, limit: LIMITS.detachBatchMax }),
  );
}

type LedgerScope = Awaited<ReturnType<typeof ledgerScopes>>[number];

async function forEachBatch(
  db: Database,
  connectorNum: number,
  work: (scope: LedgerScope) => Promise<number>,
): Promise<number> {
  let total = 0;
  for (const scope of await ledgerScopes(db, connectorNum)) {
    for (let done = await work(scope); done > 0; done = await work(scope)) total += done;
  }
  return total;
}
