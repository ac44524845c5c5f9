import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitsGlob, literal } from './glob.ts';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.', '\\'), maxLength: 10 });

it('fits what the same pattern as a regular expression fits', () => {
  fc.assert(
    fc.property(letters, letters, (pattern, text) => {
      const escaped = pattern.replaceAll(/[.\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
      expect(fitsGlob(pattern, text)).toBe(new RegExp(`^${escaped}$`, 's').test(text));
    }),
    { numRuns: 2_000 },
  );
});

it('a literal fits itself and nothing else', () => {
  fc.assert(
    fc.property(letters, letters, (wanted, text) => {
      expect(fitsGlob(literal(wanted), text)).toBe(wanted === text);
    }),
    { numRuns: 1_000 },
  );
});

it('a pattern made to be slow is not', () => {
  const started = performance.now();
  expect(fitsGlob('*a'.repeat(40), 'a'.repeat(5_000))).toBe(true);
  expect(fitsGlob(`${'*a'.repeat(40)}b`, 'a'.repeat(5_000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(1_000);
});
