import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../src/domain/limits.ts';
import * as codeRules from './tidy/code-rules.ts';
import * as importRules from './tidy/import-rules.ts';
import { type Rule, violations } from './tidy/rule.ts';
import * as shapeRules from './tidy/shape-rules.ts';
import { sourceFile } from './tidy/source-file.ts';

const { unusedNames, ...shapes } = shapeRules;
const RULES: readonly Rule[] = [importRules, codeRules, shapes].flatMap(rules => Object.values(rules));

const FILES = globSync([
  '{src,simulator,test,bench,scripts,bin}/**/*.{ts,tsx,mjs}',
  '{docs,migrations}/**/*.{md,sql}',
  '*.{ts,md}',
])
  .map(path => path.replaceAll('\\', '/'))
  .sort()
  .map(path => sourceFile(path, readFileSync(path, 'utf8')));

describe('the tree', () => {
  it('is looked at as a whole', () => {
    expect(FILES.length).toBeGreaterThan(100);
  });

  it.each(RULES)('$name', rule => {
    const found = FILES.flatMap(file => violations(rule, file));
    expect(found.join('\n')).toBe('');
  });

  it('uses every limit that it names', () => {
    expect(unusedNames(Object.keys(LIMITS), { table: 'src/domain/limits.ts', files: FILES })).toEqual([]);
  });
});

describe('the rules', () => {
  const cases = RULES.flatMap(rule => [
    ...rule.breaks.map(([path, text]) => ({ rule, path, text, broken: true })),
    ...rule.keeps.map(([path, text]) => ({ rule, path, text, broken: false })),
  ]);

  it.each(cases)('$rule.name: in $path, broken: $broken', ({ rule, path, text, broken }) => {
    const found = violations(rule, sourceFile(path, text));
    expect(found.length > 0).toBe(broken);
    if (broken) expect(found[0]).toMatch(/^\S+:\d+: .+ — .+/);
  });

  it('find a limit that nothing uses', () => {
    const files = [sourceFile('src/domain/limits.ts', 'usedMax unusedMax'), sourceFile('src/a.ts', 'LIMITS.usedMax')];
    expect(unusedNames(['usedMax', 'unusedMax'], { table: 'src/domain/limits.ts', files })).toEqual(['unusedMax']);
  });
});
