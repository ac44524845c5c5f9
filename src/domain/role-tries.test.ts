import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextRoleTry, roleSettlesAt } from './role-tries.ts';

const setAt = new Date('2026-01-01T00:00:00Z');
const after = (seconds: number) => new Date(setAt.getTime() + seconds * 1_000);

it('tries a role again 2, 7, 17, 37 and 67 seconds after it was set, and then no more', () => {
  const tries: number[] = [];
  for (let now = setAt; ; ) {
    const next = nextRoleTry({ setAt, now });
    if (!next) break;
    tries.push((next.getTime() - setAt.getTime()) / 1_000);
    now = next;
  }
  expect(tries).toEqual([2, 7, 17, 37, 67]);
  expect(roleSettlesAt(setAt)).toEqual(after(67));
});

it('never tries at once, never later than the plan, and a handful of times however late each try is', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 6, maxLength: 6 }), delays => {
      let now = setAt;
      let tries = 0;
      for (const delay of delays) {
        const next = nextRoleTry({ setAt, now });
        if (!next) break;
        expect(next.getTime()).toBeGreaterThan(now.getTime());
        expect(next.getTime()).toBeLessThanOrEqual(roleSettlesAt(setAt).getTime());
        tries += 1;
        now = new Date(next.getTime() + delay);
      }
      expect(tries).toBeLessThanOrEqual(5);
      expect(nextRoleTry({ setAt, now: after(67) })).toBeNull();
    }),
  );
});
