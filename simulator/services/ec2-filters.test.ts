import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileFilters } from './ec2-filters.ts';

const matches = (pattern: string, value: string) =>
  compileFilters<{ value: string; Tags?: [] }>([{ Name: 'value', Values: [pattern] }], { value: item => [item.value] })(
    {
      value,
    },
  );

test('a pattern matches exactly what its meaning, told letter by letter, says', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?', '\\', '(', '$', '\n', '-', '😀') });
  fc.assert(
    fc.property(letters, letters, (pattern, value) => {
      expect(matches(pattern, value)).toBe(means([...pattern], [...value]));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['*', ''],
  ['t3.*', 't3.micro'],
  ['?3.micro', 't3.micro'],
  ['a\\*b', 'a*b'],
  ['*prod*', 'my prod box\nsecond line'],
])('%j matches %j', (pattern, value) => {
  expect(matches(pattern, value)).toBe(true);
});

test.each([
  ['t3', 't3.micro'],
  ['T3.micro', 't3.micro'],
  ['a\\*b', 'axb'],
  ['t3.m?cro', 't3.mcro'],
  ['.*', 'x'],
])('%j does not match %j', (pattern, value) => {
  expect(matches(pattern, value)).toBe(false);
});

/** The rules as a plain recursion, sharing nothing with the compiled form. */
function means([first, ...pattern]: string[], value: string[]): boolean {
  if (first === undefined) return value.length === 0;
  if (first === '*') return means(pattern, value) || (value.length > 0 && means(['*', ...pattern], value.slice(1)));
  if (value.length === 0) return false;
  if (first === '?') return means(pattern, value.slice(1));
  const [next] = pattern;
  if (first === '\\' && (next === '*' || next === '?' || next === '\\')) {
    return next === value[0] && means(pattern.slice(1), value.slice(1));
  }
  return first === value[0] && means(pattern, value.slice(1));
}
