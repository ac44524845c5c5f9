import { sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import type { Database } from './database.ts';

/**
 * Key rotations, from being asked for to their end.
 *
 * running    a job in the queue carries it; the one worker whose fence token is the row's may write.
 * blocked    it waits for somebody to decide or to mend something.
 * done       the new key is in use and the old one is deleted.
 * abandoned  given up, with the old key in use.
 */
export interface RotationRow extends RotationProgress {
  readonly id: string;
  readonly baseAccountId: string;
  readonly oldKeyId: string;
  readonly fence: number;
  readonly requestedBy: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

/** What changes while it is carried on; written as a whole, so that each step is one state. */
export interface RotationProgress {
  readonly state: 'running' | 'blocked' | 'done' | 'abandoned';
  /** The step that is being done or that it is blocked at; of one that is done, the last. */
  readonly step: RotationStep;
  readonly aim: 'rotate' | 'abandon';
  /** When the step was begun, or tried again by somebody. */
  readonly stepSince: Date;
  /** Whose keys they are; null until the first look. */
  readonly userArn: string | null;
  /** When AWS was asked for a key, while its answer is not known. */
  readonly createAskedAt: Date | null;
  readonly newKeyId: string | null;
  readonly newIdentityId: string | null;
  /** A second key that this rotation does not know. */
  readonly unknownKeyId: string | null;
  /** The unknown key that somebody told it to delete. */
  readonly doomedKeyId: string | null;
  readonly fault: Fault | null;
}

export type RotationStep = 'look' | 'create' | 'prove' | 'switch' | 'deactivate' | 'delete';

export interface NewRotation {
  readonly id: string;
  readonly baseAccountId: string;
  readonly oldKeyId: string;
  readonly jobId: string;
  readonly requestedBy: string;
  readonly startedAt: Date;
}

/** False when one of the base account is under way. */
export async function insertRotation(db: Database, rotation: NewRotation): Promise<boolean> {
  const { id, baseAccountId, oldKeyId, jobId, requestedBy, startedAt } = rotation;
  const { numAffectedRows } = await sql`
    insert into key_rotations
      (id, base_account_id, state, step, aim, step_since, old_key_id, fence, job_id, requested_by, started_at, updated_at)
    values (${id}, ${baseAccountId}, 'running', 'look', 'rotate', ${startedAt}, ${oldKeyId}, 0, ${jobId}, ${requestedBy},
            ${startedAt}, ${startedAt})
    on conflict (base_account_id) where state in ('running', 'blocked') do nothing
  `.execute(db);
  return numAffectedRows === 1n;
}

const COLUMNS = sql`
  r.id, r.base_account_id as "baseAccountId", r.state, r.step, r.aim, r.step_since as "stepSince",
  r.old_key_id as "oldKeyId", r.user_arn as "userArn", r.create_asked_at as "createAskedAt",
  r.new_key_id as "newKeyId", r.new_identity_id as "newIdentityId", r.unknown_key_id as "unknownKeyId",
  r.doomed_key_id as "doomedKeyId", r.fault, r.fence, r.requested_by as "requestedBy", r.started_at as "startedAt",
  r.updated_at as "updatedAt", r.finished_at as "finishedAt"
`;

/** The latest one of each of these base accounts that has any. */
export async function listLatestRotations(db: Database, baseAccountIds: readonly string[]): Promise<RotationRow[]> {
  const { rows } = await sql<RotationRow>`
    select distinct on (r.base_account_id) ${COLUMNS} from key_rotations r
    where r.base_account_id = any(${baseAccountIds}::uuid[])
    order by r.base_account_id, r.started_at desc, r.id desc
  `.execute(db);
  return rows;
}

/** The one that is running or blocked, locked until the transaction ends. */
export async function lockRotationUnderWay(db: Database, baseAccountId: string): Promise<RotationRow | undefined> {
  const { rows } = await sql<RotationRow>`
    select ${COLUMNS} from key_rotations r
    where r.base_account_id = ${baseAccountId} and r.state in ('running', 'blocked') for no key update
  `.execute(db);
  return rows[0];
}

/** Gives a running rotation to the caller: whoever had it before can write no more. undefined when it is not running. */
export async function claimRotation(db: Database, id: string): Promise<RotationRow | undefined> {
  const { rows } = await sql<RotationRow>`
    update key_rotations r set fence = r.fence + 1 where r.id = ${id} and r.state = 'running' returning ${COLUMNS}
  `.execute(db);
  return rows[0];
}

/**
 * Writes how far a rotation is, if nobody has claimed it since `fence`, nothing was written since `readAt` and it is not
 * over; else answers false.
 */
export async function saveRotation(
  db: Database,
  {
    id,
    fence,
    readAt,
    progress: p,
    at,
  }: { id: string; fence: number; readAt: Date; progress: RotationProgress; at: Date },
): Promise<boolean> {
  const isOver = p.state === 'done' || p.state === 'abandoned';
  const { numAffectedRows } = await sql`
    update key_rotations set state = ${p.state}, step = ${p.step}, aim = ${p.aim}, step_since = ${p.stepSince},
      user_arn = ${p.userArn}, create_asked_at = ${p.createAskedAt}, new_key_id = ${p.newKeyId},
      new_identity_id = ${p.newIdentityId}, unknown_key_id = ${p.unknownKeyId}, doomed_key_id = ${p.doomedKeyId},
      fault = ${p.fault && JSON.stringify(p.fault)}::jsonb, updated_at = ${at},
      finished_at = case when ${isOver} then ${at}::timestamptz end
    where id = ${id} and fence = ${fence} and updated_at = ${readAt} and state in ('running', 'blocked')
  `.execute(db);
  return numAffectedRows === 1n;
}

export async function setJobOfRotation(db: Database, { id, jobId }: { id: string; jobId: string }): Promise<void> {
  await sql`update key_rotations set job_id = ${jobId} where id = ${id}`.execute(db);
}

/** Makes the proved new identity of a base account the active one, and everybody who ran through the old one run through it. */
export async function switchIdentities(
  db: Database,
  { baseAccountId, newIdentityId, at }: { baseAccountId: string; newIdentityId: string; at: Date },
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    update base_identities set state = 'retired', retired_at = ${at}
    where base_account_id = ${baseAccountId} and state = 'active' returning id
  `.execute(db);
  const oldIdentityId = rows[0]?.id ?? null;
  await sql`update base_identities set state = 'active', created_at = ${at} where id = ${newIdentityId}`.execute(db);
  await sql`
    update connectors set
      current_identity_id = case when current_identity_id = ${oldIdentityId}::uuid then ${newIdentityId}::uuid else current_identity_id end,
      earlier_identity_id = case when earlier_identity_id = ${oldIdentityId}::uuid then ${newIdentityId}::uuid else earlier_identity_id end
    where current_identity_id = ${oldIdentityId}::uuid or earlier_identity_id = ${oldIdentityId}::uuid
  `.execute(db);
  // An edit that was begun before would write over it.
  await sql`update base_accounts set updated_at = ${at} where id = ${baseAccountId}`.execute(db);
}

/** The access keys that are stored of a base account: the active one, those that were replaced and one that is being proved. */
export async function listStoredKeyIds(db: Database, baseAccountId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select access_key_id as id from base_identities
    where base_account_id = ${baseAccountId} and access_key_id is not null
  `.execute(db);
  return rows.map(({ id }) => id);
}

/** Deletes what is stored of a key that does not exist any more, unless it is the active one. */
export async function deleteIdentitiesOfKey(
  db: Database,
  { baseAccountId, accessKeyId }: { baseAccountId: string; accessKeyId: string },
): Promise<void> {
  await sql`
    delete from base_identities
    where base_account_id = ${baseAccountId} and access_key_id = ${accessKeyId} and state <> 'active'
  `.execute(db);
}

/** Connectors that run through an identity and were let in, those with the newest proof first. */
export async function listConnectorsThrough(
  db: Database,
  { identityId, limit }: { identityId: string; limit: number },
): Promise<{ connectorId: string; roleArn: string; externalId: string }[]> {
  const { rows } = await sql<{ connectorId: string; roleArn: string; externalId: string }>`
    select c.id as "connectorId", c.role_arn as "roleArn", c.external_id as "externalId"
    from connectors c
    join base_identities i on i.id = c.current_identity_id
    left join hub_evidence h on h.connector_id = c.id and h.hub_kind = 'base-account'
      and h.hub_account_id = i.account_id and h.outcome = 'accepted'
    where c.current_identity_id = ${identityId} and c.current_hub_account_id = i.account_id
    order by h.at desc nulls last, c.id limit ${limit}
  `.execute(db);
  return rows;
}
