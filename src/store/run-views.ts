import { type RawBuilder, sql } from 'kysely';
import { readCursor, writeCursor } from '../domain/cursor.ts';
import { type Fault, fault } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Database } from './database.ts';
import type { Skipped } from './empty-scopes.ts';
import { type FoldedScope, foldOf, type ScopeUnderWay } from './run-scopes.ts';
import { listRunSessions, type RunSession } from './run-sessions.ts';
import type { RunState, RunTrigger } from './runs.ts';

/** A run as the API shows it, with times as dates and faults without the catalogue's words. */
export interface Run {
  readonly id: string;
  readonly connectorId: string;
  readonly state: RunState;
  readonly trigger: RunTrigger;
  readonly requestedBy: string;
  readonly hub: Hub | null;
  readonly callerArn: string | null;
  readonly fault: Fault | null;
  /** Why the regions are the account type's defaults instead of the account's own list. */
  readonly regionsFault: Fault | null;
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** While the run is under way, as they were at most `LIMITS.runTellEveryMs` ago. */
  /** Scopes that were left out because they are proved empty; null when none were. */
  readonly skipped: Skipped | null;
  readonly counts: {
    /** Scopes without those that do not apply, as a connector counts them; one that is found not to apply counts until the end. */
    readonly scopes: number;
    readonly finished: number;
    readonly complete: number;
    readonly items: number;
    readonly pages: number;
    readonly added: number;
    readonly changed: number;
    readonly gone: number;
    /** Tries of calls to AWS, and those of them that AWS refused because they came too fast. */
    readonly calls: number;
    readonly throttled: number;
  };
  /** null when it is not running. */
  readonly live: RunLive | null;
}

/** What a run is at, and what tells how long it will take. */
export interface RunLive {
  readonly underWay: readonly ScopeUnderWay[];
  /** What the connector's runs usually take; null when none has ended well, or this one is not running. */
  readonly usualSeconds: number | null;
}

export interface RunScope {
  readonly region: string;
  readonly assetType: string;
  /** null while it is not finished. */
  readonly outcome: string | null;
  readonly fault: Fault | null;
  readonly items: number;
  readonly pages: number;
  readonly added: number;
  readonly changed: number;
  readonly gone: number;
  readonly calls: number;
  readonly throttled: number;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface RunWithScopes extends Run {
  readonly scopes: readonly RunScope[];
  /** Of a run without a plan, which has no `hub`: the sessions that STS was asked for, the first before. */
  readonly sessions: readonly RunSession[];
}

/** The runs of a connector, newest first; `cursor` is what the page before gave. Faults: not-found, invalid-cursor. */
export async function listRuns(
  db: Database,
  { connectorId, limit, cursor }: { connectorId: string; limit: number; cursor?: string | undefined },
): Promise<Result<{ items: Run[]; nextCursor: string | null }>> {
  const keys = readCursor(cursor, ['id']);
  if (!keys.ok) return keys;
  const after = keys.value?.[0] ?? null;
  const { rows } = await sql<Run>`
    ${selectRuns()}
    where r.connector_id = ${connectorId} and (${after}::uuid is null or r.id < ${after}::uuid)
    order by r.id desc limit ${limit + 1}
  `.execute(db);
  const items = rows.slice(0, limit);
  if (items.length === 0 && cursor === undefined) {
    const { rows: found } = await sql`select 1 from connectors where id = ${connectorId}`.execute(db);
    if (found.length === 0) return failed(fault('not-found', `There is no connector ${connectorId}.`));
  }
  const last = items.at(-1);
  return ok({ items, nextCursor: last && rows.length > limit ? writeCursor([last.id]) : null });
}

/** A run with its scopes, by region and type. Fault: not-found. */
export async function getRun(db: Database, runId: string): Promise<Result<RunWithScopes>> {
  const { rows } = await sql<Run & { folded: readonly FoldedScope[] }>`
    ${selectRuns(sql`, coalesce(r.scopes, (
      select f.scopes from (${foldOf('r', { outcome: null, fault: null, at: null })}) f
    )) as folded`)}
    where r.id = ${runId}
  `.execute(db);
  const [row] = rows;
  if (!row) return failed(fault('not-found', `There is no run ${runId}.`));
  const { folded, ...run } = row;
  const { hub, startedAt } = run;
  const sessions = hub || !startedAt ? [] : await listRunSessions(db, { ...run, startedAt });
  return ok({ ...run, scopes: folded.map(scope => unfolded(scope, startedAt)), sessions });
}

export async function findRun(db: Database, runId: string): Promise<Run | undefined> {
  const { rows } = await sql<Run>`${selectRuns()} where r.id = ${runId}`.execute(db);
  return rows[0];
}

function unfolded(folded: FoldedScope, startedAt: Date | null): RunScope {
  const [region, assetType, outcome, fault, items, pages, added, changed, gone, calls, throttled, ...times] = folded;
  const [beganAt, endedAt] = times.map(ms => (ms === null || !startedAt ? null : new Date(startedAt.getTime() + ms)));
  const counts = { items, pages, added, changed, gone, calls, throttled };
  return { region, assetType, outcome, fault, ...counts, startedAt: beganAt ?? null, finishedAt: endedAt ?? null };
}

/** Ends with `from runs r`. */
export function selectRuns(more: RawBuilder<unknown> = sql``): RawBuilder<Run> {
  return sql`
    select r.id, r.connector_id as "connectorId", r.state, r.trigger, r.requested_by as "requestedBy",
      case when r.hub_kind is not null
        then jsonb_build_object('kind', r.hub_kind, 'accountId', r.hub_account_id)
      end as hub,
      r.caller_arn as "callerArn", r.fault, r.regions_fault as "regionsFault",
      r.skipped, r.queued_at as "queuedAt", r.started_at as "startedAt", r.finished_at as "finishedAt",
      jsonb_build_object(
        'scopes', r.scopes_planned - r.scopes_not_applicable, 'finished', r.scopes_finished - r.scopes_not_applicable,
        'complete', r.scopes_complete, 'items', r.items,
        'pages', r.pages, 'added', r.added, 'changed', r.changed, 'gone', r.gone, 'calls', r.calls, 'throttled', r.throttled
      ) as counts,
      case when r.state = 'running' then jsonb_build_object(
        'underWay', r.under_way,
        'usualSeconds', (
          select percentile_cont(0.5) within group (order by extract(epoch from e.finished_at - e.started_at)) from (
            select started_at, finished_at from runs
            where connector_id = r.connector_id and state in ('ok', 'problems') order by id desc limit ${LIMITS.usualRunsMax}
          ) e
        )
      ) end as live
      ${more}
    from runs r
  `;
}
