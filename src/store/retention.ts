import { type RawBuilder, sql } from 'kysely';
import { type Database, inTransaction } from './database.ts';

/**
 * What is deleted when it is old enough: runs, and the history of assets; and facts once no asset has them. The audit log is
 * not among it.
 *
 * Each kind has a row that says when its next batch is due, and whoever locks that row does it: one process at a time,
 * without a wait for the others. A batch is one transaction, so a process that dies in it has done nothing of it, and
 * any other goes on from where the row says.
 */
export type Expiring = 'runs' | 'history' | 'facts';

export interface ExpiringBatch {
  /** What was over before is old. */
  readonly before: Date;
  readonly now: Date;
  /** How many rows one batch looks at. */
  readonly limit: number;
  /** Until the next batch, while there is more to do. */
  readonly pauseSeconds: number;
  /** Until the next pass, after one that came to its end. */
  readonly restMinutes: number;
}

/**
 * Deletes old runs, in the order in which they were asked for, but never one that is under way, a connector's last one,
 * or its last complete one. How many; undefined when it is not time, or another process is at it.
 */
export async function deleteOldRuns(db: Database, batch: ExpiringBatch): Promise<number | undefined> {
  const { before, limit } = batch;
  // Ids sort by age, so the batches walk along the primary key: no index is kept for this alone.
  return await takeTurn(db, {
    ...batch,
    kind: 'runs',
    work: sql`
      page as (
        select r.* from turn cross join lateral (
          select id, connector_id, state, queued_at, finished_at from runs where id > turn.after_id order by id limit ${limit}
        ) r
      ),
      old as (
        select p.id from page p join connectors c on c.id = p.connector_id
        where p.finished_at < ${before} and c.last_run_id is distinct from p.id and (p.state <> 'ok' or exists (
          select from runs n where n.connector_id = p.connector_id and n.state = 'ok' and n.id > p.id
        ))
      ),
      deleted as (delete from runs r using old where r.id = old.id returning r.id),
      progress as (
        select (select id from page order by id desc limit 1) as last_id,
          count(*) = ${limit} and bool_and(queued_at < ${before}) as more
        from page
      )
    `,
  });
}

/** Deletes old history of assets, oldest first; the assets themselves stay. Answers like `deleteOldRuns`. */
export async function deleteOldHistory(db: Database, batch: ExpiringBatch): Promise<number | undefined> {
  const { before, limit } = batch;
  return await takeTurn(db, {
    ...batch,
    kind: 'history',
    work: sql`
      old as (
        select h.asset_id, h.seq from turn cross join lateral (
          select asset_id, seq from asset_history where at < ${before} order by at limit ${limit} for update skip locked
        ) h
      ),
      deleted as (
        delete from asset_history h using old where h.asset_id = old.asset_id and h.seq = old.seq returning h.seq
      ),
      progress as (select null::uuid as last_id, count(*) = ${limit} as more from old)
    `,
  });
}

/** Deletes shared facts that no asset has any more. Answers like `deleteOldRuns`. */
export async function deleteUnusedFacts(
  db: Database,
  { now, limit, pauseSeconds, restMinutes }: Omit<ExpiringBatch, 'before'>,
): Promise<number | undefined> {
  return await inTransaction(db, async tx => {
    const turns = await sql<{ after: string }>`
      select after_fact as after from retention where kind = 'facts' and due_at <= ${now} for update skip locked
    `.execute(tx);
    const [turn] = turns.rows;
    if (!turn) return undefined;
    // To find one asset the planner would rather read the table than the index; where there is none, it would read all of it.
    await sql`set local enable_seqscan = off`.execute(tx);
    const { rows: page } = await sql<{ fact: string; isUsed: boolean }>`
      select fact, ${IS_USED} as "isUsed"
      from (select fact from shared_facts where fact > ${turn.after} order by fact limit ${limit}) f
    `.execute(tx);
    const deleted = await deleteFacts(
      tx,
      page.flatMap(({ fact, isUsed }) => (isUsed ? [] : [fact])),
    );
    const last = page.length === limit ? page.at(-1)?.fact : undefined;
    await sql`
      update retention set deleted = deleted + ${deleted}::bigint, after_fact = ${last ?? ''},
        due_at = ${now}::timestamptz + ${last === undefined ? sql`make_interval(mins => ${restMinutes})` : sql`make_interval(secs => ${pauseSeconds})`},
        passed_at = ${last === undefined ? now : sql`passed_at`}
      where kind = 'facts'
    `.execute(tx);
    return deleted;
  });
}

/**
 * Deletes those of the facts that no asset has. A page that is being written may find its fact here, add nothing, and show
 * its assets only when it is committed: so pages that write wait, those under way are waited for, and then it is asked again.
 */
async function deleteFacts(tx: Database, unused: readonly string[]): Promise<number> {
  if (unused.length === 0) return 0;
  await sql`lock table shared_facts in share row exclusive mode`.execute(tx);
  const { numAffectedRows } = await sql`
    delete from shared_facts f where fact = any(${unused}) and not ${IS_USED}
  `.execute(tx);
  return Number(numAffectedRows ?? 0n);
}

/** Whether an asset, live or gone, has a fact `f`. */
const IS_USED = sql<boolean>`exists (select from assets a where a.shared_facts @> array[f.fact])`;

export interface RetentionState {
  readonly kind: Expiring;
  /** Rows deleted since the deployment was made. */
  readonly deleted: number;
  /** When a pass came to its end last: nothing was too old then. null: never yet. */
  readonly passedAt: Date | null;
}

export async function readRetention(db: Database): Promise<RetentionState[]> {
  const { rows } = await sql<RetentionState>`
    select kind, deleted, passed_at as "passedAt" from retention order by kind
  `.execute(db);
  return rows;
}

/** @param work CTEs that use `turn` and make `deleted` and `progress` (last_id, more) */
async function takeTurn(
  db: Database,
  { kind, now, pauseSeconds, restMinutes, work }: ExpiringBatch & { kind: Expiring; work: RawBuilder<unknown> },
): Promise<number | undefined> {
  const statement = sql<{ deleted: number }>`
    with turn as (
      select kind, after_id from retention where kind = ${kind} and due_at <= ${now} for update skip locked
    ),
    ${work},
    noted as (
      update retention t set deleted = t.deleted + (select count(*) from deleted),
        after_id = case when p.more and p.last_id is not null then p.last_id else ${FIRST} end,
        due_at = ${now}::timestamptz + case
          when p.more then make_interval(secs => ${pauseSeconds}) else make_interval(mins => ${restMinutes})
        end,
        passed_at = case when p.more then t.passed_at else ${now} end
      from turn, progress p where t.kind = turn.kind
    )
    select (select count(*) from deleted) as deleted from turn
  `;
  // A connector that is deleted at the same time locks the same runs in an order of its own.
  const { rows } = await inTransaction(db, tx => statement.execute(tx));
  return rows[0]?.deleted;
}

/** Before every id. */
const FIRST = sql`'00000000-0000-0000-0000-000000000000'::uuid`;
