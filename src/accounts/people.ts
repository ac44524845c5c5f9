import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Role, roleSuffices } from '../domain/role.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { inTransaction } from '../store/database.ts';
import { deleteSessionsOf } from '../store/sessions.ts';
import { deleteToken, insertToken } from '../store/tokens.ts';
import {
  anyUserExists,
  deleteUser,
  insertUser,
  lockAdministrators,
  lockUser,
  type User,
  updateUser,
} from '../store/users.ts';
import { actorOfToken, type Caller, hashOfSecret, type PeopleDeps, TOKEN_PREFIX, userIdOf } from './callers.ts';
import { hashPassword } from './passwords.ts';

export interface UserInput {
  readonly username: string;
  readonly password: string;
  readonly role: Role;
}

/** Fault duplicate-username. */
export async function createUser(deps: PeopleDeps, input: UserInput, actor: Actor): Promise<Result<User>> {
  const { password, ...named } = input;
  const createdAt = deps.clock.now();
  const passwordHash = await hashPassword(password);
  const user: User = { ...named, id: deps.ids.uuid(), passwordHash, disabledAt: null, createdAt };
  const created = await inTransaction(deps.db, async transaction => {
    if (!(await insertUser(transaction, user))) return false;
    await appendAudit(transaction, {
      at: createdAt,
      actor,
      action: 'user.created',
      subject: `user:${user.username}`,
      detail: { id: user.id, role: user.role },
    });
    return true;
  });
  if (created) return ok(user);
  return failed(fault('duplicate-username', `There is a user "${input.username}" already.`, { field: 'username' }));
}

export interface UserChange {
  readonly password?: string | undefined;
  readonly role?: Role | undefined;
  readonly disabled?: boolean | undefined;
}

/** Changes a user; any change ends the user's sessions. Faults: not-found, last-administrator. */
export async function changeUser(
  deps: PeopleDeps,
  { id, change, actor }: { id: string; change: UserChange; actor: Actor },
): Promise<Result<User>> {
  const passwordHash = change.password === undefined ? undefined : await hashPassword(change.password);
  return await inTransaction(deps.db, async transaction => {
    const administrators = await lockAdministrators(transaction);
    const before = await lockUser(transaction, id);
    if (!before) return noSuchUser(id);
    const now = deps.clock.now();
    const after = withChange(before, { ...change, passwordHash, now });
    const changes = changesBetween(before, after);
    if (Object.keys(changes).length === 0) return ok(before);
    if (!canSignInAsAdministrator(after) && isLast(administrators, id)) return lastAdministrator(before);
    await updateUser(transaction, after);
    await deleteSessionsOf(transaction, id);
    await appendAudit(transaction, {
      at: now,
      actor,
      action: 'user.changed',
      subject: `user:${after.username}`,
      detail: { id, ...changes },
    });
    return ok(after);
  });
}

/** Faults: not-found, last-administrator. */
export async function removeUser(
  deps: PeopleDeps,
  { id, actor }: { id: string; actor: Actor },
): Promise<Result<undefined>> {
  return await inTransaction(deps.db, async transaction => {
    const administrators = await lockAdministrators(transaction);
    const user = await lockUser(transaction, id);
    if (!user) return noSuchUser(id);
    if (isLast(administrators, id)) return lastAdministrator(user);
    await deleteUser(transaction, id);
    await appendAudit(transaction, {
      at: deps.clock.now(),
      actor,
      action: 'user.deleted',
      subject: `user:${user.username}`,
      detail: { id, role: user.role },
    });
    return ok(undefined);
  });
}

export interface NewToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** Shown once; only its hash is stored. */
  readonly token: string;
}

/**
 * Makes a token that acts for the caller's user, also when the caller is a token: then it ends with that one at the latest,
 * so that a leaked token cannot prolong itself. Faults: invalid-field when `expiresAt` is past or too late, not-allowed when the role is more than the caller's, not-signed-in when the user was deleted meanwhile.
 */
