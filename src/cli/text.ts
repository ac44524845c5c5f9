import { type Hub, hubInWords } from '../domain/hub.ts';

/** Rows under headings, in columns as wide as their widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = rows.map(row => row.map(cell => shown(cell)));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map(row => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(headings.map(heading => heading.toUpperCase())), ...cells.map(line)].join('\n');
}

/** Names and values, one a line. */
export function facts(entries: readonly (readonly [string, string | number | null])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}`).join('\n');
}

/** A time for people: UTC to the second. */
export function time(iso: string | null): string | null {
  return iso === null ? null : `${iso.slice(0, 19).replace('T', ' ')}Z`;
}

export function list(items: readonly string[] | null, whenNull: string): string {
  return items === null ? whenNull : items.join(', ');
}

export function hubText(hub: Hub | null): string | null {
  return hub && hubInWords(hub);
}

/** Such as "1 connector" and "12 connectors". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** What is said below a page when there is another. */
export function more(nextCursor: string | null): string {
  return nextCursor === null ? '' : `\n\nThere is more: add --cursor ${nextCursor}`;
}

/** Text from elsewhere may hold characters that would steer the terminal; those are shown instead of sent. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, letter => `\\u{${letter.codePointAt(0)?.toString(16)}}`);
}

function shown(cell: string | number | null): string {
  return cell === null || cell === '' ? '–' : printable(String(cell));
}
