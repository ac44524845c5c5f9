import { type RawBuilder, sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import type { ChannelSettings } from './alert-channels.ts';
import type { Database } from './database.ts';

/** The right to deliver through a channel: worthless once another worker has claimed it. */
export interface ChannelHold {
  readonly channelId: string;
  readonly fence: number;
}

export interface ClaimedChannel {
  readonly hold: ChannelHold;
  readonly settings: ChannelSettings;
  readonly sealedSecret: unknown;
  readonly failures: number;
}

export type AlertEvent = 'opened' | 'updated' | 'reminder' | 'resolved';

/**
 * Gives the caller channels that have something to deliver and are nobody's, until `heldUntil`: whoever froze while it had
 * one can write no more. Channels that failed wait for their next try.
 */
export async function claimChannels(
  db: Database,
  { now, heldUntil, limit }: { now: Date; heldUntil: Date; limit: number },
): Promise<ClaimedChannel[]> {
  const { rows } = await sql<ClaimedChannel>`
    update alert_channels ch set fence = ch.fence + 1, held_until = ${heldUntil}
    from (
      select c.id from alert_channels c
      where c.enabled and (c.held_until is null or c.held_until <= ${now})
        and (c.next_try_at is null or c.next_try_at <= ${now})
        and exists (select from alert_deliveries d where d.channel_id = c.id and d.state = 'pending')
      order by c.next_try_at nulls first, c.id limit ${limit} for no key update skip locked
    ) as due
    where ch.id = due.id
    returning jsonb_build_object('channelId', ch.id, 'fence', ch.fence) as hold, ch.settings,
      ch.sealed_secret as "sealedSecret", ch.failures
  `.execute(db);
  return rows;
}

export interface PendingDelivery {
  readonly id: string;
  readonly message: unknown;
  readonly createdAt: Date;
}

/**
 * The channel's next message, while the hold is good, which is prolonged. The ones tried least come first, so that one that
 * is never accepted does not stop the others; of one alert at most one is on its way.
 */
export async function nextDelivery(
  db: Database,
  { channelId, fence }: ChannelHold,
  heldUntil: Date,
): Promise<PendingDelivery | undefined> {
  const { rows } = await sql<PendingDelivery>`
    with held as (
      update alert_channels set held_until = ${heldUntil} where id = ${channelId} and fence = ${fence} and enabled
      returning id
    )
    select d.id, d.message, d.created_at as "createdAt"
    from held join alert_deliveries d on d.channel_id = held.id and d.state = 'pending'
    order by d.tries, d.id limit 1
  `.execute(db);
  return rows[0];
}

/**
 * Notes how a try ended. One that was replaced while it was being sent was sent all the same; of one that is given up, its
 * receiver knows nothing. False when the hold is lost: then nothing is written, and whoever has it now sends the message
 * again.
 */
export async function noteTry(
  db: Database,
  { channelId, fence }: ChannelHold,
  {
    deliveryId,
    at,
    sent,
    fault,
    nextTryAt,
    giveUp,
  }: { deliveryId: string; at: Date; sent: boolean; fault: Fault | null; nextTryAt: Date | null; giveUp: boolean },
): Promise<boolean> {
  const state = sent ? 'sent' : giveUp ? 'failed' : 'pending';
  const faultJson = fault && JSON.stringify(fault);
  const { rows } = await sql`
    with held as (
      update alert_channels set failures = case when ${sent} then 0 else failures + 1 end,
        next_try_at = ${nextTryAt}, last_fault = ${faultJson}::jsonb,
        last_sent_at = case when ${sent} then ${at}::timestamptz else last_sent_at end
      where id = ${channelId} and fence = ${fence} returning id
    ),
    noted as (
      update alert_deliveries d set tries = d.tries + 1, fault = ${faultJson}::jsonb,
        state = case when d.state = 'replaced' and ${!sent} then 'replaced' else ${state} end,
        finished_at = case when ${state === 'pending'} then d.finished_at else ${at}::timestamptz end
      from held where d.id = ${deliveryId} and d.channel_id = held.id
      returning d.alert_id, d.state
    ),
    untold as (select alert_id from noted where state = 'failed'),
    ${asSentLast(channelId)}
    select from held
  `.execute(db);
  return rows.length === 1;
}

/** Lets another worker have the channel. */
export async function releaseChannel(db: Database, { channelId, fence }: ChannelHold): Promise<void> {
  await sql`
    update alert_channels set held_until = null where id = ${channelId} and fence = ${fence}
  `.execute(db);
}

export interface NewDelivery {
  readonly id: string;
  readonly channelId: string;
  readonly alertId: string;
  readonly event: AlertEvent;
  readonly message: unknown;
}

/** Queues messages; those of the same alert that were not sent yet make room, because these say more. */
export async function insertDeliveries(db: Database, deliveries: readonly NewDelivery[], at: Date): Promise<void> {
  if (deliveries.length === 0) return;
  await sql`
    with made as (
      select * from jsonb_to_recordset(${JSON.stringify(deliveries)}::jsonb)
        as d(id uuid, "channelId" uuid, "alertId" uuid, event text, message jsonb)
    ),
    replaced as (
      update alert_deliveries d set state = 'replaced', finished_at = ${at}
      from made where d.channel_id = made."channelId" and d.alert_id = made."alertId" and d.state = 'pending'
    )
    insert into alert_deliveries (id, channel_id, alert_id, event, message, state, created_at)
    select id, "channelId", "alertId", event, message, 'pending', ${at} from made
  `.execute(db);
}

export interface DeliveryRow {
  readonly id: string;
  readonly alertId: string;
  readonly event: AlertEvent;
  readonly state: 'pending' | 'sent' | 'failed' | 'replaced';
  readonly tries: number;
  readonly fault: Fault | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** Of a channel, newest first, from the one after `after` on. */
export async function listDeliveries(
  db: Database,
  { channelId, after, limit }: { channelId: string; after: string | null; limit: number },
): Promise<DeliveryRow[]> {
  const { rows } = await sql<DeliveryRow>`
    select id, alert_id as "alertId", event, state, tries, fault, created_at as "createdAt", finished_at as "finishedAt"
    from alert_deliveries
    where channel_id = ${channelId} and (${after}::uuid is null or id < ${after}::uuid)
    order by id desc limit ${limit}
  `.execute(db);
  return rows;
}

/**
 * For alerts (`untold`) of which a message does not go out after all: what the channel was told of each is again what the
 * last message says that was sent, and nothing without one. As parts of a statement.
 */
function asSentLast(channelId: string): RawBuilder<unknown> {
  return sql`
    sent_last as (
      select u.alert_id, d.event, d.created_at, d.connectors, (
        select max(o.created_at) from alert_deliveries o
        where o.channel_id = ${channelId} and o.alert_id = u.alert_id and o.state = 'sent' and o.event = 'opened'
      ) as opened_at
      from untold u left join lateral (
        select event, created_at, (message #>> '{alert,connectors,total}')::integer as connectors from alert_deliveries
        where channel_id = ${channelId} and alert_id = u.alert_id and state = 'sent' order by id desc limit 1
      ) d on true
    ),
    forgotten as (
      delete from alert_notices n using sent_last l
      where n.channel_id = ${channelId} and n.alert_id = l.alert_id and l.event is null
    ),
    restored as (
      update alert_notices n set told = case l.event when 'resolved' then 'resolved' else 'open' end,
        told_at = l.created_at, opened_at = coalesce(l.opened_at, n.opened_at), connectors = l.connectors
      from sent_last l where n.channel_id = ${channelId} and n.alert_id = l.alert_id and l.event is not null
    )`;
}

/** Takes back what a channel was not told yet, as if it had not been due: for a channel that is disabled. */
export async function takeBackDeliveries(
  db: Database,
  { channelId, at }: { channelId: string; at: Date },
): Promise<void> {
  await sql`
    with untold as (
      update alert_deliveries set state = 'replaced', finished_at = ${at}
      where channel_id = ${channelId} and state = 'pending' returning alert_id
    ),
    ${asSentLast(channelId)}
    select
  `.execute(db);
}
