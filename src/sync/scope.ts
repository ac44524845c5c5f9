import type { CallTally } from '../aws/call.ts';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
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
import { inTurn, isSmallPage, type SharedByRuns } from './shared-by-runs.ts';

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
    const news = new Map<string, ListedAsset>();
    const adopted = new Set<string>();
    for (const rawHash of page.unchanged) {
      const known = this.#byRawHash.get(rawHash);
      if (!known) throw new Error('a listing left out what nobody knew');
      this.#see(known);
      if (!known.mine) adopted.add(known.id);
    }
    for (const asset of page.items) {
      if (asset.nativeId === '') return fault('incomplete-answer', 'AWS listed a resource without its id.');
      // Resources that other accounts share are listed with their owner's id. They are that account's assets: recorded
      // here too, one subnet would be counted once per participant, each with another part of its tags.
      if (asset.ownerId !== null && asset.ownerId !== this.#scope.accountId) {
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
    return await this.#write({ news: [...news.values()], adopted });
  }

  #see(known: Known): void {
    if (known.seen) return;
    known.seen = true;
    this.counts.items += 1;
  }

  async #write({ news, adopted }: PageNews): Promise<Fault | null> {
    const insert = () => this.#insertUnknown(news);
    const left = isSmallPage(news) ? await insert() : await this.#inTurn(insert);
    if (!left || this.#task.progress.lost || (left.length === 0 && adopted.size === 0)) return null;
    return (await this.#inTurn(() => this.#writeOver({ news: left, adopted }))) ?? null;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T | undefined> {
    const { run, shared, signal } = this.#task;
    return await inTurn(shared.pages, { of: run.hold.runId, stop: signal }, work);
  }

  async #writeOver({ news: left, adopted }: PageNews): Promise<Fault | null> {
    const { db } = this.#deps;
    const stored = await loadContents(db, { scope: this.#scope, nativeIds: left.map(asset => asset.nativeId) });
    const before = new Map(stored.map(asset => [asset.nativeId, asset]));
    const assets: AssetWrite[] = [];
    const rehashed: { id: string; rawHash: string }[] = [];
    for (const asset of left) {
      const write = this.#asWritten(asset, before.get(asset.nativeId));
      if (write) assets.push(write);
      const known = this.#known.get(asset.nativeId);
      if (!write && known && asset.rawHash !== null) rehashed.push({ id: known.id, rawHash: asset.rawHash });
    }
    if (assets.length === 0 && adopted.size === 0 && rehashed.length === 0) return null;
    const page = { ...this.#page(assets), adopted: [...adopted], rehashed };
    const written = await writePage(db, this.#task.run.hold, page);
    if (!written) {
      this.#task.progress.lost = true;
      return null;
    }
    this.#note(assets, written.assets);
    if (written.adopted === adopted.size) return null;
    // They are in the account, but all that is left here of them is a hash.
    return fault('edit-conflict', 'Assets of this scope were deleted with another connector while it was being read.', {
      remedy: 'Nothing is to be done: the next run reads them anew.',
    });
  }

  /**
   * Of a page none of whose news is a live asset, as at a first sync, most are stored nowhere: they are inserted without a
   * look whether they are. Answers what is stored all the same, such as what comes back after it was gone.
   */
  async #insertUnknown(news: readonly ListedAsset[]): Promise<readonly ListedAsset[]> {
    if (news.length === 0 || news.some(({ nativeId }) => this.#known.has(nativeId))) return news;
    const assets = news.flatMap(asset => this.#asWritten(asset, undefined) ?? []);
    if (assets.length === 0) return news;
    const { run, shared } = this.#task;
    const inserted = await shared.insertPage({ hold: run.hold, page: this.#page(assets) });
    if (!inserted) {
      this.#task.progress.lost = true;
      return [];
    }
    const appeared = assets.filter(({ nativeId }) => inserted.has(nativeId));
    this.#note(
      assets,
      appeared.map(({ nativeId, id }) => ({ nativeId, id, event: 'appeared' as const })),
    );
    return news.filter(({ nativeId }) => !inserted.has(nativeId));
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
  #note(assets: readonly AssetWrite[], written: PageWritten['assets']): void {
    const writes = new Map(assets.map(asset => [asset.nativeId, asset]));
    for (const { nativeId, id, event } of written) {
      if (!this.#known.has(nativeId)) this.counts.items += 1;
      if (event === 'appeared' || event === 'returned') this.counts.added += 1;
      if (event === 'changed') this.counts.changed += 1;
      const write = writes.get(nativeId);
      const doubtful = Object.keys(write?.unknown ?? {}).length > 0;
      const { hash = null, rawHash = null } = write ?? {};
      // Should its earlier bytes come again on a later page, they are news.
      const earlier = this.#known.get(nativeId)?.rawHash;
      if (earlier) this.#byRawHash.delete(earlier);
      this.#known.set(nativeId, { id, hash, rawHash, mine: true, seen: true, doubtful });
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

/** What a page has that is not as it is stored, or may not be. */
interface PageNews {
  readonly news: readonly ListedAsset[];
  /** Ids of what the connector sees for the first time. */
  readonly adopted: ReadonlySet<string>;
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
