import type { Database } from '../../src/store/database.ts';
import { insertRuns } from '../../src/store/runs.ts';
import type { SyncDeps } from '../../src/sync/deps.ts';
import { type Held, type Inventory, readFence, readInventory, readRun } from './inventory.ts';
import type { Land } from './land.ts';
import { type Aim, check, Model, type ModelConnector, Violation } from './model.ts';
import { People } from './people.ts';
import { type AttemptStep, deletesAssets, type EditStep, type Meanwhile, type Step, type Story } from './story.ts';
import type { AttemptResult, RunningAttempt, Worker } from './worker.ts';

const BEGIN = new Date('2026-03-01T00:00:00Z');

interface Frozen {
  readonly running: RunningAttempt;
  readonly step: AttemptStep;
  readonly connector: ModelConnector;
  /** What the connector was to read when the attempt began. */
  readonly aim: Aim;
  readonly runId: string;
  /** The fence of its claim; null when it has not claimed yet. */
  readonly fence: number | null;
}

/** One story: brings about what its steps say, and has the model look at what Causeway made of it. */
export class Play {
  readonly model: Model;
  readonly #story: Story;
  readonly #land: Land;
  readonly #db: Database;
  readonly #workers: readonly Worker[];
  readonly #deps: SyncDeps;
  readonly #people: People;
  /** By worker. */
  readonly #frozen = new Map<number, Frozen>();
  /** Those that may have a session of before something happened to an account. */
  readonly #mayBeRefused = new Set<Worker>();
  /** Whether somebody edited a connector since a worker was thawed. */
  #edited = false;
  #last: Inventory = { assets: new Map(), found: NOTHING_FOUND };

  constructor({ story, land, db, workers }: { story: Story; land: Land; db: Database; workers: readonly Worker[] }) {
    this.#story = story;
    this.#land = land;
    this.#db = db;
    this.#workers = workers;
    this.#deps = { ...this.#worker(0).deps, db };
    this.model = new Model(land);
    this.#people = new People({ deps: this.#deps, story, land, model: this.model });
  }

