import type pg from 'pg';
import {
  createFaults,
  type FaultEffect,
  type FaultOutcome,
  type FaultRequest,
  type Faults,
} from '../../simulator/faults.ts';
import { startSimulatedAws } from '../../simulator/server.ts';
import type { World } from '../../simulator/world/world.ts';
import { closeAws } from '../../src/aws/aws.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { AssetType } from '../../src/inventory/define.ts';
import { ec2Instance } from '../../src/inventory/ec2-instance.ts';
import { ec2Vpc } from '../../src/inventory/ec2-vpc.ts';
import { iamGroup } from '../../src/inventory/iam-group.ts';
import { sqsQueue } from '../../src/inventory/sqs-queue.ts';
import type { SyncDeps } from '../../src/sync/deps.ts';
import { type Attempt, attemptRun } from '../../src/sync/run.ts';
import { shareByRuns } from '../../src/sync/shared-by-runs.ts';

import { depsFor, type PlatformKey } from '../sync-sim/deps.ts';
import { inSmallPages } from '../sync-sim/small-pages.ts';
import { Gate } from './gate.ts';
import { ASSET_TYPE_OF, type Land, scopeOf } from './land.ts';
import {
  type AttemptStep,
  deletesAssets,
  KINDS,
  type Kind,
  type Listed,
  type Meanwhile,
  REGIONS,
  type Trouble,
} from './story.ts';
import { Watch } from './watch.ts';

export const TYPES: readonly AssetType[] = [ec2Instance, ec2Vpc, sqsQueue, iamGroup].map(inSmallPages);

/**
 * A process that works: its own clock, sessions, clients and way to the database, and a simulated AWS of its own over the
 * world that all share, so that what it asks and is answered can be told from what the others are.
 */
export class Worker implements AsyncDisposable {
  readonly deps: SyncDeps;
  readonly #clock: StoryClock;
  readonly #gate: Gate;
  readonly #close: () => Promise<void>;
  readonly #heart: { decide: (request: FaultRequest) => FaultOutcome };

  private constructor({
    deps,
    clock,
    gate,
    close,
    heart,
  }: {
    deps: SyncDeps;
    clock: StoryClock;
    gate: Gate;
    close: () => Promise<void>;
    heart: { decide: (request: FaultRequest) => FaultOutcome };
  }) {
    this.deps = deps;
    this.#clock = clock;
    this.#gate = gate;
    this.#close = close;
    this.#heart = heart;
  }

  static async start({ world, key, pool }: { world: World; key: PlatformKey; pool: pg.Pool }): Promise<Worker> {
    const clock = new StoryClock();
    const gate = new Gate(pool);
    const heart: { decide: (request: FaultRequest) => FaultOutcome } = { decide: () => PASS };
    const server = await startSimulatedAws({
      world,
      decideFault: request => ({ delayMs: 0, outcome: heart.decide(request) }),
    });
    const usual = depsFor({ endpoint: server.url, key, db: gate.db });
    const deps = { ...usual, clock, aws: { ...usual.aws, clock }, assetTypes: TYPES, shared: shareByRuns(gate.db) };
    const close = async () => {
      closeAws(deps.aws);
      await server.close();
    };
    return new Worker({ deps, clock, gate, close, heart });
  }

  get now(): Date {
    return this.#clock.now();
  }

  jump(minutes: number): void {
    this.#clock.jump(minutes);
  }

  /** A new story begins: nothing of the last one is remembered. */
  begin(now: Date): void {
    this.#clock.set(now);
    this.deps.aws.sessions.clear();
  }

