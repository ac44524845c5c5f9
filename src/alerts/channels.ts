import { readCursor, writeCursor } from '../domain/cursor.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import {
  type ChannelFields,
  type ChannelRow,
  type ChannelSettings,
  countChannels,
  deleteChannel,
  type EmailSettings,
  findChannel,
  insertChannel,
  listChannels,
  readChannelSecret,
  updateChannel,
  type WebhookSettings,
  wakeChannel,
} from '../store/alert-channels.ts';
import { takeBackDeliveries } from '../store/alert-deliveries.ts';
import { type Actor, appendAudit } from '../store/audit.ts';
import { inTransaction } from '../store/database.ts';
import type { AlertDeps } from './deps.ts';
import { testMessage } from './message.ts';
import { send } from './send.ts';

export interface ChannelInput extends ChannelFields {
  /** What signs webhooks, or the password of the mail server; null where the server asks for no sign-in. */
  readonly secret: string | null;
}

type Optional<T> = { readonly [Field in keyof T]?: T[Field] | undefined };

/** Only what is to change; the kind tells what it belongs to, and stays. */
export type ChannelChange = Optional<Omit<ChannelFields, 'settings'>> &
  Optional<Pick<WebhookSettings, 'url'> | Omit<EmailSettings, 'kind'>> & {
    readonly kind: ChannelSettings['kind'];
    readonly secret?: string | undefined;
  };

/** Faults: those of the settings, too-many-alert-channels. */
export async function createChannel(
  deps: AlertDeps,
  { input, actor }: { input: ChannelInput; actor: Actor },
): Promise<Result<ChannelRow>> {
  const { secret, ...fields } = input;
  const wrong = whatIsWrong(fields.settings, { hasSecret: secret !== null });
  if (wrong) return failed(wrong);
  const id = deps.ids.uuid();
  const at = deps.clock.now();
  const sealedSecret = secret === null ? null : deps.vault.seal(id, secret);
  return await inTransaction(deps.db, async tx => {
    if ((await countChannels(tx)) >= LIMITS.alertChannelsMax) {
      return failed(fault('too-many-alert-channels', `There are ${LIMITS.alertChannelsMax} already.`));
    }
    await insertChannel(tx, { ...fields, id, sealedSecret, createdAt: at });
    await appendAudit(tx, {
      ...{ at, actor, action: 'alert-channel.created', subject: `alert-channel:${id}` },
      detail: auditFacts(fields),
    });
    return await getChannel({ db: tx }, id);
  });
}

/** A secret that is not given stays. Faults: not-found, edit-conflict, those of the settings. */
export async function changeChannel(
  deps: AlertDeps,
  { id, change, actor }: { id: string; change: ChannelChange; actor: Actor },
): Promise<Result<ChannelRow>> {
  const before = await findChannel(deps.db, id);
  if (!before) return noSuchChannel(id);
  if (change.kind !== before.settings.kind) {
    const detail = `The channel is of the kind "${before.settings.kind}", which cannot be changed.`;
    return failed(fault('invalid-field', detail, { field: 'kind' }));
  }
  const next = withChange(before, change);
  const had = (await readChannelSecret(deps.db, id)) !== undefined;
  const signsIn = next.settings.kind === 'webhook' || next.settings.username !== null;
  const hasSecret = change.secret !== undefined || (had && signsIn);
  const wrong = whatIsWrong(next.settings, { hasSecret });
  if (wrong) return failed(wrong);
  const moved = change.secret === undefined && had && signsIn && goesElsewhere(before.settings, next.settings);
  if (moved) {
    // Else whoever may edit a channel could have its secret sent to a server of their own.
    const detail = 'The stored password is not sent to another server: give it together with the new address.';
    return failed(fault('missing-field', detail, { field: 'secret' }));
  }
  const sealed = change.secret === undefined ? undefined : deps.vault.seal(id, change.secret);
  const sealedSecret = sealed ?? (hasSecret ? undefined : null);
  const at = deps.clock.now();
  const saved = await inTransaction(deps.db, async tx => {
    const secretChange = sealedSecret === undefined ? {} : { sealedSecret };
    if (!(await updateChannel(tx, { ...next, ...secretChange, id, readAt: before.updatedAt, updatedAt: at }))) {
      return false;
    }
    if (!next.enabled) await takeBackDeliveries(tx, { channelId: id, at });
    await appendAudit(tx, {
      ...{ at, actor, action: 'alert-channel.changed', subject: `alert-channel:${id}` },
      detail: { ...auditFacts(next), secretChanged: sealedSecret !== undefined },
    });
    return true;
  });
  if (saved) return await getChannel(deps, id);
  return failed(fault('edit-conflict', `The alert channel "${before.name}" was changed or deleted.`));
}

