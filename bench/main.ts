import { availableParallelism, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { bench as recheck } from './recheck.ts';

/**
 * `npm run bench [-- NAMES] [--quick]`: runs the benches named, or all, one after the other; prints their figures as text
 * and, as the last line, as one JSON object. Ends with status 1 when a bench misses its bar.
 */
export interface Bench {
  readonly name: string;
  /** What is done, and how large it is. */
  readonly title: (size: Size) => string;
  run(size: Size): Promise<Figures>;
}

export interface Size {
  /** Small enough to be run by the way; its bar is scaled down with it. */
  readonly quick: boolean;
}

export interface Figures {
  readonly figures: Readonly<Record<string, number>>;
  /** What was promised, and whether it was kept. */
  readonly bars: readonly { readonly claim: string; readonly kept: boolean }[];
}

const BENCHES: readonly Bench[] = [recheck];

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
const size = { quick: values.quick === true };
const wanted = BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const unknown = positionals.filter(name => !BENCHES.some(bench => bench.name === name));
if (unknown.length > 0) {
  print(`No bench is named ${unknown.join(', ')}; there are: ${BENCHES.map(({ name }) => name).join(', ')}.`);
  process.exitCode = 2;
} else {
  await runAll();
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
  print(`\n${JSON.stringify({ machine, ...size, kept, results })}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
