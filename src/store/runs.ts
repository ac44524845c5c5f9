import { type RawBuilder, sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import { type Database, inTransaction, repeatable } from './database.ts';
import { foldOf, NOTHING_OBSERVED } from './run-scopes.ts';

/**
 * Runs, from being asked for to their end.
 *
 * queued     made, and a job in the queue carries it; no worker has it.
 * running    claimed; the one worker whose fence token is the row's may write, and no other run of the same account
 *            is running.
 * ok, problems, failed, cancelled     over; nothing about it is written any more.
 */
export type RunState = 'queued' | 'running' | 'ok' | 'problems' | 'failed' | 'cancelled';
export type RunTrigger = 'created' | 'schedule' | 'request';

export interface NewRun {
  readonly id: string;
  readonly connectorId: string;
  readonly trigger: RunTrigger;
  readonly requestedBy: string;
  readonly jobId: string;
  readonly queuedAt: Date;
}

/** Makes runs of connectors that have none under way; answers those it made, with the account each will observe. */
export async function insertRuns(db: Database, runs: readonly NewRun[]): Promise<QueuedRun[]> {
  const { rows } = await sql<QueuedRun>`
    with made as (
      insert into runs (id, connector_id, state, trigger, requested_by, partition, account_id, job_id, queued_at)
      select n.id, c.id, 'queued', n.trigger, n."requestedBy", c.partition, c.account_id, n."jobId", n."queuedAt"
      from jsonb_to_recordset(${JSON.stringify(runs)}::jsonb) as n(
        id uuid, "connectorId" uuid, trigger text, "requestedBy" text, "jobId" uuid, "queuedAt" timestamptz
      )
      join connectors c on c.id = n."connectorId"
      on conflict (connector_id) where state in ('queued', 'running') do nothing
      returning id, connector_id, job_id, partition, account_id
    ),
    noted as (update connectors c set last_run_id = made.id from made where c.id = made.connector_id)
    select id as "runId", job_id as "jobId", partition, account_id as "accountId" from made
  `.execute(db);
  return rows;
}

export interface QueuedRun {
  readonly runId: string;
  readonly jobId: string;
  readonly partition: string;
  readonly accountId: string;
}

/** Connectors whose time has come and that have no run under way, longest overdue first; locked, so that no other process takes them too. */
export async function lockDueConnectors(db: Database, now: Date): Promise<{ id: string; neverRan: boolean }[]> {
  const { rows } = await sql<{ id: string; neverRan: boolean }>`
    select id, last_run_id is null as "neverRan" from connectors c
    where enabled and next_run_at <= ${now}
      and not exists (select from runs r where r.connector_id = c.id and r.state in ('queued', 'running'))
    order by next_run_at limit ${LIMITS.scheduleBatchMax} for no key update skip locked
  `.execute(db);
  return rows;
}

/** Whether the connector exists and is enabled; locked until the transaction ends. */
export async function lockConnectorForRun(
  db: Database,
  connectorId: string,
): Promise<{ enabled: boolean } | undefined> {
  const { rows } = await sql<{ enabled: boolean }>`
    select enabled from connectors where id = ${connectorId} for no key update
  `.execute(db);
  return rows[0];
}

/** The right to write for a run: worthless as soon as another worker has claimed the run, or the run is over. */
export interface Hold {
  readonly runId: string;
  readonly fence: number;
}

/**
 * The row of the run while `hold` is still good, else none; locked against a new claim until the transaction ends. Every
 * statement by which a worker writes begins with it (invariant I2).
 */
export function holding(hold: Hold): RawBuilder<unknown> {
  return sql`
    select r.id, r.connector_id, r.partition, r.account_id from runs r
    where ${isHeld(hold)} for share
  `;
}

/**
 * The row `r` is of the run that is held, in words for which only the table's key is an index. Else the planner may take the
 * one of running runs, and looks at all that are running and at what is left of those that were, in each statement of a run.
 */
export function isHeld(hold: Hold): RawBuilder<unknown> {
  return sql`r.id = ${hold.runId} and r.fence = ${hold.fence} and r.state || '' = 'running'`;
}

export type Claim =
  | { readonly kind: 'claimed'; readonly run: ClaimedRun }
  /** Another run of the same account is running, under whichever connector. */
  | { readonly kind: 'busy' }
  /** It is over, cancelled just now, or was deleted with its connector. */
  | { readonly kind: 'over' };

export interface ClaimedRun {
  readonly hold: Hold;
  readonly connectorId: string;
  readonly connectorNum: number;
  readonly trigger: RunTrigger;
  readonly partition: string;
  readonly accountId: string;
  /** null: every region that the account has enabled. */
  readonly regions: readonly string[] | null;
  readonly assetTags: Readonly<Record<string, string>>;
  readonly startedAt: Date;
  /** Whether an earlier attempt has made its plan. */
  readonly planned: boolean;
}

/**
 * Gives the run to the caller: its fence rises, so whoever had it before can write no more. A run whose connector was
 * disabled meanwhile, or points at another account now, is cancelled instead. With the first claim the connector's next
 * run is set: one polling interval later and up to a minute, the same for each run of a connector but different between
 * connectors, so that those made together do not stay together.
 */
export async function claimRun(db: Database, { runId, now }: { runId: string; now: Date }): Promise<Claim> {
  try {
    const { rows } = await repeatable(
      db,
      sql<ClaimedRow>`
      -- prepared: claim-run
      with target as (
        select r.id, r.started_at is null as first, c.polling_minutes, c.num, c.regions, c.asset_tags,
          c.enabled and c.partition = r.partition and c.account_id = r.account_id as wanted,
          exists (
            select from runs o
            where o.partition = r.partition and o.account_id = r.account_id and o.state = 'running' and o.id <> r.id
          ) as busy
        from runs r join connectors c on c.id = r.connector_id
        where r.id = ${runId} and r.state in ('queued', 'running') for no key update of r
      ),
      claimed as (
        update runs r set state = 'running', fence = fence + 1, started_at = coalesce(started_at, ${now})
        from target t where t.id = r.id and wanted and not busy
        returning r.*, t.first, t.polling_minutes, t.num, t.regions, t.asset_tags
      ),
      scheduled as (
        update connectors c
        set next_run_at = ${now}::timestamptz + make_interval(mins => k.polling_minutes, secs => hashtext(c.id::text) & 63)
        from claimed k where c.id = k.connector_id and k.first
      )
      select t.busy, t.wanted, k.fence, k.connector_id as "connectorId", k.num as "connectorNum", k.trigger,
        k.partition, k.account_id as "accountId", k.regions, k.asset_tags as "assetTags", k.started_at as "startedAt",
        k.plan is not null as planned
      from target t left join claimed k on k.id = t.id
    `,
    );
    const [row] = rows;
    if (!row) return { kind: 'over' };
    const { busy, wanted, fence, ...run } = row;
    if (!wanted) {
      await closeRun(db, { runId, state: 'cancelled', fault: null, leftOver: null, at: now });
      return { kind: 'over' };
    }
    return busy || fence === null ? { kind: 'busy' } : { kind: 'claimed', run: { ...run, hold: { runId, fence } } };
  } catch (error) {
    // Two claims at the same moment: neither saw the other, and the index let only one through.
    if (isViolationOf(error, 'runs_one_per_account')) return { kind: 'busy' };
    throw error;
  }
}

/** Null and of no use in a row that tells why there is no claim. */
interface ClaimedRow extends Omit<ClaimedRun, 'hold'> {
  readonly busy: boolean;
  readonly wanted: boolean;
  readonly fence: number | null;
}

function isViolationOf(error: unknown, constraint: string): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === constraint;
}

