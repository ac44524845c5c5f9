import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { createPrng, type Prng } from '../../simulator/world/prng.ts';
import { reach } from '../../src/accounts/reach.ts';
import type { Fault } from '../../src/domain/faults.ts';
import type { Hub } from '../../src/domain/hub.ts';
import { inParallel } from '../../src/domain/in-parallel.ts';
import { startQueue } from '../../src/jobs/queue.ts';
import { queueDueRuns } from '../../src/jobs/schedule.ts';
import { silentLog } from '../../src/log.ts';
import { type Fleet, type FleetConnector, POLLING_MINUTES, roleArnIn } from './fleet.ts';

/** One run of a connector, and what came of it. */
export interface PlayedRun {
  readonly connectorId: string;
  readonly startedAt: number;
  readonly hub: Hub | null;
  readonly fault: Fault | null;
}

/** Somebody edits the trust policy of a connector's role. */
export interface Edit {
  readonly connector: FleetConnector;
  readonly principals: readonly string[];
  /** Virtual time. */
  readonly at: number;
}

export const STEP_MS = 20 * 60_000;
const IN_FLIGHT = 16;

/** Lets virtual time pass over a fleet: what is due runs, and people edit roles, also while runs are under way. */
export class FleetPlay {
  readonly runs: PlayedRun[] = [];
  readonly editedAt = new Map<string, number>();
  readonly #fleet: Fleet;
  readonly #prng: Prng;
  /** Edits that are made as soon as STS was asked for the role the next time, in the middle of a run. */
  readonly #afterNextTry = new Map<string, Edit>();

  constructor(fleet: Fleet, seed: number) {
    this.#fleet = fleet;
    this.#prng = createPrng(seed, 'play');
    const { callLog } = fleet.aws;
    const record = callLog.record.bind(callLog);
    callLog.record = call => {
      record(call);
      const edit = call.operation === 'AssumeRole' ? this.#afterNextTry.get(call.resource ?? '') : undefined;
      if (edit) this.#edit([edit]);
    };
  }

  now(): number {
    return this.#fleet.deps.clock.now().getTime();
  }

  /** Goes on until `until`. Edits are made when their time has come, or before it in the middle of their connector's run. */
  async pass({ until, edits = [] }: { until: number; edits?: readonly Edit[] }): Promise<void> {
    let left = edits;
    for (const { connector } of edits) this.editedAt.delete(connector.id);
    while (this.now() < until) {
      const end = Math.min(until, this.now() + STEP_MS);
      this.#edit(left.filter(({ at }) => at <= end));
      left = left.filter(({ at }) => at > end);
      this.#fleet.advance(end - this.now());
      this.#makeTrouble();
      await this.runDue(left);
      left = left.filter(({ connector }) => !this.editedAt.has(connector.id));
      this.#fleet.aws.faults.clear();
    }
  }

  /** Runs what is due. */
  async runDue(edits: readonly Edit[] = []): Promise<void> {
    const later = new Map(edits.map(edit => [edit.connector.id, edit]));
    await inParallel(await this.#takeDue(), { limit: IN_FLIGHT }, async ({ id }) => {
      const edit = this.#prng.chance(0.3) ? later.get(id) : undefined;
      if (edit) this.#afterNextTry.set(roleArnIn(edit.connector.accountId), edit);
      await this.#run(id);
    });
  }

  /** The same by worker processes, which are killed again and again. Answers how many runs they ended. */
  async runDueByWorkersThatDie({ kills }: { kills: number }): Promise<number> {
    const { settings, deps, aheadMs } = this.#fleet;
    const queue = await startQueue({ connectionString: settings.connectionString, log: silentLog });
    const made = await queueDueRuns({ ...deps, queue });
    const program = path.join(import.meta.dirname, 'programs/worker.ts');
    const start = async () => {
      const worker = spawn(process.execPath, [program, JSON.stringify(settings), String(aheadMs())], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (worker.stdout) await once(worker.stdout, 'data');
      return worker;
    };
    let worker: ChildProcess | undefined;
    try {
      worker = await start();
      for (let kill = 0; kill < kills; kill += 1) {
        await sleep(this.#prng.int(20, 400));
        worker.kill('SIGKILL');
        worker = await start();
      }
      while ((await this.#unfinished()) > 0) await sleep(100);
    } finally {
      worker?.kill('SIGKILL');
      await queue.stop();
    }
    return made;
  }

  #edit(edits: readonly Edit[]): void {
    for (const { connector, principals } of edits) {
      this.#fleet.trust(connector, principals);
      this.#afterNextTry.delete(roleArnIn(connector.accountId));
      this.editedAt.set(connector.id, this.now());
    }
  }

  async #run(connectorId: string): Promise<void> {
    const startedAt = this.now();
    const purpose = { kind: 'run', runId: crypto.randomUUID(), trigger: 'schedule' } as const;
    const reached = await reach(this.#fleet.deps, { connectorId, purpose });
    this.runs.push({
      connectorId,
      startedAt,
      hub: reached.ok ? reached.value.hub : null,
      fault: reached.ok ? null : reached.fault,
    });
  }

  /** Due connectors; each is due again one polling interval later and up to a minute, as the claim of a run has it. */
  async #takeDue(): Promise<{ id: string }[]> {
    const { rows } = await sql<{ id: string }>`
      update connectors set next_run_at = ${this.#fleet.deps.clock.now()}::timestamptz
        + make_interval(mins => polling_minutes, secs => hashtext(id::text) & 63)
      where enabled and next_run_at <= ${this.#fleet.deps.clock.now()} returning id
    `.execute(this.#fleet.deps.db);
    return rows;
  }

  async #unfinished(): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from runs where state in ('queued', 'running')
    `.execute(this.#fleet.deps.db);
    return rows[0]?.n ?? 0;
  }

  /** AWS has trouble all the time, and says "too fast" now and then. */
  #makeTrouble(): void {
    const { faults } = this.#fleet.aws;
    const match = { service: 'sts' };
    if (this.#prng.chance(0.5)) {
      faults.put({ id: 'throttled', match, effect: { kind: 'throttle' }, probability: 0.2, times: 2 });
    }
    faults.put({ id: 'down', match, effect: { kind: 'server-error', error: 'unavailable' }, probability: 0.06 });
  }
}

export const INTERVAL_MS = POLLING_MINUTES * 60_000;
