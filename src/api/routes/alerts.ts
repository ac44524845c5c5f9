import type { AlertDeps } from '../../alerts/deps.ts';
import { readCursor } from '../../domain/cursor.ts';
import { fault } from '../../domain/faults.ts';
import { failed, ok } from '../../domain/result.ts';
import {
  type AlertConnector,
  findAlert,
  lastEvaluation,
  listAlertConnectors,
  listAlerts,
} from '../../store/alert-reads.ts';
import type { AlertRow } from '../../store/alerts.ts';
import type { ReplyOf } from '../contract.ts';
import { wireFault } from '../fault-reply.ts';
import { pageOf } from '../page.ts';
import type { Handlers } from '../routes.ts';

export function alertRoutes({
  db,
  clock,
}: Pick<AlertDeps, 'db' | 'clock'>): Pick<Handlers, 'listAlerts' | 'getAlert' | 'listAlertConnectors'> {
  return {
    async listAlerts({ query: { limit, cursor, state = null } }) {
      const after = readCursor(cursor, ['id']);
      if (!after.ok) return after;
      const rows = await listAlerts(db, { state, after: after.value?.[0] ?? null, limit: limit + 1 });
      const evaluatedAt = (await lastEvaluation(db))?.toISOString() ?? null;
      return ok({ ...pageOf(rows, { limit, keys: alert => [alert.id], item: wireAlert }), evaluatedAt });
    },
    async getAlert({ params: { id } }) {
      const row = await findAlert(db, id);
      return row ? ok(wireAlert(row)) : noSuchAlert(id);
    },
    async listAlertConnectors({ params: { id }, query: { limit, cursor } }) {
      const place = readCursor(cursor, ['text', 'id']);
      if (!place.ok) return place;
      if (!(await findAlert(db, id))) return noSuchAlert(id);
      const [name = '', last = ''] = place.value ?? [];
      const after = place.value && { name, id: last };
      const rows = await listAlertConnectors(db, { alertId: id, now: clock.now(), after, limit: limit + 1 });
      return ok(pageOf(rows, { limit, keys: row => [row.name, row.connectorId], item: wireConnector }));
    },
  };
}

function noSuchAlert(id: string) {
  return failed(fault('not-found', `There is no alert ${id}.`, { subject: id }));
}

function wireAlert(row: AlertRow): ReplyOf<'getAlert'> {
  const { id, causeKey, cause, firstAt, lastAt, resolvedAt, occurrences } = row;
  const { connectors: total, connectorsMost: most, recovered, disabled, otherwise } = row;
  const { accountType, hub, actions } = cause;
  return {
    id,
    state: resolvedAt === null ? 'open' : 'resolved',
    cause: { key: causeKey, accountType, hub, actions: [...actions], fault: wireFault(row.fault) },
    firstAt: firstAt.toISOString(),
    lastAt: lastAt.toISOString(),
    resolvedAt: resolvedAt?.toISOString() ?? null,
    occurrences,
    connectors: { total, most, recovered, disabled, otherwise },
  };
}

function wireConnector(row: AlertConnector): ReplyOf<'listAlertConnectors'>['items'][number] {
  return {
    ...row,
    joinedAt: row.joinedAt.toISOString(),
    lastCompleteAt: row.lastCompleteAt?.toISOString() ?? null,
  };
}
