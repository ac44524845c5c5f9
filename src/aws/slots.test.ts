import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

const never = new AbortController().signal;

test('slots go to the runs in turn, however many calls one of them has waiting', async () => {
  const slots = createSlots(2);
  const order: string[] = [];
  const free: (() => void)[] = [];
  const ask = async (of: string) => {
    const done = await slots.take({ of, weight: 1, stop: never });
    order.push(of);
    if (done) free.push(done);
  };
  const asked = [...Array.from({ length: 20 }, () => 'huge'), 'small', 'tiny', 'small'].map(ask);
  for (let given = 0; given < asked.length; given++) {
    await new Promise(setImmediate);
    free.shift()?.();
  }
  await Promise.all(asked);
  expect(order.slice(0, 9)).toEqual(['huge', 'huge', 'huge', 'small', 'tiny', 'huge', 'small', 'huge', 'huge']);
});

test('a call that weighs more waits until so many are free, and keeps its place', async () => {
  const slots = createSlots(4);
  const first = await slots.take({ of: 'a', weight: 3, stop: never });
  const events: string[] = [];
  const big = slots.take({ of: 'a', weight: 4, stop: never }).then(done => {
    events.push('big');
    return done;
  });
  const small = slots.take({ of: 'b', weight: 1, stop: never }).then(() => events.push('small'));
  await new Promise(setImmediate);
  expect(events).toEqual([]);
  first?.();
  (await big)?.();
  await small;
  expect(events).toEqual(['big', 'small']);
});

test('whoever stops waiting takes nothing and lets the others by', async () => {
  const slots = createSlots(1);
  const done = await slots.take({ of: 'a', weight: 1, stop: never });
  const stop = new AbortController();
  const given = slots.take({ of: 'a', weight: 1, stop: stop.signal });
  const next = slots.take({ of: 'b', weight: 1, stop: never });
  stop.abort();
  expect(await given).toBeUndefined();
  expect(await slots.take({ of: 'a', weight: 1, stop: stop.signal })).toBeUndefined();
  done?.();
  done?.();
  expect(await next).toBeDefined();
  expect(slots.inFlight()).toBe(1);
});

test('no more is ever in flight than there are slots, everybody is served, and all come back', async () => {
  const call = fc.record({
    of: fc.constantFrom('a', 'b', 'c'),
    weight: fc.integer({ min: 1, max: 9 }),
    leaves: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.array(call, { maxLength: 40 }), async (total, calls) => {
      const slots = createSlots(total);
      let most = 0;
      await Promise.all(
        calls.map(async ({ of, weight, leaves }) => {
          const stop = new AbortController();
          const taken = slots.take({ of, weight, stop: stop.signal });
          if (leaves) stop.abort();
          const done = await taken;
          most = Math.max(most, slots.inFlight());
          await new Promise(setImmediate);
          done?.();
        }),
      );
      expect(most).toBeLessThanOrEqual(total);
      expect(slots.inFlight()).toBe(0);
    }),
    { numRuns: 200 },
  );
});
