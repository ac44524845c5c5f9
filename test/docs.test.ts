import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { ASSET_TYPES_FILE, assetTypesDocument, FAULTS_FILE, faultsDocument } from '../scripts/write-docs.ts';
import { buildClientCommands } from '../src/cli/commands.ts';
import { LIMITS } from '../src/domain/limits.ts';
import { ASSET_TYPES } from '../src/inventory/registry.ts';
import { readAssetQuery } from '../src/query/asset-query.ts';
import { print } from '../src/query/print.ts';

const DOCUMENTS = globSync(['*.md', 'docs/**/*.md']).sort();

describe('the query language’s page', () => {
  const page = readFileSync('docs/query-language.md', 'utf8');

  it.each(linesOf(page, 'query'))('%s', text => {
    const query = readAssetQuery(text, ASSET_TYPES);
    if (!query.ok) throw new Error(query.fault.detail);
    expect(readAssetQuery(print(query.value), ASSET_TYPES)).toEqual(query);
  });

  it.each(linesOf(page, 'wrong').map(line => line.split(/\s{2,}/)))('%s', (text = '', detail) => {
    expect(readAssetQuery(text, ASSET_TYPES)).toMatchObject({ ok: false, fault: { code: 'invalid-query', detail } });
  });

  it('tells the limits as they are', () => {
    const { queryCharsMax, queryValuesMax, queryDepthMax, queryWildcardsPerValueMax } = LIMITS;
    expect(page.replaceAll(/\s+/g, ' ')).toContain(
      `at most ${queryCharsMax.toLocaleString('en')} characters, ${queryValuesMax} values and ${queryDepthMax} levels of parentheses; a value has at most ${queryWildcardsPerValueMax} wildcards`,
    );
  });

  it('names every property that an asset has', () => {
    for (const property of ['name', 'state', 'id', 'arn', 'accountId', 'region', 'type', 'text', 'gone', 'lastSeen']) {
      expect(page).toContain(`\`${property}\``);
    }
  });
});

it('docs/faults.md is what the catalogue says (else: npm run write-docs)', () => {
  expect(readFileSync(FAULTS_FILE, 'utf8')).toBe(faultsDocument());
});

it('docs/asset-types.md is what the registry says (else: npm run write-docs)', () => {
  expect(readFileSync(ASSET_TYPES_FILE, 'utf8')).toBe(assetTypesDocument());
});

it('docs/cli.md has every client command and no other', () => {
  const program = new Command('causeway');
  buildClientCommands(program);
  const commands = program.commands.flatMap(command =>
    command.commands.length === 0 ? [command.name()] : command.commands.map(sub => `${command.name()} ${sub.name()}`),
  );
  const page = readFileSync('docs/cli.md', 'utf8');
  const [, table = ''] = page.split('## Commands');
  const named = [...(table.split('##')[0] ?? '').matchAll(/^\|(.*?)\|/gm)].flatMap(([row]) =>
    [...row.matchAll(/`([^`]+)`/g)].map(match => match[1]),
  );
  expect(named.sort()).toEqual(commands.sort());
});

it('the README has every setting and no other', () => {
  const code = ['src/config.ts', 'src/cli/settings.ts'].map(file => readFileSync(file, 'utf8')).join('\n');
  const read = new Set([...code.matchAll(/\benv\.([A-Z][A-Z0-9_]+)/g)].map(match => match[1]));
  const readme = readFileSync('README.md', 'utf8');
  const [, section = ''] = readme.split('## Configuration');
  const named = new Set(
    [...(section.split('\n## ')[0] ?? '').matchAll(/`([A-Z][A-Z0-9_]{3,})`/g)].map(match => match[1]),
  );
  expect([...named].sort()).toEqual([...read].sort());
});

describe('every document', () => {
  it.each(DOCUMENTS)('%s links only to what is there', document => {
    const text = readFileSync(document, 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(match => match[1] ?? '');
    const missing = links.filter(link => !existsSync(path.join(path.dirname(document), link)));
    expect(missing).toEqual([]);
  });

  it.each(DOCUMENTS)('%s names only files that are there', document => {
    const text = readFileSync(document, 'utf8');
    const files = [...text.matchAll(/`((?:src|test|simulator|migrations|scripts|docs|bin)\/[\w./-]+)`/g)];
    expect(files.map(match => match[1] ?? '').filter(file => !existsSync(file))).toEqual([]);
  });
});

it('every invariant names the test that attacks it', () => {
  const rows = readFileSync('docs/invariants.md', 'utf8')
    .split('\n')
    .filter(line => /^\| I\d+ /.test(line));
  expect(rows.map(row => row.split('|')[1]?.trim())).toEqual(Array.from({ length: 15 }, (_, index) => `I${index + 1}`));
  for (const row of rows) expect(row.split('|').at(-2)).toContain('test');
});

function linesOf(page: string, fence: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${fence}\\n([\\s\\S]*?)\`\`\``, 'g'))].flatMap(match =>
    (match[1] ?? '').split('\n').filter(line => line !== ''),
  );
}
