import { type RawBuilder, sql } from 'kysely';
import type { AccountType } from '../domain/partition.ts';
import type { Actor } from './audit.ts';
import type { Database } from './database.ts';

/**
 * Re-checks of all connectors of an account type.
 *
 * running           made, and a job in the queue carries it; whose fence token is the row's may write.
 * done, cancelled   over; nothing about it is written any more.
 */
export interface RecheckRow {
  readonly id: string;
  readonly accountType: AccountType;
  readonly state: 'running' | 'done' | 'cancelled';
  readonly total: number;
  readonly done: number;
  readonly accepted: number;
  readonly refused: number;
  readonly unknown: number;
  readonly moved: number;
  readonly throttled: number;
  readonly requestedBy: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

export interface NewRecheck {
  readonly id: string;
  readonly accountType: AccountType;
  readonly jobId: string;
  readonly requestedBy: string;
  readonly startedAt: Date;
}

/** Makes a re-check of the type's enabled connectors; undefined when one is under way. */
export async function insertRecheck(db: Database, made: NewRecheck): Promise<RecheckRow | undefined> {
  const { rows } = await sql<RecheckRow>`
    with made as (
      insert into rechecks (id, account_type, state, requested_by, job_id, total, started_at)
      select ${made.id}, ${made.accountType}, 'running', ${made.requestedBy}, ${made.jobId},
        (select count(*) from connectors c where c.account_type = ${made.accountType} and c.enabled), ${made.startedAt}
      on conflict (account_type) where state = 'running' do nothing
      returning *
    )
    select ${COLUMNS} from made r
  `.execute(db);
  return rows[0];
}

export async function findRecheck(db: Database, id: string): Promise<RecheckRow | undefined> {
  const { rows } = await sql<RecheckRow>`select ${COLUMNS} from rechecks r where r.id = ${id}`.execute(db);
  return rows[0];
}

/** The latest of each account type that ever had one. */
export async function listLatestRechecks(db: Database): Promise<RecheckRow[]> {
  const { rows } = await sql<RecheckRow>`
    select distinct on (r.account_type) ${COLUMNS} from rechecks r
    order by r.account_type, r.started_at desc, r.id desc
  `.execute(db);
  return rows;
}

/**
 * Ends a re-check that is under way, in the caller's transaction; undefined when none of this id is. Only the second
 * statement sees what a worker wrote while the first one waited for it.
 */
export async function cancelRecheck(
  db: Database,
  { id, at }: { id: string; at: Date },
): Promise<RecheckRow | undefined> {
  const { rows } = await sql<RecheckRow>`
    update rechecks r set state = 'cancelled', finished_at = ${at} where id = ${id} and state = 'running'
    returning ${COLUMNS}
  `.execute(db);
  const [ended] = rows;
  if (ended) await sql`delete from recheck_done where recheck_id = ${id}`.execute(db);
  return ended;
}

/** The right to write for a re-check: worthless as soon as another worker has claimed it, or it is over. */
export interface RecheckHold {
  readonly id: string;
  readonly fence: number;
}

export interface ClaimedRecheck {
  readonly hold: RecheckHold;
  readonly accountType: AccountType;
  readonly requestedBy: Actor;
  readonly startedAt: Date;
}

/** Gives the re-check to the caller: whoever had it before can write no more. Undefined when it is over. */
export async function claimRecheck(db: Database, id: string): Promise<ClaimedRecheck | undefined> {
  const { rows } = await sql<ClaimedRecheck>`
    update rechecks set fence = fence + 1 where id = ${id} and state = 'running'
    returning jsonb_build_object('id', id, 'fence', fence) as hold, account_type as "accountType",
      requested_by as "requestedBy", started_at as "startedAt"
  `.execute(db);
  return rows[0];
}

export interface RecheckProgress {
  /** Connectors that were tried, by what their target hub was answered. */
  readonly accepted: readonly string[];
  readonly refused: readonly string[];
  readonly unknown: readonly string[];
  readonly throttled: number;
}

/**
 * Notes which connectors the re-check is through with. False when the hold is lost: then nothing may be written. Its row
 * stays locked until the transaction ends, so that no other worker begins with the same connectors.
 */
export async function saveRecheckProgress(
  db: Database,
  { id, fence }: RecheckHold,
  { accepted, refused, unknown, throttled }: RecheckProgress,
): Promise<boolean> {
  const ids = [...accepted, ...refused, ...unknown];
  const { rows } = await sql`
    with held as (
      update rechecks set done = done + ${ids.length}, accepted = accepted + ${accepted.length},
        refused = refused + ${refused.length}, unknown = unknown + ${unknown.length}, throttled = throttled + ${throttled}
      where id = ${id} and fence = ${fence} and state = 'running'
      returning id
    ),
    noted as (
      insert into recheck_done (recheck_id, connector_id) select held.id, unnest(${ids}::uuid[]) from held
    )
    select from held
  `.execute(db);
  return rows.length === 1;
}

/** In the transaction of the progress that they belong to. */
export async function addRecheckMoves(db: Database, { id, moved }: { id: string; moved: number }): Promise<void> {
  await sql`update rechecks set moved = moved + ${moved} where id = ${id}`.execute(db);
}

/** All were tried. Connectors that were deleted or disabled meanwhile count no more. Undefined when the hold is lost. */
export async function finishRecheck(
  db: Database,
  { id, fence }: RecheckHold,
  at: Date,
): Promise<RecheckRow | undefined> {
  const { rows } = await sql<RecheckRow>`
    with ended as (
      update rechecks set state = 'done', finished_at = ${at}, total = done
      where id = ${id} and fence = ${fence} and state = 'running' returning *
    ),
    forgotten as (delete from recheck_done d using ended where d.recheck_id = ended.id)
    select ${COLUMNS} from ended r
  `.execute(db);
  return rows[0];
}

export async function setJobOfRecheck(db: Database, { id, jobId }: { id: string; jobId: string }): Promise<void> {
  await sql`update rechecks set job_id = ${jobId} where id = ${id}`.execute(db);
}

const COLUMNS: RawBuilder<unknown> = sql`
  r.id, r.account_type as "accountType", r.state, r.total, r.done, r.accepted, r.refused, r.unknown, r.moved, r.throttled,
  r.requested_by as "requestedBy", r.started_at as "startedAt", r.finished_at as "finishedAt"`;
