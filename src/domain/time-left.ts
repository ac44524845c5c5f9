import { LIMITS } from './limits.ts';

/** How much longer a run will take, as far as there is anything to go by. */
export interface TimeLeft {
  readonly seconds: number;
  /** What it was judged from: this run's pace, earlier runs of the connector, or both. */
  readonly basis: 'pace' | 'earlier-runs' | 'both';
}

/** How far a running run is. */
export interface RunSoFar {
  readonly elapsedSeconds: number;
  /** 0 before it is planned. */
  readonly scopes: number;
  readonly finished: number;
  /** What runs of the connector usually take; null when none has ended well. */
  readonly usualSeconds: number | null;
}

/**
 * At the beginning earlier runs say most, towards the end this run's own pace: each counts by how far the run is. Earlier
 * runs that were shorter than this one is already say nothing, and neither does a pace of a few scopes: null when there is
 * no basis.
 */
export function timeLeft({ elapsedSeconds, scopes, finished, usualSeconds }: RunSoFar): TimeLeft | null {
  const done = scopes === 0 ? 0 : finished / scopes;
  const byPace = finished >= LIMITS.paceScopesMin ? (elapsedSeconds * (1 - done)) / done : null;
  const byEarlier = usualSeconds !== null && usualSeconds > elapsedSeconds ? usualSeconds - elapsedSeconds : null;
  if (byPace !== null && byEarlier !== null) {
    return { seconds: Math.ceil(done * byPace + (1 - done) * byEarlier), basis: 'both' };
  }
  if (byPace !== null) return { seconds: Math.ceil(byPace), basis: 'pace' };
  return byEarlier === null ? null : { seconds: Math.ceil(byEarlier), basis: 'earlier-runs' };
}
