import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { PeopleDeps } from '../accounts/callers.ts';
import type { AccountsDeps } from '../accounts/deps.ts';
import { handOverTotals, type TotalsDeps } from '../accounts/hand-over-totals.ts';
import { LIMITS } from '../domain/limits.ts';
import { ACCOUNT_TYPES } from '../domain/partition.ts';
import { isDatabaseUnavailable } from '../store/database.ts';
import { AGE_HOURS, type EstateReadiness, readEstateReadiness } from '../store/estate-readiness.ts';
import { countDeployment, type DeploymentCounts } from '../store/metrics.ts';
import { admit } from './access.ts';
import { sendFaults } from './fault-reply.ts';
import { isLoopback } from './security-headers.ts';

type MetricsDeps = PeopleDeps & TotalsDeps & Pick<AccountsDeps, 'emptyScopesEvery'>;

/**
 * `/metrics` in the text format of Prometheus: durations of the API's routes in this process, and numbers of the whole
 * deployment, what workers on other machines did included: every server tells the same, so take the maximum over servers
 * and never the sum (docs/adr/0019). They tell how large an estate is, so they are for readers (a token as the scraper's
 * bearer token) and, unless `tokensOnly`, for this machine itself.
 */
export function registerMetrics(
  app: FastifyInstance,
  deps: MetricsDeps,
  { tokensOnly }: { tokensOnly: boolean },
): void {
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
    if (tokensOnly || !isThisMachine(request)) {
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

/** Answers a function that brings the numbers up to date; to be called before each scrape is answered. */
function registerCounts(registry: Registry, deps: MetricsDeps): () => Promise<void> {
  const up = gauge(registry, 'database_up', '1 while the database answers; 0: the numbers are missing.');
  const told = [queueNumbers, readinessNumbers, alertNumbers, totalNumbers, retentionNumbers].map(make =>
    make(registry),
  );
  const read = cachedNumbers(deps);
  return async () => {
    const { numbers } = await read();
    up.set(numbers ? 1 : 0);
    for (const tell of told) tell(numbers);
  };
}

/** Numbers of the deployment as of `at`. */
interface Numbers extends DeploymentCounts {
  readonly readiness: EstateReadiness;
  readonly at: Date;
}

/** Puts the numbers into metrics; without numbers, takes them away. */
type Tell = (numbers: Numbers | undefined) => void;

function gauge(registry: Registry, name: string, help: string, labelNames: string[] = []): Gauge {
  return new Gauge({ name: `causeway_${name}`, help, labelNames, registers: [registry] });
}

function queueNumbers(registry: Registry): Tell {
  const connectors = gauge(registry, 'connectors', 'Connectors.', ['account_type', 'enabled']);
  const runs = gauge(registry, 'runs_under_way', 'Runs that are not over.', ['state']);
  const queued = gauge(
    registry,
    'oldest_queued_run_seconds',
    'How long the oldest queued run has waited for a worker.',
  );
  const due = gauge(
    registry,
    'oldest_due_connector_seconds',
    'How long the connector that is due longest has waited for its run to be made.',
  );
  return numbers => {
    for (const one of [connectors, runs]) one.reset();
    for (const { accountType, enabled, count } of numbers?.connectors ?? []) {
      connectors.set({ account_type: accountType, enabled: String(enabled) }, count);
    }
    for (const state of ['queued', 'running']) runs.set({ state }, 0);
    for (const { state, count } of numbers?.runsUnderWay ?? []) runs.set({ state }, count);
    queued.set(numbers ? secondsSince(numbers.oldestQueuedAt, numbers.at) : 0);
    due.set(numbers ? secondsSince(numbers.oldestDueAt, numbers.at) : 0);
  };
}

/** From the readiness of the estate, so never by account: an estate may have ten thousand. */
function readinessNumbers(registry: Registry): Tell {
  const byType = ['account_type', 'asset_type'];
  const scopes = gauge(registry, 'scopes', 'Scopes of enabled connectors by readiness.', [...byType, 'readiness']);
  const items = gauge(
    registry,
    'scope_items',
    'Items in the last complete observations; one that two connectors see counts twice.',
    byType,
  );
  const within = gauge(registry, 'scopes_complete_within', 'Scopes observed completely within so many hours.', [
    'account_type',
    'hours',
  ]);
  const oldest = gauge(
    registry,
    'oldest_complete_seconds',
    'Age of the oldest complete observation that stands.',
    byType,
  );
  return numbers => {
    for (const one of [scopes, items, within, oldest]) one.reset();
    if (!numbers) return;
    const ages = new Map<string, { labels: Record<string, string>; seconds: number }>();
    for (const cell of numbers.readiness.cells) {
      const labels = { account_type: cell.accountType, asset_type: cell.assetType };
      scopes.inc({ ...labels, readiness: cell.readiness }, cell.scopes);
      items.inc(labels, cell.items);
      AGE_HOURS.forEach((hours, index) => {
        within.inc({ account_type: cell.accountType, hours }, cell.within[index] ?? 0);
      });
      if (cell.oldestCompleteAt === null) continue;
      const key = `${cell.accountType} ${cell.assetType}`;
      const seconds = secondsSince(new Date(cell.oldestCompleteAt), numbers.at);
      ages.set(key, { labels, seconds: Math.max(seconds, ages.get(key)?.seconds ?? 0) });
    }
    for (const { labels, seconds } of ages.values()) oldest.set(labels, seconds);
  };
}

/** The states of a message, so that each is told before the first has it. */
const DELIVERY_STATES = ['pending', 'sent', 'failed', 'replaced'];

function alertNumbers(registry: Registry): Tell {
  const open = gauge(registry, 'alerts_open', 'Open alerts.', ['cause']);
  const connectors = gauge(registry, 'alert_connectors', 'Connectors that fail for the cause of an open alert.', [
    'cause',
  ]);
  const deliveries = gauge(
    registry,
    'alert_deliveries',
    'Messages of alerts that are kept; those that were given up are “failed”.',
    ['state'],
  );
  const looked = gauge(registry, 'alerts_evaluated_timestamp_seconds', 'When a worker looked for alerts last.');
  return numbers => {
    for (const one of [open, connectors, deliveries]) one.reset();
    if (!numbers) return;
    for (const { cause, count, connectors: concerned } of numbers.alertsOpen) {
      open.set({ cause }, count);
      connectors.set({ cause }, concerned);
    }
    for (const state of DELIVERY_STATES) deliveries.set({ state }, 0);
    for (const { state, count } of numbers.alertDeliveries) deliveries.set({ state }, count);
    looked.set(numbers.alertsEvaluatedAt.getTime() / 1_000);
  };
}

function retentionNumbers(registry: Registry): Tell {
  const rows = gauge(registry, 'expired_rows', 'Rows deleted so far because they were too old or unused.', ['kind']);
  const passed = gauge(registry, 'expiry_pass_timestamp_seconds', 'When nothing was too old or unused last.', ['kind']);
  return numbers => {
    for (const one of [rows, passed]) one.reset();
    for (const { kind, deleted, passedAt } of numbers?.retention ?? []) {
      rows.set({ kind }, deleted);
      if (passedAt) passed.set({ kind }, passedAt.getTime() / 1_000);
    }
  };
}

function secondsSince(time: Date | null, now: Date): number {
  return time === null ? 0 : Math.max(0, (now.getTime() - time.getTime()) / 1_000);
}

/** A counter that processes add up in the database; its labels are those that it is counted with. */
interface CounterInfo {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Values of every label that are told as 0 before they are counted: Prometheus sees no increase in what appears above 0. */
  readonly known?: Readonly<Record<string, readonly string[]>>;
}

const TOTALS: readonly CounterInfo[] = [
  {
    name: 'runs_total',
    help: 'Runs that are over, by how they ended.',
    labels: ['account_type', 'state', 'trigger'],
    known: {
      account_type: ACCOUNT_TYPES,
      state: ['ok', 'problems', 'failed', 'cancelled'],
      trigger: ['created', 'schedule', 'request'],
    },
  },
  { name: 'run_duration_seconds_bucket', help: 'Runs that took at most so long.', labels: ['le'] },
  { name: 'run_duration_seconds_sum', help: 'How long all runs took together.', labels: [] },
  { name: 'run_duration_seconds_count', help: 'Runs whose duration was counted.', labels: [] },
  { name: 'scopes_observed_total', help: 'Scopes that runs have ended, by outcome.', labels: ['outcome'] },
  { name: 'aws_calls_total', help: 'Tries of calls to AWS.', labels: ['service'] },
  { name: 'aws_throttled_total', help: 'Tries that AWS refused because they came too fast.', labels: ['service'] },
  {
    name: 'hub_uses_total',
    help: 'Assumptions of roles that a hub was used for; those with no or a wrong external ID are meant to be refused.',
    labels: ['account_type', 'hub', 'external_id', 'outcome'],
    known: {
      account_type: ACCOUNT_TYPES,
      hub: ['platform-account', 'base-account'],
      external_id: ['own', 'none', 'random'],
      outcome: ['accepted', 'refused'],
    },
  },
];

function totalNumbers(registry: Registry): Tell {
  const counters = TOTALS.map(({ name, help, labels, known }) => {
    const counter = new Counter({ name: `causeway_${name}`, help, labelNames: [...labels], registers: [registry] });
    return { name, labels, counter, zeros: known ? combinations(known) : [] };
  });
  return numbers => {
    for (const { name, labels, counter, zeros } of counters) {
      counter.reset();
      if (!numbers) continue;
      for (const zero of zeros) counter.inc(zero, 0);
      for (const total of numbers.totals.filter(({ metric }) => metric === name) ?? []) {
        // JSON in the database has an order of its own.
        counter.inc(Object.fromEntries(labels.map(label => [label, total.labels[label] ?? ''])), total.value);
      }
    }
  };
}

/** Each value of each label with each of the others. */
function combinations(values: Readonly<Record<string, readonly string[]>>): readonly Record<string, string>[] {
  let combined: Record<string, string>[] = [{}];
  for (const [label, choices] of Object.entries(values)) {
    combined = combined.flatMap(labels => choices.map(choice => ({ ...labels, [label]: choice })));
  }
  return combined;
}

interface LatestNumbers {
  /** undefined while the database does not answer. */
  readonly numbers: Numbers | undefined;
  readonly readAtMs: number;
}

/** However many scrapers ask, the database is asked once per `LIMITS.metricsCacheSeconds`. */
function cachedNumbers(deps: MetricsDeps): () => Promise<LatestNumbers> {
  let latest: LatestNumbers | undefined;
  return async () => {
    const now = deps.clock.now();
    if (latest?.numbers && now.getTime() - latest.readAtMs < LIMITS.metricsCacheSeconds * 1_000) return latest;
    latest = { numbers: await numbersOrNone(deps, now), readAtMs: now.getTime() };
    return latest;
  };
}

async function numbersOrNone(deps: MetricsDeps, now: Date): Promise<Numbers | undefined> {
  try {
    await handOverTotals(deps);
    const counts = await countDeployment(deps.db, now);
    const { emptyScopesEvery = LIMITS.emptyScopesEveryDefault } = deps;
    return { ...counts, readiness: await readEstateReadiness(deps.db, { now, emptyScopesEvery }), at: now };
  } catch (error) {
    if (isDatabaseUnavailable(error)) return undefined;
    throw error;
  }
}
