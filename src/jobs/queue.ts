import type { Transaction } from 'kysely';
import { fromKysely, type JobInsert, PgBoss } from 'pg-boss';
import { LIMITS } from '../domain/limits.ts';
import { ACCOUNT_TYPES, type AccountType } from '../domain/partition.ts';
import type { Log } from '../log.ts';
import type { QueuedRun } from '../store/runs.ts';
import { takeJobs } from './take-jobs.ts';

/**
 * The queue: pg-boss in the schema `queue` of the same database, so that a run and its job are made in one transaction.
 * One job carries one run. Its singleton key is the account, so no two runs of an account are handed out at a time. Key
 * rotations have a queue of their own, and so have re-checks of an account type's connectors.
 */
export interface Queue {
  /** Makes the jobs of runs that were inserted in the same transaction. */
  addRuns(transaction: Transaction<unknown>, runs: readonly QueuedRun[]): Promise<void>;
  /** Hands runs to `work`, some at a time, until told to stop. What `work` throws makes the run be handed out again. */
  takeRuns(work: (job: { runId: string; signal: AbortSignal }) => Promise<void>): Promise<void>;
  /** Has those be handed out that were added meanwhile, by whomever; without it they are found within `LIMITS.jobPollMs`. */
  lookForRuns(): void;
  /** Makes the jobs of key rotations that were inserted in the same transaction. */
  addRotations(transaction: Transaction<unknown>, rotations: readonly QueuedRotation[]): Promise<void>;
  /** The same for key rotations. */
  takeRotations(work: (job: { rotationId: string; signal: AbortSignal }) => Promise<void>): Promise<void>;
  /** Makes the jobs of re-checks that were inserted in the same transaction. */
  addRechecks(transaction: Transaction<unknown>, rechecks: readonly QueuedRecheck[]): Promise<void>;
  /** The same for re-checks. */
  takeRechecks(work: (job: { recheckId: string; signal: AbortSignal }) => Promise<void>): Promise<void>;
  /** Takes nothing more and waits for what was handed out. */
  stopTaking(): Promise<void>;
  /** Closes the queue's connections. */
  stop(): Promise<void>;
}

/**
 * Opens the queue, and makes or migrates its tables under pg-boss's own lock, so that any number of processes may do it at
 * once. Throws when the database does not come within `LIMITS.queueStartTriesMax` tries.
 */
export async function startQueue({ connectionString, log }: { connectionString: string; log: Log }): Promise<Queue> {
  const boss = new PgBoss({
    connectionString,
    application_name: 'causeway-queue',
    schema: 'queue',
    max: LIMITS.queuePoolMax,
    connectionTimeoutMillis: LIMITS.databaseConnectTimeoutMs,
    superviseIntervalSeconds: LIMITS.queueSuperviseSeconds,
    monitorIntervalSeconds: LIMITS.queueSuperviseSeconds,
    schedule: false,
    useListenNotify: true,
  });
  boss.on('error', error => log.warn({ error: error.message }, 'the queue has trouble'));
  boss.on('warning', ({ message }) => log.warn({ warning: message }, 'the queue warns'));
  await boss.start({ attempts: LIMITS.queueStartTriesMax });
  await boss.createQueue(RUNS, { ...SETTINGS, policy: 'singleton', notify: true });
  await boss.updateQueue(RUNS, SETTINGS);
  await boss.createQueue(ROTATIONS, { ...ROTATION_SETTINGS, policy: 'singleton', notify: true });
  await boss.updateQueue(ROTATIONS, ROTATION_SETTINGS);
  await boss.createQueue(RECHECKS, { ...RECHECK_SETTINGS, policy: 'singleton', notify: true });
  await boss.updateQueue(RECHECKS, RECHECK_SETTINGS);
  const taking: { stop(): Promise<void>; look(): void }[] = [];
  return {
    async addRuns(transaction, runs) {
      if (runs.length === 0) return;
      await boss.insert(RUNS, runs.map(jobOf), { db: fromKysely(transaction) });
    },
    async takeRuns(work) {
      const inFlight = LIMITS.runsInFlightPerWorker;
      taking.push(
        takeJobs<{ runId: string }>(boss, { queue: RUNS, inFlight, log }, ({ data, signal }) =>
          work({ runId: data.runId, signal }),
        ),
      );
    },
    lookForRuns() {
      for (const taker of taking) taker.look();
    },
    async addRotations(transaction, rotations) {
      const jobs = rotations.map(({ rotationId, jobId }) => ({
        id: jobId,
        data: { rotationId },
        singletonKey: rotationId,
      }));
      await boss.insert(ROTATIONS, jobs, { db: fromKysely(transaction) });
    },
    async takeRotations(work) {
      const options = {
        localConcurrency: LIMITS.rotationsInFlightPerWorker,
        notifyPollingIntervalSeconds: LIMITS.queuePollSeconds,
        heartbeatRefreshSeconds: LIMITS.runHeartbeatSeconds / 3,
      };
      await boss.work<{ rotationId: string }>(ROTATIONS, options, async jobs => {
        for (const { data, signal } of jobs) await work({ rotationId: data.rotationId, signal });
      });
    },
    async addRechecks(transaction, rechecks) {
      await boss.insert(RECHECKS, rechecks.map(jobOfRecheck), { db: fromKysely(transaction) });
    },
    async takeRechecks(work) {
      const options = {
        localConcurrency: ACCOUNT_TYPES.length,
        notifyPollingIntervalSeconds: LIMITS.queuePollSeconds,
        heartbeatRefreshSeconds: LIMITS.runHeartbeatSeconds / 3,
      };
      await boss.work<{ recheckId: string }>(RECHECKS, options, async jobs => {
        for (const { data, signal } of jobs) await work({ recheckId: data.recheckId, signal });
      });
    },
    async stopTaking() {
      await Promise.all([ROTATIONS, RECHECKS].map(queue => boss.offWork(queue, { wait: true })));
      await Promise.all(taking.splice(0).map(taker => taker.stop()));
    },
    stop: () => boss.stop({ graceful: true, timeout: LIMITS.stopTimeoutMs }),
  };
}

export interface QueuedRotation {
  readonly rotationId: string;
  readonly jobId: string;
}

const RUNS = 'runs';
const RECHECKS = 'rechecks';
const ROTATIONS = 'key-rotations';

const SETTINGS = {
  heartbeatSeconds: LIMITS.runHeartbeatSeconds,
  expireInSeconds: (LIMITS.runHoursMax + 1) * 3_600,
  retryLimit: LIMITS.runTriesMax,
  retryDelay: LIMITS.runRetrySeconds,
  deleteAfterSeconds: 86_400,
} as const;

const ROTATION_SETTINGS = {
  ...SETTINGS,
  retryLimit: LIMITS.rotationTriesMax,
  retryDelay: LIMITS.rotationRetrySeconds,
} as const;

const RECHECK_SETTINGS = { ...SETTINGS, expireInSeconds: (LIMITS.recheckHoursMax + 1) * 3_600 } as const;

export interface QueuedRecheck {
  readonly recheckId: string;
  readonly jobId: string;
  readonly accountType: AccountType;
}

/** One re-check of an account type is handed out at a time. */
function jobOfRecheck({ recheckId, jobId, accountType }: QueuedRecheck): JobInsert<{ recheckId: string }> {
  return { id: jobId, data: { recheckId }, singletonKey: accountType };
}

function jobOf({ runId, jobId, partition, accountId }: QueuedRun): JobInsert<{ runId: string }> {
  return { id: jobId, data: { runId }, singletonKey: `${partition}:${accountId}` };
}
