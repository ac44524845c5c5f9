import { type RawBuilder, sql } from 'kysely';
import { readCursor, writeCursor } from '../domain/cursor.ts';
import { type Fault, fault } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Database } from './database.ts';
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
  readonly counts: {
    readonly scopes: number;
    readonly finished: number;
    readonly complete: number;
    readonly items: number;
    readonly added: number;
    readonly changed: number;
    readonly gone: number;
  };
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
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface RunWithScopes extends Run {
  readonly scopes: readonly RunScope[];
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
    ${selectRuns}
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
  const run = await findRun(db, runId);
  if (!run) return failed(fault('not-found', `There is no run ${runId}.`));
  const { rows: scopes } = await sql<RunScope>`
    select region, asset_type as "assetType", outcome, fault, items, pages, added, changed, gone,
      started_at as "startedAt", finished_at as "finishedAt"
    from run_scopes where run_id = ${runId} order by region, asset_type
  `.execute(db);
  return ok({ ...run, scopes });
}

export async function findRun(db: Database, runId: string): Promise<Run | undefined> {
  const { rows } = await sql<Run>`${selectRuns} where r.id = ${runId}`.execute(db);
  return rows[0];
}

const selectRuns: RawBuilder<Run> = sql`
  select r.id, r.connector_id as "connectorId", r.state, r.trigger, r.requested_by as "requestedBy",
    case when r.hub_kind is not null
      then jsonb_build_object('kind', r.hub_kind, 'accountId', r.hub_account_id)
    end as hub,
    r.caller_arn as "callerArn", r.fault, r.regions_fault as "regionsFault",
    r.queued_at as "queuedAt", r.started_at as "startedAt", r.finished_at as "finishedAt", n.counts
  from runs r cross join lateral (
    select jsonb_build_object(
      'scopes', count(*), 'finished', count(s.outcome), 'complete', count(*) filter (where s.outcome = 'complete'),
      'items', coalesce(sum(s.items), 0), 'added', coalesce(sum(s.added), 0),
      'changed', coalesce(sum(s.changed), 0), 'gone', coalesce(sum(s.gone), 0)
    ) as counts
    from run_scopes s where s.run_id = r.id
  ) n
`;
