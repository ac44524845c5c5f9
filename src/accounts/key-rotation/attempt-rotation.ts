import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, fault } from '../../domain/faults.ts';
import { LIMITS } from '../../domain/limits.ts';
import { appendAudit } from '../../store/audit.ts';
import { findBaseAccount, findIdentity } from '../../store/base-accounts.ts';
import { inTransaction, isDatabaseUnavailable } from '../../store/database.ts';
import { claimRotation, type RotationProgress, type RotationRow, saveRotation } from '../../store/key-rotations.ts';
import { keyIdEnding } from '../base-credentials.ts';
import type { AccountsDeps } from '../deps.ts';
import { identityInBaseAccount } from '../hubs.ts';
import {
  abandon,
  create,
  deactivate,
  deleteOld,
  look,
  prove,
  type StepEnd,
  type StepWork,
  switchKeys,
} from './steps.ts';

/**
 * How one attempt at a rotation ended for the worker that made it.
 *
 * over      nothing is left to do: it is done, abandoned, blocked, or gone with its base account
 * later     what is in the way may pass by itself; try again soon
 * lost      another worker has claimed it meanwhile; this one wrote nothing since
 * stopped   this worker was told to stop; it goes on where it was left when somebody claims it
 */
export type RotationAttempt = 'over' | 'later' | 'lost' | 'stopped';

/**
 * Carries a key rotation on, step by step: look → create → prove → switch → deactivate → delete. A step is written before
 * the next is begun, and each can be repeated: it asks AWS for what may have been done already, and is told so. IAM
 * allows two keys, so whatever is lost, at most one key is left that nobody knows, and the old key is never touched
 * before the new one is in use. Throws when the database is not available.
 */
export async function attemptRotation(
  deps: AccountsDeps,
  { rotationId, stop }: { rotationId: string; stop: AbortSignal },
): Promise<RotationAttempt> {
  let rotation = await claimRotation(deps.db, rotationId);
  while (rotation?.state === 'running') {
    if (stop.aborted) return 'stopped';
    const { after, end } = await doStep(deps, rotation);
    if (!after) return 'lost';
    if (end === 'later' && after.state === 'running') return 'later';
    rotation = after;
  }
  return 'over';
}

/** Does the step that the rotation is at and writes how it ended; without `after`, the hold was lost. */
async function doStep(
  deps: AccountsDeps,
  begun: RotationRow,
): Promise<{ after: RotationRow | undefined; end: StepEnd['kind'] }> {
  let rotation = begun;
  const save = async (change: Partial<RotationProgress>) => {
    const saved = await write(deps, rotation, { change });
    if (saved) rotation = saved;
    return saved !== undefined;
  };
  const end = await endOf(deps, { begun, save });
  switch (end.kind) {
    case 'lost':
      return { after: undefined, end: 'lost' };
    case 'next':
      return { after: await writePatiently(deps, rotation, end), end: 'next' };
    case 'blocked':
      return {
        after: await write(deps, rotation, { change: { ...end.change, ...blocked(end.fault) } }),
        end: 'blocked',
      };
    case 'later': {
      const isStuck = deps.clock.now().getTime() - rotation.stepSince.getTime() > LIMITS.rotationStepMinutes * 60_000;
      const change = { ...end.change, ...(isStuck ? blocked(end.fault) : { fault: end.fault }) };
      return { after: await write(deps, rotation, { change }), end: 'later' };
    }
  }
}

function blocked(why: Fault) {
  return { state: 'blocked', fault: why } as const;
}

async function endOf(
  deps: AccountsDeps,
  { begun: rotation, save }: { begun: RotationRow; save: StepWork['save'] },
): Promise<StepEnd> {
  try {
    const work = await workOf(deps, { rotation, save });
    if (!work) return { kind: 'lost' };
    const expected = STEPS_AFTER_SWITCH.has(rotation.step) ? rotation.newKeyId : rotation.oldKeyId;
    const { credentials } = work.active;
    if (credentials.kind !== 'access-key' || credentials.accessKeyId !== expected) {
      const why = `The base account acts with other credentials than the key …${keyIdEnding(expected ?? '')}.`;
      return { kind: 'blocked', fault: fault('edit-conflict', why) };
    }
    return rotation.aim === 'abandon' ? await abandon(work) : await STEPS[rotation.step](work);
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    // A bug: trying again by itself would only repeat it, and its calls to AWS.
    const stack = error instanceof Error ? error.stack : undefined;
    deps.log.error({ rotationId: rotation.id, error: String(error), stack }, 'a key rotation met a bug');
    const why = 'The rotation met a bug; the log has the details.';
    return { kind: 'blocked', fault: fault('internal-error', why) };
  }
}

