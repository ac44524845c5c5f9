import type { FaultOutcome, FaultRequest } from '../../simulator/faults.ts';
import type { Land } from './land.ts';
import type { Listed } from './story.ts';
import { isKind, type StoryClock, scopeCalled } from './worker.ts';

/** What one attempt was told about one scope, seen from AWS's side. */
export interface Sight {
  /** There whenever the listing or one of its details was asked for. */
  always: ReadonlySet<string>;
  /** There at some of these moments. */
  readonly ever: Set<string>;
  /** Which versions of each there were. */
  readonly versions: Map<string, Set<number>>;
  /** How the listing's calls were answered, in the order in which AWS did. */
  readonly listings: FaultOutcome[];
  /** Whether some page was empty, or led to itself. */
  tricked: boolean;
  /** Whether some call for details was not answered as it should. */
  detailsTroubled: boolean;
}

/** Sits in simulated AWS during an attempt and notes, for each scope, what was there to be seen and what was answered. */
export class Watch {
  readonly sights = new Map<string, Sight>();
  /**
   * Whether some call may have taken longer than this attempt waits. So may any other then, on a busy machine, and a call that
   * nobody waits for any more may reach AWS behind the one that was made in its place.
   */
  readonly hangs: boolean;
  /** Whether roles or sessions ended meanwhile: then calls are refused before anybody could note what they are about. */
  disturbed = false;
  /** Whether roles or sessions ended before: then the first call, for regions, is refused in the same way. */
  mayBeRefused = false;
  /** Whether another connector was deleted with its assets meanwhile: what the attempt knew of those is of no use then. */
  assetsDeleted = false;
  /** How DescribeRegions was answered last, and what was there to be answered. */
  regions: { readonly outcome: FaultOutcome; readonly optedIn: boolean } | undefined;
  readonly #land: Land;
  readonly #clock: StoryClock;

  constructor(land: Land, { clock, hangs }: { clock: StoryClock; hangs: boolean }) {
    this.#land = land;
    this.#clock = clock;
    this.hangs = hangs;
    clock.mark();
  }

  /** Every time that the worker's clock has shown since the attempt began. */
  get times(): { readonly from: Date; readonly to: Date } {
    return this.#clock.shown;
  }

  note(request: FaultRequest, { listed, outcome }: { listed: Listed | undefined; outcome: FaultOutcome }): void {
    if (listed === 'regions') {
      this.regions = { outcome, optedIn: this.#land.hasOptedIn(request.accountId) };
    }
    const scope = scopeCalled(request, listed);
    if (scope === undefined) return;
    const there = this.#land.truth(scope);
    const sight = this.sights.get(scope) ?? newSight(there, this.hangs);
    this.sights.set(scope, sight);
    sight.always = new Set([...sight.always].filter(id => there.has(id)));
    for (const [id, version] of there) {
      sight.ever.add(id);
      sight.versions.set(id, (sight.versions.get(id) ?? new Set<number>()).add(version));
    }
    if (isKind(listed)) {
      sight.listings.push(outcome);
      if (outcome.kind === 'empty-page' || outcome.kind === 'repeat-token') sight.tricked = true;
    } else if (outcome.kind !== 'pass') sight.detailsTroubled = true;
  }
}

/** The answers to a listing's calls that may have been the last that somebody waited for. */
export function lastAnswers({ listings }: Sight, { hangs }: Watch): readonly (FaultOutcome | undefined)[] {
  return hangs && listings.length > 0 ? listings : [listings.at(-1)];
}

function newSight(there: ReadonlyMap<string, number>, hangs: boolean): Sight {
  return {
    always: new Set(there.keys()),
    ever: new Set(),
    versions: new Map(),
    listings: [],
    tricked: false,
    detailsTroubled: hangs,
  };
}
