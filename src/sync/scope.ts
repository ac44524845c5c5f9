import type { CallTally } from '../aws/call.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { changesBetween } from '../inventory/changes.ts';
import { comparedValues } from '../inventory/compared.ts';
import { contentHash, searchFacts } from '../inventory/content.ts';
import type { AssetPage, AssetType, AwsCalls, ListedAsset } from '../inventory/define.ts';
import { keepUnread, type StoredContent, sameUnknown } from '../inventory/keep-unread.ts';
import {
  type AssetWrite,
  loadContents,
  type PageWrite,
  type PageWritten,
  retagScope,
  writePage,
} from '../store/assets.ts';
import { isDatabaseUnavailable } from '../store/database.ts';
import type { ClaimedRun } from '../store/runs.ts';
import type { LedgerScope, Scope } from '../store/scopes.ts';
import type { SyncDeps } from './deps.ts';
import type { KnownOfScope } from './known-assets.ts';
import { outcomeOfFault } from './outcome.ts';
import type { RunProgress, ScopeCounts } from './run-progress.ts';
import { inTurn, type SharedByRuns } from './shared-by-runs.ts';

export interface ScopeTask {
  readonly run: ClaimedRun;
  readonly type: AssetType;
  readonly region: string;
  readonly calls: AwsCalls;
  /** What `calls` took. */
  readonly tally: CallTally;
  /** What the ledger had of the scope when the run began. */
  readonly memory: LedgerScope | undefined;
  readonly knownOfScope: KnownOfScope;
  readonly progress: RunProgress;
  readonly shared: Pick<SharedByRuns, 'pages' | 'insertPage'>;
  /** Aborted when the run must not go on: the scope is then left as it is, unfinished. */
  readonly signal: AbortSignal;
}

/**
 * Observes one scope, page by page, and ends it with exactly one outcome; the run's progress has that written, and says so
 * when the hold was lost: nothing is written from then on. In memory are one page and, of each live asset of the scope, its
 * id and hash. Throws only when the database is not available.
 */
export async function observeScope(deps: SyncDeps, task: ScopeTask): Promise<void> {
  const { progress, signal } = task;
  const observation = new Observation(deps, task);
  progress.begin(observation.counts);
  let broken: Fault | null;
  try {
    broken = await observation.read();
  } catch (error) {
    if (isDatabaseUnavailable(error)) {
      progress.leave(observation.counts);
      throw error;
    }
    // A bug, or an answer that nobody foresaw: it must not take the other scopes along.
    deps.log.error({ ...observation.facts(), error: String(error), stack: stackOf(error) }, 'a scope ended with a bug');
    broken = fault('internal-error', 'The observation of this scope ended with a bug; the log has the details.');
  }
  if (progress.lost || signal.aborted) progress.leave(observation.counts);
  else observation.finish(broken);
}

class Observation {
  readonly counts: ScopeCounts;
  readonly #deps: SyncDeps;
  readonly #task: ScopeTask;
  readonly #scope: Scope;
  readonly #beganAt: Date;
  /** Live assets by native id: those stored when the scope began, and those it wrote since. */
  readonly #known = new Map<string, Known>();
  /** Those of them whose bytes need not be read again when they come again, by their raw hash. */
  readonly #byRawHash = new Map<string, Known>();
  #shared = 0;
  /** The first reason why something about an asset could not be read; the listing itself is complete all the same. */
  #unread: Fault | null = null;

  constructor(deps: SyncDeps, task: ScopeTask) {
    const { partition, accountId } = task.run;
    this.#deps = deps;
    this.#task = task;
    this.counts = {
      region: task.region,
      assetType: task.type.assetType,
      items: 0,
      pages: 0,
      added: 0,
      changed: 0,
      tally: task.tally,
    };
    this.#scope = { partition, accountId, region: task.region, assetType: task.type.assetType };
    this.#beganAt = deps.clock.now();
  }

