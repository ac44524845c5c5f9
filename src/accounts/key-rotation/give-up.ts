import { type Actor, appendAudit } from '../../store/audit.ts';
import { deleteIdentity } from '../../store/base-accounts.ts';
import type { Database } from '../../store/database.ts';
import { type RotationRow, saveRotation } from '../../store/key-rotations.ts';
import { auditDetail } from './attempt-rotation.ts';

/**
 * Whether other credentials may be entered although a rotation is not over: it is blocked, and there is nothing left to
 * decide that does not need the credentials that may have died, as when its user was deleted in IAM.
 */
export function mayBeGivenUp({ state, step, aim }: RotationRow): boolean {
  return state === 'blocked' && (aim === 'abandon' || step === 'deactivate' || step === 'delete');
}

/** Ends a rotation because other credentials take the place of its keys; the audit log says which keys are left in IAM. */
export async function giveUpRotation(
  tx: Database,
  { rotation, actor, at }: { rotation: RotationRow; actor: Actor; at: Date },
): Promise<void> {
  const { id, fence, updatedAt: readAt, aim, newIdentityId, baseAccountId } = rotation;
  await saveRotation(tx, { id, fence, readAt, progress: { ...rotation, state: 'abandoned' }, at });
  // Of one that is being abandoned the new key was never in use.
  if (aim === 'abandon' && newIdentityId !== null) await deleteIdentity(tx, newIdentityId);
  const subject = `base-account:${baseAccountId}`;
  await appendAudit(tx, { at, actor, action: 'key-rotation.given-up', subject, detail: auditDetail(rotation) });
}
