import { expect, test } from 'vitest';
import { gather } from './gather.ts';

test('what comes together or while the work is busy is worked on together, and each gets its own answer', async () => {
  const batches: (readonly number[])[] = [];
  const first = Promise.withResolvers<void>();
  const double = gather(
    async (items: readonly number[]) => {
      batches.push(items);
      if (batches.length === 1) await first.promise;
      return items.map(item => item * 2);
    },
    { waitMs: 1, itemsMax: 3, oneByOne: () => true },
  );
  const early = [double(1), double(2)];
  await expect.poll(() => batches.length).toBe(1);
  const late = [3, 4, 5, 6].map(double);
  first.resolve();
  expect(await Promise.all([...early, ...late])).toEqual([2, 4, 6, 8, 10, 12]);
  expect(batches).toEqual([[1, 2], [3, 4, 5], [6]]);
});

test('what the work throws comes to those whose work it was, and to nobody after them', async () => {
  const calls: (readonly string[])[] = [];
  const work = (oneByOne: boolean) =>
    gather(
      async (items: readonly string[]) => {
        calls.push(items);
        if (items.includes('bad')) throw new Error('no');
        return items;
      },
      { waitMs: 1, itemsMax: 10, oneByOne: () => oneByOne },
    );
  const together = work(false);
  const ends = await Promise.allSettled(['good', 'bad'].map(together));
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await together('good')).toBe('good');
  const alone = await Promise.allSettled(['good', 'bad', 'fine'].map(work(true)));
  expect(alone.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(calls.slice(2)).toEqual([['good', 'bad', 'fine'], ['good'], ['bad'], ['fine']]);
});
