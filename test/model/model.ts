import type { FaultOutcome } from '../../simulator/faults.ts';
import { defaultRegions } from '../../simulator/world/regions.ts';
import type { RunWithScopes } from '../../src/store/run-views.ts';
import type { Held, Inventory } from './inventory.ts';
import { ASSET_TYPE_OF, type Land, scopeOf } from './land.ts';
import { KINDS, REGIONS } from './story.ts';
import { lastAnswers, type Sight, type Watch } from './watch.ts';

/** What Causeway did that it must not do. */
export class Violation extends Error {}

/** A connector as the model knows it. */
export interface ModelConnector {
  readonly id: string;
  readonly slot: number;
  accountId: string;
  regions: readonly string[] | null;
  enabled: boolean;
  /** By scope: how its last observation ended, and when the last complete one did. */
  ledger: Map<string, LedgerRow>;
  /** A worker died while it made a plan: some of what the plan leaves out may be out of the ledger already. */
  uncertain: boolean;
  /** The run that is not over. */
  runId: string | undefined;
}

interface LedgerRow {
  /** null: never observed; `broken`: anything but complete. */
  outcome: string | 'broken' | null;
  complete: { readonly from: Date; readonly to: Date } | null;
  /** Whether the last observation was complete and found nothing. */
  empty: boolean;
}

/** What a run is to read. */
export type Aim = Pick<ModelConnector, 'accountId' | 'regions'>;

/** One look at what an attempt did: before and after it, or before and after it stood still. */
export interface Look {
  readonly connector: ModelConnector;
  readonly aim: Aim;
  readonly watch: Watch;
  readonly before: Inventory;
  readonly after: Inventory;
  readonly runBefore: RunWithScopes | undefined;
  readonly runAfter: RunWithScopes | undefined;
}

/**
 * What must be true, in terms of what was in the accounts and of what AWS answered; nothing here knows how Causeway goes
 * about it. After every attempt it is told what was to be seen, looks at the inventory, and throws a `Violation`.
 */
export class Model {
  readonly connectors = new Map<string, ModelConnector>();
  readonly #land: Land;
  /** Who is known to see an asset, and who may. */
  readonly #seers = new Map<string, { sure: Set<string>; maybe: Set<string> }>();
  /** Scopes that attempts asked AWS about and finished. */
  scopes = 0;

  constructor(land: Land) {
    this.#land = land;
  }

  /** After an attempt, or a part of one. */
  look(look: Look): void {
    this.lookAtAll(look);
    const finished = newlyFinished(look);
    this.#planned(look);
    for (const one of finished) this.#finished(look, one);
    this.#runEnded(look);
    this.#onlySeenChanges(look);
    this.#seenBy(look, finished);
    this.checkSeers(look.after);
    this.checkCoverage(look.after);
  }