  /** Reads every page and writes what changed. The fault that broke the listing off, or null when it was read to its end. */
  async read(): Promise<Fault | null> {
    await this.#prepare();
    if (this.#task.progress.lost || this.#task.signal.aborted) return null;
    for await (const page of this.#task.type.pages(this.#task.calls, rawHash => this.#byRawHash.has(rawHash))) {
      if (this.#task.signal.aborted) return null;
      if (!page.ok) return page.fault;
      const broken = await this.#takePage(page.value);
      if (broken || this.#task.progress.lost) return broken;
    }
    return null;
  }

  finish(broken: Fault | null): void {
    const { clock, log } = this.#deps;
    const { run, progress } = this.#task;
    const { tally, ...counts } = this.counts;
    const { calls, throttled } = tally;
    const outcome = broken ? outcomeOfFault(broken) : 'complete';
    const unseen = [...this.#known.values()].filter(asset => !asset.seen).map(asset => asset.id);
    const why = broken ?? this.#unread;
    progress.finish(this.counts, {
      ...this.#scope,
      outcome,
      fault: why,
      ...counts,
      calls,
      throttled,
      operations: byOperation(tally, this.#task.type),
      unseen,
      assetTags: run.assetTags,
      readWith: this.#task.type.readWith,
      beganAt: this.#beganAt,
      endedAt: clock.now(),
    });
    const gone = broken ? 0 : unseen.length;
    const fault = why ? { fault: why.code, detail: why.detail } : {};
    // The usual end is not worth a line: a large deployment has thousands of them a minute.
    log[broken ? 'info' : 'debug']({ ...this.facts(), outcome, ...fault, gone }, 'scope observed');
  }

  facts() {
    const { run } = this.#task;
    return {
      runId: run.hold.runId,
      connectorId: run.connectorId,
      accountId: this.#scope.accountId,
      region: this.#scope.region,
      assetType: this.#scope.assetType,
      pages: this.counts.pages,
      items: this.counts.items,
      added: this.counts.added,
      changed: this.counts.changed,
      sharedByOthers: this.#shared,
    };
  }

  async #prepare(): Promise<void> {
    const { type, memory, knownOfScope } = this.#task;
    const scope = this.#scope;
    if (memory?.tagged === false && !(await this.#retag())) return;
    const sameReader = memory?.readWith === type.readWith;
    for (const { nativeId, ...asset } of await knownOfScope(scope)) {
      const known = { ...asset, seen: false };
      this.#known.set(nativeId, known);
      if (sameReader && asset.rawHash !== null && !asset.doubtful) this.#byRawHash.set(asset.rawHash, known);
    }
  }

  /** False when the hold was lost, or the run is not to go on. */
  async #retag(): Promise<boolean> {
    const { run, progress } = this.#task;
    const batch = { scope: this.#scope, connectorNum: run.connectorNum, limit: LIMITS.markBatchMax };
    for (let after: string | null = ''; after !== null; ) {
      const from: string = after;
      const done = await this.#inTurn(() => retagScope(this.#deps.db, run.hold, { ...batch, after: from }));
      if (!done) {
        progress.lost ||= !this.#task.signal.aborted;
        return false;
      }
      after = done.last;
    }
    return true;
  }

  async #takePage(page: AssetPage): Promise<Fault | null> {
    this.counts.pages += 1;
    const insert = async () => await this.#insertNews(page);
    const left = page.size <= LIMITS.smallPageItemsMax ? await insert() : await this.#inTurn(insert);
    if (!left || this.#task.progress.lost) return null;
    if (!left.ok) return left.fault;
    const { nativeIds, adopted } = left.value;
    if (nativeIds.size === 0 && adopted.size === 0) return null;
    return (await this.#inTurn(() => this.#writeOver(page, left.value))) ?? null;
  }

  /** Sees and counts what is on a page, once, and answers what of it is not as it is stored, or may not be. */
  #takeNews(page: AssetPage): Result<{ news: ReadonlyMap<string, ListedAsset>; adopted: ReadonlySet<string> }> {
    const news = new Map<string, ListedAsset>();
    const adopted = new Set<string>();
    for (const rawHash of page.unchanged) {
      const known = this.#byRawHash.get(rawHash);
      if (!known) throw new Error('a listing left out what nobody knew');
      this.#see(known);
      if (!known.mine) adopted.add(known.id);
    }
    for (const asset of page.items()) {
      if (asset.nativeId === '') return failed(fault('incomplete-answer', 'AWS listed a resource without its id.'));
      if (!this.#isOwn(asset)) {
        this.#shared += 1;
        continue;
      }
      this.#unread ??= Object.values(asset.unread ?? {}).find(fault => fault !== null) ?? null;
      const known = this.#known.get(asset.nativeId);
      if (known) this.#see(known);
      // Listed twice, as can happen while a listing moves under the reader: the later answer stands.
      news.delete(asset.nativeId);
      if (known) adopted.delete(known.id);
      if (!known || !isAsKnown(asset, known)) news.set(asset.nativeId, asset);
      else if (!known.mine) adopted.add(known.id);
    }
    return ok({ news, adopted });
  }

  /**
   * Resources that other accounts share are listed with their owner's id. They are that account's assets: recorded here too,
   * one subnet would be counted once per participant, each with another part of its tags.
   */
  #isOwn({ ownerId }: ListedAsset): boolean {
    return ownerId === null || ownerId === this.#scope.accountId;
  }

  #see(known: Known): void {
    if (known.seen) return;
    known.seen = true;
    this.counts.items += 1;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T | undefined> {
    const { run, shared, signal } = this.#task;
    return await inTurn(shared.pages, { of: run.hold.runId, stop: signal }, work);
  }

  /**
   * Of a page none of whose news is a live asset, as at a first sync, most are stored nowhere: they are inserted without a
   * look whether they are. Answers what is stored all the same, such as what comes back after it was gone.
   *
   * Not `async`: what is made of the page must not stay in memory while the database works, where every few pages the
   * collector moves and marks all of it. What little is needed then is made anew.
   */
  #insertNews(page: AssetPage): Result<Left> | Promise<Result<Left>> {
    const sifted = this.#takeNews(page);
    if (!sifted.ok) return sifted;
    const { news, adopted } = sifted.value;
    const left = { nativeIds: new Set(news.keys()), adopted };
    if (news.keys().some(nativeId => this.#known.has(nativeId))) return ok(left);
    const assets = [...news.values()].flatMap(asset => this.#asWritten(asset, undefined) ?? []);
    if (assets.length === 0) return ok(left);
    const { run, shared } = this.#task;
    const inserting = shared.insertPage({ hold: run.hold, page: this.#page(assets) });
    return this.#noteInserted(inserting, { left, wrote: asKnown(assets) });
  }

  async #noteInserted(
    inserting: ReturnType<SharedByRuns['insertPage']>,
    { left, wrote }: { left: Left; wrote: ReadonlyMap<string, Known> },
  ): Promise<Result<Left>> {
    const inserted = await inserting;
    if (!inserted) {
      this.#task.progress.lost = true;
      return ok(left);
    }
    const appeared = [...wrote].filter(([nativeId]) => inserted.has(nativeId));
    this.#note(
      appeared.map(([nativeId, { id }]) => ({ nativeId, id, event: 'appeared' as const })),
      wrote,
    );
    const nativeIds = new Set([...left.nativeIds].filter(nativeId => !inserted.has(nativeId)));
    return ok({ ...left, nativeIds });
  }

  async #writeOver(page: AssetPage, { nativeIds, adopted }: Left): Promise<Fault | null> {
    const { db } = this.#deps;
    const stored = await loadContents(db, { scope: this.#scope, nativeIds: [...nativeIds] });
    const before = new Map(stored.map(asset => [asset.nativeId, asset]));
    const left = page.items().filter(asset => nativeIds.has(asset.nativeId) && this.#isOwn(asset));
    const assets: AssetWrite[] = [];
    const rehashed: { id: string; rawHash: string }[] = [];
    for (const asset of new Map(left.map(asset => [asset.nativeId, asset])).values()) {
      const write = this.#asWritten(asset, before.get(asset.nativeId));
      if (write) assets.push(write);
      const known = this.#known.get(asset.nativeId);
      if (!write && known && asset.rawHash !== null) rehashed.push({ id: known.id, rawHash: asset.rawHash });
    }
    if (assets.length === 0 && adopted.size === 0 && rehashed.length === 0) return null;
    const write = { ...this.#page(assets), adopted: [...adopted], rehashed };
    const written = await writePage(db, this.#task.run.hold, write);
    if (!written) {
      this.#task.progress.lost = true;
      return null;
    }
    this.#note(written.assets, asKnown(assets));
    if (written.adopted === adopted.size) return null;
    // They are in the account, but all that is left here of them is a hash.
    return fault('edit-conflict', 'Assets of this scope were deleted with another connector while it was being read.', {
      remedy: 'Nothing is to be done: the next run reads them anew.',
    });
  }

  #page(assets: readonly AssetWrite[]): PageWrite {
    const { run } = this.#task;
    return {
      scope: this.#scope,
      connectorNum: run.connectorNum,
      connectorTags: run.assetTags,
      assets,
      adopted: [],
      rehashed: [],
      at: this.#deps.clock.now(),
    };
  }

  /** Counts what was written, which is known and seen from now on. */
  #note(written: PageWritten['assets'], wrote: ReadonlyMap<string, Known>): void {
    for (const { nativeId, id, event } of written) {
      const earlier = this.#known.get(nativeId);
      if (!earlier) this.counts.items += 1;
      if (event === 'appeared' || event === 'returned') this.counts.added += 1;
      if (event === 'changed') this.counts.changed += 1;
      // Should its earlier bytes come again on a later page, they are news.
      if (earlier?.rawHash) this.#byRawHash.delete(earlier.rawHash);
      const known = wrote.get(nativeId);
      if (known) this.#known.set(nativeId, { ...known, id });
    }
  }

  /** What is to be written of an observation; undefined when what is stored says the same. */
  #asWritten(asset: ListedAsset, before: StoredContent | undefined): AssetWrite | undefined {
    const known = this.#known.get(asset.nativeId);
    // What is gone tells nothing about one of the same name that came after it.
    const content = keepUnread(asset, known ? before : undefined);
    if (!content) return undefined;
    // What has a hash of its bytes needs none of its content: it is compared field by field, once its bytes are others.
    const hash = asset.rawHash === null ? contentHash(content) : null;
    const changes = before ? changesBetween(before, content) : [];
    if (known?.mine && before && sameUnknown(before.unknown, content.unknown)) {
      const same = hash !== null && known.hash !== null ? known.hash === hash : changes.length === 0;
      if (same) return undefined;
    }
    return {
      ...content,
      id: this.#deps.ids.uuid(),
      hash,
      rawHash: asset.rawHash,
      ...searchFacts(content, this.#task.type.properties),
      compared: comparedValues(content.attributes, this.#task.type.properties),
      changes,
    };
  }
}

/** What of a page is not as it is stored, or may not be. */
interface Left {
  readonly nativeIds: ReadonlySet<string>;
  /** Ids of what the connector sees for the first time. */
  readonly adopted: ReadonlySet<string>;
}

/** Assets as they are known once they are written, by native id. */
function asKnown(assets: readonly AssetWrite[]): Map<string, Known> {
  return new Map(
    assets.map(({ nativeId, id, hash, rawHash, unknown }) => {
      const doubtful = Object.keys(unknown).length > 0;
      return [nativeId, { id, hash, rawHash, mine: true, seen: true, doubtful }];
    }),
  );
}

/** Whether the content of an asset that was read says by its hash that nothing has changed. */
function isAsKnown(asset: ListedAsset, known: Known): boolean {
  if (known.doubtful || asset.unread !== undefined || asset.rawHash !== null) return false;
  return known.hash === contentHash(asset);
}

/** Null for the many scopes that took calls of their type's listing alone. */
function byOperation({ byOperation: calls }: CallTally, { service, operations: [listing] }: AssetType) {
  const others = [...calls.keys()].some(name => name !== `${service}:${listing}`);
  return others ? Object.fromEntries(calls) : null;
}

interface Known {
  readonly id: string;
  readonly hash: string | null;
  readonly rawHash: string | null;
  readonly mine: boolean;
  readonly doubtful: boolean;
  seen: boolean;
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
