import type { FastifyInstance, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { PeopleDeps } from '../accounts/callers.ts';
import { LIMITS } from '../domain/limits.ts';
import { isDatabaseUnavailable } from '../store/database.ts';
import { countDeployment, type DeploymentCounts } from '../store/metrics.ts';
import { admit } from './access.ts';
import { sendFaults } from './fault-reply.ts';
import { isLoopback } from './security-headers.ts';

/**
 * `/metrics` in the text format of Prometheus: durations of the API's routes in this process, and counts of the whole
 * deployment. The counts tell how large an estate is, so they are for readers (a token as the scraper's bearer token) and
 * for this machine itself.
 */
export function registerMetrics(app: FastifyInstance, deps: PeopleDeps): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'causeway_http_request_duration_seconds',
    help: 'Time from the arrival of an API request to the end of its reply.',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 15],
    registers: [registry],
  });
  const refreshCounts = registerCounts(registry, deps);
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.config.routeName;
    if (route) durations.observe({ route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  app.get('/metrics', async (request, reply) => {
    if (!isThisMachine(request)) {
      const admitted = await admit(deps, request, 'reader');
      if (!admitted.ok) return sendFaults(reply, [admitted.fault]);
    }
    await refreshCounts();
    return reply
      .header('content-type', registry.contentType)
      .header('cache-control', 'no-store')
      .send(await registry.metrics());
  });
}

/** A proxy on this machine would make everybody look local; it gives itself away by its headers. */
function isThisMachine(request: FastifyRequest): boolean {
  const { headers, socket } = request;
  const proxied = ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via'].some(name => headers[name] !== undefined);
  return !proxied && isLoopback(socket.remoteAddress ?? '') && isLoopback(request.hostname);
}

/** Answers a function that brings the counts up to date; to be called before each scrape is answered. */
function registerCounts(registry: Registry, deps: PeopleDeps): () => Promise<void> {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `causeway_${name}`, help, labelNames, registers: [registry] });
  const up = gauge('database_up', '1 while the database answers; 0: the counts are missing.');
  const connectors = gauge('connectors', 'Connectors.', ['account_type', 'enabled']);
  const runs = gauge('runs_under_way', 'Runs that are not over.', ['state']);
  const scopes = gauge('scopes', 'Scopes by the outcome of their last observation.', ['asset_type', 'outcome']);
  const items = gauge(
    'scope_items',
    'Items in the last complete observations; one that two connectors see counts twice.',
    ['asset_type'],
  );
  const alerts = gauge('alerts_open', 'Open alerts.', ['cause']);
  const alertConnectors = gauge('alert_connectors', 'Connectors that fail for the cause of an open alert.', ['cause']);
  const deliveries = gauge('alert_deliveries', 'Messages of alerts; those that were given up are “failed”.', ['state']);
  const read = cachedCounts(deps);
  return async () => {
    const { counts } = await read();
    up.set(counts ? 1 : 0);
    for (const gauge of [connectors, runs, scopes, items, alerts, alertConnectors, deliveries]) gauge.reset();
    for (const { accountType, enabled, count } of counts?.connectors ?? []) {
      connectors.set({ account_type: accountType, enabled: String(enabled) }, count);
    }
    for (const { state, count } of counts?.runsUnderWay ?? []) runs.set({ state }, count);
    for (const { assetType, outcome, ...scope } of counts?.scopes ?? []) {
      scopes.set({ asset_type: assetType, outcome }, scope.count);
      items.inc({ asset_type: assetType }, scope.items);
    }
    for (const { cause, ...open } of counts?.alertsOpen ?? []) {
      alerts.set({ cause }, open.count);
      alertConnectors.set({ cause }, open.connectors);
    }
    for (const { state, count } of counts?.alertDeliveries ?? []) deliveries.set({ state }, count);
  };
}

interface LatestCounts {
  /** undefined while the database does not answer. */
  readonly counts: DeploymentCounts | undefined;
  readonly readAtMs: number;
}

/** However many scrapers ask, the database is asked once per `LIMITS.metricsCacheSeconds`. */
function cachedCounts({ db, clock }: PeopleDeps): () => Promise<LatestCounts> {
  let latest: LatestCounts | undefined;
  return async () => {
    const nowMs = clock.now().getTime();
    if (latest?.counts && nowMs - latest.readAtMs < LIMITS.metricsCacheSeconds * 1000) return latest;
    latest = { counts: await countsOrNone(db), readAtMs: nowMs };
    return latest;
  };
}

async function countsOrNone(db: PeopleDeps['db']): Promise<DeploymentCounts | undefined> {
  try {
    return await countDeployment(db);
  } catch (error) {
    if (isDatabaseUnavailable(error)) return undefined;
    throw error;
  }
}
