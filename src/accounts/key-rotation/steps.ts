import {
  type AccessKeyFacts,
  createAccessKey,
  deleteAccessKey,
  listAccessKeys,
  setKeyActive,
} from '../../aws/access-keys.ts';
import { prompt } from '../../aws/call.ts';
import type { HubIdentity } from '../../aws/credentials.ts';
import { proveHub } from '../../aws/identity.ts';
import { type Fault, fault, retryOf } from '../../domain/faults.ts';
import { LIMITS } from '../../domain/limits.ts';
import { ok } from '../../domain/result.ts';
import { deleteIdentity, insertIdentity, saveProof } from '../../store/base-accounts.ts';
import type { Database } from '../../store/database.ts';
import {
  deleteIdentitiesOfKey,
  listStoredKeyIds,
  type RotationProgress,
  type RotationRow,
  switchIdentities,
} from '../../store/key-rotations.ts';
import { keyIdEnding } from '../base-credentials.ts';
import type { AccountsDeps } from '../deps.ts';
import { platformKeyIds } from '../hubs.ts';
import { proofRow } from '../proof.ts';
import { whyNotAsGood } from './proofs.ts';
import { lostKey, platformsKey, replacedKey, strangersKey, withStatement } from './words.ts';

/** What a step works with. */
export interface StepWork {
  readonly deps: AccountsDeps;
  readonly rotation: RotationRow;
  /** The base account's active key: until the switch the old one, from then on the new one. */
  readonly active: HubIdentity;
  /** The new key until the switch, once there is one. */
  readonly candidate: HubIdentity | null;
  /** Writes something in the middle of a step; false when the hold was lost. */
  readonly save: (change: Partial<RotationProgress>) => Promise<boolean>;
}

/** How a step ended. */
export type StepEnd =
  /** To be written with what else belongs to it, in one transaction. */
  | {
      readonly kind: 'next';
      readonly change: Partial<RotationProgress>;
      readonly also?: (tx: Database) => Promise<void>;
    }
  /** What is in the way may pass by itself. */
  | { readonly kind: 'later'; readonly fault: Fault; readonly change?: Partial<RotationProgress> }
  /** Somebody has to decide or to mend something. */
  | { readonly kind: 'blocked'; readonly fault: Fault; readonly change?: Partial<RotationProgress> }
  | { readonly kind: 'lost' };

/**
 * Sees whose key it is and whether there is room for another one. A key that is not ours is never touched, unless
 * somebody named it. After a lost answer to `create` it waits until IAM would show the key.
 */
export async function look({ deps, rotation, active }: StepWork): Promise<StepEnd> {
  const caller = await proveHub(deps.aws, active, prompt(deps.clock, { totalMs: LIMITS.keyCallMs }));
  if (!caller.ok) return trouble(caller.fault);
  const userArn = caller.value.arn;
  if (!/:iam::\d{12}:user\//.test(userArn)) {
    return {
      kind: 'blocked',
      fault: fault('no-key-to-rotate', `The key belongs to ${userArn}, which is no IAM user.`),
    };
  }
  if (platformKeyIds(deps).includes(rotation.oldKeyId)) {
    // What is written in the configuration cannot be replaced from here, and would be deleted under its user.
    return { kind: 'blocked', fault: platformsKey(rotation), change: { userArn } };
  }
  const keys = await listAccessKeys(deps.aws, active);
  if (!keys.ok) return trouble(withStatement(keys.fault, { userArn, retry: 'try again' }), { userArn });
  const doomed = keys.value.find(key => key.id === rotation.doomedKeyId && key.id !== rotation.oldKeyId);
  if (doomed) {
    const deleted = await deleteAccessKey(deps.aws, active, doomed.id);
    if (!deleted.ok) return trouble(withStatement(deleted.fault, { userArn, retry: 'try again' }), { userArn });
  }
  const other = otherThan(keys.value, [rotation.oldKeyId, rotation.doomedKeyId]);
  const wasLost = rotation.createAskedAt !== null && !doomed;
  if (other && (await listStoredKeyIds(deps.db, rotation.baseAccountId)).includes(other.id)) {
    return { kind: 'blocked', fault: replacedKey(other, userArn), change: { userArn, unknownKeyId: null } };
  }
  if (other) {
    const why = wasLost ? lostKey(other, userArn) : strangersKey(other, userArn);
    return { kind: 'blocked', fault: why, change: { userArn, unknownKeyId: other.id } };
  }
  if (wasLost && isSettling(deps, rotation.createAskedAt)) {
    const why = 'AWS was asked for a key and its answer was lost; IAM may not show yet whether there is one.';
    return { kind: 'later', fault: fault('second-access-key', why, { subject: userArn }), change: { userArn } };
  }
  return {
    kind: 'next',
    change: { step: 'create', userArn, createAskedAt: null, unknownKeyId: null, doomedKeyId: null },
  };
}

