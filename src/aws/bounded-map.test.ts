import { expect, it } from 'vitest';
import { createBoundedMap } from './bounded-map.ts';

it('forgets what was used longest ago, and only when it is full', () => {
  const map = createBoundedMap<number>({ entriesMax: 2 });
  map.set('a', 1);
  map.set('b', 2);
  expect(map.get('a')).toBe(1);
  map.set('c', 3);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  map.set('a', 4);
  expect([map.get('a'), map.get('c')]).toEqual([4, 3]);
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
});
