import { expect, it } from 'vitest';
import { openScratch } from './scratch.ts';

it('keeps the newest bytes, up to its size, and tells of older ones that they are gone', () => {
  const scratch = openScratch(100);
  const texts = Array.from({ length: 12 }, (_, i) => String.fromCharCode(97 + i).repeat(30));
  const places = texts.map(text => scratch.keep(Buffer.from(text)));
  const read = places.map(place => {
    const out = Buffer.alloc(30);
    return scratch.read(place, out) ? out.toString() : undefined;
  });
  expect(read.slice(-3)).toEqual(texts.slice(-3));
  expect(read.slice(0, -4).every(text => text === undefined)).toBe(true);
});
