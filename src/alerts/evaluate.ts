import { targetHub } from '../accounts/hubs.ts';
import type { Hub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import { ACCOUNT_TYPES, type AccountType } from '../domain/partition.ts';
import { type LaggingConnector, listLagging } from '../store/alert-causes.ts';
import { fewestIntervals } from '../store/alert-channels.ts';
import { insertDeliveries } from '../store/alert-deliveries.ts';
import { sampleConnectors } from '../store/alert-reads.ts';
import {
  forgetAlerts,
  joinAlerts,
  leaveAlerts,
  listStandings,
  type Member,
  openAlerts,
  saveNotices,
  settleAlerts,
  takeEvaluation,
  type WantedAlert,
} from '../store/alerts.ts';
import { findBaseAccountOfType } from '../store/base-accounts.ts';
import { type Database, inTransaction } from '../store/database.ts';
import { causeKey, causesOf } from './causes.ts';
import { decide } from './decide.ts';
import type { AlertDeps } from './deps.ts';
import { alertMessage } from './message.ts';

/**
 * Looks which connectors are not complete for too long and why, opens, changes and resolves alerts accordingly, and queues
 * what the channels are to be told: all of it or nothing, in one transaction of a dozen statements however many connectors
 * fail. Every worker calls this all the time; one of them does it once a minute. Answers whether this one did.
 */
export async function evaluateAlerts(deps: AlertDeps): Promise<boolean> {
  const { db, clock, log } = deps;
  const now = clock.now();
  const found = await inTransaction(db, async tx => {
    if (!(await takeEvaluation(tx, { now, notSince: before(now, { seconds: LIMITS.alertsEverySeconds }) })))
      return null;
    // Without a channel, the page of alerts shows them as by default; a channel may want to know earlier.
    const fewest = await fewestIntervals(tx);
    const intervals = Math.min(LIMITS.alertIntervalsDefault, fewest ?? LIMITS.alertIntervalsDefault);
    const lagging = await listLagging(tx, { now, intervals, limit: LIMITS.alertBatchMax });
    await sortIntoAlerts({ ...deps, db: tx }, { lagging, now });
    await leaveAlerts(tx, { now, intervals, lingerIntervals: LIMITS.alertLingerIntervals });
    const resolved = await settleAlerts(tx, now);
    const messages = await queueMessages({ ...deps, db: tx }, now);
    const resolvedBefore = before(now, { seconds: LIMITS.alertKeptDays * 86_400 });
    await forgetAlerts(tx, { resolvedBefore, limit: LIMITS.alertForgetBatch });
    return { connectors: lagging.length, resolved, messages };
  });
  if (!found) return false;
  if (found.connectors + found.resolved + found.messages > 0) log.info(found, 'alerts were looked for');
  return true;
}

async function sortIntoAlerts(
  deps: AlertDeps,
  { lagging, now }: { lagging: readonly LaggingConnector[]; now: Date },
): Promise<void> {
  if (lagging.length === 0) return;
  const hubs = await targetHubs(deps);
  const wanted = new Map<string, WantedAlert>();
  const members: (Omit<Member, 'alertId'> & { readonly key: string })[] = [];
  for (const connector of lagging) {
    for (const { cause, fault, scopes, regions } of causesOf(connector, hubs.get(connector.accountType) ?? null)) {
      const key = causeKey(cause);
      if (!wanted.has(key)) wanted.set(key, { id: deps.ids.uuid(), causeKey: key, cause, fault });
      const { connectorId, runId } = connector;
      members.push({ key, connectorId, runId, scopes, regions });
    }
  }
  const reopenSince = before(now, { seconds: LIMITS.alertReopenHours * 3_600 });
  const ids = await openAlerts(deps.db, [...wanted.values()], { at: now, reopenSince });
  const joined = members.flatMap(({ key, ...member }) => {
    const alertId = ids.get(key);
    return alertId === undefined ? [] : [{ ...member, alertId }];
  });
  await joinAlerts(deps.db, joined, now);
}

/** What the connectors of each account type are to be reached through. */
async function targetHubs(deps: AlertDeps): Promise<ReadonlyMap<AccountType, Hub | null>> {
  const hubs = new Map<AccountType, Hub | null>();
  for (const accountType of ACCOUNT_TYPES) {
    const base = await findBaseAccountOfType(deps.db, accountType);
    hubs.set(accountType, targetHub(deps, { accountType, baseAccountId: base?.identity.accountId ?? null }));
  }
  return hubs;
}

/** Queues what each channel is to be told now; how many messages. */
async function queueMessages({ db, ids }: Pick<AlertDeps, 'db' | 'ids'>, now: Date): Promise<number> {
  const due = (await listStandings(db, now)).flatMap(standing => {
    const decision = decide(standing, now);
    return decision ? [{ standing, ...decision }] : [];
  });
  if (due.length === 0) return 0;
  const named = await namesFor(
    db,
    due.map(({ standing: { alert, afterIntervals } }) => ({ alertId: alert.id, afterIntervals })),
    now,
  );
  const deliveries = due.map(({ standing, event, notice: { sequence } }) => {
    const { alert, channelId, connectors, afterIntervals } = standing;
    const id = ids.uuid();
    const names = named(alert.id, afterIntervals);
    const message = alertMessage({ id, event, sequence, at: now, alert, connectors, named: names });
    return { id, channelId, alertId: alert.id, event, message };
  });
  const notices = due.map(({ standing, notice }) => ({
    ...notice,
    alertId: standing.alert.id,
    channelId: standing.channelId,
  }));
  // In the order in which the end of a try writes them, so that the two never wait for each other in a ring.
  await insertDeliveries(db, deliveries, now);
  await saveNotices(db, notices);
  return deliveries.length;
}

async function namesFor(db: Database, wanted: readonly { alertId: string; afterIntervals: number }[], now: Date) {
  const keyOf = (alertId: string, afterIntervals: number) => `${alertId}:${afterIntervals}`;
  const once = new Map(wanted.map(one => [keyOf(one.alertId, one.afterIntervals), one]));
  const rows = await sampleConnectors(db, [...once.values()], { now, limit: LIMITS.alertConnectorsNamed });
  const byKey = Map.groupBy(rows, ({ alertId, afterIntervals }) => keyOf(alertId, afterIntervals));
  return (alertId: string, afterIntervals: number) => byKey.get(keyOf(alertId, afterIntervals)) ?? [];
}

function before(now: Date, { seconds }: { seconds: number }): Date {
  return new Date(now.getTime() - seconds * 1_000);
}