  /** What is true of any two moments, whatever happened between them. */
  lookAtAll({ before, after }: Pick<Look, 'before' | 'after'>): void {
    for (const [key, held] of after.assets) {
      check(this.#land.everThere.has(key), `${key} was never there`);
      const accountId = key.split('/')[1] ?? '';
      check(
        held.arn === null || held.arn.includes(`:${accountId}:`),
        `${key} has the ARN of another account: ${held.arn}`,
      );
      const told = before.assets.get(key)?.events ?? [];
      check(`${held.events.slice(0, told.length)}` === `${told}`, `${key} lost a part of its history`);
      check(isHistory(held), `${key} is ${held.gone ? 'gone' : 'live'} after: ${held.events.join(', ')}`);
    }
    const live = [...after.assets.values()].filter(({ gone }) => !gone);
    const found = new Set(after.found.items.map(keyOf));
    check(after.found.count.value === live.length, `${after.found.count.value} are counted, ${live.length} are live`);
    check(
      live.every(({ key }) => found.has(key)),
      'a live asset is not found',
    );
  }

  #finished({ watch, before, after, connector }: Look, { scope, outcome, why }: Finished): void {
    const sight = watch.sights.get(scope);
    if (sight) {
      this.scopes += 1;
      const possible = outcomesOf(sight, watch);
      check(
        possible.includes(outcome) || (watch.assetsDeleted && outcome === 'failed' && why === ASSETS_DELETED),
        `${scope} is ${outcome} (${why}); AWS's answers make it ${possible.join(' or ')}`,
      );
    } else check(outcome !== 'complete', `${scope} is complete without a call`);
    const row = connector.ledger.get(scope);
    connector.ledger.set(scope, {
      outcome,
      complete: outcome === 'complete' ? watch.times : (row?.complete ?? null),
      empty:
        outcome === 'complete' && ![...after.assets.values()].some(one => !one.gone && one.key.startsWith(`${scope}/`)),
    });
    if (!sight || outcome !== 'complete') return;
    for (const id of sight.always) {
      const held = after.assets.get(`${scope}/${id}`);
      check(held && !held.gone, `${scope}/${id} was there all the time, and a complete observation did not find it`);
      const troubled = contentTrouble(held, {
        sight,
        disturbed: watch.disturbed,
        id,
        before: before.assets.get(held.key),
      });
      check(troubled === undefined, `${held.key} ${troubled}`);
    }
    for (const held of after.assets.values()) {
      if (held.gone || !held.key.startsWith(`${scope}/`)) continue;
      const id = held.key.slice(scope.length + 1);
      check(sight.ever.has(id), `${held.key} is live after a complete observation during which it was not there`);
    }
  }

