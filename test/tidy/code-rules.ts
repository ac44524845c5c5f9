import { type Finding, finding, isProduct, type Rule } from './rule.ts';
import type { Node, SourceFile } from './source-file.ts';

export const environmentInOnePlace: Rule = {
  name: 'the environment is read in one place',
  why: 'settings are read once, in src/config.ts (the command line’s in src/cli/settings.ts), and handed on as values',
  applies: file => isProduct(file) && file !== 'src/config.ts' && file !== 'src/cli/settings.ts',
  find: file => membersFound(file, (object, property) => object === 'process' && property === 'env'),
  breaks: [['src/api/a.ts', 'const port = process.env.PORT;']],
  keeps: [['src/config.ts', 'const port = process.env.PORT;']],
};

export const timeFromAClock: Rule = {
  name: 'time comes from a clock',
  why: 'tests own time (invariant I10): take a Clock, and read it there',
  // The browser is not driven by a clock of ours; its tests set the browser's.
  applies: file => isProduct(file) && !file.startsWith('src/web/') && !isClock(file),
  find(file) {
    const found = membersFound(file, (object, property) => CLOCKS.has(`${object}.${property}`));
    file.visit({
      NewExpression(node) {
        const isDate = node.callee.type === 'Identifier' && node.callee.name === 'Date';
        if (isDate && node.arguments.length === 0) found.push(finding(file, node, 'new Date()'));
      },
    });
    return found;
  },
  breaks: [
    ['src/sync/a.ts', 'const now = new Date();'],
    ['src/sync/a.ts', 'const now = Date.now();'],
    ['simulator/a.ts', 'const started = performance.now();'],
  ],
  keeps: [
    ['src/sync/a.ts', 'const day = new Date(0); const ms = Date.parse(text);'],
    ['src/domain/clock.ts', 'const now = new Date();'],
  ],
};

const CLOCKS = new Set(['Date.now', 'performance.now', 'process.hrtime']);
const isClock = (file: string) => ['src/domain/clock.ts', 'src/domain/ids.ts'].includes(file);

export const randomnessFromIds: Rule = {
  name: 'randomness comes from ids',
  why: 'tests own randomness (invariant I10): take Ids, and draw from it',
  applies: file => isProduct(file) && !DRAWS_ITSELF.has(file),
  find(file) {
    const found = membersFound(file, (object, property) => `${object}.${property}` === 'Math.random');
    file.visit({
      Identifier(node) {
        if (/^(randomBytes|randomUUID|randomInt|getRandomValues)$/.test(node.name)) {
          found.push(finding(file, node, node.name));
        }
      },
    });
    return found;
  },
  breaks: [
    ['src/api/a.ts', 'const id = Math.random();'],
    ['src/api/a.ts', "import { randomUUID } from 'node:crypto';"],
  ],
  keeps: [['src/domain/ids.ts', "import { randomBytes } from 'node:crypto';"]],
};

const DRAWS_ITSELF = new Set([
  'src/domain/ids.ts',
  // Keys and nonces: nothing may be able to give these another source.
  'src/accounts/vault.ts',
  'src/commands/master-key.ts',
  // Request ids, which differ in AWS too when everything else is the same.
  'simulator/answer.ts',
]);

export const noConsole: Rule = {
  name: 'nothing writes to the console',
  why: 'the server writes to its log, commands to the stream they were given',
  applies: isProduct,
  find: file => membersFound(file, object => object === 'console'),
  breaks: [['src/api/a.ts', "console.log('here');"]],
  keeps: [['src/api/a.ts', "log.info({}, 'here');"]],
};

export const noCasts: Rule = {
  name: 'no any, no casts',
  why: 'a cast hides from the compiler what a parser, a guard or `satisfies` would prove',
  applies: file => isProduct(file) || file.startsWith('scripts/'),
  find(file) {
    const found: Finding[] = [];
    file.visit({
      TSAsExpression(node) {
        const type = file.text.slice(node.typeAnnotation.start, node.typeAnnotation.end);
        if (type !== 'const') found.push(finding(file, node, `as ${type}`));
      },
      TSTypeAssertion: node => found.push(finding(file, node, 'a cast')),
      TSAnyKeyword: node => found.push(finding(file, node, 'any')),
    });
    return found;
  },
  breaks: [
    ['src/api/a.ts', 'const a = b as string;'],
    ['src/api/a.ts', 'const a = <string>b;'],
    ['src/api/a.ts', 'function a(b: any) {}'],
  ],
  keeps: [['src/api/a.ts', "const a = ['b'] as const; import { c as d } from './c.ts';"]],
};

export const sqlInTheStore: Rule = {
  name: 'SQL is in the store',
  why: 'one statement per function of src/store, named for what it does',
  applies: file => isProduct(file) && !file.startsWith('src/store/'),
  find(file) {
    const found: Finding[] = [];
    file.visit({
      TaggedTemplateExpression(node) {
        if (node.tag.type === 'Identifier' && node.tag.name === 'sql') found.push(finding(file, node, 'sql`…`'));
      },
      Literal(node) {
        if (typeof node.value === 'string' && SQL.test(node.value)) found.push(finding(file, node, node.value));
      },
      TemplateLiteral(node) {
        const start = node.quasis[0]?.value.raw ?? '';
        if (SQL.test(start)) found.push(finding(file, node, start));
      },
    });
    return found;
  },
  breaks: [
    ['src/accounts/a.ts', 'await sql`select 1`.execute(db);'],
    ['src/accounts/a.ts', "await client.query('delete from users');"],
  ],
  keeps: [
    ['src/store/a.ts', 'await sql`select 1`.execute(db);'],
    ['src/accounts/a.ts', "const text = 'select a connector';"],
  ],
};

const SQL = /^\s*(select [^;]* from |insert into |update \w+ set |delete from |truncate )/i;

export const awsErrorNames: Rule = {
  name: 'AWS error names are read in src/aws',
  why: 'src/aws/translate.ts turns AWS’s error names into faults; everything else asks for the fault’s code',
  applies: file => isProduct(file) && file.startsWith('src/') && !file.startsWith('src/aws/'),
  find(file) {
    const found: Finding[] = [];
    file.visit({
      Literal(node) {
        if (typeof node.value === 'string' && AWS_ERRORS.test(node.value)) {
          found.push(finding(file, node, `'${node.value}'`));
        }
      },
    });
    return found;
  },
  breaks: [['src/sync/a.ts', "if (error.name === 'AccessDenied') stop();"]],
  keeps: [
    ['src/aws/translate.ts', "const denied = name === 'AccessDenied';"],
    ['src/sync/a.ts', "if (fault.code === 'access-denied') stop();"],
  ],
};

const AWS_ERRORS =
  /^(AccessDenied(Exception)?|UnauthorizedOperation|AuthFailure|OptInRequired|ExpiredToken(Exception)?|InvalidClientTokenId|SignatureDoesNotMatch|RequestLimitExceeded|Throttling(Exception)?|TooManyRequestsException|UnrecognizedClientException)$/;

/** The names `object` and `property` of every `object.property`. */
function membersFound(file: SourceFile, wanted: (object: string, property: string) => boolean): Finding[] {
  const found: Finding[] = [];
  file.visit({
    MemberExpression(node) {
      const [object, property] = [nameOf(node.object), nameOf(node.property)];
      if (wanted(object, property)) found.push(finding(file, node, `${object}.${property}`));
    },
  });
  return found;
}

function nameOf(node: Node): string {
  return node.type === 'Identifier' ? node.name : '';
}
