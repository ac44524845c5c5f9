import path from 'node:path';
import { type Finding, finding, isProduct, isTest, type Rule } from './rule.ts';
import type { Node, SourceFile } from './source-file.ts';

/** Which parts of src each part may use, besides itself. Dependencies point inwards (docs/architecture.md). */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  'log.ts': [],
  'config.ts': ['domain'],
  trust: ['domain'],
  query: ['domain'],
  inventory: ['domain'],
  aws: ['domain', 'inventory', 'log.ts'],
  store: ['domain', 'inventory', 'query', 'log.ts'],
  accounts: ['domain', 'inventory', 'aws', 'store', 'trust', 'log.ts'],
  sync: ['domain', 'inventory', 'aws', 'store', 'accounts', 'log.ts'],
  alerts: ['domain', 'store', 'accounts', 'log.ts'],
  jobs: ['domain', 'inventory', 'aws', 'store', 'accounts', 'sync', 'alerts', 'log.ts'],
  api: ['domain', 'inventory', 'query', 'trust', 'store', 'accounts', 'sync', 'alerts', 'jobs', 'log.ts'],
  compat: ['domain', 'inventory', 'query', 'store', 'accounts', 'sync', 'jobs', 'api', 'log.ts'],
  cli: ['domain', 'api/contract.ts', 'api/schemas.ts'],
  web: ['domain', 'api/contract.ts', 'api/schemas.ts'],
};

/** The wiring may use everything. */
const WIRING = new Set(['commands', 'main.ts']);

export const importDirection: Rule = {
  name: 'imports point inwards',
  why: 'dependencies point inwards: see docs/architecture.md',
  applies: file => isProduct(file) && !WIRING.has(partOf(file)),
  find(file) {
    return importsOf(file).flatMap(({ node, specifier }) => {
      if (!specifier.startsWith('.')) return [];
      const target = path.posix.join(path.posix.dirname(file.path), specifier);
      return mayImport(file.path, target) ? [] : [finding(file, node, `imports ${target}`)];
    });
  },
  breaks: [
    ['src/domain/a.ts', "import { b } from '../store/b.ts';"],
    ['src/query/a.ts', "import type { b } from '../store/b.ts';"],
    ['src/web/a.tsx', "import { b } from '../api/server.ts';"],
    ['src/store/a.ts', "const b = await import('../accounts/b.ts');"],
    ['simulator/a.ts', "import { evaluate } from '../src/trust/evaluate.ts';"],
    ['src/accounts/a.ts', "import { world } from '../../simulator/world/world.ts';"],
  ],
  keeps: [
    ['src/web/a.tsx', "import { b } from '../api/contract.ts';"],
    ['src/store/a.ts', "import { b } from './b.ts'; import pg from 'pg';"],
    ['src/commands/a.ts', "import { b } from '../../simulator/b.ts';"],
    ['simulator/a.ts', "import { fault } from '../src/domain/faults.ts';"],
  ],
};

/** Libraries that have one home, so that what they are about does not leak into the rest. */
const HOMES: readonly { readonly library: RegExp; readonly home: readonly string[]; readonly evenTypes: boolean }[] = [
  { library: /^(pg|kysely)$/, home: ['store', 'jobs'], evenTypes: false },
  { library: /^pg-boss$/, home: ['jobs'], evenTypes: true },
  { library: /^(@aws-sdk|@smithy)\//, home: ['aws', 'sync', 'simulator'], evenTypes: false },
  { library: /^nodemailer$/, home: ['alerts'], evenTypes: true },
  { library: /^(fastify|@fastify\/.*)$/, home: ['api', 'compat'], evenTypes: true },
  { library: /^(react|react-dom|react-router|@cloudscape-design)(\/|$)/, home: ['web'], evenTypes: true },
  { library: /^(commander|@clack\/prompts)$/, home: ['cli', 'main.ts'], evenTypes: true },
];

export const libraryHomes: Rule = {
  name: 'libraries stay in their part',
  why: 'each library has one part of the tree that may use it, so that it can be replaced there',
  applies: isProduct,
  find(file) {
    return importsOf(file).flatMap(({ node, specifier, typesOnly }) => {
      const rule = HOMES.find(({ library }) => library.test(specifier));
      const home = !rule || rule.home.includes(partOf(file.path)) || (typesOnly && !rule.evenTypes);
      return home ? [] : [finding(file, node, `imports ${specifier}`)];
    });
  },
  breaks: [
    ['src/accounts/a.ts', "import { sql } from 'kysely';"],
    ['src/api/a.ts', "import { STSClient } from '@aws-sdk/client-sts';"],
    ['src/sync/a.ts', "import { PgBoss } from 'pg-boss';"],
  ],
  keeps: [
    ['src/store/a.ts', "import { sql } from 'kysely';"],
    ['src/inventory/a.ts', "import type { Instance } from '@aws-sdk/client-ec2';"],
  ],
};

export const noBarrels: Rule = {
  name: 'no barrels, no default exports',
  why: 'a name is imported from the file that makes it, under the name it has there',
  applies: file => file.startsWith('src/') && isProduct(file),
  find(file) {
    const found: Finding[] = [];
    file.visit({
      ExportAllDeclaration: node => found.push(finding(file, node, 'export *')),
      ExportDefaultDeclaration: node => found.push(finding(file, node, 'export default')),
      ExportNamedDeclaration(node) {
        if (node.source) found.push(finding(file, node, `passes on an export of ${node.source.value}`));
      },
    });
    return found;
  },
  breaks: [
    ['src/api/index.ts', "export * from './server.ts';"],
    ['src/api/a.ts', "export { b } from './b.ts';"],
    ['src/api/a.ts', 'export default 1;'],
  ],
  keeps: [['src/api/a.ts', 'export const a = 1; export type B = string;']],
};

interface Import {
  readonly node: Node;
  readonly specifier: string;
  readonly typesOnly: boolean;
}

function importsOf(file: SourceFile): Import[] {
  const imports: Import[] = [];
  file.visit({
    ImportDeclaration: node =>
      imports.push({ node, specifier: node.source.value, typesOnly: node.importKind === 'type' }),
    ImportExpression(node) {
      if (node.source.type !== 'Literal') return;
      imports.push({ node, specifier: String(node.source.value), typesOnly: false });
    },
  });
  return imports;
}

/** `store` of `src/store/users.ts`, `main.ts` of `src/main.ts`, `simulator` of anything there. */
function partOf(file: string): string {
  const [root = '', part = ''] = file.split('/');
  return root === 'src' ? part : root;
}

function mayImport(file: string, target: string): boolean {
  const [from, to] = [partOf(file), partOf(target)];
  if (from === to) return true;
  if (from === 'simulator') return target.startsWith('src/domain/');
  // Facts of the package itself, such as its version.
  if (target === 'package.json') return from === 'api' || from === 'inventory';
  const allowed = MAY_USE[from] ?? [];
  return target.startsWith('src/') && !isTest(target) && allowed.some(part => target === `src/${part}` || part === to);
}