  /** Gone, appeared, returned, changed: only what was seen by this attempt to be so. */
  #onlySeenChanges({ before, after, watch }: Look): void {
    for (const [key, held] of after.assets) {
      const known = before.assets.get(key);
      const news = held.events.slice(known?.events.length ?? 0);
      const { scope, id } = placeOf(key);
      const sight = watch.sights.get(scope);
      if (news.includes('gone')) {
        const answers = sight ? lastAnswers(sight, watch).map(one => one?.kind) : [];
        check(answers.includes('pass'), `${key} is gone, and its listing was ${answers.join(', ') || 'not asked for'}`);
        check(!sight?.always.has(id), `${key} is gone, and was there all the time`);
      }
      const isNews = news.some(event => event === 'appeared' || event === 'returned');
      if (isNews) check(sight?.ever.has(id), `${key} ${news.join(', ')}, and was not there to be seen`);
      const version = versionsOf(held);
      if (known && `${versionsOf(known)}` === `${version}`) continue;
      const stored = known ? versionsOf(known) : [];
      for (const [place, one] of version.entries()) {
        const isSeen = one === undefined || one === stored[place] || sight?.versions.get(id)?.has(Number(one));
        check(isSeen, `${key} is stored in version ${one}, which was not there to be seen`);
      }
    }
  }

  /** What a new plan leaves out is out of the ledger, and what it adds is in it. */
  #planned({ connector, aim, runBefore, runAfter, watch }: Look): void {
    if (!runAfter || runAfter.scopes.length === 0) {
      // It may have begun to take leave of what it no longer looks at: as soon as it has an answer about regions, or none in time.
      if (watch.regions || watch.hangs || watch.mayBeRefused) this.#perhapsLeftOut(connector);
      return;
    }
    if (runBefore && runBefore.scopes.length > 0) return;
    const plan = new Set(runAfter.scopes.map(scope => scopeIn(aim.accountId, scope)));
    const mayWait = (scope: string) => runAfter.trigger === 'schedule' && connector.ledger.get(scope)?.empty === true;
    // What AWS told about regions may have come too late, or was told to nobody.
    const told = watch.hangs || watch.mayBeRefused ? [watch.regions, undefined] : [watch.regions];
    const possible = told.map(regions => this.#planOf({ ...aim, ledger: connector.ledger }, regions));
    const isPlanned = (scopes: string[]) => scopes.every(one => plan.has(one) || mayWait(one));
    const expected = possible.find(isPlanned) ?? possible[0] ?? [];
    for (const scope of plan) check(expected.includes(scope), `${scope} is planned, and is none of the connector's`);
    for (const scope of expected) {
      check(plan.has(scope) || mayWait(scope), `${scope} is not planned, and was not found empty`);
    }
    const kept = [...connector.ledger].filter(([scope]) => expected.includes(scope));
    connector.ledger = new Map(expected.map(scope => [scope, { outcome: null, complete: null, empty: false }]));
    for (const [scope, row] of kept) connector.ledger.set(scope, row);
    connector.uncertain = false;
    this.#leftOut(connector);
  }

  #planOf(
    { accountId, regions: chosen, ledger }: Aim & Pick<ModelConnector, 'ledger'>,
    answer: Watch['regions'],
  ): string[] {
    // DescribeRegions has no pages: a token that comes again is in none of its answers.
    const isTold = answer?.outcome.kind === 'pass' || answer?.outcome.kind === 'repeat-token';
    const optedIn = isTold && answer.optedIn;
    const known = [...ledger.keys()]
      .filter(scope => scope.startsWith(`aws/${accountId}/`))
      .map(scope => scope.split('/')[2] ?? '');
    const usual = [...defaultRegions('aws'), ...(optedIn ? [REGIONS[2]] : []), ...known];
    const regions = [...new Set(chosen ?? usual)].filter(region => region !== 'global');
    return KINDS.flatMap(kind =>
      kind === 'group'
        ? [scopeOf({ accountId, kind, region: 'global' })]
        : regions.map(region => scopeOf({ accountId, kind, region })),
    );
  }

  #leftOut({ id, ledger }: ModelConnector): void {
    for (const [key, seers] of this.#seers) {
      if (ledger.has(placeOf(key).scope)) continue;
      seers.sure.delete(id);
      seers.maybe.delete(id);
    }
  }

  #perhapsLeftOut(connector: ModelConnector): void {
    connector.uncertain = true;
    for (const seers of this.#seers.values()) {
      if (seers.sure.delete(connector.id)) seers.maybe.add(connector.id);
    }
  }

  /** A run that failed has observed nothing of what it did not finish. */
  #runEnded({ connector, aim, runBefore, runAfter }: Look): void {
    if (!runAfter || runAfter.finishedAt === null) return;
    // A worker that stood still may come back to a run that is over when there is another one already.
    if (connector.runId === runAfter.id) connector.runId = undefined;
    check(runAfter.fault?.code !== 'internal-error', 'a run ended with a bug');
    for (const { fault } of runAfter.scopes)
      check(fault?.code !== 'internal-error', `a scope ended with a bug: ${fault?.detail}`);
    // Who comes to a run that was over before he began has nothing to end.
    if (runAfter.state !== 'failed' || runBefore?.finishedAt) return;
    const done = new Set(
      (runBefore?.scopes ?? []).filter(({ outcome }) => outcome !== null).map(scope => scopeIn(aim.accountId, scope)),
    );
    for (const [scope, row] of connector.ledger) if (!done.has(scope)) row.outcome = 'broken';
  }

  #seenBy({ connector, watch, after }: Look, finished: readonly Finished[]): void {
    for (const key of after.assets.keys()) {
      if (!this.#seers.has(key)) this.#seers.set(key, { sure: new Set(), maybe: new Set() });
    }
    for (const [scope, sight] of watch.sights) {
      const complete = finished.some(one => one.scope === scope && one.outcome === 'complete');
      for (const id of sight.ever) {
        const seers = this.#seers.get(`${scope}/${id}`);
        if (complete && sight.always.has(id)) seers?.sure.add(connector.id);
        else if (!seers?.sure.has(connector.id)) seers?.maybe.add(connector.id);
      }
    }
  }

  deleted(connector: ModelConnector): void {
    this.connectors.delete(connector.id);
    for (const { sure, maybe } of this.#seers.values()) {
      sure.delete(connector.id);
      maybe.delete(connector.id);
    }
  }

  forget(key: string): void {
    this.#seers.delete(key);
  }

  checkSeers({ assets }: Inventory): void {
    for (const [key, { connectorIds }] of assets) {
      const seers = this.#seers.get(key);
      if (!seers) continue;
      for (const id of seers.sure)
        check(connectorIds.includes(id), `${key} is not seen by connector ${id}, which saw it`);
      const stranger = connectorIds.find(id => !seers.sure.has(id) && !seers.maybe.has(id));
      check(stranger === undefined, `${key} is seen by connector ${stranger}, which did not see it`);
    }
  }

  /** What the list of all assets says about how far it can be trusted. */
  checkCoverage({ found: { coverage } }: Inventory): void {
    const connectors = [...this.connectors.values()];
    if (connectors.some(({ uncertain }) => uncertain)) return;
    const rows = connectors.flatMap(({ id, ledger }) =>
      ledger.size === 0
        ? [{ name: `${id} *`, outcome: null, complete: null, empty: false }]
        : [...ledger].map(([scope, row]) => ({ name: `${id} ${scope.split('/').slice(2).join('/')}`, ...row })),
    );
    check(coverage.scopes === rows.length, `${coverage.scopes} scopes are told, there are ${rows.length}`);
    const complete = rows.filter(({ outcome }) => outcome === 'complete').length;
    check(coverage.complete === complete, `${coverage.complete} scopes are told to be complete, ${complete} are`);
    for (const { connectorId, region, assetType, outcome } of coverage.notObserved) {
      const name = region === '*' ? `${connectorId} *` : `${connectorId} ${region}/${assetType}`;
      const row = rows.find(one => one.name === name);
      check(row, `${name} is told not to be observed, and is no scope`);
      const same = row.outcome === outcome || (row.outcome === 'broken' && outcome !== null);
      check(same, `${name} is told to be ${outcome}, and is ${row.outcome}`);
    }
    const times = rows.flatMap(row => row.complete ?? []);
    const oldest = coverage.oldestCompleteAt === null ? null : new Date(coverage.oldestCompleteAt);
    check(
      (oldest === null) === (times.length === 0),
      `the oldest observation is told to be of ${oldest?.toISOString()}`,
    );
    if (oldest === null) return;
    const from = Math.min(...times.map(time => time.from.getTime()));
    const to = Math.min(...times.map(time => time.to.getTime()));
    check(
      oldest.getTime() >= from && oldest.getTime() <= to,
      `the oldest observation is told to be of ${oldest.toISOString()}, and is of ${new Date(from).toISOString()}`,
    );
  }
}

