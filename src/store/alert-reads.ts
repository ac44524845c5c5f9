import { sql } from 'kysely';
import { staleAt } from './alert-causes.ts';
import { ALERT_COLUMNS, type AlertRow } from './alerts.ts';
import type { Database } from './database.ts';

export async function findAlert(db: Database, id: string): Promise<AlertRow | undefined> {
  const { rows } = await sql<AlertRow>`select ${ALERT_COLUMNS} from alerts a where a.id = ${id}`.execute(db);
  return rows[0];
}

/** Newest first, from the one after `after` on: those that are open, resolved, or with null all. */
export async function listAlerts(
  db: Database,
  { state, after, limit }: { state: 'open' | 'resolved' | null; after: string | null; limit: number },
): Promise<AlertRow[]> {
  const { rows } = await sql<AlertRow>`
    select ${ALERT_COLUMNS} from alerts a
    where (${state}::text is null or (a.resolved_at is null) = (${state} = 'open'))
      and (${after}::uuid is null or a.id < ${after}::uuid)
    order by a.id desc limit ${limit}
  `.execute(db);
  return rows;
}

/** When it was looked for alerts last; null: never. */
export async function lastEvaluation(db: Database): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select nullif(evaluated_at, 'epoch') as at from alert_evaluations
  `.execute(db);
  return rows[0]?.at ?? null;
}

/** A connector that fails for the cause of an alert now. */
export interface AlertConnector {
  readonly connectorId: string;
  readonly name: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly joinedAt: Date;
  readonly lastCompleteAt: Date | null;
  /** Whole polling intervals without a complete observation. */
  readonly intervals: number;
  /** How many of its scopes are concerned, in how many regions; 0 when the role was not reached at all. */
  readonly scopes: number;
  readonly regions: number;
}

/** By name, from the one after `after` on. */
export async function listAlertConnectors(
  db: Database,
  {
    alertId,
    now,
    after,
    limit,
  }: { alertId: string; now: Date; after: { name: string; id: string } | null; limit: number },
): Promise<AlertConnector[]> {
  const { rows } = await sql<AlertConnector>`
    select ${connectorColumns(now)} from alert_connectors m join connectors c on c.id = m.connector_id
    where m.alert_id = ${alertId} and m.left_at is null
      and (${after?.id ?? null}::uuid is null or (c.name, c.id) > (${after?.name ?? ''}, ${after?.id ?? null}::uuid))
    order by c.name, c.id limit ${limit}
  `.execute(db);
  return rows;
}

/** The first connectors by name of each of these, as far as they are not complete for so many intervals. */
export async function sampleConnectors(
  db: Database,
  wanted: readonly { alertId: string; afterIntervals: number }[],
  { now, limit }: { now: Date; limit: number },
): Promise<(AlertConnector & { readonly alertId: string; readonly afterIntervals: number })[]> {
  const { rows } = await sql<AlertConnector & { alertId: string; afterIntervals: number }>`
    select w."alertId", w."afterIntervals", s.*
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w("alertId" uuid, "afterIntervals" integer)
    cross join lateral (
      select ${connectorColumns(now)} from alert_connectors m join connectors c on c.id = m.connector_id
      where m.alert_id = w."alertId" and m.left_at is null and ${staleAt(sql`w."afterIntervals"`)} < ${now}
      order by c.name, c.id limit ${limit}
    ) s
  `.execute(db);
  return rows;
}

function connectorColumns(now: Date) {
  return sql`
    c.id as "connectorId", c.name, c.account_id as "accountId", c.role_arn as "roleArn", m.joined_at as "joinedAt",
    c.last_complete_at as "lastCompleteAt", m.scopes, m.regions,
    floor(extract(epoch from ${now}::timestamptz - coalesce(c.last_complete_at, c.created_at))
      / (c.polling_minutes * 60))::integer as intervals`;
}
