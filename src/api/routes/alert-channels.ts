import {
  type ChannelInput,
  changeChannel,
  channelsPage,
  createChannel,
  getChannel,
  removeChannel,
  testChannel,
} from '../../alerts/channels.ts';
import type { AlertDeps } from '../../alerts/deps.ts';
import { readCursor } from '../../domain/cursor.ts';
import { mapped, ok } from '../../domain/result.ts';
import type { ChannelRow } from '../../store/alert-channels.ts';
import { type DeliveryRow, listDeliveries } from '../../store/alert-deliveries.ts';
import type { InputOf, ReplyOf } from '../contract.ts';
import { wireFault } from '../fault-reply.ts';
import { pageOf } from '../page.ts';
import type { Handlers, WireOf } from '../routes.ts';

export function alertChannelRoutes(
  deps: AlertDeps,
): Pick<
  Handlers,
  | 'listAlertChannels'
  | 'createAlertChannel'
  | 'getAlertChannel'
  | 'changeAlertChannel'
  | 'deleteAlertChannel'
  | 'testAlertChannel'
  | 'listAlertDeliveries'
> {
  return {
    async listAlertChannels({ query }) {
      const page = await channelsPage(deps, query);
      return mapped(page, ({ items, nextCursor }) => ({ items: items.map(wireChannel), nextCursor }));
    },
    async createAlertChannel({ body }, { actor }) {
      return mapped(await createChannel(deps, { input: inputOf(body), actor }), wireChannel);
    },
    async getAlertChannel({ params: { id } }) {
      return mapped(await getChannel(deps, id), wireChannel);
    },
    async changeAlertChannel({ params: { id }, body }, { actor }) {
      return mapped(await changeChannel(deps, { id, change: body, actor }), wireChannel);
    },
    async deleteAlertChannel({ params: { id } }, { actor }) {
      return await removeChannel(deps, { id, actor });
    },
    async testAlertChannel({ params: { id } }, { actor }) {
      return mapped(await testChannel(deps, { id, actor }), ({ outcome, fault, testedAt }) => ({
        outcome,
        fault: fault && wireFault(fault),
        testedAt: testedAt.toISOString(),
      }));
    },
    async listAlertDeliveries({ params: { id }, query: { limit, cursor } }) {
      const after = readCursor(cursor, ['id']);
      if (!after.ok) return after;
      const channel = await getChannel(deps, id);
      if (!channel.ok) return channel;
      const rows = await listDeliveries(deps.db, { channelId: id, after: after.value?.[0] ?? null, limit: limit + 1 });
      return ok(pageOf(rows, { limit, keys: delivery => [delivery.id], item: wireDelivery }));
    },
  };
}

function inputOf(body: InputOf<'createAlertChannel'>['body']): ChannelInput {
  const { name, enabled, afterIntervals, remindHours } = body;
  const common = { name, enabled, afterIntervals, remindHours, secret: body.secret ?? null };
  if (body.kind === 'webhook') return { ...common, settings: { kind: body.kind, url: body.url } };
  const { kind, host, port, security, username, from, to } = body;
  return { ...common, settings: { kind, host, port, security, username, from, to } };
}

function wireChannel(row: ChannelRow): WireOf<'getAlertChannel'> {
  const { id, name, enabled, afterIntervals, remindHours, settings } = row;
  const { pending, failures, lastFault, lastSentAt, nextTryAt } = row;
  return {
    ...{ id, name, enabled, afterIntervals, remindHours, settings },
    delivery: {
      ...{ pending, failures },
      lastFault: lastFault && wireFault(lastFault),
      lastSentAt: lastSentAt?.toISOString() ?? null,
      nextTryAt: nextTryAt?.toISOString() ?? null,
    },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function wireDelivery(row: DeliveryRow): ReplyOf<'listAlertDeliveries'>['items'][number] {
  return {
    ...row,
    fault: row.fault && wireFault(row.fault),
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