interface Finished {
  readonly scope: string;
  readonly outcome: string;
  /** What Causeway says of it, if it says something. */
  readonly why: string;
}

/** What the attempt finished; nothing of a run that was broken off in its middle, which says so of all that was open. */
function newlyFinished({ aim, runBefore, runAfter }: Look): Finished[] {
  if (!runAfter || runAfter.state === 'failed' || (runAfter.state === 'cancelled' && runAfter.fault)) return [];
  const open = new Set((runBefore?.scopes ?? []).filter(({ outcome }) => outcome === null).map(nameOf));
  const planned = runBefore && runBefore.scopes.length > 0;
  return runAfter.scopes.flatMap(scope =>
    scope.outcome !== null && (!planned || open.has(nameOf(scope)))
      ? [{ scope: scopeIn(aim.accountId, scope), outcome: scope.outcome, why: scope.fault?.detail ?? '' }]
      : [],
  );
}

const ASSETS_DELETED = 'Assets of this scope were deleted with another connector while it was being read.';

/** The outcomes that a listing may have whose calls were answered so. */
function outcomesOf(sight: Sight, watch: Watch): string[] {
  const { hangs, disturbed } = watch;
  return [
    ...new Set([
      ...lastAnswers(sight, watch).map(outcomeOf),
      ...(hangs ? ['timed-out'] : []),
      ...(sight.tricked ? ['failed'] : []),
      ...(disturbed ? ['denied', 'failed'] : []),
    ]),
  ];
}

