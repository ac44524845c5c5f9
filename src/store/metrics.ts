import { sql } from 'kysely';
import type { Database } from './database.ts';

/** Numbers about the whole deployment; each is a count over small tables or a partial index, never over assets. */
export interface DeploymentCounts {
  readonly connectors: readonly { readonly accountType: string; readonly enabled: boolean; readonly count: number }[];
  /** Runs that are not over; of those that are, the ledger tells more. */
  readonly runsUnderWay: readonly { readonly state: string; readonly count: number }[];
  /** The ledger of scopes: how each was observed last, and how many items the last complete observation saw. */
  readonly scopes: readonly {
    readonly assetType: string;
    readonly outcome: string;
    readonly count: number;
    readonly items: number;
  }[];
  /** Open alerts by the code of their cause, and how many connectors they concern. */
  readonly alertsOpen: readonly { readonly cause: string; readonly count: number; readonly connectors: number }[];
  /** Messages of alerts by how their delivery went; those that are kept, some months. */
  readonly alertDeliveries: readonly { readonly state: string; readonly count: number }[];
}

export async function countDeployment(db: Database): Promise<DeploymentCounts> {
  const { rows } = await sql<DeploymentCounts>`
    select
      (select coalesce(jsonb_agg(c), '[]') from (
        select account_type as "accountType", enabled, count(*) as count from connectors group by 1, 2
      ) c) as connectors,
      (select coalesce(jsonb_agg(r), '[]') from (
        select state, count(*) as count from runs where state in ('queued', 'running') group by 1
      ) r) as "runsUnderWay",
      (select coalesce(jsonb_agg(s), '[]') from (
        select asset_type as "assetType", coalesce(last_outcome, 'unfinished') as outcome, count(*) as count, sum(items) as items
        from scopes group by 1, 2
      ) s) as scopes,
      (select coalesce(jsonb_agg(a), '[]') from (
        select cause ->> 'code' as cause, count(*) as count, sum(connectors) as connectors
        from alerts where resolved_at is null group by 1
      ) a) as "alertsOpen",
      (select coalesce(jsonb_agg(d), '[]') from (
        select state, count(*) as count from alert_deliveries group by 1
      ) d) as "alertDeliveries"
  `.execute(db);
  const [row] = rows;
  if (!row) throw new Error('a statement of subqueries gave no row');
  return row;
}
