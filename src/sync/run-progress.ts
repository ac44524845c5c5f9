import type { CallTally } from '../aws/call.ts';
import { fault } from '../domain/faults.ts';
import { gather } from '../domain/gather.ts';
import { LIMITS } from '../domain/limits.ts';
import { type Database, isDatabaseUnavailable } from '../store/database.ts';
import { type RunCounts, saveProgress } from '../store/run-scopes.ts';
import type { Hold } from '../store/runs.ts';
import type { ScopeName } from '../store/scopes.ts';
import { bringsLoss, finishScope, finishScopes, type HeldEnd, type ScopeEnd } from '../store/scopes.ts';
import type { SyncDeps } from './deps.ts';
import type { RunPlan } from './make-plan.ts';
import type { ScopeOutcome } from './outcome.ts';

/** Writes ends of scopes; false when the hold was lost or the scope was finished already. */
export type WriteEnd = (end: HeldEnd) => Promise<boolean>;

/** The ends that come within a moment, of whatever runs, are written in one statement. One for a whole process is best. */
export function gatherEnds(db: Database): WriteEnd {
  const quiet = gather((ends: readonly HeldEnd[]) => finishScopes(db, ends), {
    waitMs: LIMITS.scopeEndsWaitMs,
    itemsMax: LIMITS.scopeEndsMax,
    oneByOne: error => !isDatabaseUnavailable(error),
  });
  return async held => (bringsLoss(held.end) ? await finishScope(db, held.hold, held.end) : await quiet(held));
}

/** What an observation has counted until now. */
export interface ScopeCounts extends ScopeName {
  items: number;
  pages: number;
  added: number;
  changed: number;
  readonly tally: CallTally;
}

/**
 * How far a run is: what its scopes have counted, those under way too, and the ends that are being written. Tells the
 * database every `LIMITS.runTellEveryMs` while something changes, so that a page of the run moves while one of its scopes
 * has hundreds of pages. Nobody waits for the end of a scope to be written but the end of the run.
 */
export class RunProgress implements AsyncDisposable {
  /** The hold was lost: nothing more is to be done for the run. */
  lost = false;
  /** How scopes ended. */
  readonly outcomes: ScopeOutcome[];
  readonly #deps: Pick<SyncDeps, 'db' | 'log'>;
  readonly #hold: Hold;
  readonly #writeEnd: WriteEnd;
  readonly #underWay = new Set<ScopeCounts>();
  readonly #ends = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #done: RunCounts;
  #told = '';
  #telling = false;
  #trouble: { readonly error: unknown } | undefined;

  constructor(
    deps: Pick<SyncDeps, 'db' | 'log'>,
    { hold, plan, writeEnd }: { hold: Hold; plan: RunPlan; writeEnd: WriteEnd },
  ) {
    this.#deps = deps;
    this.#hold = hold;
    this.#writeEnd = writeEnd;
    this.outcomes = [...plan.outcomes];
    this.#done = plan.done;
    this.#told = JSON.stringify(plan.done);
    this.#timer = setInterval(() => void this.#tellInTime(), LIMITS.runTellEveryMs);
  }

  /** Whether nothing more is to be begun: the hold was lost, or the database failed. */
  get broken(): boolean {
    return this.lost || this.#trouble !== undefined;
  }

  begin(counts: ScopeCounts): void {
    this.#underWay.add(counts);
  }

  /** Of a scope that is left unfinished; what it has written stays and is counted when the scope is observed anew. */
  leave(counts: ScopeCounts): void {
    this.#underWay.delete(counts);
  }

  /** Has the end of a scope written. One that cannot be written is a failure of its scope, not of the others. */
  finish(counts: ScopeCounts, end: EndOfScope): void {
    this.#underWay.delete(counts);
    const written = this.#write(end)
      .catch(async (error: unknown) => {
        if (isDatabaseUnavailable(error)) throw error;
        const { region, assetType } = end;
        const facts = { runId: this.#hold.runId, region, assetType, error: String(error) };
        this.#deps.log.error(facts, 'the end of a scope could not be written');
        const why = fault('internal-error', 'The end of this scope could not be written; the log has the details.');
        await this.#write({ ...end, outcome: 'failed', fault: why, unseen: [] });
      })
      .catch((error: unknown) => {
        this.#trouble ??= { error };
      })
      .finally(() => this.#ends.delete(written));
    this.#ends.add(written);
  }

  async #write(end: EndOfScope): Promise<void> {
    if (!(await this.#writeEnd({ hold: this.#hold, end }))) {
      this.lost = true;
      return;
    }
    this.outcomes.push(end.outcome);
    this.#done = sumOf(this.#done, countsOfEnd(end));
  }

  /** Waits until every end is written. Throws when the database failed one of them. */
  async settle(): Promise<void> {
    await Promise.all(this.#ends);
    if (this.#trouble) throw this.#trouble.error;
  }

  /** Writes how far the run is, unless that is written already. */
  async tell(): Promise<void> {
    let counts = this.#done;
    for (const { tally, ...scope } of this.#underWay)
      counts = sumOf(counts, { ...NOTHING_DONE, ...scope, ...callsOf(tally) });
    const underWay = [...this.#underWay].map(({ region, assetType, items }) => ({ region, assetType, items }));
    const told = JSON.stringify([counts, underWay]);
    if (told === this.#told || this.lost) return;
    const saved = await saveProgress(this.#deps.db, this.#hold, { counts, underWay });
    if (saved === 'lost') this.lost = true;
    if (saved === 'written') this.#told = told;
  }

  /** One at a time, and nothing depends on it: who waits for a slow database is not joined by more, and the next one tells the same. */
  async #tellInTime(): Promise<void> {
    if (this.#telling) return;
    this.#telling = true;
    try {
      await this.tell();
    } catch (error) {
      this.#deps.log.warn({ runId: this.#hold.runId, error: String(error) }, 'could not tell how far a run is');
    } finally {
      this.#telling = false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#ends);
  }
}

type EndOfScope = ScopeEnd & { readonly outcome: ScopeOutcome };

export const NOTHING_DONE: RunCounts = {
  finished: 0,
  complete: 0,
  items: 0,
  pages: 0,
  added: 0,
  changed: 0,
  gone: 0,
  calls: 0,
  throttled: 0,
};

function countsOfEnd(end: ScopeEnd): RunCounts {
  const complete = end.outcome === 'complete';
  const { items, pages, added, changed, calls, throttled } = end;
  const gone = complete ? end.unseen.length : 0;
  return { finished: 1, complete: complete ? 1 : 0, items, pages, added, changed, gone, calls, throttled };
}

function callsOf({ calls, throttled }: CallTally) {
  return { calls, throttled };
}

function sumOf(a: RunCounts, b: RunCounts): RunCounts {
  return {
    finished: a.finished + b.finished,
    complete: a.complete + b.complete,
    items: a.items + b.items,
    pages: a.pages + b.pages,
    added: a.added + b.added,
    changed: a.changed + b.changed,
    gone: a.gone + b.gone,
    calls: a.calls + b.calls,
    throttled: a.throttled + b.throttled,
  };
}
