import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { deleteScopeAssets, detachScope } from '../store/assets.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { deleteIdleIdentities } from '../store/base-accounts.ts';
import { deleteConnectorRow, findConnector, stopConnector } from '../store/connectors.ts';
import { inTransaction } from '../store/database.ts';
import { cancelRuns } from '../store/runs.ts';
import { ledgerScopes } from '../store/scopes.ts';
import { noSuchConnector } from './connectors.ts';
import type { AccountsDeps } from './deps.ts';
import { earlierHubLimit } from './findings.ts';

/**
 * Deletes a connector. `detach` keeps the assets that no other connector sees, without a connector; `delete` deletes
 * those. First it is stopped, so that no worker writes for it; then its assets go in batches; the connector goes last, so
 * that a deletion that was broken off can be repeated. Faults: `not-found`, and `edit-conflict` when somebody enabled it
 * again meanwhile.
 */
export async function deleteConnector(
  { db, clock }: AccountsDeps,
  { id, assets, actor }: { id: string; assets: 'detach' | 'delete'; actor: Actor },
): Promise<Result<void>> {
  const at = clock.now();
  const stopped = await inTransaction(db, async tx => {
    const connector = await stopConnector(tx, { id, at });
    if (connector) await cancelRuns(tx, { connectorId: id, at });
    return connector;
  });
  if (!stopped) return noSuchConnector(id);
  const connectorNum = stopped.num;
  const limit = LIMITS.deleteBatchMax;
  for (const scope of await ledgerScopes(db, connectorNum)) {
    if (assets === 'delete') await untilNone(() => deleteScopeAssets(db, { scope, connectorNum, limit }));
    await untilNone(() => detachScope(db, { scope, connectorNum, at, limit }));
  }
  const deleted = await inTransaction(db, async tx => {
    const row = await deleteConnectorRow(tx, stopped);
    if (!row) return false;
    await deleteIdleIdentities(tx, { movedBefore: earlierHubLimit(at) });
    await appendAudit(tx, {
      at,
      actor,
      action: 'connector.deleted',
      subject: `connector:${id}`,
      detail: { ...row, assets },
    });
    return true;
  });
  if (deleted) return ok(undefined);
  const still = await findConnector(db, id);
  return still ? failed(fault('edit-conflict', `Connector "${still.name}" was enabled again.`)) : noSuchConnector(id);
}

/** Each batch is a statement of its own and makes the rest smaller, so this ends. */
async function untilNone(batch: () => Promise<number>): Promise<void> {
  while ((await batch()) > 0);
}
