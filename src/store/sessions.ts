import { sql } from 'kysely';
import type { Database } from './database.ts';
import type { User } from './users.ts';

export interface Session {
  /** SHA-256 of the cookie's value. */
  readonly idHash: Buffer;
  readonly userId: string;
  readonly csrfToken: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

export async function insertSession(db: Database, session: Session): Promise<void> {
  await sql`
    insert into sessions (id_hash, user_id, csrf_token, created_at, last_used_at, expires_at)
    values (${session.idHash}, ${session.userId}, ${session.csrfToken}, ${session.createdAt}, ${session.lastUsedAt},
            ${session.expiresAt})
  `.execute(db);
}

/** The session with its user, if it has not expired, was used after `usedAfter`, and the user is not disabled. */
export async function findLiveSession(
  db: Database,
  { idHash, now, usedAfter }: { idHash: Buffer; now: Date; usedAfter: Date },
): Promise<{ session: Session; user: User } | undefined> {
  const { rows } = await sql<Omit<Session, 'createdAt'> & { sessionCreatedAt: Date } & User>`
    select s.id_hash as "idHash", s.user_id as "userId", s.csrf_token as "csrfToken",
           s.created_at as "sessionCreatedAt", s.last_used_at as "lastUsedAt", s.expires_at as "expiresAt",
           u.id, u.username, u.password_hash as "passwordHash", u.role, u.disabled_at as "disabledAt",
           u.created_at as "createdAt"
    from sessions s join users u on u.id = s.user_id
    where s.id_hash = ${idHash} and s.expires_at > ${now} and s.last_used_at > ${usedAfter} and u.disabled_at is null
  `.execute(db);
  const [row] = rows;
  if (!row) return undefined;
  const { idHash: found, userId, csrfToken, sessionCreatedAt, lastUsedAt, expiresAt, ...user } = row;
  return { session: { idHash: found, userId, csrfToken, createdAt: sessionCreatedAt, lastUsedAt, expiresAt }, user };
}

/** Writes "last used" unless it was written after `notSince`. */
export async function touchSession(
  db: Database,
  { idHash, now, notSince }: { idHash: Buffer; now: Date; notSince: Date },
): Promise<void> {
  await sql`
    update sessions set last_used_at = ${now} where id_hash = ${idHash} and last_used_at < ${notSince}
  `.execute(db);
}

export async function deleteSession(db: Database, idHash: Buffer): Promise<void> {
  await sql`delete from sessions where id_hash = ${idHash}`.execute(db);
}

/** Ends the user's sessions, all of them or all but one. */
export async function deleteSessionsOf(db: Database, userId: string, keep: Buffer | null = null): Promise<void> {
  await sql`
    delete from sessions where user_id = ${userId} and (${keep}::bytea is null or id_hash <> ${keep})
  `.execute(db);
}

/** Removes rows that `findLiveSession` would not find any more. */
export async function deleteStaleSessions(
  db: Database,
  { now, usedAfter }: { now: Date; usedAfter: Date },
): Promise<void> {
  await sql`delete from sessions where expires_at <= ${now} or last_used_at <= ${usedAfter}`.execute(db);
}
