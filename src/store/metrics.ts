import { sql } from 'kysely';
import type { Total } from '../domain/totals.ts';
import type { Database } from './database.ts';
import { type RetentionState, readRetention } from './retention.ts';

/** Numbers about the whole deployment; each is read from a small table, from few rows, or along an index. */
export interface DeploymentCounts {
  readonly connectors: readonly { readonly accountType: string; readonly enabled: boolean; readonly count: number }[];
  /** Runs that are not over. */
  readonly runsUnderWay: readonly { readonly state: string; readonly count: number }[];
  /** Since when the run that waits longest for a worker does. */
  readonly oldestQueuedAt: Date | null;
  /** Since when the enabled connector that is due longest waits for its run to be made. */
  readonly oldestDueAt: Date | null;
  /** What processes did, added up. */
  readonly totals: readonly Total[];
  readonly retention: readonly RetentionState[];
  /** Open alerts by the code of their cause, and how many connectors they concern. */
  readonly alertsOpen: readonly { readonly cause: string; readonly count: number; readonly connectors: number }[];
  /** Messages of alerts that are kept, by how their delivery went. */
  readonly alertDeliveries: readonly { readonly state: string; readonly count: number }[];
  /** When it was looked last which connectors are not complete for too long. */
  readonly alertsEvaluatedAt: Date;
}

export async function countDeployment(db: Database, now: Date): Promise<DeploymentCounts> {
  const { rows } = await sql<Omit<DeploymentCounts, 'retention'>>`
    select
      (select coalesce(jsonb_agg(c), '[]') from (
        select account_type as "accountType", enabled, count(*) as count from connectors group by 1, 2
      ) c) as connectors,
      (select coalesce(jsonb_agg(r), '[]') from (
        select state, count(*) as count from runs where state in ('queued', 'running') group by 1
      ) r) as "runsUnderWay",
      (select min(queued_at) from runs where state in ('queued', 'running') and state = 'queued') as "oldestQueuedAt",
      (select next_run_at from connectors c where enabled and next_run_at <= ${now}
        and not exists (select from runs r where r.connector_id = c.id and r.state in ('queued', 'running'))
        order by next_run_at limit 1) as "oldestDueAt",
      (select coalesce(jsonb_agg(t), '[]') from (select metric, labels, value from metric_totals) t) as totals,
      (select coalesce(jsonb_agg(a), '[]') from (
        select cause ->> 'code' as cause, count(*) as count, sum(connectors) as connectors
        from alerts where resolved_at is null group by 1
      ) a) as "alertsOpen",
      (select coalesce(jsonb_agg(d), '[]') from (
        select state, count(*) as count from alert_deliveries group by 1
      ) d) as "alertDeliveries",
      (select evaluated_at from alert_evaluations) as "alertsEvaluatedAt"
  `.execute(db);
  const [row] = rows;
  if (!row) throw new Error('a statement of subqueries gave no row');
  return { ...row, retention: await readRetention(db) };
}

/** Adds what a process counted to the counters of the deployment. In one order, so that two processes never wait for each other in a ring. */
export async function addToTotals(db: Database, totals: readonly Total[]): Promise<void> {
  if (totals.length === 0) return;
  await sql`
    insert into metric_totals (metric, labels, value)
    select metric, labels, value from jsonb_to_recordset(${JSON.stringify(totals)}::jsonb)
      as t(metric text, labels jsonb, value double precision)
    order by metric, labels
    on conflict (metric, labels) do update set value = metric_totals.value + excluded.value
  `.execute(db);
}
