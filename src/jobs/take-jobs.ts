import type { PgBoss } from 'pg-boss';
import { gather } from '../domain/gather.ts';
import { LIMITS } from '../domain/limits.ts';
import { pause } from '../domain/pause.ts';
import type { Log } from '../log.ts';

/** What a queue hands out. */
interface Job {
  readonly id: string;
  readonly retryCount: number;
}

/**
 * Hands the jobs of a queue to `work`, at most `inFlight` at a time, until told to stop. What `work` throws makes the job be
 * handed out again.
 *
 * pg-boss's own workers take one job each, so that 64 of them would each ask for jobs, settle them and tell that they are
 * alive by themselves, and would rest after a job that took less than their interval. Here one statement takes as many jobs as
 * there is room for, one settles those that ended within a moment, and one is the heartbeat of all.
 */
export function takeJobs<Data>(
  boss: PgBoss,
  { queue, inFlight, log }: { queue: string; inFlight: number; log: Log },
  work: (job: { data: Data; signal: AbortSignal }) => Promise<void>,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const held = new Map<Job, AbortController>();
  const underWay = new Set<Promise<void>>();
  let room = Promise.withResolvers<void>();
  const complete = gather(
    async (jobs: readonly Job[]) => {
      await boss.complete(queue, [...jobs]);
      return jobs;
    },
    { waitMs: LIMITS.jobEndsWaitMs, itemsMax: inFlight, oneByOne: () => false },
  );
  const trouble = (error: unknown) => log.warn({ queue, error: String(error) }, 'the queue has trouble');
  const heartbeat = setInterval(() => void beat().catch(trouble), (LIMITS.runHeartbeatSeconds * 1_000) / 3);
  const taking = take();
  return {
    async stop() {
      stopping.abort();
      await taking;
      await Promise.all(underWay);
      clearInterval(heartbeat);
    },
  };

  async function take(): Promise<void> {
    while (!stopping.signal.aborted) {
      room = Promise.withResolvers();
      const batchSize = inFlight - held.size;
      const jobs = batchSize > 0 ? await boss.fetch<Data>(queue, { batchSize }).catch(troubled) : [];
      for (const job of jobs) begin(job);
      if (jobs.length > 0 && held.size < inFlight) continue;
      // A moment after the first that ends, so that the next statement takes more than one.
      const patience = held.size < inFlight ? LIMITS.jobPollMs : LIMITS.queuePollSeconds * 1_000;
      await Promise.race([
        pause(patience, stopping.signal),
        room.promise.then(() => pause(LIMITS.jobEndsWaitMs, stopping.signal)),
      ]);
    }
  }

  function troubled(error: unknown): [] {
    trouble(error);
    return [];
  }

  function begin({ data, ...job }: Job & { data: Data }): void {
    const claim = new AbortController();
    held.set(job, claim);
    const ended: Promise<void> = carryOut({ job, data, signal: claim.signal })
      .catch(trouble)
      .finally(() => {
        held.delete(job);
        underWay.delete(ended);
        room.resolve();
      });
    underWay.add(ended);
  }

  async function carryOut({ job, data, signal }: { job: Job; data: Data; signal: AbortSignal }): Promise<void> {
    try {
      await work({ data, signal });
    } catch (error) {
      await boss.fail(queue, job, { message: String(error) });
      return;
    }
    await complete(job);
  }

  /** A job that another worker has by now, because the heartbeats did not come through, is told to stop. */
  async function beat(): Promise<void> {
    const jobs = [...held.keys()];
    if (jobs.length === 0) return;
    const touched = await boss.touch(queue, jobs);
    // Which of them it refreshed, pg-boss answers but does not declare; without that nobody is told to stop.
    if (!('settled' in touched) || !Array.isArray(touched.settled)) return;
    const alive = new Set(touched.settled);
    for (const job of jobs) if (!alive.has(job.id)) held.get(job)?.abort();
  }
}
