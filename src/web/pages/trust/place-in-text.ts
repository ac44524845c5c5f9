const linesBeside = 2;
const shownCharsMax = 160;

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The first "line 3, column 14" in a sentence. */
export function placeIn(complaint: string): Place | undefined {
  const [, line, column] = /line (\d+), column (\d+)/.exec(complaint) ?? [];
  return line === undefined || column === undefined ? undefined : { line: Number(line), column: Number(column) };
}

export interface ExcerptLine {
  readonly number: number;
  readonly text: string;
  readonly marked: boolean;
}

/** A line that is too long, as of a policy without line breaks, is cut to what is around the column. */
export function linesAround(text: string, { line, column }: Place): ExcerptLine[] {
  return text.split(/\r\n|\r|\n/).flatMap((content, index) => {
    const number = index + 1;
    if (Math.abs(number - line) > linesBeside) return [];
    return [{ number, text: cut(content, number === line ? column : 1), marked: number === line }];
  });
}

function cut(line: string, column: number): string {
  if (line.length <= shownCharsMax) return line;
  const from = Math.max(0, Math.min(column - shownCharsMax / 2, line.length - shownCharsMax));
  const to = from + shownCharsMax;
  return `${from > 0 ? '…' : ''}${line.slice(from, to)}${to < line.length ? '…' : ''}`;
}
