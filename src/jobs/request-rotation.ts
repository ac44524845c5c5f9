import { noSuchBaseAccount } from '../accounts/base-accounts.ts';
import { auditDetail } from '../accounts/key-rotation/attempt-rotation.ts';
import { decided, type RotationDecision } from '../accounts/key-rotation/decide.ts';
import { getKeyRotation, type KeyRotation } from '../accounts/key-rotation/views.ts';
import { fault } from '../domain/faults.ts';
import { failed, type Result } from '../domain/result.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { findBaseAccount, lockBaseAccount } from '../store/base-accounts.ts';
import { inTransaction } from '../store/database.ts';
import { insertRotation, lockRotationUnderWay, saveRotation, setJobOfRotation } from '../store/key-rotations.ts';
import type { RequestRunDeps } from './request-run.ts';

/**
 * Begins to replace a base account's access key by one that Causeway makes itself; a worker carries it out. Faults:
 * not-found, no-key-to-rotate, rotation-in-progress.
 */
export async function startKeyRotation(
  deps: RequestRunDeps,
  { baseAccountId, actor }: { baseAccountId: string; actor: Actor },
): Promise<Result<KeyRotation>> {
  const { ids, queue } = deps;
  return await inTransaction(deps.db, async tx => {
    await lockBaseAccount(tx, baseAccountId);
    const base = await findBaseAccount(tx, baseAccountId);
    if (!base) return noSuchBaseAccount(baseAccountId);
    const { credentials } = base.identity;
    if (credentials.kind !== 'access-key') {
      return failed(fault('no-key-to-rotate', `The credentials are of the kind "${credentials.kind}".`));
    }
    const startedAt = deps.clock.now();
    const [id, jobId] = [ids.uuid(), ids.uuid()];
    const { accessKeyId: oldKeyId } = credentials;
    const made = await insertRotation(tx, { id, baseAccountId, oldKeyId, jobId, requestedBy: actor, startedAt });
    if (!made) return failed(fault('rotation-in-progress', 'It was begun already.'));
    await queue.addRotations(tx, [{ rotationId: id, jobId }]);
    const rotation = await getKeyRotation({ db: tx }, baseAccountId);
    await appendAudit(tx, {
      at: startedAt,
      actor,
      action: 'key-rotation.started',
      subject: `base-account:${baseAccountId}`,
      detail: { rotationId: id, oldKeyIdEnding: rotation.ok ? rotation.value.oldKeyIdEnding : null },
    });
    return rotation;
  });
}

/** Lets a blocked rotation go on as somebody decided. Faults: not-found, rotation-not-blocked, invalid-field. */
export async function decideKeyRotation(
  deps: RequestRunDeps,
  { baseAccountId, decision, actor }: { baseAccountId: string; decision: RotationDecision; actor: Actor },
): Promise<Result<KeyRotation>> {
  return await inTransaction(deps.db, async tx => {
    const rotation = await lockRotationUnderWay(tx, baseAccountId);
    if (!rotation) {
      const latest = await getKeyRotation({ db: tx }, baseAccountId);
      if (!latest.ok) return latest;
      return failed(fault('rotation-not-blocked', `The rotation is ${latest.value.state}.`));
    }
    const at = deps.clock.now();
    const progress = decided(rotation, decision, at);
    if (!progress.ok) return progress;
    const { id, fence, updatedAt: readAt } = rotation;
    if (!(await saveRotation(tx, { id, fence, readAt, progress: progress.value, at }))) {
      throw new Error('a rotation that is locked cannot change');
    }
    const jobId = deps.ids.uuid();
    await setJobOfRotation(tx, { id, jobId });
    await deps.queue.addRotations(tx, [{ rotationId: id, jobId }]);
    await appendAudit(tx, {
      at,
      actor,
      action: 'key-rotation.decided',
      subject: `base-account:${baseAccountId}`,
      detail: { ...auditDetail(rotation), decision: decision.action },
    });
    return await getKeyRotation({ db: tx }, baseAccountId);
  });
}
