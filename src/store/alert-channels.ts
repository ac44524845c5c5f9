import { type RawBuilder, sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import type { Database } from './database.ts';

/** What of a channel is no secret, by its kind. */
export type ChannelSettings = WebhookSettings | EmailSettings;

export interface WebhookSettings {
  readonly kind: 'webhook';
  readonly url: string;
}

export interface EmailSettings {
  readonly kind: 'email';
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte, `starttls` before anything that matters, or `none`. */
  readonly security: 'tls' | 'starttls' | 'none';
  /** null: the server asks for no sign-in. */
  readonly username: string | null;
  readonly from: string;
  readonly to: readonly string[];
}

export interface ChannelRow {
  readonly id: string;
  readonly name: string;
  readonly settings: ChannelSettings;
  readonly enabled: boolean;
  /** Polling intervals after which a connector that is not complete concerns this channel. */
  readonly afterIntervals: number;
  readonly remindHours: number;
  /** Failed tries in a row; 0 while it works. */
  readonly failures: number;
  readonly nextTryAt: Date | null;
  /** Of the last try; while there are no failures, what is to be mended of a channel that works. */
  readonly lastFault: Fault | null;
  readonly lastSentAt: Date | null;
  readonly pending: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type ChannelFields = Pick<ChannelRow, 'name' | 'settings' | 'enabled' | 'afterIntervals' | 'remindHours'>;

const COLUMNS: RawBuilder<unknown> = sql`
  ch.id, ch.name, ch.settings, ch.enabled, ch.after_intervals as "afterIntervals", ch.remind_hours as "remindHours",
  ch.failures, ch.next_try_at as "nextTryAt", ch.last_fault as "lastFault", ch.last_sent_at as "lastSentAt",
  (select count(*) from alert_deliveries d where d.channel_id = ch.id and d.state = 'pending') as pending,
  ch.created_at as "createdAt", ch.updated_at as "updatedAt"`;

export async function insertChannel(
  db: Database,
  channel: ChannelFields & { id: string; sealedSecret: unknown; createdAt: Date },
): Promise<void> {
  const { id, name, settings, enabled, afterIntervals, remindHours, sealedSecret, createdAt } = channel;
  await sql`
    insert into alert_channels
      (id, name, kind, settings, sealed_secret, enabled, after_intervals, remind_hours, created_at, updated_at)
    values (${id}, ${name}, ${settings.kind}, ${JSON.stringify(settings)}::jsonb,
            ${sealedSecret && JSON.stringify(sealedSecret)}::jsonb, ${enabled}, ${afterIntervals}, ${remindHours},
            ${createdAt}, ${createdAt})
  `.execute(db);
}

/**
 * Writes a channel's fields; its secret only where one is given (null takes it away). What is on its way is tried again
 * at once, because the change may be what mends it. False when it was changed or deleted since `readAt`.
 */
export async function updateChannel(
  db: Database,
  change: ChannelFields & { id: string; readAt: Date; sealedSecret?: unknown; updatedAt: Date },
): Promise<boolean> {
  const { id, readAt, name, settings, enabled, afterIntervals, remindHours, sealedSecret, updatedAt } = change;
  const { numAffectedRows } = await sql`
    update alert_channels set name = ${name}, settings = ${JSON.stringify(settings)}::jsonb, enabled = ${enabled},
      after_intervals = ${afterIntervals}, remind_hours = ${remindHours}, next_try_at = null, failures = 0,
      sealed_secret = case when ${sealedSecret !== undefined}
        then ${sealedSecret ? JSON.stringify(sealedSecret) : null}::jsonb else sealed_secret end,
      updated_at = ${updatedAt}
    where id = ${id} and updated_at = ${readAt}
  `.execute(db);
  return numAffectedRows === 1n;
}

/** Its messages go with it. False when there is none. */
export async function deleteChannel(db: Database, id: string): Promise<boolean> {
  const { numAffectedRows } = await sql`delete from alert_channels where id = ${id}`.execute(db);
  return numAffectedRows === 1n;
}

export async function findChannel(db: Database, id: string): Promise<ChannelRow | undefined> {
  const { rows } = await sql<ChannelRow>`select ${COLUMNS} from alert_channels ch where ch.id = ${id}`.execute(db);
  return rows[0];
}

/** In the order in which they were made, from the one after `after` on. */
export async function listChannels(
  db: Database,
  { after, limit }: { after: string | null; limit: number },
): Promise<ChannelRow[]> {
  const { rows } = await sql<ChannelRow>`
    select ${COLUMNS} from alert_channels ch
    where ${after}::uuid is null or ch.id > ${after}::uuid order by ch.id limit ${limit}
  `.execute(db);
  return rows;
}

export async function countChannels(db: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from alert_channels`.execute(db);
  return rows[0]?.count ?? 0;
}

/** undefined for a channel that has none, or is not there. */
export async function readChannelSecret(db: Database, id: string): Promise<unknown> {
  const { rows } = await sql<{ sealed: unknown }>`
    select sealed_secret as sealed from alert_channels where id = ${id} and sealed_secret is not null
  `.execute(db);
  return rows[0]?.sealed;
}

/** It was just seen to work, if not for all recipients (`fault`): what waits for its next try goes out now. */
export async function wakeChannel(
  db: Database,
  { id, at, fault }: { id: string; at: Date; fault: Fault | null },
): Promise<void> {
  await sql`
    update alert_channels set failures = 0, next_try_at = null, last_fault = ${fault && JSON.stringify(fault)}::jsonb,
      last_sent_at = ${at}
    where id = ${id}
  `.execute(db);
}

/** The fewest intervals that any channel in use is interested in; null without a channel. */
export async function fewestIntervals(db: Database): Promise<number | null> {
  const { rows } = await sql<{ fewest: number | null }>`
    select min(after_intervals) as fewest from alert_channels where enabled
  `.execute(db);
  return rows[0]?.fewest ?? null;
}