/** Whether the worker may go on: `lost` to another worker or over, `unwanted` when its connector was disabled meanwhile. */
export async function lookAtHold(db: Database, hold: Hold): Promise<'held' | 'lost' | 'unwanted'> {
  const { rows } = await sql<{ enabled: boolean }>`
    select c.enabled from runs r join connectors c on c.id = r.connector_id
    where r.id = ${hold.runId} and r.fence = ${hold.fence} and r.state = 'running'
  `.execute(db);
  const row = rows[0];
  if (!row) return 'lost';
  return row.enabled ? 'held' : 'unwanted';
}

/** Through which hub a run came into its account, and who STS says we are there. */
export interface ReachedThrough {
  readonly hub: Hub;
  readonly callerArn: string;
}

/** Notes it of a run whose plan an earlier attempt has made; else it is written with the plan. */
export async function saveReach(db: Database, hold: Hold, { hub, callerArn }: ReachedThrough): Promise<boolean> {
  const { numAffectedRows } = await sql`
    -- prepared: save-reach
    update runs r set hub_kind = ${hub.kind}, hub_account_id = ${hub.accountId}, caller_arn = ${callerArn}
    where ${isHeld(hold)}
  `.execute(db);
  return numAffectedRows === 1n;
}

export interface RunEnd {
  readonly state: 'ok' | 'problems' | 'failed' | 'cancelled';
  readonly fault: Fault | null;
  /** The outcome of every scope that was not finished, if they are given one; after a failure also of every scope not planned yet. */
  readonly leftOver: string | null;
  readonly at: Date;
}

