import { readCursor, writeCursor } from '../domain/cursor.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { factsOfAccountType } from '../domain/partition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import {
  type BaseAccountRow,
  bringRunsForward,
  deleteIdentity,
  deleteIdleIdentities,
  deleteRetiredIdentities,
  findBaseAccount,
  findBaseAccountOfType,
  forgetRefusals,
  insertBaseAccount,
  listBaseAccountRows,
  lockAssetViewOfType,
  lockBaseAccount,
  putConnectorsInAssetView,
  retireActiveIdentity,
  saveProof,
  updateBaseAccount,
} from '../store/base-accounts.ts';
import { inTransaction } from '../store/database.ts';
import { keepWayOfNewConnectors } from '../store/hubs.ts';
import { lockRotationUnderWay } from '../store/key-rotations.ts';
import { changedCredentials, credentialsFacts, credentialsOf, keyIdEnding, putIdentity } from './base-credentials.ts';
import type { AccountsDeps } from './deps.ts';
import { earlierHubLimit } from './findings.ts';
import { identityInBaseAccount } from './hubs.ts';
import { giveUpRotation, mayBeGivenUp } from './key-rotation/give-up.ts';
import { type KeyRotation, shownRotations } from './key-rotation/views.ts';
import { proofRow, prove, proveCredentials, readProof } from './proof.ts';
import type { BaseAccount, BaseAccountChange, BaseAccountInput, IdentityProof, PageOf, PageRequest } from './shapes.ts';
import { platformHub } from './ways.ts';

/**
 * Makes the base account of an account type: from now on it is the target hub of the type's connectors, which move to it
 * one by one (reach.ts). Its credentials are proved first; nothing is written unless they hold, or `saveUnverified` is set
 * and they are not a root user's. Faults: those of the form, of `proveHub`, and `base-account-exists`.
 */
export async function createBaseAccount(
  deps: AccountsDeps,
  { input, actor }: { input: BaseAccountInput; actor: Actor },
): Promise<Result<BaseAccount>> {
  const credentials = credentialsOf(input);
  if (!credentials.ok) return credentials;
  const existing = await findBaseAccountOfType(deps.db, input.accountType);
  if (existing) return failed(baseAccountExists(existing));
  const given = credentials.value;
  const proof = await proveCredentials(deps, given);
  if (!proof.ok) return proof;

  const at = deps.clock.now();
  const id = deps.ids.uuid();
  const { title, accountType, accountId, useInAssetView, cutover } = input;
  const made = await inTransaction(deps.db, async tx => {
    await lockAssetViewOfType(tx, accountType);
    if (!(await insertBaseAccount(tx, { id, title, accountType, useInAssetView, cutover, createdAt: at })))
      return false;
    const was = platformHub(deps, accountType);
    if (was) await keepWayOfNewConnectors(tx, { accountType, hub: was, identityId: null });
    await putIdentity(tx, deps, { baseAccountId: id, given, proof: proof.value, at });
    await forgetRefusals(tx, { accountType, hub: { kind: 'base-account', accountId } });
    if (useInAssetView) await putConnectorsInAssetView(tx, { accountType, at });
    await bringRunsForward(tx, { accountType, at, spacingMs: LIMITS.moveSpacingMs });
    await appendAudit(tx, {
      at,
      actor,
      action: 'base-account.created',
      subject: `base-account:${id}`,
      detail: { title, accountType, accountId, useInAssetView, cutover, ...credentialsFacts(given, proof.value) },
    });
    return true;
  });
  if (made) return await getBaseAccount(deps, id);
  // Somebody else made one in the meantime.
  const winner = await findBaseAccountOfType(deps.db, accountType);
  return failed(baseAccountExists(winner ?? { title: 'another', accountType }));
}

/**
 * Changes a base account. New credentials are proved first, as at creation. The old ones stay, retired, until the last
 * connector that runs through them was let in by the new ones, so that no working connector fails (invariant I12);
 * `replaced: 'immediate'` destroys them at once. Turning "Use in AssetView" off takes nothing out.
 */
