import { sql } from 'kysely';
import { LIMITS } from '../domain/limits.ts';
import type { AccountType } from '../domain/partition.ts';
import type { Database } from './database.ts';
import type { RunTrigger } from './runs.ts';

export interface StrandedRun {
  readonly id: string;
  readonly partition: string;
  readonly accountId: string;
  readonly trigger: RunTrigger;
  /** How often it was claimed. */
  readonly fence: number;
  readonly startedAt: Date | null;
}

/**
 * Runs under way that no job of the queue carries: its job failed for good, or was lost with a queue that was made anew.
 * Locked, so that no other process takes them too. Only the statements of this file read the queue library's own table
 * (`queue.job`; its states before `completed` are created, retry and active).
 */
export async function lockStrandedRuns(db: Database): Promise<StrandedRun[]> {
  const { rows } = await sql<StrandedRun>`
    select r.id, r.partition, r.account_id as "accountId", r.trigger, r.fence, r.started_at as "startedAt"
    from runs r
    where r.state in ('queued', 'running')
      and not exists (select from queue.job j where j.id = r.job_id and j.state < 'completed')
    order by r.id limit ${LIMITS.scheduleBatchMax} for no key update skip locked
  `.execute(db);
  return rows;
}

export async function setJobOfRun(db: Database, { runId, jobId }: { runId: string; jobId: string }): Promise<void> {
  await sql`update runs set job_id = ${jobId} where id = ${runId}`.execute(db);
}

/** The same for key rotations. */
export async function lockStrandedRotations(db: Database): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select r.id from key_rotations r
    where r.state = 'running'
      and not exists (select from queue.job j where j.id = r.job_id and j.state < 'completed')
    order by r.id limit ${LIMITS.scheduleBatchMax} for no key update skip locked
  `.execute(db);
  return rows.map(row => row.id);
}

export interface StrandedRecheck {
  readonly id: string;
  readonly accountType: AccountType;
  /** How often it was claimed. */
  readonly fence: number;
  readonly startedAt: Date;
}

/** The same for re-checks. */
export async function lockStrandedRechecks(db: Database): Promise<StrandedRecheck[]> {
  const { rows } = await sql<StrandedRecheck>`
    select r.id, r.account_type as "accountType", r.fence, r.started_at as "startedAt"
    from rechecks r
    where r.state = 'running' and not exists (select from queue.job j where j.id = r.job_id and j.state < 'completed')
    order by r.id limit ${LIMITS.scheduleBatchMax} for no key update skip locked
  `.execute(db);
  return rows;
}
