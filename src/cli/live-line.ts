import type { Io } from './io.ts';

/**
 * Progress on standard error: on a terminal one line that changes, elsewhere a line for each change, so that a log shows
 * it too.
 */
export interface LiveLine {
  tell(text: string): void;
  /** Ends the line; what is printed next begins on its own. */
  end(): void;
}

export function liveLine({ errorTerminal, writeError }: Pick<Io, 'errorTerminal' | 'writeError'>): LiveLine {
  let told = '';
  return {
    tell(text) {
      if (text === told) return;
      // To the line's beginning, and clear it.
      writeError(errorTerminal ? `\r\u001b[2K${text}` : `${text}\n`);
      told = text;
    },
    end() {
      if (errorTerminal && told !== '') writeError('\n');
    },
  };
}

/** Such as `[######----]`. */
export function bar({ done, total }: { done: number; total: number }): string {
  const filled = total === 0 ? WIDTH : Math.floor((done / total) * WIDTH);
  return `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}]`;
}

const WIDTH = 24;
