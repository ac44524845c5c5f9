import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { bringRunsForward, deleteBaseAccountRow, findBaseAccount, forgetRefusals } from '../store/base-accounts.ts';
import { inTransaction } from '../store/database.ts';
import { lockRotationUnderWay } from '../store/key-rotations.ts';
import { noSuchBaseAccount, rotationInProgress } from './base-accounts.ts';
import type { AccountsDeps } from './deps.ts';
import { auditDetail } from './key-rotation/attempt-rotation.ts';
import { impactOf } from './preview.ts';
import type { ConnectorImpact } from './shapes.ts';
import { platformHub } from './ways.ts';

/**
 * Deletes a base account with its credentials: at once the platform account is the target of its connectors. What that
 * would do is tried first, and connectors that would stop working stop the deletion, unless `confirmBreaking` is exactly
 * their number. So do those of which AWS did not say it: while AWS throttles or is away, none of them is safe. Faults: `not-found`, `would-break-connectors`, `edit-conflict`.
 */
export async function deleteBaseAccount(
  deps: AccountsDeps,
  { id, confirmBreaking, actor }: { id: string; confirmBreaking?: number | undefined; actor: Actor },
): Promise<Result<void>> {
  const before = await findBaseAccount(deps.db, id);
  if (!before) return noSuchBaseAccount(id);
  const impact = await impactOf(deps, { id, change: 'delete', actor });
  if (!impact.ok) return impact;
  const breaking = impact.value.connectors.filter(({ mayBreak }) => mayBreak);
  if (breaking.length > 0 && breaking.length !== confirmBreaking) {
    return failed(wouldBreak(breaking, { confirmBreaking, title: before.title }));
  }
  const { title, accountType, updatedAt, connectorsTotal, connectorsOnThisHub } = before;
  const { accountId } = before.identity;
  const at = deps.clock.now();
  const deleted = await inTransaction(deps.db, async tx => {
    // A worker may be making a key just now: nobody would know it afterwards.
    const rotation = await lockRotationUnderWay(tx, id);
    if (rotation?.state === 'running') return 'rotating';
    if (!(await deleteBaseAccountRow(tx, { id, readAt: updatedAt }))) return false;
    const hub = platformHub(deps, accountType);
    if (hub) await forgetRefusals(tx, { accountType, hub });
    await bringRunsForward(tx, { accountType, at, spacingMs: LIMITS.moveSpacingMs });
    await appendAudit(tx, {
      at,
      actor,
      action: 'base-account.deleted',
      subject: `base-account:${id}`,
      detail: {
        ...{ title, accountType, accountId, connectorsTotal, connectorsOnThisHub, breaking: breaking.length },
        // A key that it made stays in IAM: nobody else will know whose it was.
        ...(rotation ? { rotation: auditDetail(rotation) } : {}),
      },
    });
    return true;
  });
  if (deleted === 'rotating') return failed(rotationInProgress(before));
  if (deleted) return ok(undefined);
  const changed = await findBaseAccount(deps.db, id);
  return changed ? failed(fault('edit-conflict', `Base account "${title}" was changed.`)) : noSuchBaseAccount(id);
}

function wouldBreak(
  breaking: readonly ConnectorImpact[],
  { confirmBreaking, title }: { confirmBreaking: number | undefined; title: string },
) {
  const named = breaking.slice(0, LIMITS.namedInFaultMax).map(({ name }) => name);
  const more = breaking.length - named.length;
  const names = more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
  const certain = breaking.filter(({ outcome }) => outcome === 'breaks').length;
  const many = breaking.length === 1 ? '1 connector that works' : `${breaking.length} connectors that work`;
  const would = certain === breaking.length ? 'would' : 'would or might';
  const doubt =
    certain === breaking.length ? '' : ` Of ${breaking.length - certain} AWS did not answer whether it would.`;
  const told = `${many} now ${would} stop working without base account "${title}": ${names}.${doubt}`;
  const changed =
    confirmBreaking === undefined ? '' : ` That is not the number that was confirmed, ${confirmBreaking}.`;
  return fault('would-break-connectors', `${told}${changed}`, {
    remedy: `Let their roles trust the platform account first; the impact shows the policy of each. To delete it all the same, confirm with the number ${breaking.length}.`,
  });
}