export async function changeBaseAccount(
  deps: AccountsDeps,
  { id, change, actor }: { id: string; change: BaseAccountChange; actor: Actor },
): Promise<Result<BaseAccount>> {
  const before = await findBaseAccount(deps.db, id);
  if (!before) return noSuchBaseAccount(id);
  if (change.accountType !== undefined && change.accountType !== before.accountType) {
    return failed(fault('account-type-fixed', `It is ${before.accountType}.`, { field: 'accountType' }));
  }
  const credentials = changedCredentials(change, before);
  if (!credentials.ok) return credentials;
  const given = credentials.value;
  const next = {
    title: change.title ?? before.title,
    useInAssetView: change.useInAssetView ?? before.useInAssetView,
    cutover: change.cutover ?? before.cutover,
  };
  const proof = given && (await proveCredentials(deps, given));
  if (proof && !proof.ok) return proof;

  const at = deps.clock.now();
  const { accountType } = before;
  const updated = await inTransaction(deps.db, async tx => {
    await lockAssetViewOfType(tx, accountType);
    await lockBaseAccount(tx, id);
    const rotation = given ? await lockRotationUnderWay(tx, id) : undefined;
    if (rotation && !mayBeGivenUp(rotation)) return 'rotating';
    if (!(await updateBaseAccount(tx, { id, readAt: before.updatedAt, ...next, updatedAt: at }))) return false;
    if (rotation) await giveUpRotation(tx, { rotation, actor, at });
    if (given && proof) {
      const { accountId, id: identityId } = before.identity;
      const hub = { kind: 'base-account', accountId } as const;
      if (change.replaced !== 'immediate') await keepWayOfNewConnectors(tx, { accountType, hub, identityId });
      await retireActiveIdentity(tx, { baseAccountId: id, at });
      if (change.replaced === 'immediate') await deleteIdentity(tx, before.identity.id);
      await putIdentity(tx, deps, { baseAccountId: id, given, proof: proof.value, at });
    }
    if (next.cutover === 'immediate') await deleteRetiredIdentities(tx, id);
    await deleteIdleIdentities(tx, { movedBefore: earlierHubLimit(at) });
    if (next.useInAssetView && !before.useInAssetView) await putConnectorsInAssetView(tx, { accountType, at });
    if (given) {
      await forgetRefusals(tx, { accountType, hub: { kind: 'base-account', accountId: given.accountId } });
      await bringRunsForward(tx, { accountType, at, spacingMs: LIMITS.moveSpacingMs });
    }
    await appendAudit(tx, {
      at,
      actor,
      action: 'base-account.changed',
      subject: `base-account:${id}`,
      detail: {
        ...next,
        accountId: given?.accountId ?? before.identity.accountId,
        ...(given && proof ? { ...credentialsFacts(given, proof.value), replaced: change.replaced ?? 'overlap' } : {}),
      },
    });
    return true;
  });
  if (updated === 'rotating') return failed(rotationInProgress(before));
  if (updated) return await getBaseAccount(deps, id);
  const gone = (await findBaseAccount(deps.db, id)) === undefined;
  return gone ? noSuchBaseAccount(id) : failed(fault('edit-conflict', `Base account "${before.title}" was changed.`));
}

export async function getBaseAccount(
  deps: Pick<AccountsDeps, 'db' | 'clock'>,
  id: string,
): Promise<Result<BaseAccount>> {
  const row = await findBaseAccount(deps.db, id);
  if (!row) return noSuchBaseAccount(id);
  const rotations = await shownRotations(deps, [id]);
  return ok(baseAccountOf(row, rotations.get(id) ?? null));
}

/** In the order they were made. */
export async function listBaseAccounts(
  deps: Pick<AccountsDeps, 'db' | 'clock'>,
  { limit, cursor }: PageRequest,
): Promise<Result<PageOf<BaseAccount>>> {
  const place = readCursor(cursor, ['id']);
  if (!place.ok) return place;
  const rows = await listBaseAccountRows(deps.db, { after: place.value?.[0] ?? null, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const rotations = await shownRotations(
    deps,
    page.map(row => row.id),
  );
  const items = page.map(row => baseAccountOf(row, rotations.get(row.id) ?? null));
  const last = items.at(-1);
  return ok({ items, nextCursor: rows.length > limit && last ? writeCursor([last.id]) : null });
}

/** Proves the credentials now; the result is stored and given. */
export async function checkBaseAccount(
  deps: AccountsDeps,
  { id, actor }: { id: string; actor: Actor },
): Promise<Result<IdentityProof>> {
  const row = await findBaseAccount(deps.db, id);
  if (!row) return noSuchBaseAccount(id);
  const proof = await prove(deps, identityInBaseAccount(deps, row));
  await inTransaction(deps.db, async tx => {
    await saveProof(tx, { identityId: row.identity.id, proof: proofRow(proof) });
    await appendAudit(tx, {
      at: proof.checkedAt,
      actor,
      action: 'base-account.checked',
      subject: `base-account:${id}`,
      detail: { outcome: proof.outcome, callerArn: proof.callerArn, fault: proof.fault?.code ?? null },
    });
  });
  return ok(proof);
}

function baseAccountOf(row: BaseAccountRow, rotation: KeyRotation | null): BaseAccount {
  const { credentials } = row.identity;
  return {
    id: row.id,
    title: row.title,
    accountType: row.accountType,
    accountId: row.identity.accountId,
    credentialsKind: credentials.kind,
    accessKeyIdEnding: credentials.kind === 'access-key' ? keyIdEnding(credentials.accessKeyId) : null,
    identityRoleArn: credentials.kind === 'web-identity' ? credentials.roleArn : null,
    tokenFile: credentials.kind === 'web-identity' ? credentials.tokenFile : null,
    keyCreatedAt: row.keyCreatedAt,
    proof: row.proof && readProof(row.proof),
    useInAssetView: row.useInAssetView,
    cutover: row.cutover,
    connectors: { total: row.connectorsTotal, onThisHub: row.connectorsOnThisHub, moving: row.connectorsMoving },
    earlier: row.earlier.map(({ retiredAt, ...one }) => ({
      ...one,
      retiredAt: retiredAt === null ? null : new Date(retiredAt),
    })),
    rotation,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export function baseAccountExists({ title, accountType }: Pick<BaseAccountRow, 'title' | 'accountType'>): Fault {
  const { label } = factsOfAccountType(accountType);
  return fault('base-account-exists', `${label} has the base account "${title}".`, { field: 'accountType' });
}

export function rotationInProgress({ title }: Pick<BaseAccountRow, 'title'>): Fault {
  return fault('rotation-in-progress', `The key of base account "${title}" is being replaced.`);
}

export function noSuchBaseAccount(id: string) {
  return failed(fault('not-found', `There is no base account ${id}.`, { subject: id }));
}
