import { setImmediate } from 'node:timers/promises';
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
 * pg-boss's own workers take one job each, so that some dozens of them would each ask for jobs, settle them and tell that they are
 * alive by themselves, and would rest after a job that took less than their interval. Here one statement takes as many jobs as
 * there is room for, one settles those that ended within a moment, and one is the heartbeat of all.
 */
export function takeJobs<Data>(
  boss: PgBoss,
  settings: { queue: string; inFlight: number; log: Log },
  work: WorkOnJob<Data>,
): JobTaker<Data> {
  return new JobTaker(boss, settings, work);
}

type WorkOnJob<Data> = (job: { data: Data; signal: AbortSignal }) => Promise<void>;

class JobTaker<Data> {
  readonly #boss: PgBoss;
  readonly #settings: { readonly queue: string; readonly inFlight: number; readonly log: Log };
  readonly #work: WorkOnJob<Data>;
  readonly #stopping = new AbortController();
  /** What is being worked on, with what tells it that another worker has it by now. */
  readonly #held = new Map<Job, AbortController>();
  /** Those of them that are done and only have to be settled. */
  readonly #settling = new WeakSet<Job>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #complete: (job: Job) => Promise<Job>;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #taking: Promise<void>;
  /** Aborted when a job ends, or somebody knows of more. */
  #room = new AbortController();

  constructor(
    boss: PgBoss,
    settings: { readonly queue: string; readonly inFlight: number; readonly log: Log },
    work: WorkOnJob<Data>,
  ) {
    this.#boss = boss;
    this.#settings = settings;
    this.#work = work;
    const { queue, inFlight } = settings;
    this.#complete = gather(
      async (jobs: readonly Job[]) => {
        await boss.complete(queue, [...jobs]);
        return jobs;
      },
      { waitMs: LIMITS.jobEndsWaitMs, itemsMax: inFlight, oneByOne: () => false },
    );
    const beat = () => void this.#beat().catch(error => this.#trouble(error));
    this.#heartbeat = setInterval(beat, (LIMITS.runHeartbeatSeconds * 1_000) / 3);
    this.#taking = this.#take();
  }

  /** Looks for jobs now. */
  look(): void {
    this.#room.abort();
  }

  /** Takes nothing more and waits for what was taken. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#taking;
    await Promise.all(this.#underWay);
    clearInterval(this.#heartbeat);
  }

  async #take(): Promise<void> {
    const { inFlight } = this.#settings;
    const stop = this.#stopping.signal;
    while (!stop.aborted) {
      this.#room = new AbortController();
      const room = this.#room.signal;
      const jobs = this.#held.size < inFlight ? await this.#fetch(inFlight - this.#held.size) : [];
      for (const job of jobs) this.#begin(job);
      const full = this.#held.size >= inFlight;
      if (jobs.length > 0 && !full) continue;
      await pause(full ? LIMITS.queuePollSeconds * 1_000 : LIMITS.jobPollMs, AbortSignal.any([stop, room]));
      // After all that were settled together have made room, so that the next statement takes more than one.
      if (room.aborted) await setImmediate();
    }
  }

  async #fetch(batchSize: number): Promise<readonly (Job & { data: Data })[]> {
    try {
      return await this.#boss.fetch<Data>(this.#settings.queue, { batchSize });
    } catch (error) {
      this.#trouble(error);
      return [];
    }
  }

  #begin({ data, ...job }: Job & { data: Data }): void {
    const claim = new AbortController();
    this.#held.set(job, claim);
    const ended: Promise<void> = this.#carryOut(job, { data, signal: claim.signal })
      .catch(error => this.#trouble(error))
      .finally(() => {
        this.#held.delete(job);
        this.#underWay.delete(ended);
        this.#room.abort();
      });
    this.#underWay.add(ended);
  }

  async #carryOut(job: Job, task: { data: Data; signal: AbortSignal }): Promise<void> {
    try {
      await this.#work(task);
    } catch (error) {
      await this.#boss.fail(this.#settings.queue, job, { message: String(error) });
      return;
    }
    this.#settling.add(job);
    await this.#complete(job);
  }

  /** A job that another worker has by now, because the heartbeats did not come through, is told to stop. */
  async #beat(): Promise<void> {
    const jobs = [...this.#held.keys()].filter(job => !this.#settling.has(job));
    if (jobs.length === 0) return;
    const touched = await this.#boss.touch(this.#settings.queue, jobs);
    // Which of them it refreshed, pg-boss answers but does not declare; without that nobody is told to stop.
    if (!('settled' in touched) || !Array.isArray(touched.settled)) return;
    const alive = new Set(touched.settled);
    for (const job of jobs) {
      const claim = alive.has(job.id) ? undefined : this.#held.get(job);
      if (!claim || claim.signal.aborted || this.#settling.has(job)) continue;
      claim.abort();
      const { queue, log } = this.#settings;
      log.warn({ queue, jobId: job.id }, 'a job was taken over by another worker');
    }
  }

  #trouble(error: unknown): void {
    this.#settings.log.warn({ queue: this.#settings.queue, error: String(error) }, 'the queue has trouble');
  }
}
