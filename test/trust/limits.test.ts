import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyseTrust } from '../../src/trust/analyse.ts';
import { plainValue } from '../../src/trust/json-node.ts';
import { parseTrustPolicy } from '../../src/trust/parse-policy.ts';
import { readJson } from '../../src/trust/read-json.ts';
import { fits, wildcardPattern } from '../../src/trust/wildcard.ts';
import { allow, EXTERNAL_ID, HUB, policy, ROLE } from './policies.ts';

/** The aim is 5 ms; a busy machine gets room, and what backtracks takes seconds or years. */
const SLOW_MS = 250;

function millisecondsOf(document: unknown, context: Record<string, string | string[]>) {
  const input = { policy: document, roleArn: ROLE, principalArn: HUB, context };
  const once = () => {
    const started = performance.now();
    const analysis = analyseTrust(input);
    return { ms: performance.now() - started, analysis };
  };
  const runs = Array.from({ length: 5 }, once);
  return { ms: Math.min(...runs.map(({ ms }) => ms)), analysis: runs[0]?.analysis };
}

describe('a policy of 8,192 characters is evaluated at once', () => {
  const long = 'a'.repeat(1_224);
  const like = (values: string[], key = 'sts:ExternalId') => policy(allow(HUB, { StringLike: { [key]: values } }));

  it.each([
    ['a star after every letter', like([`${'a*'.repeat(3_900)}b`]), { 'sts:ExternalId': long }],
    ['a star after every letter, as long as the text', like([`${'*a'.repeat(1_200)}b`]), { 'sts:ExternalId': long }],
    [
      'many patterns of stars',
      like(Array.from({ length: 80 }, () => `${'*a'.repeat(45)}*b`)),
      { 'sts:ExternalId': long },
    ],
    ['question marks between stars', like([`*${'?'.repeat(600)}*${'a?'.repeat(300)}*b`]), { 'sts:ExternalId': long }],
    ['stars alone', like(['*'.repeat(7_900)]), { 'sts:ExternalId': long }],
    [
      'many short patterns and many values',
      like(
        Array.from({ length: 1_300 }, () => '*z?'),
        'aws:TagKeys',
      ),
      {
        'aws:TagKeys': Array.from({ length: 50 }, (_, i) => `${i}`.repeat(40)),
      },
    ],
    [
      'an ARN of stars',
      policy(allow(HUB, { ArnLike: { 'aws:PrincipalArn': `arn:*:*:*:*:${'*u'.repeat(3_900)}` } })),
      {},
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    ['variables without end', like(['${aws:username}'.repeat(500), '${'.repeat(100)]), { 'sts:ExternalId': long }],
    ['an action of stars', policy({ ...allow(HUB), Action: 's*'.repeat(3_900) }), {}],
    ['hundreds of statements', policy(...Array.from({ length: 90 }, () => allow(`${HUB}x`))), {}],
  ])('%s', (_claim, document, context) => {
    const { ms, analysis } = millisecondsOf(JSON.stringify(document), context);
    expect(analysis?.ok).toBe(true);
    expect(ms).toBeLessThan(SLOW_MS);
  });

  it.each([
    ['nesting', '['.repeat(100_000)],
    ['open objects', '{"a":'.repeat(20_000)],
    ['an open text of escapes', `"${'\\u0041'.repeat(20_000)}`],
    ['white space', ' '.repeat(131_000)],
    ['a number without end', '1'.repeat(131_000)],
    ['more than is read', 'x'.repeat(200_000)],
  ])('%s is refused at once', (_claim, text) => {
    const started = performance.now();
    expect(parseTrustPolicy(text)).toMatchObject({ ok: false, fault: { code: 'malformed-policy' } });
    expect(performance.now() - started).toBeLessThan(SLOW_MS);
  });

  it('a value that holds itself is refused', () => {
    const round: Record<string, unknown> = {};
    round.Statement = round;
    expect(parseTrustPolicy(round)).toMatchObject({ ok: false, fault: { code: 'malformed-policy' } });
  });
});

describe('wildcards', () => {
  const letters = fc.array(fc.constantFrom('a', 'b'), { maxLength: 80 }).map(parts => parts.join(''));
  const patterns = fc.array(fc.constantFrom('a', 'b', 'ab', '*', '*', '?', 'aaaaaaaaaaaaaaaa'), { maxLength: 12 });

  it('match as a plain recursive definition does', () => {
    fc.assert(
      fc.property(patterns, letters, (parts, text) => {
        const pattern = parts.join('');
        expect(fits(wildcardPattern(pattern), text), `${pattern} ${text}`).toBe(plainly(pattern, text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('match texts made from them, across the borders of machine words', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(letters, fc.constant('*'), fc.constant('?')), { maxLength: 8 }),
        letters,
        (parts, filling) => {
          const text = parts.map(part => (part === '*' ? filling : part === '?' ? 'z' : part)).join('');
          expect(fits(wildcardPattern(parts.join('')), text)).toBe(true);
          expect(fits(wildcardPattern(`${parts.join('')}z`), `${text}y`)).toBe(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

/** Column by column over the pattern, each cell from its neighbours. */
function plainly(pattern: string, text: string): boolean {
  let row = Array.from({ length: text.length + 1 }, (_, i) => i === 0);
  for (const token of pattern) {
    const above = row;
    const next: boolean[] = [];
    for (let i = 0; i <= text.length; i++) {
      if (token === '*') next.push((above[i] ?? false) || (next[i - 1] ?? false));
      else next.push(i > 0 && (above[i - 1] ?? false) && (token === '?' || token === text[i - 1]));
    }
    row = next;
  }
  return row[text.length] ?? false;
}

describe('JSON', () => {
  it('is read as JSON.parse reads it, where no name stands twice', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const node = readJson(text);
        if (!node.ok) throw new Error(node.fault.detail);
        expect(plainValue(node.value)).toEqual(JSON.parse(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('that is damaged is refused or read as JSON.parse reads it', () => {
    const text = JSON.stringify(policy(allow(HUB, { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } })));
    fc.assert(
      fc.property(
        fc.nat(text.length),
        fc.constantFrom('', '"', '{', '}', ',', ':', '\\', '0', 'é', '\n', '[', ']'),
        (at, put) => {
          const damaged = `${text.slice(0, at)}${put}${text.slice(at + 1)}`;
          const node = readJson(damaged);
          expect(node.ok).toBe(parses(damaged));
          if (node.ok) expect(plainValue(node.value)).toEqual(JSON.parse(damaged));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return false;
  }
}