function outcomeOf(answer: FaultOutcome | undefined): string {
  switch (answer?.kind) {
    case 'pass':
      return 'complete';
    case 'hang':
      return 'timed-out';
    case 'error':
      return OUTCOMES.find(([words]) => words.test(answer.code))?.[1] ?? 'failed';
    default:
      return 'failed';
  }
}

const OUTCOMES = [
  [/^(UnauthorizedOperation|AccessDenied|AccessDeniedException)$/, 'denied'],
  [/^(RequestLimitExceeded|Throttling|ThrottlingException|RequestThrottled|TooManyRequestsException)$/, 'throttled'],
] as const;

/** A history: it appeared once, and since then is gone and returns by turns. */
function isHistory({ events, gone }: Held): boolean {
  let state: 'absent' | 'live' | 'gone' = 'absent';
  for (const event of events) {
    if (event !== 'detached' && state !== BEFORE[event]) return false;
    if (event === 'gone') state = 'gone';
    if (event === 'appeared' || event === 'returned') state = 'live';
  }
  return state === (gone ? 'gone' : 'live');
}

const BEFORE: Readonly<Record<string, string>> = {
  appeared: 'absent',
  changed: 'live',
  gone: 'live',
  returned: 'gone',
};

/** What is wrong with what is stored of an asset that was there all the time. */
function contentTrouble(
  held: Held,
  { sight, disturbed, id, before }: { sight: Sight; disturbed: boolean; id: string; before: Held | undefined },
): string | undefined {
  const fields = Object.keys(held.unknown);
  if (fields.length > 0 && !sight.detailsTroubled && !disturbed)
    return `says that ${fields} is unknown, and everything was answered`;
  const stored = before && !before.gone ? versionsOf(before) : [];
  for (const [place, version] of versionsOf(held).entries()) {
    const isUnknown = fields.includes(place === 0 ? 'tags' : 'attributes');
    const isSeen = sight.versions.get(id)?.has(Number(version));
    // A page that came twice was asked about twice, and the details may have been answered the first time.
    const isKept = version === stored[place] || (sight.tricked && isSeen);
    if (isUnknown && !isKept) return `has forgotten version ${stored[place]}, and holds ${version}`;
    if (!isUnknown && !isSeen) return `is held in version ${version}`;
  }
  return undefined;
}

/** The versions that its tags and its attributes tell. */
function versionsOf({ key, tags, attributes }: Held): (string | undefined)[] {
  if (key.includes(ASSET_TYPE_OF.group)) return [/^\/v(\d+)\/$/.exec(String(attributes.path))?.[1]];
  if (!key.includes(ASSET_TYPE_OF.queue)) return [tags.v];
  const { attributes: inner } = attributes;
  const timeout = typeof inner === 'object' && inner !== null ? Reflect.get(inner, 'visibilityTimeout') : undefined;
  return [tags.v, timeout === undefined ? undefined : String(timeout)];
}

function scopeIn(accountId: string, { region, assetType }: { region: string; assetType: string }): string {
  return `aws/${accountId}/${region}/${assetType}`;
}

function nameOf({ region, assetType }: { region: string; assetType: string }): string {
  return `${region}/${assetType}`;
}

/** A key's scope and native id, which may have slashes. */
function placeOf(key: string): { scope: string; id: string } {
  const parts = key.split('/');
  return { scope: parts.slice(0, 4).join('/'), id: parts.slice(4).join('/') };
}

function keyOf({ partition, accountId, region, assetType, nativeId }: Inventory['found']['items'][number]): string {
  return `${partition}/${accountId}/${region}/${assetType}/${nativeId}`;
}

export function check(holds: unknown, why: string): asserts holds {
  if (!holds) throw new Violation(why);
}
