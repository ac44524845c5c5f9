import { type RawBuilder, sql } from 'kysely';
import type { Fault, FaultCode } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import type { AccountType } from '../domain/partition.ts';
import { staleAt } from './alert-causes.ts';
import type { AlertEvent } from './alert-deliveries.ts';
import type { Database } from './database.ts';

/** Why connectors are not complete, in what tells one cause from another (docs/adr/0021-one-alert-per-cause.md). */
export interface AlertCause {
  readonly code: FaultCode;
  readonly accountType: AccountType;
  /** What their roles are to be reached through, where that is what failed. */
  readonly hub: Hub | null;
  /** IAM actions that are denied, sorted. */
  readonly actions: readonly string[];
  /** Which kind of the organisation's policies denies them, where it is not a service control policy. */
  readonly policy?: 'resource control policy';
}

export interface AlertRow {
  readonly id: string;
  readonly causeKey: string;
  readonly cause: AlertCause;
  /** Of one of its connectors, in full. */
  readonly fault: Fault;
  readonly firstAt: Date;
  /** When it was seen last that connectors fail for this cause. */
  readonly lastAt: Date;
  /** null while it is open. */
  readonly resolvedAt: Date | null;
  /** How often it was opened; again within a day is the same alert. */
  readonly occurrences: number;
  readonly connectors: number;
  readonly connectorsMost: number;
  /** What became of connectors that it concerned. */
  readonly recovered: number;
  readonly disabled: number;
  readonly otherwise: number;
}

/** Of the alias `a`. */
export const ALERT_COLUMNS: RawBuilder<unknown> = sql`
  a.id, a.cause_key as "causeKey", a.cause, a.fault, a.first_at as "firstAt", a.last_at as "lastAt",
  a.resolved_at as "resolvedAt", a.occurrences, a.connectors, a.connectors_most as "connectorsMost", a.recovered,
  a.disabled, a.otherwise`;

/**
 * Takes the right to look for alerts, until the transaction ends. False when another process has it, or somebody looked
 * after `notSince`; a time that lies ahead is that of a clock that was put back.
 */