  /** Begins an attempt at a run; it is over, or stands still, when `settled` is. */
  attempt(
    runId: string,
    { step, land, meanwhile }: { step: AttemptStep; land: Land; meanwhile: (what: Meanwhile['what']) => Promise<void> },
  ): RunningAttempt {
    const stop = new AbortController();
    const watch = new Watch(land, { clock: this.#clock, hangs: step.troubles.some(({ effect }) => effect === 'hang') });
    const script = scriptOf(step.troubles);
    const { end } = step;
    const { isFrozen } = this.#gate.open(end.how === 'by itself' || end.how === 'stopped' ? undefined : end);
    const counts = new Map<string, number>();
    const happenings: Promise<void>[] = [];
    let calls = 0;
    this.#heart.decide = request => {
      calls += 1;
      if (end.how === 'stopped' && calls === end.call) stop.abort();
      const listed = listedBy(request);
      const place = `${listed} ${request.region}`;
      const count = (counts.get(place) ?? 0) + 1;
      counts.set(place, count);
      for (const one of step.meanwhile) {
        const region = one.on === 'group' ? GLOBAL_CALLED_IN : REGIONS[one.region];
        if (one.on === listed && region === request.region && one.call === count) {
          if (one.what.do === 'account') watch.disturbed = true;
          if (one.what.do === 'edit') watch.assetsDeleted ||= deletesAssets(one.what);
          happenings.push(meanwhile(one.what));
        }
      }
      const { outcome } = script.decide(request);
      watch.note(request, { listed, outcome });
      return outcome;
    };
    const attemptMs = watch.hangs ? 200 : 20_000;
    const deps: SyncDeps = {
      ...this.deps,
      callBudget: clock => ({ triesMax: step.tries, attemptMs, deadlineMs: clock.monotonicMs() + 25_000 }),
    };
    const attempted = attemptRun(deps, { runId, stop: stop.signal }).then(
      (ended): AttemptResult => ({ ended }),
      (error: unknown): AttemptResult => ({ ended: 'died', error }),
    );
    const over = attempted.then(async result => {
      await Promise.all(happenings);
      await this.#gate.quiet();
      return result;
    });
    return {
      watch,
      over,
      settled: Promise.race([over, isFrozen.then(() => 'frozen' as const)]),
      thaw: () => this.#gate.thaw(),
    };
  }

  /** Nothing goes wrong from now on, and nobody watches. */
  calm(): void {
    this.#gate.open(undefined);
    this.#heart.decide = () => PASS;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

export interface RunningAttempt {
  readonly watch: Watch;
  readonly over: Promise<AttemptResult>;
  readonly settled: Promise<AttemptResult | 'frozen'>;
  thaw(): void;
}

export type AttemptResult = { readonly ended: Attempt } | { readonly ended: 'died'; readonly error: unknown };

const PASS: FaultOutcome = { kind: 'pass' };
const GLOBAL_CALLED_IN = 'us-east-1';

/** Stands still unless a story moves it; durations are real, because calls to AWS are. */
class StoryClock implements Clock {
  #now = new Date(0);
  #earliest = this.#now;
  #latest = this.#now;

  now(): Date {
    return this.#now;
  }

  monotonicMs(): number {
    return performance.now();
  }

  set(now: Date): void {
    this.#now = now;
    this.mark();
  }

  jump(minutes: number): void {
    this.#now = new Date(this.#now.getTime() + minutes * 60_000);
    if (this.#now < this.#earliest) this.#earliest = this.#now;
    if (this.#now > this.#latest) this.#latest = this.#now;
  }

  /** From here on, what times does it show? */
  mark(): void {
    this.#earliest = this.#now;
    this.#latest = this.#now;
  }

  get shown(): { readonly from: Date; readonly to: Date } {
    return { from: this.#earliest, to: this.#latest };
  }
}

export type { StoryClock };

const OPERATIONS: Readonly<Record<string, Listed>> = {
  DescribeInstances: 'instance',
  DescribeVpcs: 'vpc',
  ListQueues: 'queue',
  GetAccountAuthorizationDetails: 'group',
  GetQueueAttributes: 'details',
  ListQueueTags: 'details',
  DescribeRegions: 'regions',
  AssumeRole: 'assume-role',
};

function listedBy({ operation }: FaultRequest): Listed | undefined {
  return OPERATIONS[operation];
}

export function isKind(listed: Listed | undefined): listed is Kind {
  return KINDS.some(kind => kind === listed);
}

/** The scope that a call is about; undefined for those about none. */
export function scopeCalled({ accountId, region }: FaultRequest, listed: Listed | undefined): string | undefined {
  if (listed === 'details') return scopeOf({ accountId, region, kind: 'queue' });
  if (!isKind(listed)) return undefined;
  return scopeOf({ accountId, region: listed === 'group' ? 'global' : region, kind: listed });
}

function scriptOf(troubles: readonly Trouble[]): Faults {
  const rules = troubles.flatMap((trouble, number) => {
    const operations = Object.keys(OPERATIONS).filter(operation => OPERATIONS[operation] === trouble.on);
    const region = trouble.region === null || trouble.on === 'group' ? undefined : REGIONS[trouble.region];
    return operations.map(operation => ({
      id: `${number} ${operation}`,
      match: { operation, ...(region === undefined ? {} : { region }) },
      effect: effectOf(trouble),
      from: trouble.from,
      times: trouble.times,
    }));
  });
  return createFaults({ rules, clock: { now: () => new Date(0), monotonicMs: () => 0 } });
}

function effectOf({ effect }: Trouble): FaultEffect {
  switch (effect) {
    case 'deny-identity':
      return { kind: 'deny', by: 'identity' };
    case 'deny-scp':
      return { kind: 'deny', by: 'scp' };
    case 'internal':
    case 'unavailable':
      return { kind: 'server-error', error: effect };
    default:
      return { kind: effect };
  }
}

export { ASSET_TYPE_OF };