/** What is on its way through it is dropped. Fault not-found. */
export async function removeChannel(
  deps: AlertDeps,
  { id, actor }: { id: string; actor: Actor },
): Promise<Result<undefined>> {
  return await inTransaction(deps.db, async tx => {
    const channel = await findChannel(tx, id);
    if (!channel || !(await deleteChannel(tx, id))) return noSuchChannel(id);
    await appendAudit(tx, {
      ...{ at: deps.clock.now(), actor, action: 'alert-channel.deleted', subject: `alert-channel:${id}` },
      detail: auditFacts(channel),
    });
    return ok(undefined);
  });
}

export interface ChannelTest {
  /** `ok` with a fault: it was taken, for some recipients only. */
  readonly outcome: 'ok' | 'failed';
  readonly fault: Fault | null;
  readonly testedAt: Date;
}

/** Sends a test message now, once, also through a channel that is disabled. Fault not-found. */
export async function testChannel(
  deps: AlertDeps,
  { id, actor }: { id: string; actor: Actor },
): Promise<Result<ChannelTest>> {
  const channel = await findChannel(deps.db, id);
  if (!channel) return noSuchChannel(id);
  const at = deps.clock.now();
  const message = testMessage({ id: deps.ids.uuid(), at, channel: channel.name });
  const sealedSecret = await readChannelSecret(deps.db, id);
  const { sent, fault: why } = await send(deps, { id, settings: channel.settings, sealedSecret }, message);
  await inTransaction(deps.db, async tx => {
    if (sent) await wakeChannel(tx, { id, at: deps.clock.now(), fault: why });
    await appendAudit(tx, {
      ...{ at, actor, action: 'alert-channel.tested', subject: `alert-channel:${id}` },
      detail: { name: channel.name, outcome: sent ? 'ok' : 'failed', fault: why?.code ?? null },
    });
  });
  return ok({ outcome: sent ? 'ok' : 'failed', fault: why, testedAt: at });
}

export async function getChannel({ db }: Pick<AlertDeps, 'db'>, id: string): Promise<Result<ChannelRow>> {
  const row = await findChannel(db, id);
  return row ? ok(row) : noSuchChannel(id);
}

/** In the order they were made. */
export async function channelsPage(
  { db }: Pick<AlertDeps, 'db'>,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Result<{ items: readonly ChannelRow[]; nextCursor: string | null }>> {
  const place = readCursor(cursor, ['id']);
  if (!place.ok) return place;
  const rows = await listChannels(db, { after: place.value?.[0] ?? null, limit: limit + 1 });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return ok({ items, nextCursor: rows.length > limit && last ? writeCursor([last.id]) : null });
}

function noSuchChannel(id: string) {
  return failed(fault('not-found', `There is no alert channel ${id}.`, { subject: id }));
}

function withChange({ settings, ...before }: ChannelRow, change: ChannelChange): ChannelFields {
  const given = (fields: object) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const { name, enabled, afterIntervals, remindHours, kind: _kind, secret: _secret, ...rest } = change;
  return {
    name: name ?? before.name,
    enabled: enabled ?? before.enabled,
    afterIntervals: afterIntervals ?? before.afterIntervals,
    remindHours: remindHours ?? before.remindHours,
    settings: { ...settings, ...given(rest) },
  };
}

/** What cannot be seen of a field by itself; null when nothing is wrong. */
function whatIsWrong(settings: ChannelSettings, { hasSecret }: { hasSecret: boolean }): Fault | null {
  if (settings.kind === 'webhook') {
    if (hasSecret) return null;
    return fault('missing-field', 'A webhook is signed: give its secret.', { field: 'secret' });
  }
  const { username, security } = settings;
  if (username !== null && security === 'none') {
    const detail = 'A password is not sent over a connection that is not encrypted.';
    return fault('invalid-field', detail, { field: 'security' });
  }
  if (username !== null && !hasSecret) {
    return fault('missing-field', 'A user name needs its password.', { field: 'secret' });
  }
  if (username === null && hasSecret) {
    return fault('missing-field', 'A password needs its user name.', { field: 'username' });
  }
  return null;
}

/** A webhook’s secret is never sent; a mail server is given the password. */
function goesElsewhere(before: ChannelSettings, after: ChannelSettings): boolean {
  if (before.kind !== 'email' || after.kind !== 'email') return false;
  return before.host !== after.host || before.port !== after.port || before.security !== after.security;
}

/** A webhook's path may be a secret of its receiver, so only its server is told. */
function auditFacts({ name, settings, enabled, afterIntervals, remindHours }: ChannelFields) {
  const { kind } = settings;
  const to =
    settings.kind === 'webhook' ? { server: new URL(settings.url).origin } : { server: settings.host, to: settings.to };
  return { name, kind, ...to, enabled, afterIntervals, remindHours };
}
