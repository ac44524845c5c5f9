import { type Fault, fault } from '../domain/faults.ts';
import { changesBetween } from '../inventory/changes.ts';
import { contentHash, searchText } from '../inventory/content.ts';
import type { AssetPage, AssetType, AwsCalls, ListedAsset } from '../inventory/define.ts';
import { keepUnread, type StoredContent, sameUnknown } from '../inventory/keep-unread.ts';
import { type AssetWrite, loadContents, loadKnown, retagScope, writePage } from '../store/assets.ts';
import { isDatabaseUnavailable } from '../store/database.ts';
import type { ClaimedRun } from '../store/runs.ts';
import { finishScope, ledgerMemory, type Scope } from '../store/scopes.ts';
import type { SyncDeps } from './deps.ts';
import { outcomeOfFault } from './outcome.ts';

export interface ScopeTask {
  readonly run: ClaimedRun;
  readonly type: AssetType;
  readonly region: string;
  readonly calls: AwsCalls;
  /** Aborted when the run must not go on: the scope is then left as it is, unfinished. */
  readonly signal: AbortSignal;
}

/**
 * Observes one scope, page by page, and ends it with exactly one outcome. In memory are one page and, of each live asset
 * of the scope, its id and hash. `lost` when the run's hold was lost: nothing is written from then on. Throws only when the
 * database is not available.
 */
export async function observeScope(deps: SyncDeps, task: ScopeTask): Promise<'finished' | 'lost' | 'stopped'> {
  const observation = new Observation(deps, task);
  let broken: Fault | null;
  try {
    broken = await observation.read();
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    // A bug, or an answer that nobody foresaw: it must not take the other scopes along.
    deps.log.error({ ...observation.facts(), error: String(error), stack: stackOf(error) }, 'a scope ended with a bug');
    broken = fault('internal-error', 'The observation of this scope ended with a bug; the log has the details.');
  }
  if (observation.lost) return 'lost';
  if (task.signal.aborted) return 'stopped';
  const finished = await observation.finish(broken);
  return finished ? 'finished' : 'lost';
}

class Observation {
  lost = false;
  readonly #deps: SyncDeps;
  readonly #task: ScopeTask;
  readonly #scope: Scope;
  readonly #beganAt: Date;
  /** Live assets by native id: those stored when the scope began, and those it wrote since. */
  readonly #known = new Map<string, Known>();
  /** Those of them whose bytes need not be read again when they come again, by their raw hash. */
  readonly #byRawHash = new Map<string, Known>();
  #pages = 0;
  #items = 0;
  #added = 0;
  #changed = 0;
  #shared = 0;
  /** The first reason why something about an asset could not be read; the listing itself is complete all the same. */
  #unread: Fault | null = null;

  constructor(deps: SyncDeps, task: ScopeTask) {
    const { partition, accountId } = task.run;
    this.#deps = deps;
    this.#task = task;
    this.#scope = { partition, accountId, region: task.region, assetType: task.type.assetType };
    this.#beganAt = deps.clock.now();
  }