/** Writes that a key will be asked for, asks, and stores the answer: whatever is lost in between is known to be lost. */
export async function create({ deps, rotation, active, save }: StepWork): Promise<StepEnd> {
  if (rotation.createAskedAt !== null) return { kind: 'next', change: { step: 'look' } };
  if (!(await save({ createAskedAt: deps.clock.now() }))) return { kind: 'lost' };
  const made = await createAccessKey(deps.aws, active);
  if (made.kind === 'unknown') return { kind: 'later', fault: made.fault, change: { step: 'look' } };
  const none = { createAskedAt: null };
  if (made.kind === 'refused' && made.hasTwo) return await sayWhichIsThere({ deps, rotation, active }, made.fault);
  if (made.kind === 'refused') {
    return trouble(withStatement(made.fault, { userArn: rotation.userArn, retry: 'try again' }), none);
  }
  const { accessKeyId, secretAccessKey } = made;
  const id = deps.ids.uuid();
  const at = deps.clock.now();
  const identity = {
    id,
    baseAccountId: rotation.baseAccountId,
    accountId: active.hub.accountId,
    credentials: { kind: 'access-key', accessKeyId },
    sealedSecret: deps.vault.seal(id, secretAccessKey),
    state: 'candidate',
    createdAt: at,
    proof: null,
  } as const;
  return {
    kind: 'next',
    change: { ...none, step: 'prove', newKeyId: accessKeyId, newIdentityId: id },
    also: tx => insertIdentity(tx, identity),
  };
}

/** There are two keys although `look` saw one: somebody made one meanwhile, which IAM may show only after a moment. */
async function sayWhichIsThere(
  { deps, rotation, active }: Pick<StepWork, 'deps' | 'rotation' | 'active'>,
  why: Fault,
): Promise<StepEnd> {
  const change = { createAskedAt: null };
  const keys = await listAccessKeys(deps.aws, active);
  const other = keys.ok ? otherThan(keys.value, [rotation.oldKeyId]) : undefined;
  if (!other) return { kind: 'later', fault: keys.ok ? why : keys.fault, change };
  const fault = strangersKey(other, rotation.userArn ?? active.hub.accountId);
  return { kind: 'blocked', fault, change: { ...change, unknownKeyId: other.id } };
}

/** Nothing is switched to a key that was not seen to do what the old one does. */
export async function prove({ deps, rotation, active, candidate }: StepWork): Promise<StepEnd> {
  const { newIdentityId } = rotation;
  if (!candidate || !newIdentityId) return { kind: 'blocked', fault: goneFromStore(rotation) };
  const why = await whyNotAsGood(deps, rotation, { key: candidate, before: active, connectorsOf: active.id });
  if (why) return notYet(deps, { why, since: rotation.stepSince });
  const callerArn = rotation.userArn;
  const proof = proofRow({ checkedAt: deps.clock.now(), outcome: 'ok', callerArn, fault: null });
  return {
    kind: 'next',
    change: { step: 'switch' },
    also: tx => saveProof(tx, { identityId: newIdentityId, proof }),
  };
}

