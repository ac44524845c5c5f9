import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { bringRunsForward, deleteBaseAccountRow, findBaseAccount, forgetRefusals } from '../store/base-accounts.ts';
import { inTransaction } from '../store/database.ts';
import { noSuchBaseAccount } from './base-accounts.ts';
import type { AccountsDeps } from './deps.ts';
import { platformHub } from './ways.ts';

/** Deletes a base account with its credentials: at once the platform account is the target of its connectors. */
export async function deleteBaseAccount(
  deps: AccountsDeps,
  { id, actor }: { id: string; actor: Actor },
): Promise<Result<void>> {
  const before = await findBaseAccount(deps.db, id);
  if (!before) return noSuchBaseAccount(id);
  const { title, accountType, updatedAt, connectorsTotal, connectorsOnThisHub } = before;
  const { accountId } = before.identity;
  const at = deps.clock.now();
  const deleted = await inTransaction(deps.db, async tx => {
    if (!(await deleteBaseAccountRow(tx, { id, readAt: updatedAt }))) return false;
    const hub = platformHub(deps, accountType);
    if (hub) await forgetRefusals(tx, { accountType, hub });
    await bringRunsForward(tx, { accountType, at, spacingMs: LIMITS.moveSpacingMs });
    await appendAudit(tx, {
      at,
      actor,
      action: 'base-account.deleted',
      subject: `base-account:${id}`,
      detail: { title, accountType, accountId, connectorsTotal, connectorsOnThisHub },
    });
    return true;
  });
  if (deleted) return ok(undefined);
  const changed = await findBaseAccount(deps.db, id);
  return changed ? failed(fault('edit-conflict', `Base account "${title}" was changed.`)) : noSuchBaseAccount(id);
}