  /** Reads every page and writes what changed. The fault that broke the listing off, or null when it was read to its end. */
  async read(): Promise<Fault | null> {
    await this.#prepare();
    if (this.lost) return null;
    for await (const page of this.#task.type.pages(this.#task.calls, rawHash => this.#byRawHash.has(rawHash))) {
      if (this.#task.signal.aborted) return null;
      if (!page.ok) return page.fault;
      const broken = await this.#takePage(page.value);
      if (broken || this.lost) return broken;
    }
    return null;
  }

  async finish(broken: Fault | null): Promise<boolean> {
    const { db, clock, log } = this.#deps;
    const { run } = this.#task;
    const outcome = broken ? outcomeOfFault(broken) : 'complete';
    const unseen = [...this.#known.values()].filter(asset => !asset.seen).map(asset => asset.id);
    const finished = await finishScope(db, run.hold, {
      ...this.#scope,
      outcome,
      fault: broken ?? this.#unread,
      items: this.#items,
      pages: this.#pages,
      added: this.#added,
      changed: this.#changed,
      unseen,
      assetTags: run.assetTags,
      readWith: this.#task.type.readWith,
      beganAt: this.#beganAt,
      endedAt: clock.now(),
    });
    if (finished) {
      const gone = outcome === 'complete' ? unseen.length : 0;
      const why = broken ?? this.#unread;
      const fault = why ? { fault: why.code, detail: why.detail } : {};
      // The usual end is not worth a line: a large deployment has thousands of them a minute.
      log[broken ? 'info' : 'debug']({ ...this.facts(), outcome, ...fault, gone }, 'scope finished');
    }
    return finished;
  }

  facts() {
    const { run } = this.#task;
    return {
      runId: run.hold.runId,
      connectorId: run.connectorId,
      accountId: this.#scope.accountId,
      region: this.#scope.region,
      assetType: this.#scope.assetType,
      pages: this.#pages,
      items: this.#items,
      added: this.#added,
      changed: this.#changed,
      sharedByOthers: this.#shared,
    };
  }

  async #prepare(): Promise<void> {
    const { db } = this.#deps;
    const { run, region, type } = this.#task;
    const scope = this.#scope;
    const connectorNum = run.connectorNum;
    const memory = await ledgerMemory(db, { connectorId: run.connectorId, region, assetType: type.assetType });
    if (!sameTags(memory.assetTags, run.assetTags) && !(await retagScope(db, run.hold, { scope, connectorNum }))) {
      this.lost = true;
      return;
    }
    const sameReader = memory.readWith === type.readWith;
    for (const { nativeId, ...asset } of await loadKnown(db, { scope, connectorNum })) {
      const known = { ...asset, seen: false };
      this.#known.set(nativeId, known);
      if (sameReader && asset.rawHash !== null && !asset.doubtful) this.#byRawHash.set(asset.rawHash, known);
    }
  }

  async #takePage(page: AssetPage): Promise<Fault | null> {
    this.#pages += 1;
    const news = new Map<string, ListedAsset>();
    const adopted = new Set<string>();
    const rehashed = new Map<string, string>();
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
      if (known) {
        adopted.delete(known.id);
        rehashed.delete(known.id);
      }
      const certain = asset.unread === undefined && known?.doubtful !== true;
      if (!certain || known?.hash !== contentHash(asset)) news.set(asset.nativeId, asset);
      else {
        if (!known.mine) adopted.add(known.id);
        if (asset.rawHash !== null && asset.rawHash !== known.rawHash) rehashed.set(known.id, asset.rawHash);
      }
    }
    return await this.#write({ news: [...news.values()], adopted, rehashed });
  }

  #see(known: Known): void {
    if (known.seen) return;
    known.seen = true;
    this.#items += 1;
  }

  async #write({
    news,
    adopted,
    rehashed,
  }: {
    news: readonly ListedAsset[];
    adopted: ReadonlySet<string>;
    rehashed: ReadonlyMap<string, string>;
  }): Promise<null> {
    const { db, clock } = this.#deps;
    const { run } = this.#task;
    if (news.length === 0 && adopted.size === 0 && rehashed.size === 0) return null;
    const stored = await loadContents(db, { scope: this.#scope, nativeIds: news.map(asset => asset.nativeId) });
    const before = new Map(stored.map(asset => [asset.nativeId, asset]));
    const assets = news.flatMap(asset => this.#asWritten(asset, before.get(asset.nativeId)) ?? []);
    if (assets.length === 0 && adopted.size === 0 && rehashed.size === 0) return null;
    const written = await writePage(db, run.hold, {
      scope: this.#scope,
      connectorNum: run.connectorNum,
      connectorTags: run.assetTags,
      assets,
      adopted: [...adopted],
      rehashed: [...rehashed].map(([id, rawHash]) => ({ id, rawHash })),
      at: clock.now(),
    });
    if (!written) {
      this.lost = true;
      return null;
    }
    const writes = new Map(assets.map(asset => [asset.nativeId, asset]));
    for (const { nativeId, id, event } of written.assets) {
      if (!this.#known.has(nativeId)) this.#items += 1;
      if (event === 'appeared' || event === 'returned') this.#added += 1;
      if (event === 'changed') this.#changed += 1;
      const write = writes.get(nativeId);
      const doubtful = Object.keys(write?.unknown ?? {}).length > 0;
      const { hash = '', rawHash = null } = write ?? {};
      // Should its earlier bytes come again on a later page, they are news.
      const earlier = this.#known.get(nativeId)?.rawHash;
      if (earlier) this.#byRawHash.delete(earlier);
      this.#known.set(nativeId, { id, hash, rawHash, mine: true, seen: true, doubtful });
    }
    return null;
  }

  /** What is to be written of an observation; undefined when what is stored says the same. */
  #asWritten(asset: ListedAsset, before: StoredContent | undefined): AssetWrite | undefined {
    const known = this.#known.get(asset.nativeId);
    // What is gone tells nothing about one of the same name that came after it.
    const content = keepUnread(asset, known ? before : undefined);
    if (!content) return undefined;
    const hash = contentHash(content);
    if (known?.hash === hash && known.mine && before && sameUnknown(before.unknown, content.unknown)) return undefined;
    const changes = before ? changesBetween(before, content) : [];
    return {
      ...content,
      id: this.#deps.ids.uuid(),
      hash,
      rawHash: asset.rawHash,
      search: searchText(content, this.#task.type.properties),
      changes,
    };
  }
}

interface Known {
  readonly id: string;
  readonly hash: string;
  readonly rawHash: string | null;
  readonly mine: boolean;
  readonly doubtful: boolean;
  seen: boolean;
}

function sameTags(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => a[key] === b[key]);
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
