import { readCursor, writeCursor } from '../domain/cursor.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { factsOfAccountType } from '../domain/partition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import {
  type BaseAccountRow,
  bringRunsForward,
  deleteIdleIdentities,
  deleteRetiredIdentities,
  findBaseAccount,
  findBaseAccountOfType,
  forgetRefusals,
  insertBaseAccount,
  insertIdentity,
  listBaseAccountRows,
  lockAssetViewOfType,
  putConnectorsInAssetView,
  repointConnectors,
  retireActiveIdentity,
  saveProof,
  updateBaseAccount,
} from '../store/base-accounts.ts';
import { type Database, inTransaction } from '../store/database.ts';
import { keepWayOfNewConnectors } from '../store/hubs.ts';
import { checkCredentialsForm } from './base-account-input.ts';
import type { AccountsDeps } from './deps.ts';
import { earlierHubLimit } from './findings.ts';
import { identityInBaseAccount } from './hubs.ts';
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
  const form = checkCredentialsForm(input);
  if (!form.ok) return form;
  const existing = await findBaseAccountOfType(deps.db, input.accountType);
  if (existing) return failed(baseAccountExists(existing));
  const proof = await proveCredentials(deps, input);
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
    await putIdentity(tx, deps, { baseAccountId: id, credentials: input, proof: proof.value, at });
    await forgetRefusals(tx, { accountType, hub: { kind: 'base-account', accountId } });
    if (useInAssetView) await putConnectorsInAssetView(tx, { accountType, at });
    await bringRunsForward(tx, { accountType, at, spacingMs: LIMITS.moveSpacingMs });
    await appendAudit(tx, {
      at,
      actor,
      action: 'base-account.created',
      subject: `base-account:${id}`,
      detail: { title, accountType, accountId, useInAssetView, cutover, ...keyFacts(input, proof.value) },
    });
    return true;
  });
  if (made) return await getBaseAccount(deps, id);
  // Somebody else made one in the meantime.
  const winner = await findBaseAccountOfType(deps.db, accountType);
  return failed(baseAccountExists(winner ?? { title: 'another', accountType }));
}

