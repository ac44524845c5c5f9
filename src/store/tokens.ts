import { sql } from 'kysely';
import type { Role } from '../domain/role.ts';
import type { Database } from './database.ts';

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Name of the user who made it, whom it acts for. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** A token with the user who made it, as that user is now. */
export interface TokenOfUser extends ApiToken {
  readonly createdById: string;
  readonly creatorRole: Role;
  readonly creatorDisabledAt: Date | null;
}

const COLUMNS = sql`
  t.id, t.name, t.role, u.username as "createdBy", t.created_at as "createdAt", t.expires_at as "expiresAt",
  t.last_used_at as "lastUsedAt"`;

export async function insertToken(
  db: Database,
  token: Omit<ApiToken, 'createdBy' | 'lastUsedAt'> & { tokenHash: Buffer; createdById: string },
): Promise<void> {
  await sql`
    insert into api_tokens (id, name, role, token_hash, created_by, created_at, expires_at)
    values (${token.id}, ${token.name}, ${token.role}, ${token.tokenHash}, ${token.createdById}, ${token.createdAt},
            ${token.expiresAt})
  `.execute(db);
}

/** The token whether or not it has expired, so that the caller can be told which. */
export async function findToken(db: Database, tokenHash: Buffer): Promise<TokenOfUser | undefined> {
  const { rows } = await sql<TokenOfUser>`
    select ${COLUMNS}, u.id as "createdById", u.role as "creatorRole", u.disabled_at as "creatorDisabledAt"
    from api_tokens t join users u on u.id = t.created_by where t.token_hash = ${tokenHash}
  `.execute(db);
  return rows[0];
}

/** Newest first, from the one after `after` on; of one user, or with null of all. */
export async function listTokens(
  db: Database,
  { ofUser, after, limit }: { ofUser: string | null; after: string | null; limit: number },
): Promise<ApiToken[]> {
  const { rows } = await sql<ApiToken>`
    select ${COLUMNS} from api_tokens t join users u on u.id = t.created_by
    where (${after}::uuid is null or t.id < ${after}) and (${ofUser}::uuid is null or t.created_by = ${ofUser})
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

/** Answers what was deleted; undefined when there was nothing, or nothing of that user. With null it is any user's. */
export async function deleteToken(
  db: Database,
  { id, ofUser }: { id: string; ofUser: string | null },
): Promise<Pick<ApiToken, 'name' | 'role' | 'createdBy'> | undefined> {
  const { rows } = await sql<Pick<ApiToken, 'name' | 'role' | 'createdBy'>>`
    delete from api_tokens t using users u
    where t.id = ${id} and u.id = t.created_by and (${ofUser}::uuid is null or t.created_by = ${ofUser})
    returning t.name, t.role, u.username as "createdBy"
  `.execute(db);
  return rows[0];
}
