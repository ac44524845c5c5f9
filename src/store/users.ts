import { sql } from 'kysely';
import type { Role } from '../domain/role.ts';
import type { Database } from './database.ts';

export interface User {
  readonly id: string;
  readonly username: string;
  readonly passwordHash: string;
  readonly role: Role;
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
}

const COLUMNS = sql`id, username, password_hash as "passwordHash", role, disabled_at as "disabledAt", created_at as "createdAt"`;

/** False when the name is taken (letter case does not count). */
export async function insertUser(db: Database, user: User): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into users (id, username, password_hash, role, disabled_at, created_at)
    values (${user.id}, ${user.username}, ${user.passwordHash}, ${user.role}, ${user.disabledAt}, ${user.createdAt})
    on conflict (lower(username)) do nothing
  `.execute(db);
  return numAffectedRows === 1n;
}

export async function findUserByName(db: Database, username: string): Promise<User | undefined> {
  const { rows } = await sql<User>`select ${COLUMNS} from users where lower(username) = lower(${username})`.execute(db);
  return rows[0];
}

export async function lockUser(db: Database, id: string): Promise<User | undefined> {
  const { rows } = await sql<User>`select ${COLUMNS} from users where id = ${id} for update`.execute(db);
  return rows[0];
}

/** By name, from the one after `after` on. */
export async function listUsers(
  db: Database,
  { after, limit }: { after: string | null; limit: number },
): Promise<User[]> {
  const { rows } = await sql<User>`
    select ${COLUMNS} from users
    where ${after}::text is null or lower(username) > lower(${after})
    order by lower(username) limit ${limit}
  `.execute(db);
  return rows;
}

/** Writes password, role and disabled; the name of a user never changes, because the audit log names people by it. */
export async function updateUser(db: Database, user: User): Promise<void> {
  await sql`
    update users set password_hash = ${user.passwordHash}, role = ${user.role}, disabled_at = ${user.disabledAt}
    where id = ${user.id}
  `.execute(db);
}

export async function deleteUser(db: Database, id: string): Promise<void> {
  await sql`delete from users where id = ${id}`.execute(db);
}

/**
 * Ids of the administrators who can sign in, locked until the transaction ends: of two transactions that would each take
 * away one of the last two administrators, the second sees what the first did.
 */
export async function lockAdministrators(db: Database): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from users where role = 'administrator' and disabled_at is null order by id for update
  `.execute(db);
  return rows.map(row => row.id);
}

export async function anyUserExists(db: Database): Promise<boolean> {
  const { rows } = await sql`select 1 from users limit 1`.execute(db);
  return rows.length > 0;
}
