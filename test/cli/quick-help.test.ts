import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { sourceFile } from '../tidy/source-file.ts';

it('help loads neither the contract with its schemas nor the questions: they cost more than Node’s own start', () => {
  const loaded = loadedWith('src/cli/commands.ts');
  expect([...loaded].sort()).toEqual(expect.arrayContaining(['src/cli/connectors.ts', 'src/domain/limits.ts']));
  expect([...loaded].filter(file => /api\/|cli\/client|^zod|^@clack/.test(file))).toEqual([]);
});

/** Files and packages that are loaded together with a file, those that it loads later left out. */
function loadedWith(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  if (!file.startsWith('src/')) return loaded;
  sourceFile(file, readFileSync(file, 'utf8')).visit({
    ImportDeclaration({ importKind, source }) {
      if (importKind === 'type') return;
      const isOurs = source.value.startsWith('.');
      loadedWith(isOurs ? path.posix.join(path.posix.dirname(file), source.value) : source.value, loaded);
    },
  });
  return loaded;
}
