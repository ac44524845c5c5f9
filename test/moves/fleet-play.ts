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
import { type Fleet, type FleetConnector, POLLING_MINUTES } from './fleet.ts';

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

  constructor(fleet: Fleet, seed: number) {
    this.#fleet = fleet;
    this.#prng = createPrng(seed, 'play');
  }

  now(): number {
    return this.#fleet.deps.clock.now().getTime();
  }

  /** Goes on until `until`; `edits` that are due by then are made on the way. */
  async pass({ until, edits = [] }: { until: number; edits?: readonly Edit[] }): Promise<void> {
    const left = edits.toSorted((a, b) => a.at - b.at);
    while (this.now() < until) {
      const end = Math.min(until, this.now() + STEP_MS);
      const soon = left.splice(
        0,
        left.findIndex(({ at }) => at > end) < 0 ? left.length : left.findIndex(({ at }) => at > end),
      );
      this.#fleet.advance(end - this.now());
      this.#makeTrouble();
      await this.runDue(soon);
      this.#fleet.aws.faults.clear();
    }
  }

  /** Runs what is due, while roles are edited in between. */
  async runDue(edits: readonly Edit[] = []): Promise<void> {
    const due = await this.#takeDue();
    const open = [...edits];
    let begun = 0;
    await inParallel(due, { limit: IN_FLIGHT }, async ({ id }) => {
      begun += 1;
      const share = Math.ceil((begun / due.length) * edits.length) - (edits.length - open.length);
      this.#edit(open.splice(0, Math.max(0, share)));
      await this.#run(id);
    });
    this.#edit(open);
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

  /** AWS says "too fast" now and then, more than once in a row. */
  #makeTrouble(): void {
    if (!this.#prng.chance(0.5)) return;
    const effect = { kind: 'throttle' } as const;
    this.#fleet.aws.faults.put({ id: 'trouble', match: { service: 'sts' }, effect, probability: 0.2, times: 3 });
  }
}

export const INTERVAL_MS = POLLING_MINUTES * 60_000;
