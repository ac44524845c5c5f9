import path from 'node:path';
import { type Finding, finding, isProduct, isTest, matchesIn, type Rule } from './rule.ts';
import type { Node, SourceFile } from './source-file.ts';

const LINES_MAX = 400;
const TEST_LINES_MAX = 500;
/** The aim is 70; a few more are not worth a seam in the wrong place. */
const FUNCTION_LINES_MAX = 80;

/** Tables, one row after the other: to split them would make each row harder to find. */
const TABLES = new Set(['src/api/contract.ts', 'src/api/schemas.ts', 'src/domain/faults.ts']);

export const fileLength: Rule = {
  name: 'files are short',
  why: `a file has one noun or verb, in at most ${LINES_MAX} lines (${TEST_LINES_MAX} for a test)`,
  applies: file => isCode(file) && !TABLES.has(file),
  find({ path: file, text }) {
    const lines = text.split('\n').length - 1;
    return lines > (isTest(file) ? TEST_LINES_MAX : LINES_MAX) ? [{ line: lines, found: `${lines} lines` }] : [];
  },
  breaks: [
    ['src/api/a.ts', '\n'.repeat(LINES_MAX + 1)],
    ['test/api/a.test.ts', '\n'.repeat(TEST_LINES_MAX + 1)],
  ],
  keeps: [
    ['src/api/a.ts', '\n'.repeat(LINES_MAX)],
    ['src/domain/faults.ts', '\n'.repeat(LINES_MAX + 1)],
  ],
};

export const functionLength: Rule = {
  name: 'functions are short',
  why: `a function does one thing, in at most ${FUNCTION_LINES_MAX} lines; push ifs up and fors down`,
  applies: isProduct,
  find(file) {
    const found: Finding[] = [];
    const measure = (node: Node) => {
      const lines = file.lineAt(node.end) - file.lineAt(node.start) + 1;
      if (lines > FUNCTION_LINES_MAX) found.push(finding(file, node, `a function of ${lines} lines`));
    };
    file.visit({ FunctionDeclaration: measure, FunctionExpression: measure, ArrowFunctionExpression: measure });
    return found;
  },
  breaks: [['src/api/a.ts', `export function a() {${'\n'.repeat(FUNCTION_LINES_MAX)}}`]],
  keeps: [['src/api/a.ts', `export function a() {${'\n'.repeat(FUNCTION_LINES_MAX - 1)}}`]],
};

export const fileNames: Rule = {
  name: 'files are kebab-case',
  why: 'a file is found by guessing its name',
  applies: isCode,
  find({ path: file }) {
    const [name = ''] = path.posix.basename(file).split('.');
    return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : [{ line: 1, found: name }];
  },
  breaks: [
    ['src/api/faultReply.ts', ''],
    ['src/web/pages/Assets.tsx', ''],
  ],
  keeps: [['src/api/fault-reply.test.ts', '']],
};

export const arnsFromThePartition: Rule = {
  name: 'no ARN of one partition',
  why: 'there are several partitions; facts about them are in src/domain/partition.ts, and ARNs come from AWS',
  applies: file => file.startsWith('src/') && isProduct(file) && file !== 'src/domain/partition.ts',
  find: file => matchesIn(file, /arn:aws:/g),
  breaks: [['src/accounts/a.ts', "const arn = 'arn:aws:iam::' + id;"]],
  keeps: [['src/accounts/a.ts', "const arn = 'arn:' + partition + ':iam::' + id;"]],
};

export const wordsOfTheGlossary: Rule = {
  name: 'the glossary’s words',
  why: 'one word for one thing: see docs/glossary.md',
  applies: file => isCode(file) || isText(file),
  find: file =>
    matchesIn(file, /\b(tenants?|master accounts?|spoke accounts?|hub-and-spoke|whitelist\w*|blacklist\w*)\b/gi),
  breaks: [
    ['src/api/a.ts', '/** Each tenant has one. */'],
    ['docs/a.md', 'the master account of the organisation'],
  ],
  keeps: [['src/api/a.ts', 'const tenancy = instance.placement.tenancy;']],
};

export const nothingLeftForLater: Rule = {
  name: 'nothing is left for later',
  why: 'what is not done is said in the changelog or an ADR, where people look for it',
  applies: file => isCode(file) || isText(file) || file.endsWith('.sql'),
  find: file => matchesIn(file, /\b(TO[D]O|FIX[M]E|HA[C]K|X[X]X)\b/g),
  breaks: [['src/api/a.ts', `// ${'TO'}DO: later`]],
  keeps: [['src/api/a.ts', '// to do this later would be wrong']],
};

export const noPathsOfAMachine: Rule = {
  name: 'no paths of a machine',
  why: 'the tree works wherever it is',
  applies: file => isCode(file) || isText(file),
  find: file => matchesIn(file, /(?<![\w.])\/(work|home|Users|root)\/[\w.-]+/g),
  breaks: [['docs/a.md', 'see /home/someone/causeway']],
  keeps: [['docs/a.md', 'see /var/lib/causeway and https://example.com/home/page']],
};

function isCode(file: string): boolean {
  return /\.(ts|tsx|mjs)$/.test(file) && !isSelf(file);
}

function isText(file: string): boolean {
  return file.endsWith('.md');
}

/** These rules name what they forbid. */
function isSelf(file: string): boolean {
  return file === 'test/tidy/shape-rules.ts';
}

export function unusedNames(
  names: readonly string[],
  { table, files }: { table: string; files: readonly SourceFile[] },
): string[] {
  const text = files.filter(file => file.path !== table && isProduct(file.path)).map(file => file.text);
  return names.filter(name => !text.some(content => content.includes(name)));
}