/**
 * Changes a base account. New credentials are proved first, as at creation. Within the same AWS account they replace the
 * old ones at once; with another account ID the old ones stay, retired, until the last connector that runs through them
 * has moved, so that no working connector fails (invariant I12). Turning "Use in AssetView" off takes nothing out.
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
  const credentials = credentialsOf(change, before);
  if (!credentials.ok) return credentials;
  const next = {
    title: change.title ?? before.title,
    useInAssetView: change.useInAssetView ?? before.useInAssetView,
    cutover: change.cutover ?? before.cutover,
  };
  const proof = credentials.value && (await proveCredentials(deps, credentials.value));
  if (proof && !proof.ok) return proof;

  const at = deps.clock.now();
  const { accountType } = before;
  const updated = await inTransaction(deps.db, async tx => {
    await lockAssetViewOfType(tx, accountType);
    if (!(await updateBaseAccount(tx, { id, readAt: before.updatedAt, ...next, updatedAt: at }))) return false;
    if (credentials.value && proof) {
      const { accountId, id: identityId } = before.identity;
      const hub = { kind: 'base-account', accountId } as const;
      if (accountId !== credentials.value.accountId) await keepWayOfNewConnectors(tx, { accountType, hub, identityId });
      await retireActiveIdentity(tx, { baseAccountId: id, at });
      await putIdentity(tx, deps, { baseAccountId: id, credentials: credentials.value, proof: proof.value, at });
    }
    if (next.cutover === 'immediate') await deleteRetiredIdentities(tx, id);
    await deleteIdleIdentities(tx, { movedBefore: earlierHubLimit(at) });
    if (next.useInAssetView && !before.useInAssetView) await putConnectorsInAssetView(tx, { accountType, at });
    if (credentials.value) {
      const { accountId } = credentials.value;
      await forgetRefusals(tx, { accountType, hub: { kind: 'base-account', accountId } });
      await bringRunsForward(tx, { accountType, at, spacingMs: LIMITS.moveSpacingMs });
    }
    await appendAudit(tx, {
      at,
      actor,
      action: 'base-account.changed',
      subject: `base-account:${id}`,
      detail: {
        ...next,
        accountId: credentials.value?.accountId ?? before.identity.accountId,
        ...(credentials.value && proof ? keyFacts(credentials.value, proof.value) : {}),
      },
    });
    return true;
  });
  if (updated) return await getBaseAccount(deps, id);
  const gone = (await findBaseAccount(deps.db, id)) === undefined;
  return gone ? noSuchBaseAccount(id) : failed(fault('edit-conflict', `Base account "${before.title}" was changed.`));
}

export async function getBaseAccount({ db }: Pick<AccountsDeps, 'db'>, id: string): Promise<Result<BaseAccount>> {
  const row = await findBaseAccount(db, id);
  return row ? ok(baseAccountOf(row)) : noSuchBaseAccount(id);
}

/** In the order they were made. */
export async function listBaseAccounts(
  { db }: Pick<AccountsDeps, 'db'>,
  { limit, cursor }: PageRequest,
): Promise<Result<PageOf<BaseAccount>>> {
  const place = readCursor(cursor, ['id']);
  if (!place.ok) return place;
  const rows = await listBaseAccountRows(db, { after: place.value?.[0] ?? null, limit: limit + 1 });
  const items = rows.slice(0, limit).map(baseAccountOf);
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

type NewCredentials = Pick<BaseAccountInput, 'accountType' | 'accountId' | 'accessKeyId' | 'secretAccessKey'> & {
  readonly saveUnverified: boolean;
};

/** The credentials after a change, or null when it does not touch them. */
function credentialsOf(change: BaseAccountChange, before: BaseAccountRow): Result<NewCredentials | null> {
  const accountId = change.accountId ?? before.identity.accountId;
  const accessKeyId = change.accessKeyId ?? before.identity.credentials.accessKeyId;
  const others = accountId !== before.identity.accountId || accessKeyId !== before.identity.credentials.accessKeyId;
  const secretAccessKey = change.secretAccessKey;
  if (secretAccessKey === undefined) {
    if (!others) return ok(null);
    const why = 'A change of the account ID or the access key ID needs the secret access key too.';
    return failed(fault('missing-field', why, { field: 'secretAccessKey' }));
  }
  const credentials = { accountType: before.accountType, accountId, accessKeyId, secretAccessKey };
  const form = checkCredentialsForm(credentials);
  return form.ok ? ok({ ...credentials, saveUnverified: change.saveUnverified ?? false }) : form;
}

/** Writes the active identity; connectors that already run through this account go on with it. */
async function putIdentity(
  tx: Database,
  { ids, vault }: AccountsDeps,
  {
    baseAccountId,
    credentials,
    proof,
    at,
  }: { baseAccountId: string; credentials: Omit<NewCredentials, 'saveUnverified'>; proof: IdentityProof; at: Date },
): Promise<void> {
  const { accountType, accountId, accessKeyId, secretAccessKey } = credentials;
  const id = ids.uuid();
  const sealedSecret = vault.seal(id, secretAccessKey);
  await insertIdentity(tx, {
    id,
    baseAccountId,
    accountId,
    accessKeyId,
    sealedSecret,
    createdAt: at,
    proof: proofRow(proof),
  });
  await repointConnectors(tx, { accountType, accountId, identityId: id });
}

function baseAccountOf(row: BaseAccountRow): BaseAccount {
  return {
    id: row.id,
    title: row.title,
    accountType: row.accountType,
    accountId: row.identity.accountId,
    accessKeyIdEnding: row.identity.credentials.accessKeyId.slice(-LIMITS.keyIdEndingChars),
    keyCreatedAt: row.keyCreatedAt,
    proof: row.proof && readProof(row.proof),
    useInAssetView: row.useInAssetView,
    cutover: row.cutover,
    connectors: { total: row.connectorsTotal, onThisHub: row.connectorsOnThisHub, moving: row.connectorsMoving },
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function keyFacts({ accessKeyId }: Pick<NewCredentials, 'accessKeyId'>, proof: IdentityProof) {
  return { accessKeyIdEnding: accessKeyId.slice(-LIMITS.keyIdEndingChars), proof: proof.fault?.code ?? 'ok' };
}

function baseAccountExists({ title, accountType }: Pick<BaseAccountRow, 'title' | 'accountType'>): Fault {
  const { label } = factsOfAccountType(accountType);
  return fault('base-account-exists', `${label} has the base account "${title}".`, { field: 'accountType' });
}

export function noSuchBaseAccount(id: string) {
  return failed(fault('not-found', `There is no base account ${id}.`, { subject: id }));
}
