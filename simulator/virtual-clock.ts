import type { Clock } from '../src/domain/clock.ts';

/** A clock that stands still until it is told to move; forwards only, as time does. */
export interface VirtualClock extends Clock {
  advance(milliseconds: number): void;
}

export function createVirtualClock(start: Date): VirtualClock {
  let elapsedMs = 0;
  return {
    now: () => new Date(start.getTime() + elapsedMs),
    monotonicMs: () => elapsedMs,
    advance(milliseconds) {
      if (!(milliseconds >= 0)) throw new Error(`a clock cannot go back: ${milliseconds} ms`);
      elapsedMs += milliseconds;
    },
  };
}

export function isVirtualClock(clock: Clock): clock is VirtualClock {
  return 'advance' in clock;
}
