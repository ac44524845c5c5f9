import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeLeft } from './time-left.ts';

const at = (given: Partial<Parameters<typeof timeLeft>[0]>) =>
  timeLeft({ elapsedSeconds: 10, scopes: 100, finished: 0, usualSeconds: null, ...given });

describe('the time left of a run', () => {
  it('is unknown before there is a basis', () => {
    expect(at({})).toBeNull();
    expect(at({ finished: 3 })).toBeNull();
    expect(at({ scopes: 0 })).toBeNull();
  });

  it('is that of earlier runs at the beginning, even before the plan', () => {
    expect(at({ scopes: 0, usualSeconds: 60 })).toEqual({ seconds: 50, basis: 'earlier-runs' });
  });

  it('is this run’s pace when earlier runs were shorter than this one is already', () => {
    expect(at({ finished: 20, usualSeconds: 5 })).toEqual({ seconds: 40, basis: 'pace' });
    expect(at({ finished: 2, usualSeconds: 5 })).toBeNull();
  });

  it('leans on the pace the more the further the run is', () => {
    // By its pace 10 s, by earlier runs 90 s.
    expect(at({ finished: 50, usualSeconds: 100 })).toEqual({ seconds: 50, basis: 'both' });
    expect(at({ finished: 90, usualSeconds: 100 })?.seconds).toBeLessThan(15);
  });

  it('is never negative, and nothing when every scope is finished', () => {
    const counts = fc.record({
      elapsedSeconds: fc.nat(100_000),
      finished: fc.nat(600),
      usualSeconds: fc.option(fc.nat(100_000)),
    });
    fc.assert(
      fc.property(counts, run => {
        expect(timeLeft({ ...run, scopes: 600 })?.seconds ?? 0).toBeGreaterThanOrEqual(0);
        expect(timeLeft({ ...run, scopes: 600, finished: 600, usualSeconds: null })?.seconds).toBe(0);
      }),
    );
  });
});