export async function createToken(
  deps: PeopleDeps,
  { name, role, expiresAt: wanted }: { name: string; role: Role; expiresAt: Date | null },
  caller: Caller,
): Promise<Result<NewToken>> {
  const createdAt = deps.clock.now();
  const end = caller.kind === 'token' ? caller.expiresAt : null;
  const expiresAt = wanted ?? end;
  if (expiresAt && expiresAt <= createdAt) {
    return failed(fault('invalid-field', '"expiresAt" is in the past.', { field: 'expiresAt' }));
  }
  if (end && expiresAt && expiresAt > end) {
    const detail = `A token made with a token ends no later than that one: ${end.toISOString()}.`;
    return failed(fault('invalid-field', detail, { field: 'expiresAt' }));
  }
  if (!roleSuffices(caller.role, role)) {
    const detail = `An API token may do no more than who makes it: your role is ${caller.role}, the token's would be ${role}.`;
    return failed(fault('not-allowed', detail, { field: 'role' }));
  }
  const token = `${TOKEN_PREFIX}${deps.ids.secret(32)}`;
  const row = { id: deps.ids.uuid(), name, role, createdAt, expiresAt };
  return await inTransaction(deps.db, async transaction => {
    const user = await lockUser(transaction, userIdOf(caller));
    if (!user) return failed(fault('not-signed-in', 'The user who makes this API token was deleted meanwhile.'));
    await insertToken(transaction, { ...row, tokenHash: hashOfSecret(token), createdById: user.id });
    await appendAudit(transaction, {
      at: createdAt,
      actor: caller.actor,
      action: 'token.created',
      subject: actorOfToken({ createdBy: user.username, name }),
      detail: { id: row.id, role, expiresAt },
    });
    return ok({ ...row, createdBy: user.username, token });
  });
}

/** Fault not-found, also when the token is another user's and the caller no administrator. */
export async function removeToken(
  deps: PeopleDeps,
  { id, caller }: { id: string; caller: Caller },
): Promise<Result<undefined>> {
  return await inTransaction(deps.db, async transaction => {
    const token = await deleteToken(transaction, { id, ofUser: whoseTokens(caller) });
    if (!token) return failed(fault('not-found', 'There is no API token with this id.', { subject: id }));
    await appendAudit(transaction, {
      at: deps.clock.now(),
      actor: caller.actor,
      action: 'token.deleted',
      subject: actorOfToken(token),
      detail: { id, role: token.role },
    });
    return ok(undefined);
  });
}

/** The id of the user whose tokens the caller may see and delete; null: everybody's. */
export function whoseTokens(caller: Caller): string | null {
  return caller.role === 'administrator' ? null : userIdOf(caller);
}

/**
 * Makes the user `admin` where there is no user at all. Without a password it makes one up and answers it, to be shown
 * once. undefined: there are users already. Two processes that start at once make one administrator between them.
 * Fault invalid-setting when the password given is too short or too long.
 */
export async function ensureFirstAdministrator(
  deps: PeopleDeps,
  { password }: { password?: string | undefined },
): Promise<Result<{ username: string; generatedPassword?: string } | undefined>> {
  if (await anyUserExists(deps.db)) return ok(undefined);
  const good = checkAdminPassword(password);
  if (!good.ok) return good;
  const generatedPassword = password === undefined ? deps.ids.secret(18) : undefined;
  const username = 'admin';
  const input: UserInput = { username, password: password ?? generatedPassword ?? '', role: 'administrator' };
  const created = await createUser(deps, input, 'system');
  if (!created.ok) return ok(undefined);
  return ok(generatedPassword === undefined ? { username } : { username, generatedPassword });
}

/** Fault invalid-setting when the password configured for the first administrator is too short or too long. */
export function checkAdminPassword(password: string | undefined): Result<void> {
  const { passwordCharsMin: min, passwordCharsMax: max } = LIMITS;
  if (password === undefined || (password.length >= min && password.length <= max)) return ok(undefined);
  return failed(
    fault(
      'invalid-setting',
      `The first administrator's password needs ${min} to ${max} characters; it has ${password.length}.`,
      { subject: 'CAUSEWAY_ADMIN_PASSWORD' },
    ),
  );
}

function withChange(
  user: User,
  { role, disabled, passwordHash, now }: UserChange & { passwordHash: string | undefined; now: Date },
): User {
  const disabledAt = disabled === undefined ? user.disabledAt : disabled ? (user.disabledAt ?? now) : null;
  return { ...user, role: role ?? user.role, disabledAt, passwordHash: passwordHash ?? user.passwordHash };
}

/** What the audit log tells of a change; of the password only that it changed. */
function changesBetween(before: User, after: User): Record<string, unknown> {
  const disabled = { before: before.disabledAt !== null, after: after.disabledAt !== null };
  return {
    ...(before.role === after.role ? {} : { role: { before: before.role, after: after.role } }),
    ...(disabled.before === disabled.after ? {} : { disabled }),
    ...(before.passwordHash === after.passwordHash ? {} : { password: 'changed' }),
  };
}

function canSignInAsAdministrator(user: User): boolean {
  return user.role === 'administrator' && user.disabledAt === null;
}

function isLast(administrators: readonly string[], id: string): boolean {
  return administrators.length === 1 && administrators[0] === id;
}

function noSuchUser(id: string) {
  return failed(fault('not-found', 'There is no user with this id.', { subject: id }));
}

function lastAdministrator(user: User) {
  return failed(fault('last-administrator', `"${user.username}" is the only administrator who can sign in.`));
}
