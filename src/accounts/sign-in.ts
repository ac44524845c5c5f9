import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { appendAudit } from '../store/audit.ts';
import { inTransaction } from '../store/database.ts';
import { deleteSession, deleteSessionsOf, deleteStaleSessions, insertSession } from '../store/sessions.ts';
import { uncountTry } from '../store/sign-in-tries.ts';
import { findUserByName, lockUser, type User, updateUser } from '../store/users.ts';
import { admitTry } from './admit-try.ts';
import { actorOfUser, hashOfSecret, idleLimit, type PeopleDeps, type SessionCaller } from './callers.ts';
import { hashPassword, passwordFits } from './passwords.ts';

export interface SignedIn {
  readonly user: User;
  /** The cookie's value; only its hash is stored. */
  readonly cookie: string;
  readonly csrfToken: string;
  readonly expiresAt: Date;
}

/**
 * Begins a session. Faults: wrong-credentials (an unknown name, a wrong password and a disabled user look alike and take
 * the same time), too-many-requests. Who failed is audited, too.
 */
export async function signIn(
  deps: PeopleDeps,
  { username, password, address }: { username: string; password: string; address: string },
): Promise<Result<SignedIn>> {
  const { db, clock } = deps;
  const tries = await admitTry(deps, { username, address });
  if (!tries.ok) return tries;
  const user = await findUserByName(db, username);
  const fits = await passwordFits(password, user?.passwordHash);
  if (!user || !fits || user.disabledAt) {
    // A name that does not exist is not written down: it may be a password in the wrong field.
    const subject = user ? actorOfUser(user.username) : 'user:(unknown)';
    await appendAudit(db, {
      at: clock.now(),
      actor: 'system',
      action: 'session.refused',
      subject,
      detail: { address },
    });
    return wrongCredentials();
  }
  await uncountTry(db, tries.value);
  return await beginSession(deps, { user, address });
}

export async function signOut(deps: PeopleDeps, caller: SessionCaller): Promise<void> {
  await inTransaction(deps.db, async transaction => {
    await deleteSession(transaction, caller.idHash);
    const { actor } = caller;
    await appendAudit(transaction, {
      at: deps.clock.now(),
      actor,
      action: 'session.ended',
      subject: actor,
      detail: {},
    });
  });
}

/**
 * Changes one's own password and ends one's other sessions. Faults: wrong-credentials when the current password is wrong,
 * too-many-requests.
 */
export async function changeOwnPassword(
  deps: PeopleDeps,
  change: { caller: SessionCaller; currentPassword: string; newPassword: string; address: string },
): Promise<Result<undefined>> {
  const { caller, currentPassword, newPassword, address } = change;
  const tries = await admitTry(deps, { username: caller.user.username, address });
  if (!tries.ok) return tries;
  if (!(await passwordFits(currentPassword, caller.user.passwordHash))) {
    return failed(fault('wrong-credentials', 'The current password is wrong.', { field: 'currentPassword' }));
  }
  await uncountTry(deps.db, tries.value);
  const passwordHash = await hashPassword(newPassword);
  return await inTransaction(deps.db, async transaction => {
    const user = await lockUser(transaction, caller.user.id);
    if (!isStill(user, caller.user)) return failed(fault('not-signed-in', 'The session has ended meanwhile.'));
    await updateUser(transaction, { ...user, passwordHash });
    await deleteSessionsOf(transaction, user.id, caller.idHash);
    await appendAudit(transaction, {
      at: deps.clock.now(),
      actor: caller.actor,
      action: 'user.changed',
      subject: caller.actor,
      detail: { id: user.id, password: 'changed' },
    });
    return ok(undefined);
  });
}

async function beginSession(
  { db, clock, ids }: PeopleDeps,
  { user, address }: { user: User; address: string },
): Promise<Result<SignedIn>> {
  const now = clock.now();
  const cookie = ids.secret(32);
  const csrfToken = ids.secret(32);
  const expiresAt = new Date(now.getTime() + LIMITS.sessionHoursMax * 3_600_000);
  const session = {
    idHash: hashOfSecret(cookie),
    userId: user.id,
    csrfToken,
    createdAt: now,
    lastUsedAt: now,
    expiresAt,
  };
  const actor = actorOfUser(user.username);
  await deleteStaleSessions(db, { now, usedAfter: idleLimit(now) });
  return await inTransaction(db, async transaction => {
    if (!isStill(await lockUser(transaction, user.id), user)) return wrongCredentials();
    await insertSession(transaction, session);
    await appendAudit(transaction, { at: now, actor, action: 'session.began', subject: actor, detail: { address } });
    return ok({ user, cookie, csrfToken, expiresAt });
  });
}

/** Whether the user can still sign in with the password that was checked, which takes a while, before the row was locked. */
function isStill(now: User | undefined, checked: User): now is User {
  return now !== undefined && now.disabledAt === null && now.passwordHash === checked.passwordHash;
}

function wrongCredentials() {
  return failed(fault('wrong-credentials', 'The user name and the password do not fit.'));
}
