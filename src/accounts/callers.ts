import { createHash } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import { fault } from '../domain/faults.ts';
import type { Ids } from '../domain/ids.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { lesserRole, type Role } from '../domain/role.ts';
import type { Actor } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { findLiveSession, touchSession } from '../store/sessions.ts';
import { findToken, touchToken } from '../store/tokens.ts';
import type { User } from '../store/users.ts';

/** What the use cases about people need. */
export interface PeopleDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Who makes a request. */
export type Caller = SessionCaller | TokenCaller;

export interface SessionCaller {
  readonly kind: 'session';
  readonly actor: Actor;
  readonly role: Role;
  readonly user: User;
  readonly idHash: Buffer;
  readonly csrfToken: string;
}

export interface TokenCaller {
  readonly kind: 'token';
  readonly actor: Actor;
  /** What it may do now: never more than the user who made it. */
  readonly role: Role;
  /** The user who made it, whom it acts for. */
  readonly userId: string;
  /** When it ends; null: never. What is made with it ends then too. */
  readonly expiresAt: Date | null;
}

/** Makes a leaked token recognisable, by people and by secret scanners. */
export const TOKEN_PREFIX = 'cwy_';

/** The caller behind a session cookie; fault not-signed-in when the session has ended. Using a session keeps it alive. */
export async function callerOfCookie(deps: PeopleDeps, cookie: string): Promise<Result<SessionCaller>> {
  const now = deps.clock.now();
  const idHash = hashOfSecret(cookie);
  const found = await findLiveSession(deps.db, { idHash, now, usedAfter: idleLimit(now) });
  if (!found) return failed(fault('not-signed-in', 'The session has ended or was never begun.'));
  const { session, user } = found;
  const notSince = lastUsedLimit(now);
  if (session.lastUsedAt < notSince) await touchSession(deps.db, { idHash, now, notSince });
  return ok({
    kind: 'session',
    actor: actorOfUser(user.username),
    role: user.role,
    user,
    idHash,
    csrfToken: session.csrfToken,
  });
}

/**
 * The caller behind `Authorization: Bearer <token>`; fault not-signed-in when it is unknown, has expired, or
 * the user who made it is disabled. That user is read anew each time, so a token loses at once what its user loses.
 */
export async function callerOfToken(deps: PeopleDeps, secret: string): Promise<Result<TokenCaller>> {
  const token = secret.startsWith(TOKEN_PREFIX) ? await findToken(deps.db, hashOfSecret(secret)) : undefined;
  if (!token) return failed(fault('not-signed-in', 'The API token is not known; it may have been deleted.'));
  const now = deps.clock.now();
  if (token.expiresAt && token.expiresAt <= now) {
    return failed(fault('not-signed-in', `The API token expired at ${token.expiresAt.toISOString()}.`));
  }
  if (token.creatorDisabledAt) {
    return failed(fault('not-signed-in', `The user "${token.createdBy}", who made this API token, is disabled.`));
  }
  const notSince = lastUsedLimit(now);
  if (!token.lastUsedAt || token.lastUsedAt < notSince) await touchToken(deps.db, { id: token.id, now, notSince });
  return ok({
    kind: 'token',
    actor: actorOfToken(token),
    role: lesserRole(token.role, token.creatorRole),
    userId: token.createdById,
    expiresAt: token.expiresAt,
  });
}

/** The user who makes the request, or whom the token that makes it acts for. */
export function userIdOf(caller: Caller): string {
  return caller.kind === 'session' ? caller.user.id : caller.userId;
}

export function actorOfUser(username: string): Actor {
  return `user:${username}`;
}

/** Names of tokens are unique neither among all nor within a user; the user's name has no slash. */
export function actorOfToken({ createdBy, name }: { createdBy: string; name: string }): Actor {
  return `token:${createdBy}/${name}`;
}

/** Cookies and tokens are 256 random bits, so one round of SHA-256 is enough to make a stolen dump useless. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** A session last used at this time or before has ended. */
export function idleLimit(now: Date): Date {
  return new Date(now.getTime() - LIMITS.sessionIdleMinutes * 60_000);
}

function lastUsedLimit(now: Date): Date {
  return new Date(now.getTime() - LIMITS.lastUsedEverySeconds * 1000);
}