export async function switchKeys({ deps, rotation, candidate }: StepWork): Promise<StepEnd> {
  const { baseAccountId, newIdentityId } = rotation;
  if (!candidate || !newIdentityId) return { kind: 'blocked', fault: goneFromStore(rotation) };
  const at = deps.clock.now();
  return {
    kind: 'next',
    change: { step: 'deactivate' },
    also: tx => switchIdentities(tx, { baseAccountId, newIdentityId, at }),
  };
}

/** Switches the old key off and sees that the new one is enough; if it is not, the old one is switched on again. */
export async function deactivate({ deps, rotation, active }: StepWork): Promise<StepEnd> {
  const { oldKeyId: accessKeyId, userArn } = rotation;
  const off = await setKeyActive(deps.aws, active, { accessKeyId, active: false });
  if (!off.ok) return trouble(withStatement(off.fault, { userArn, retry: 'try again' }));
  const why = await whyNotAsGood(deps, rotation, { key: active, before: null, connectorsOf: active.id });
  if (!why) return { kind: 'next', change: { step: 'delete' } };
  const end = notYet(deps, { why, since: rotation.stepSince });
  if (end.kind !== 'blocked') return end;
  const on = await setKeyActive(deps.aws, active, { accessKeyId, active: true });
  return on.ok ? end : trouble(on.fault);
}

export async function deleteOld({ deps, rotation, active }: StepWork): Promise<StepEnd> {
  const { baseAccountId, oldKeyId: accessKeyId, userArn } = rotation;
  const deleted = await deleteAccessKey(deps.aws, active, accessKeyId);
  if (!deleted.ok) return trouble(withStatement(deleted.fault, { userArn, retry: 'try again' }));
  return {
    kind: 'next',
    change: { state: 'done' },
    also: tx => deleteIdentitiesOfKey(tx, { baseAccountId, accessKeyId }),
  };
}

/** Gives up before the switch: deletes the key that this rotation made and knows, and no other. */
export async function abandon({ deps, rotation, active }: StepWork): Promise<StepEnd> {
  const { newKeyId, newIdentityId, userArn, fault: why } = rotation;
  const deleted = newKeyId === null ? ok(undefined) : await deleteAccessKey(deps.aws, active, newKeyId);
  if (!deleted.ok) return trouble(withStatement(deleted.fault, { userArn, retry: 'abandon again' }));
  return {
    kind: 'next',
    // After a lost answer a key may be left whose secret nobody has: what is known of it stays to be read.
    change: { state: 'abandoned', fault: rotation.createAskedAt === null ? null : why },
    ...(newIdentityId === null ? {} : { also: (tx: Database) => deleteIdentity(tx, newIdentityId) }),
  };
}

/** What a fault of a call means for the step: a wait, or somebody's decision. */
function trouble(why: Fault, change: Partial<RotationProgress> = {}): StepEnd {
  return { kind: retryOf(why) === 'after-change' ? 'blocked' : 'later', fault: why, change };
}

/** A fault of a proof is waited out while IAM may still be spreading the news. */
function notYet({ clock }: AccountsDeps, { why, since }: { why: Fault; since: Date }): StepEnd {
  const minutes = (clock.now().getTime() - since.getTime()) / 60_000;
  const mayPass = isSettling({ clock }, since) || (retryOf(why) === 'now' && minutes <= LIMITS.rotationStepMinutes);
  return { kind: mayPass ? 'later' : 'blocked', fault: why };
}

function isSettling({ clock }: Pick<AccountsDeps, 'clock'>, since: Date | null): boolean {
  return since !== null && clock.now().getTime() - since.getTime() < LIMITS.iamSettleSeconds * 1_000;
}

function otherThan(keys: readonly AccessKeyFacts[], known: readonly (string | null)[]): AccessKeyFacts | undefined {
  return keys.find(({ id }) => !known.includes(id));
}

function goneFromStore({ newKeyId }: RotationRow): Fault {
  return fault('secret-unreadable', `What was stored of the new key …${keyIdEnding(newKeyId ?? '')} is gone.`);
}
