import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bench as recheck } from './recheck.ts';
import { bench as sync } from './sync.ts';

const USAGE = `npm run bench [-- NAMES] [--quick] [--only TEXT]

Runs the benches named, or all of them, one after the other; prints their figures and, as the last line, one JSON object.
Ends with status 1 when a bench misses its bar. A run of all of them is kept in bench/results/.

  --quick       with less of everything, in minutes
  --only TEXT   of the benches that have stages, only those whose name contains it, such as "fleet 250" or "dense";
                no bars then, and nothing is kept
`;

export interface Bench {
  readonly name: string;
  /** What is done, and how large it is. */
  readonly title: (size: Size) => string;
  /** Names of its parts, for `only`; absent where it is run as a whole. */
  readonly stageNames?: (size: Size) => readonly string[];
  run(size: Size): Promise<Figures>;
}

export interface Size {
  /** Small enough to be run by the way; its bar is scaled down with it. */
  readonly quick: boolean;
  /** Only the stages whose name contains it, in small letters. */
  readonly only?: string;
}

export interface Figures {
  readonly figures: Readonly<Record<string, number>>;
  /** The figures that stand at the top of the last line. */
  readonly headline?: Readonly<Record<string, number>>;
  /** Everything that was measured, for the results' JSON and as a table. */
  readonly details?: unknown;
  readonly markdown?: string;
  /** What was promised, and whether it was kept. */
  readonly bars: readonly { readonly claim: string; readonly kept: boolean }[];
}

const BENCHES: readonly Bench[] = [sync, recheck];

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean' } },
  allowPositionals: true,
});
const only = values.only?.toLowerCase();
const size: Size = { quick: values.quick === true, ...(only === undefined ? {} : { only }) };
const named = BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const wanted = named.filter(({ stageNames }) => only === undefined || (stageNames?.(size) ?? []).length > 0);
const unknown = positionals.filter(name => !BENCHES.some(bench => bench.name === name));
if (values.help) print(USAGE);
else if (unknown.length > 0) {
  refuse(`No bench is named ${unknown.join(', ')}; there are: ${BENCHES.map(({ name }) => name).join(', ')}.`);
} else if (wanted.length === 0) {
  const stages = named.flatMap(({ stageNames }) => stageNames?.({ quick: size.quick }) ?? []);
  refuse(`No stage's name contains "${values.only}"; there are: ${stages.join('; ')}.`);
} else {
  await runAll();
}

function refuse(why: string): void {
  print(`${why}\n\n${USAGE}`);
  process.exitCode = 2;
}

async function runAll(): Promise<void> {
  const machine = {
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
  };
  print(`On ${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}, ${machine.platform}.`);
  const results: Record<string, Figures> = {};
  for (const bench of wanted) {
    print(`\n${bench.name}: ${bench.title(size)}`);
    const result = await bench.run(size);
    results[bench.name] = result;
    for (const [name, value] of Object.entries(result.figures)) print(`  ${name.padEnd(28)} ${value}`);
    for (const { claim, kept } of result.bars) print(`  ${kept ? 'kept  ' : 'MISSED'} ${claim}`);
  }
  const kept = Object.values(results).every(({ bars }) => bars.every(bar => bar.kept));
  if (!kept) process.exitCode = 1;
  const run = { at: new Date().toISOString(), machine, ...size, kept };
  if (wanted.length === BENCHES.length && only === undefined) await keepResults(run, results);
  const headline = Object.assign({}, ...Object.values(results).map(result => result.headline ?? {}));
  const short = Object.entries(results).map(([name, { figures, bars }]) => [name, { figures, bars }]);
  print(`\n${JSON.stringify({ ...run, ...headline, results: Object.fromEntries(short) })}`);
}

type Run = Size & { readonly at: string; readonly machine: Readonly<Record<string, unknown>>; readonly kept: boolean };

/** `full.json` and `full.md`, or `quick.json` and `quick.md`, in the place of what an earlier run left there. */
async function keepResults(run: Run, results: Readonly<Record<string, Figures>>): Promise<void> {
  const base = path.join(import.meta.dirname, 'results', run.quick ? 'quick' : 'full');
  await mkdir(path.dirname(base), { recursive: true });
  const withoutTables = Object.entries(results).map(([name, { markdown: _, ...result }]) => [name, result]);
  const whole = { ...run, results: Object.fromEntries(withoutTables) };
  await writeFile(`${base}.json`, `${JSON.stringify(whole, null, 2)}\n`);
  await writeFile(`${base}.md`, markdownOf(run, results));
}

function markdownOf({ at, machine, quick }: Run, results: Readonly<Record<string, Figures>>): string {
  const { cores, memoryGb, node, platform } = machine;
  const sections = Object.entries(results).map(([name, { markdown = '', figures, bars }]) =>
    [
      `## ${name}`,
      markdown,
      ...bars.map(({ claim, kept }) => `- ${kept ? 'kept' : '**missed**'}: ${claim}`),
      '',
      '| figure | value |\n| --- | ---: |',
      ...Object.entries(figures).map(([figure, value]) => `| ${figure} | ${value} |`),
    ].join('\n'),
  );
  const head = `# Results of \`npm run bench${quick ? ' -- --quick' : ''}\`\n\n${at}, on ${cores} cores, ${memoryGb} GB, Node ${node}, ${platform}. What they mean: docs/performance.md.`;
  return `${[head, ...sections].join('\n\n')}\n`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
