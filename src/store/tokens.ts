import { sql } from 'kysely';
import type { Role } from '../domain/role.ts';
import type { Database } from './database.ts';

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Name of the user who made it; null when that user was deleted or a token made it. */
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

const COLUMNS = sql`
  t.id, t.name, t.role, u.username as "createdBy", t.created_at as "createdAt", t.expires_at as "expiresAt",
  t.last_used_at as "lastUsedAt"`;

export async function insertToken(
  db: Database,
  token: Omit<ApiToken, 'createdBy' | 'lastUsedAt'> & { tokenHash: Buffer; createdById: string | null },
): Promise<void> {
  await sql`
    insert into api_tokens (id, name, role, token_hash, created_by, created_at, expires_at)
    values (${token.id}, ${token.name}, ${token.role}, ${token.tokenHash}, ${token.createdById}, ${token.createdAt},
            ${token.expiresAt})
  `.execute(db);
}

/** The token whether or not it has expired, so that the caller can be told which. */
export async function findToken(db: Database, tokenHash: Buffer): Promise<ApiToken | undefined> {
  const { rows } = await sql<ApiToken>`
    select ${COLUMNS} from api_tokens t left join users u on u.id = t.created_by where t.token_hash = ${tokenHash}
  `.execute(db);
  return rows[0];
}

/** Newest first, from the one after `after` on. */
export async function listTokens(
  db: Database,
  { after, limit }: { after: string | null; limit: number },
): Promise<ApiToken[]> {
  const { rows } = await sql<ApiToken>`
    select ${COLUMNS} from api_tokens t left join users u on u.id = t.created_by
    where ${after}::uuid is null or t.id < ${after}
    order by t.id desc limit ${limit}
  `.execute(db);
  return rows;
}

/** Writes "last used" unless it was written after `notSince`. */
export async function touchToken(
  db: Database,
  { id, now, notSince }: { id: string; now: Date; notSince: Date },
): Promise<void> {
  await sql`
    update api_tokens set last_used_at = ${now} where id = ${id} and (last_used_at is null or last_used_at < ${notSince})
  `.execute(db);
}

/** Answers what was deleted; undefined when there was nothing. */
export async function deleteToken(db: Database, id: string): Promise<{ name: string; role: Role } | undefined> {
  const { rows } = await sql<{ name: string; role: Role }>`
    delete from api_tokens where id = ${id} returning name, role
  `.execute(db);
  return rows[0];
}