const STEPS: { readonly [Step in RotationProgress['step']]: (work: StepWork) => Promise<StepEnd> } = {
  look,
  create,
  prove,
  switch: switchKeys,
  deactivate,
  delete: deleteOld,
};

const STEPS_AFTER_SWITCH: ReadonlySet<RotationProgress['step']> = new Set(['deactivate', 'delete']);

/** undefined once the base account, and the rotation with it, is deleted. */
async function workOf(
  deps: AccountsDeps,
  { rotation, save }: Pick<StepWork, 'rotation' | 'save'>,
): Promise<StepWork | undefined> {
  const base = await findBaseAccount(deps.db, rotation.baseAccountId);
  if (!base) return undefined;
  const { accountType } = base;
  const { newIdentityId } = rotation;
  const stored = newIdentityId === null ? undefined : await findIdentity(deps.db, newIdentityId);
  const candidate = stored ? identityInBaseAccount(deps, { accountType, identity: stored }) : null;
  return { deps, rotation, active: identityInBaseAccount(deps, base), candidate, save };
}

type Writing = { readonly change: Partial<RotationProgress> } & Pick<Extract<StepEnd, { kind: 'next' }>, 'also'>;

/**
 * A new key's secret is in this process alone until it is written, so a database that is away for a moment is waited
 * for. When an earlier try was written after all and only its answer was lost, this one finds the hold lost.
 */
async function writePatiently(
  deps: AccountsDeps,
  rotation: RotationRow,
  writing: Writing,
): Promise<RotationRow | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await write(deps, rotation, writing);
    } catch (error) {
      if (!isDatabaseUnavailable(error) || tries >= LIMITS.rotationWriteTriesMax) throw error;
      await sleep(LIMITS.rotationWritePauseMs);
    }
  }
}

/** Writes how far the rotation is, with what belongs to it; undefined, and nothing written, when the hold was lost. */
async function write(
  { db, clock }: AccountsDeps,
  rotation: RotationRow,
  { change, also }: Writing,
): Promise<RotationRow | undefined> {
  const at = clock.now();
  const { id, fence, updatedAt: readAt, baseAccountId } = rotation;
  // To look again is part of making a key: together they have the time of one step.
  const isNewStep = change.step !== undefined && change.step !== 'look' && change.step !== 'create';
  const after = { ...rotation, fault: null, ...change, ...(isNewStep ? { stepSince: at } : {}), updatedAt: at };
  const action = actionOf(rotation, after);
  return await inTransaction(db, async tx => {
    if (!(await saveRotation(tx, { id, fence, readAt, progress: after, at }))) return undefined;
    await also?.(tx);
    if (action) {
      const detail = auditDetail(after);
      await appendAudit(tx, { at, actor: 'system', action, subject: `base-account:${baseAccountId}`, detail });
    }
    return after;
  });
}

/** What the audit log calls the way from one state to the next. */
function actionOf(before: RotationRow, after: RotationRow): string | undefined {
  if (after.state === 'blocked' || after.state === 'abandoned') return `key-rotation.${after.state}`;
  if (before.step === 'create' && after.step === 'look') return 'key-rotation.answer-lost';
  if (before.step !== after.step || after.state === 'done') return `key-rotation.${PAST[before.step]}`;
  const asksNow = before.createAskedAt === null && after.createAskedAt !== null;
  return asksNow ? 'key-rotation.key-asked-for' : undefined;
}

const PAST: { readonly [Step in RotationProgress['step']]: string } = {
  look: 'looked',
  create: 'key-created',
  prove: 'key-proved',
  switch: 'key-switched',
  deactivate: 'old-key-deactivated',
  delete: 'old-key-deleted',
};

/** The facts of a rotation for the audit log; of keys only their endings. */
export function auditDetail({ id, oldKeyId, newKeyId, unknownKeyId, fault: why }: RotationRow) {
  return {
    rotationId: id,
    oldKeyIdEnding: keyIdEnding(oldKeyId),
    newKeyIdEnding: newKeyId && keyIdEnding(newKeyId),
    unknownKeyIdEnding: unknownKeyId && keyIdEnding(unknownKeyId),
    ...(why ? { fault: why.code } : {}),
  };
}