/**
 * Ends the run and folds its scopes. A run that broke off has observed nothing of the scopes that it did not finish, and
 * the ledger says so: what earlier runs saw there stays, but is not fresh. False when the hold was lost.
 */
export async function finishRun(db: Database, hold: Hold, end: RunEnd): Promise<boolean> {
  const target = sql`
    select r.* from runs r where ${isHeld(hold)} for no key update
  `;
  return await endRun(db, { ...end, target, name: 'finish-run' });
}

/** Ends a run that no worker carries any more, whoever had it; a worker that still writes for it is shut out. */
export async function closeRun(db: Database, { runId, ...end }: RunEnd & { runId: string }): Promise<boolean> {
  return await inTransaction(db, async tx => {
    // By itself, so that the next statement sees all that a worker has written until now.
    await sql`select from runs where id = ${runId} for no key update`.execute(tx);
    const target = sql`select r.* from runs r where r.id = ${runId} and r.state in ('queued', 'running') for no key update`;
    return await endRun(tx, { ...end, target, name: 'close-run' });
  });
}

async function endRun(
  db: Database,
  { state, fault, leftOver, at, target, name }: RunEnd & { target: RawBuilder<unknown>; name: string },
): Promise<boolean> {
  const faultJson = fault === null ? null : JSON.stringify(fault);
  // In a statement of its own: of one for both the planner finds no plan that serves all runs, and would plan each end anew.
  const isFailure = state === 'failed';
  const ledgerOfFailure = sql`ledger as (
      update scopes s
      set last_outcome = ${leftOver}, last_fault = ${faultJson}::jsonb, last_run_id = ended.id, last_finished_at = ${at},
        ${NOTHING_OBSERVED}
      from ended
      where s.connector_id = ended.connector_id and s.last_run_id is distinct from ended.id
    ),`;
  // Whoever asks for a run meanwhile locks the connector first, and then waits for this run's row.
  const { rows } = await repeatable(
    db,
    sql`
    -- prepared: ${sql.raw(isFailure ? `${name}-failed` : name)}
    with held as (${target}),
    ended as (
      update runs r set state = ${state}, fault = ${faultJson}::jsonb, finished_at = ${at}, fence = r.fence + 1,
        plan = null, scopes = f.scopes, scopes_planned = f.planned, scopes_finished = f.finished, scopes_complete = f.complete,
        scopes_not_applicable = f.not_applicable, items = f.items, pages = f.pages, added = f.added, changed = f.changed,
        gone = f.gone, calls = f.calls, throttled = f.throttled
      from (select held.id, fold.* from held cross join lateral (${foldOf('held', { outcome: leftOver, fault, at })}) fold) f
      where r.id = f.id returning r.id, r.connector_id
    ),
    ${isFailure ? ledgerOfFailure : sql``}
    connector as (
      update connectors c set last_complete_at = ${at} from ended where c.id = ended.connector_id and ${state === 'ok'}
    )
    select id from ended
  `,
  );
  return rows.length === 1;
}

/** Cancels what is queued or running for a connector, so that no worker writes for it any more. */
export async function cancelRuns(db: Database, { connectorId, at }: { connectorId: string; at: Date }): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from runs where connector_id = ${connectorId} and state in ('queued', 'running')
  `.execute(db);
  for (const { id } of rows) await closeRun(db, { runId: id, state: 'cancelled', fault: null, leftOver: null, at });
}
