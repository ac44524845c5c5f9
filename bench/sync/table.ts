import type { Measurement } from './stage.ts';

const COLUMNS: readonly { readonly title: string; readonly width: number; cell(one: Measurement): string }[] = [
  { title: 'fleet', width: 26, cell: one => one.stage },
  { title: 'contestant', width: 10, cell: one => one.contestant },
  { title: 'sync', width: 8, cell: one => one.phase },
  { title: 'seconds', width: 8, cell: one => one.seconds.toFixed(1) },
  { title: 'instances/s', width: 11, cell: one => Math.round(one.instancesPerSecond).toLocaleString('en') },
  { title: 'ms/account', width: 10, cell: one => ((one.seconds / one.accounts) * 1_000).toFixed(1) },
  { title: 'client CPU s/1,000', width: 18, cell: one => one.clientCpu.toFixed(4) },
  { title: 'PostgreSQL CPU s/1,000', width: 22, cell: one => one.postgresCpu.toFixed(4) },
  { title: 'AWS CPU s/1,000', width: 15, cell: one => one.awsCpu.toFixed(4) },
  { title: 'peak MB', width: 7, cell: one => String(Math.round(one.peakMb)) },
  { title: 'calls/instance', width: 14, cell: one => one.callsPerInstance.toFixed(4) },
  { title: 'throttled', width: 9, cell: one => String(one.throttled) },
];

/** For the terminal; the same columns as the table of the results. */
export function headLine(): string {
  return COLUMNS.map(({ title, width }, i) => pad(title, { width, left: i < TEXTS })).join('  ');
}

export function lineOf(one: Measurement): string {
  return COLUMNS.map(({ cell, width }, i) => pad(cell(one), { width, left: i < TEXTS })).join('  ');
}

export function markdownTable(measured: readonly Measurement[]): string {
  return [
    row(COLUMNS.map(({ title }) => title)),
    row(COLUMNS.map((_, i) => (i < TEXTS ? '---' : '---:'))),
    ...measured.map(one => row(COLUMNS.map(({ cell }) => cell(one)))),
  ].join('\n');
}

/** So many columns are words. */
const TEXTS = 3;

function pad(text: string, { width, left }: { width: number; left: boolean }): string {
  return left ? text.padEnd(width) : text.padStart(width);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
