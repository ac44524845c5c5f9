import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, type Result } from '../domain/result.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import {
  type BaseAccountRow,
  bringRunsForward,
  findBaseAccount,
  forgetRefusals,
  reactivateIdentity,
  retireActiveIdentity,
  touchBaseAccount,
} from '../store/base-accounts.ts';
import { inTransaction } from '../store/database.ts';
import { findLastRetired, type IdentityRow, keepWayOfNewConnectors } from '../store/hubs.ts';
import { lockRotationUnderWay } from '../store/key-rotations.ts';
import { getBaseAccount, noSuchBaseAccount, rotationInProgress } from './base-accounts.ts';
import { keyIdEnding } from './base-credentials.ts';
import type { AccountsDeps } from './deps.ts';
import type { BaseAccount } from './shapes.ts';

/**
 * Makes the credentials that a base account had before the present ones its active ones again, while they are kept; the
 * present ones become retired. Connectors go back at their next run, which is soon, and go on through what they have
 * until then, so none fails. AWS is not asked first: a roll back has to work while it has trouble, and credentials that
 * do not work any more cost nobody anything. Faults: `not-found`, `nothing-to-roll-back`, `rotation-in-progress`, `edit-conflict`.
 */
export async function rollBackBaseAccount(
  deps: AccountsDeps,
  { id, actor }: { id: string; actor: Actor },
): Promise<Result<BaseAccount>> {
  const before = await findBaseAccount(deps.db, id);
  if (!before) return noSuchBaseAccount(id);
  const { accountType, identity: from } = before;
  const at = deps.clock.now();
  const outcome = await inTransaction(deps.db, async tx => {
    if (!(await touchBaseAccount(tx, { id, readAt: before.updatedAt, at }))) return 'changed';
    // The credentials before these may be the key that is being removed.
    if (await lockRotationUnderWay(tx, id)) return 'rotating';
    const to = await findLastRetired(tx, id);
    if (!to) return 'nothing';
    const hub = { kind: 'base-account', accountId: from.accountId } as const;
    await keepWayOfNewConnectors(tx, { accountType, hub, identityId: from.id });
    await retireActiveIdentity(tx, { baseAccountId: id, at });
    if (!(await reactivateIdentity(tx, to.id)))
      throw new Error('an identity was deleted under its locked base account');
    await forgetRefusals(tx, { accountType, hub: { kind: 'base-account', accountId: to.accountId } });
    const { moveSpacingMs: spacingMs, rollBackWithinMs: withinMs } = LIMITS;
    await bringRunsForward(tx, { accountType, at, spacingMs, withinMs });
    await appendAudit(tx, {
      at,
      actor,
      action: 'base-account.rolled-back',
      subject: `base-account:${id}`,
      detail: { accountType, from: facts(from), to: facts(to) },
    });
    return 'done';
  });
  if (outcome === 'done') return await getBaseAccount(deps, id);
  if (outcome === 'rotating') return failed(rotationInProgress(before));
  if (outcome === 'nothing') return failed(nothingToRollBack(before));
  const changed = await findBaseAccount(deps.db, id);
  return changed
    ? failed(fault('edit-conflict', `Base account "${before.title}" was changed.`))
    : noSuchBaseAccount(id);
}

export function nothingToRollBack({ title }: Pick<BaseAccountRow, 'title'>): Fault {
  return fault('nothing-to-roll-back', `No earlier credentials of base account "${title}" are kept.`);
}

function facts({ accountId, credentials }: IdentityRow) {
  const { kind } = credentials;
  const key = kind === 'access-key' ? { accessKeyIdEnding: keyIdEnding(credentials.accessKeyId) } : {};
  return { accountId, credentialsKind: kind, ...key };
}
