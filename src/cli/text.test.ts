import { expect, it } from 'vitest';
import { EXIT, failureText } from './outcome.ts';
import { facts, table } from './text.ts';

it('aligns a table’s columns and marks what is absent', () => {
  const text = table(
    ['name', 'n'],
    [
      ['a', 1],
      ['longer', null],
    ],
  );
  expect(text).toBe('NAME    N\na       1\nlonger  –');
});

it('shows characters that would steer the terminal instead of sending them', () => {
  expect(facts([['Name', '\u001b[31mred\u202e\n']])).toBe('Name  \\u{1b}[31mred\\u{202e}\\u{a}');
});

it('tells a failure with every wrong field and what AWS support asks for', () => {
  const text = failureText({
    exitCode: EXIT.usage,
    title: 'Not valid',
    detail: 'It is wrong.',
    remedy: 'Mend it.',
    field: 'a',
    errors: [
      { field: 'a', detail: 'It is wrong.', remedy: 'Mend it.' },
      { field: 'b', detail: 'So is this.', remedy: 'Mend it too.' },
    ],
    aws: { service: 'sts', operation: 'AssumeRole', name: 'AccessDenied', message: 'no', requestId: 'r-1' },
    requestId: 'q-1',
  });
  expect(text.split('\n')).toEqual([
    'Not valid: It is wrong.',
    '  Field: a',
    '  What to do: Mend it.',
    '  Also b: So is this. Mend it too.',
    '  AWS: sts AssumeRole answered AccessDenied (no)',
    '  AWS request id: r-1',
    '  Request id: q-1',
  ]);
});