export async function takeEvaluation(db: Database, { now, notSince }: { now: Date; notSince: Date }): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update alert_evaluations set evaluated_at = ${now}
    where only_row = (
      select only_row from alert_evaluations
      where evaluated_at <= ${notSince} or evaluated_at > ${now} for update skip locked
    )
  `.execute(db);
  return numAffectedRows === 1n;
}

export interface WantedAlert {
  readonly id: string;
  readonly causeKey: string;
  readonly cause: AlertCause;
  readonly fault: Fault;
}

/** Opens an alert for each cause that has none open; one that was resolved after `reopenSince` is opened again. Their ids by cause. */
export async function openAlerts(
  db: Database,
  wanted: readonly WantedAlert[],
  { at, reopenSince }: { at: Date; reopenSince: Date },
): Promise<ReadonlyMap<string, string>> {
  const given = sql`
    jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(id uuid, "causeKey" text, cause jsonb, fault jsonb)`;
  await sql`
    with wanted as (select * from ${given}),
    missing as (
      select w.*, (
        select a.id from alerts a where a.cause_key = w."causeKey" and a.resolved_at > ${reopenSince}
        order by a.resolved_at desc limit 1
      ) as again
      from wanted w
      where not exists (select from alerts a where a.cause_key = w."causeKey" and a.resolved_at is null)
    ),
    reopened as (
      update alerts a set resolved_at = null, occurrences = a.occurrences + 1, fault = m.fault, last_at = ${at},
        recovered = 0, disabled = 0, otherwise = 0
      from missing m where a.id = m.again
    )
    insert into alerts (id, cause_key, cause, fault, first_at, last_at)
    select id, "causeKey", cause, fault, ${at}, ${at} from missing where again is null
  `.execute(db);
  const keys = wanted.map(({ causeKey }) => causeKey);
  const { rows } = await sql<{ id: string; causeKey: string }>`
    select id, cause_key as "causeKey" from alerts where resolved_at is null and cause_key = any(${keys}::text[])
  `.execute(db);
  return new Map(rows.map(({ id, causeKey }) => [causeKey, id]));
}

export interface Member {
  readonly alertId: string;
  readonly connectorId: string;
  readonly runId: string | null;
  readonly scopes: number;
  readonly regions: number;
}

/** Puts connectors under the alerts of their causes of now; under those of other causes, they count as having left. */
export async function joinAlerts(db: Database, members: readonly Member[], at: Date): Promise<void> {
  if (members.length === 0) return;
  await sql`
    with joined as (
      select * from jsonb_to_recordset(${JSON.stringify(members)}::jsonb)
        as j("alertId" uuid, "connectorId" uuid, "runId" uuid, scopes integer, regions integer)
    ),
    left_others as (
      update alert_connectors m set left_at = ${at}
      where m.left_at is null and m.connector_id in (select "connectorId" from joined)
        and not exists (
          select from joined j where j."alertId" = m.alert_id and j."connectorId" = m.connector_id
        )
    )
    insert into alert_connectors (alert_id, connector_id, run_id, scopes, regions, joined_at)
    select j."alertId", j."connectorId", j."runId", j.scopes, j.regions, ${at}
    from joined j join connectors c on c.id = j."connectorId"
    on conflict (alert_id, connector_id) do update set
      run_id = excluded.run_id, scopes = excluded.scopes, regions = excluded.regions, left_at = null
  `.execute(db);
}

/**
 * Takes out connectors that are complete again, disabled, or have failed for other causes only for `lingerIntervals` of
 * their polling intervals, and notes which of these it was. Shorter than that, a cause that alternates with another one is
 * not over.
 */
export async function leaveAlerts(
  db: Database,
  { now, intervals, lingerIntervals }: { now: Date; intervals: number; lingerIntervals: number },
): Promise<void> {
  await sql`
    with ended as (
      delete from alert_connectors m using connectors c
      where c.id = m.connector_id and (
        not c.enabled or ${staleAt(sql`${intervals}::integer`)} >= ${now}
        or m.left_at + make_interval(mins => c.polling_minutes * ${lingerIntervals}::integer) <= ${now}
      )
      returning m.alert_id, case
        when not c.enabled then 'disabled' when c.last_complete_at >= m.joined_at then 'recovered' else 'otherwise'
      end as how
    ),
    counted as (
      select alert_id, count(*) filter (where how = 'recovered') as recovered,
        count(*) filter (where how = 'disabled') as disabled, count(*) filter (where how = 'otherwise') as otherwise
      from ended group by alert_id
    )
    update alerts a set recovered = a.recovered + n.recovered, disabled = a.disabled + n.disabled,
      otherwise = a.otherwise + n.otherwise
    from counted n where a.id = n.alert_id
  `.execute(db);
}

/** Counts the connectors of each open alert; one that has none left is resolved. How many were. */
export async function settleAlerts(db: Database, at: Date): Promise<number> {
  const { rows } = await sql<{ resolved: boolean }>`
    with counted as (
      select a.id, count(m.connector_id) as members,
        count(m.connector_id) filter (where m.left_at is null) as connectors
      from alerts a left join alert_connectors m on m.alert_id = a.id
      where a.resolved_at is null group by a.id
    )
    update alerts a set connectors = n.connectors, connectors_most = greatest(a.connectors_most, n.connectors),
      last_at = case when n.connectors > 0 then ${at}::timestamptz else a.last_at end,
      resolved_at = case when n.members = 0 then ${at}::timestamptz end
    from counted n where a.id = n.id
    returning a.resolved_at is not null as resolved
  `.execute(db);
  return rows.filter(({ resolved }) => resolved).length;
}

/** How an alert and a channel stand to each other. */
export interface Standing {
  readonly alert: AlertRow;
  readonly channelId: string;
  readonly afterIntervals: number;
  readonly remindHours: number;
  /** Connectors of the alert that concern the channel; with those that fail for another cause since a moment ago. */
  readonly connectors: number;
  readonly lingering: number;
  /** null: it was never told of the alert. */
  readonly notice: Notice | null;
  /** The message of the alert that is on its way. */
  readonly pending: AlertEvent | null;
}

export interface Notice {
  readonly told: 'open' | 'resolved';
  readonly toldAt: Date;
  /** When it was told last that the alert is open, and had not been told so before. */
  readonly openedAt: Date;
  readonly connectors: number;
  /** Of the message; counts up. */
  readonly sequence: number;
}

/** Every open alert with every channel in use, and those that a channel still thinks are open. */
export async function listStandings(db: Database, now: Date): Promise<Standing[]> {
  const { rows } = await sql<StandingRow>`
    select ${ALERT_COLUMNS}, ch.id as "channelId", ch.after_intervals as "afterIntervals", ch.remind_hours as "remindHours",
      m.connectors as concerned, m.lingering, n.told, n.told_at as "toldAt", n.opened_at as "openedAt",
      n.connectors as "toldConnectors", n.sequence,
      (select d.event from alert_deliveries d
       where d.channel_id = ch.id and d.alert_id = a.id and d.state = 'pending' limit 1) as pending
    from alerts a
    cross join alert_channels ch
    left join alert_notices n on n.alert_id = a.id and n.channel_id = ch.id
    cross join lateral (
      select count(*) filter (where m.left_at is null) as connectors,
        count(*) filter (where m.left_at is not null) as lingering
      from alert_connectors m join connectors c on c.id = m.connector_id
      where m.alert_id = a.id and ${staleAt(sql`ch.after_intervals`)} < ${now}
    ) m
    where ch.enabled and (a.resolved_at is null or n.told = 'open')
    order by a.id, ch.id
  `.execute(db);
  return rows.map(standingOf);
}

interface StandingRow extends AlertRow, Omit<Standing, 'alert' | 'notice' | 'connectors'> {
  readonly concerned: number;
  readonly told: 'open' | 'resolved' | null;
  readonly toldAt: Date;
  readonly openedAt: Date;
  readonly toldConnectors: number;
  readonly sequence: number;
}

function standingOf(row: StandingRow): Standing {
  const { channelId, afterIntervals, remindHours, concerned, lingering, pending, ...rest } = row;
  const { told, toldAt, openedAt, toldConnectors, sequence, ...alert } = rest;
  return {
    ...{ alert, channelId, afterIntervals, remindHours, lingering, pending },
    connectors: concerned,
    notice: told && { told, toldAt, openedAt, connectors: toldConnectors, sequence },
  };
}

export interface NoticeRow extends Notice {
  readonly alertId: string;
  readonly channelId: string;
}

export async function saveNotices(db: Database, notices: readonly NoticeRow[]): Promise<void> {
  if (notices.length === 0) return;
  await sql`
    insert into alert_notices (alert_id, channel_id, told, told_at, opened_at, connectors, sequence)
    select "alertId", "channelId", told, "toldAt", "openedAt", connectors, sequence
    from jsonb_to_recordset(${JSON.stringify(notices)}::jsonb) as n(
      "alertId" uuid, "channelId" uuid, told text, "toldAt" timestamptz, "openedAt" timestamptz, connectors integer,
      sequence integer
    )
    on conflict (alert_id, channel_id) do update set told = excluded.told, told_at = excluded.told_at,
      opened_at = excluded.opened_at, connectors = excluded.connectors, sequence = excluded.sequence
  `.execute(db);
}

/** Forgets alerts that were resolved before, some at a time. */
export async function forgetAlerts(
  db: Database,
  { resolvedBefore, limit }: { resolvedBefore: Date; limit: number },
): Promise<void> {
  await sql`
    delete from alerts where id in (select id from alerts where resolved_at < ${resolvedBefore} limit ${limit})
  `.execute(db);
}
