/** One line of a comparison of two texts, in reading order. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/**
 * The fewest removed and added lines that make `before` into `after` (longest common subsequence), after what both begin
 * and end with is set aside. Texts of more than `CELLS` line pairs in between are shown as replaced whole.
 */
export function diffLines({ before, after }: { before: string; after: string }): DiffLine[] {
  const [old, young] = [before.split('\n'), after.split('\n')];
  const shorter = Math.min(old.length, young.length);
  let head = 0;
  while (head < shorter && old[head] === young[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === young.at(-1 - tail)) tail += 1;
  return [
    ...lines('same', old.slice(0, head)),
    ...between(old.slice(head, old.length - tail), young.slice(head, young.length - tail)),
    ...lines('same', old.slice(old.length - tail)),
  ];
}

/** How many lines are removed or added. */
export function changedLines(diff: readonly DiffLine[]): number {
  return diff.filter(({ kind }) => kind !== 'same').length;
}

const CELLS = 1_000_000;

function between(old: readonly string[], young: readonly string[]): DiffLine[] {
  if (old.length * young.length > CELLS) return [...lines('removed', old), ...lines('added', young)];
  const width = young.length + 1;
  // common[i * width + j]: lines that the texts from old[i] and young[j] on have in common.
  const common = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = young.length - 1; j >= 0; j--) {
      common[i * width + j] = old[i] === young[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const diff: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < young.length) {
    const [left = '', right = ''] = [old[i], young[j]];
    if (left === right) {
      diff.push({ kind: 'same', text: left });
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      diff.push({ kind: 'removed', text: left });
      i += 1;
    } else {
      diff.push({ kind: 'added', text: right });
      j += 1;
    }
  }
  return [...diff, ...lines('removed', old.slice(i)), ...lines('added', young.slice(j))];
}

function lines(kind: DiffLine['kind'], texts: readonly string[]): DiffLine[] {
  return texts.map(text => ({ kind, text }));
}