  async toItsEnd(): Promise<void> {
    for (const worker of this.#workers) worker.begin(BEGIN);
    this.#land.change(this.#story.start);
    for (const slot of this.#story.connectors.keys()) await this.#people.connect(slot);
    for (const [number, step] of this.#story.steps.entries()) {
      for (const worker of this.#workers) worker.jump(1);
      try {
        await this.#step(step);
      } catch (error) {
        if (error instanceof Violation) error.message = `step ${number + 1} (${step.do}): ${error.message}`;
        throw error;
      }
      if (this.#frozen.size === 0) this.#land.tidy();
    }
    await this.#settle();
  }

  /** Lets frozen workers go on, so that nothing of this story is left running. */
  async letGo(): Promise<void> {
    for (const worker of this.#workers) worker.calm();
    for (const { running } of this.#frozen.values()) {
      running.thaw();
      await running.over;
    }
    await Promise.allSettled([this.#people.done()]);
  }

  async #step(step: Step): Promise<void> {
    switch (step.do) {
      case 'change':
        this.#land.change(step.changes);
        return;
      case 'clock':
        this.#worker(step.worker).jump(step.minutes);
        return;
      case 'account':
        this.#changeAccount(step);
        return;
      case 'edit':
        return await this.#editBetween(step);
      case 'thaw':
        return await this.#thaw(step.worker);
      case 'attempt':
        return await this.#attempt(step);
    }
  }

  #worker(number: number): Worker {
    const worker = this.#workers[number];
    if (!worker) throw new Error(`there is no worker ${number}`);
    return worker;
  }

  #changeAccount({ account, what }: Extract<Meanwhile['what'], { do: 'account' }>): void {
    for (const { running } of this.#frozen.values()) running.watch.disturbed = true;
    for (const worker of this.#workers) this.#mayBeRefused.add(worker);
    const accountId = this.#land.accountIds[account] ?? '';
    switch (what) {
      case 'leave':
        this.#land.leave(accountId);
        return;
      case 'return':
      case 'recreate roles':
        this.#land.returnTo(accountId);
        return;
      case 'end sessions':
        this.#land.endSessions(accountId);
        return;
      case 'opt in':
      case 'opt out':
        this.#land.optIn(accountId, what === 'opt in');
    }
  }

  async #editBetween(step: EditStep): Promise<void> {
    const before = this.#last;
    const connector = this.#people.connectors.get(step.connector);
    this.#tellFrozen(step);
    await this.#people.edit(step);
    const after = await this.#inventory();
    if (deletesAssets(step) && connector) this.#checkDeleted(connector, { before, after });
    this.#lookAfterEdit({ before, after });
  }

  #tellFrozen(edit: EditStep): void {
    for (const { running } of this.#frozen.values()) running.watch.assetsDeleted ||= deletesAssets(edit);
  }

  #lookAfterEdit({ before, after }: { before: Inventory; after: Inventory }): void {
    this.model.lookAtAll({ before, after });
    this.#checkKept({ before, after });
    this.model.checkSeers(after);
    this.model.checkCoverage(after);
  }

  /** Nothing ever leaves the inventory, unless people delete it. */
  #checkKept({ before, after }: { before: Inventory; after: Inventory }): void {
    for (const key of before.assets.keys()) {
      if (after.assets.has(key)) continue;
      check(this.#people.deletedAssets, `${key} was deleted`);
      this.model.forget(key);
    }
    this.#people.deletedAssets = false;
  }

  #checkDeleted(connector: ModelConnector, { before, after }: { before: Inventory; after: Inventory }): void {
    for (const [key, { connectorIds }] of before.assets) {
      const isAlone = connectorIds.length === 1 && connectorIds[0] === connector.id;
      check(after.assets.has(key) !== isAlone, `${key} is ${isAlone ? 'left by' : 'deleted with'} its connector`);
    }
  }

  async #attempt(step: AttemptStep): Promise<void> {
    const connector = this.#people.connectors.get(step.connector);
    // A worker that stands still does nothing else.
    if (!connector || this.#frozen.has(step.worker)) return;
    const runId = await this.#runOf(connector, step.asked ? 'request' : 'schedule');
    if (runId === undefined) return;
    const aim = aimOf(connector);
    const began = { runBefore: await readRun(this.#db, runId), fence: (await readFence(this.#db, runId))?.fence ?? 0 };
    const before = this.#last;
    const running = this.#worker(step.worker).attempt(runId, {
      step,
      land: this.#land,
      meanwhile: what => this.#meanwhile(step.worker, what),
    });
    // It may have a session of before, and find out with its first call.
    running.watch.mayBeRefused = this.#mayBeRefused.has(this.#worker(step.worker));
    const settled = await running.settled;
    await this.#people.done();
    if (settled === 'frozen') {
      const now = await readFence(this.#db, runId);
      const fence = now && now.fence > began.fence ? now.fence : null;
      this.#frozen.set(step.worker, { running, step, connector, aim, runId, fence });
    } else checkEnd(settled, step);
    await this.#look({ connector, aim, running, before, runBefore: began.runBefore, runId });
  }

  /** A worker that another one has replaced meanwhile must not write a thing. */
  async #thaw(number: number): Promise<void> {
    const frozen = this.#frozen.get(number);
    if (!frozen) return;
    this.#frozen.delete(number);
    const { running, connector, runId, fence, step } = frozen;
    const before = this.#last;
    const runBefore = await readRun(this.#db, runId);
    const now = await readFence(this.#db, runId);
    const isStale = fence !== null && (now?.fence !== fence || !now.running);
    this.#edited = false;
    running.thaw();
    const result = await running.over;
    await this.#people.done();
    if (!isStale) {
      checkEnd(result, step);
      // One that stood still before its claim begins with what the connector is to read now.
      const aim = fence === null ? aimOf(connector) : frozen.aim;
      return await this.#look({ connector, aim, running, before, runBefore, runId });
    }
    const after = await this.#inventory();
    // Somebody edited a connector while it waited for its next answer: that is not the worker's, the rest would be.
    if (this.#edited) {
      for (const [key, asset] of after.assets) {
        check(isAsWritten(asset, before.assets.get(key)), 'a worker that was replaced wrote assets');
      }
      return this.#lookAfterEdit({ before, after });
    }
    check(
      JSON.stringify([...after.assets]) === JSON.stringify([...before.assets]),
      'a worker that was replaced wrote assets',
    );
    const { coverage } = after.found;
    check(
      JSON.stringify(coverage) === JSON.stringify(before.found.coverage),
      'a worker that was replaced wrote to the ledger',
    );
    const runAfter = await readRun(this.#db, runId);
    // What it asked STS for it did ask for: that is in the audit log, where the run's sessions are read.
    const withoutSessions = (run: typeof runAfter) => JSON.stringify({ ...run, sessions: [] });
    check(withoutSessions(runAfter) === withoutSessions(runBefore), 'a worker that was replaced wrote to its run');
  }

  async #look(look: {
    connector: ModelConnector;
    aim: Aim;
    running: RunningAttempt;
    before: Inventory;
    runBefore: Awaited<ReturnType<typeof readRun>>;
    runId: string;
  }): Promise<void> {
    const { connector, aim, running, before, runBefore, runId } = look;
    const after = await this.#inventory();
    const runAfter = await readRun(this.#db, runId);
    this.#checkKept({ before, after });
    if (this.model.connectors.has(connector.id)) {
      this.model.look({ connector, aim, watch: running.watch, before, after, runBefore, runAfter });
    } else this.model.lookAtAll({ before, after });
  }

  /** The connector's run that is not over, or a new one; undefined when it may have none. */
  async #runOf(connector: ModelConnector, trigger: 'request' | 'schedule'): Promise<string | undefined> {
    if (connector.runId !== undefined) return connector.runId;
    if (!connector.enabled) return undefined;
    const { ids, clock } = this.#deps;
    const run = { id: ids.uuid(), connectorId: connector.id, trigger, requestedBy: 'system' } as const;
    const [made] = await insertRuns(this.#db, [{ ...run, jobId: ids.uuid(), queuedAt: clock.now() }]);
    check(made, 'a connector without a run under way gets none');
    connector.runId = made.runId;
    return made.runId;
  }

  /** At a moment in which a worker waits for AWS. */
  async #meanwhile(worker: number, what: Meanwhile['what']): Promise<void> {
    if (what.do === 'edit') {
      this.#edited = true;
      this.#tellFrozen(what);
      await this.#people.edit(what);
    } else if (what.do === 'change') this.#land.change(what.changes);
    else if (what.do === 'account') this.#changeAccount(what);
    else this.#worker(worker).jump(what.minutes);
  }

  async #inventory(): Promise<Inventory> {
    this.#last = await readInventory(this.#db, this.#land.accountIds);
    return this.#last;
  }

  /** All trouble ends: every connector that can be reached comes to know exactly what is there. */
  async #settle(): Promise<void> {
    for (const [worker, { connector }] of [...this.#frozen]) {
      // Another one takes the run over and leaves it; who still stands still then has been replaced.
      const other = 1 - worker;
      await this.#thaw(other);
      if (this.#people.connectors.get(connector.slot) === connector) {
        await this.#attempt({ ...calmAttempt(connector), worker: other, end: { how: 'stopped', call: 3 } });
      }
      await this.#thaw(worker);
    }
    const restless = new Set(
      [...this.#people.connectors.values()].filter(({ enabled, runId }) => enabled || runId !== undefined),
    );
    // A run may have been left by a worker for so long that it is given up, and others of the account wait for its end.
    for (let round = 0; round < 3; round += 1) {
      for (const connector of restless) {
        const began = connector.runId === undefined;
        await this.#attempt(calmAttempt(connector));
        const { runId, enabled, accountId, ledger } = connector;
        if (runId !== undefined || (enabled && !began)) continue;
        restless.delete(connector);
        if (!enabled || !this.#land.hasRoles(accountId)) continue;
        const open = [...ledger].filter(([, { outcome }]) => outcome !== 'complete' && outcome !== 'region-disabled');
        const told = open.map(([scope, { outcome }]) => `${scope} ${outcome}`);
        check(ledger.size > 0 && open.length === 0, `a connector does not recover: ${told}`);
      }
    }
    check(restless.size === 0, 'a run does not end');
  }
}

function aimOf({ accountId, regions }: ModelConnector): Aim {
  return { accountId, regions };
}

function calmAttempt({ slot }: ModelConnector): AttemptStep {
  return {
    do: 'attempt',
    connector: slot,
    worker: 0,
    asked: true,
    tries: 2,
    troubles: [],
    meanwhile: [],
    end: { how: 'by itself' },
  };
}

function checkEnd(result: AttemptResult, { end }: AttemptStep): void {
  if (result.ended !== 'died') return;
  if (end.how === 'killed' || end.how === 'connection lost') return;
  throw result.error instanceof Error ? result.error : new Error(String(result.error));
}

/** Whether an asset is as a worker wrote it before: all but who sees it, which people change, too. */
function isAsWritten(asset: Held, earlier: Held | undefined): boolean {
  const written = ({ connectorIds: _, events, ...rest }: Held) =>
    JSON.stringify({ ...rest, events: events.filter(event => event !== 'detached') });
  return earlier !== undefined && written(asset) === written(earlier);
}

const NOTHING_FOUND = {
  items: [],
  nextCursor: null,
  count: { value: 0, exact: true },
  coverage: { scopes: 0, complete: 0, oldestCompleteAt: null, notObserved: [], staleConnectors: 0, stale: [] },
};
