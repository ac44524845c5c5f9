import { expect, it } from 'vitest';
import { linesAround, placeIn } from './place-in-text.ts';

it('finds the place that a complaint names, and none where it names none', () => {
  expect(placeIn('Not JSON at line 3, column 35: expected a name.')).toEqual({ line: 3, column: 35 });
  expect(placeIn('At Statement[0] (line 12, column 1): no Effect.')).toEqual({ line: 12, column: 1 });
  expect(placeIn('At Statement[0]: no Effect.')).toBeUndefined();
});

it('shows the lines around the place and marks its own', () => {
  const text = ['{', '"a": 1,', '"b": 2,,', '"c": 3', '}', ''].join('\r\n');
  expect(linesAround(text, { line: 3, column: 8 })).toEqual([
    { number: 1, text: '{', marked: false },
    { number: 2, text: '"a": 1,', marked: false },
    { number: 3, text: '"b": 2,,', marked: true },
    { number: 4, text: '"c": 3', marked: false },
    { number: 5, text: '}', marked: false },
  ]);
});

it('cuts a policy without line breaks to what is around the column', () => {
  const text = `${'x'.repeat(5_000)}HERE${'y'.repeat(5_000)}`;
  const [line, ...others] = linesAround(text, { line: 1, column: 5_001 });
  expect(others).toEqual([]);
  expect(line?.text).toMatch(/^…x+HEREy+…$/);
  expect(line?.text.length).toBeLessThan(200);
});
