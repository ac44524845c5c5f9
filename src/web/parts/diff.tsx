import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** The change of a text, line by line. Sign and spoken word say what the colour says; neither is copied with the text. */
export function Diff({ lines, label }: { lines: readonly DiffLine[]; label: string }) {
  return (
    <SpaceBetween size="xxs">
      <Box fontSize="body-s" color="text-body-secondary">
        {changesInWords(lines)}
      </Box>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="causeway-code-frame" tabIndex={0} aria-label={label}>
        <pre className="causeway-code causeway-diff">
          {numbered(lines).map(({ key, line }) => (
            <Line key={key} line={line} />
          ))}
        </pre>
      </section>
    </SpaceBetween>
  );
}

/** Lines have no identity but their place. */
function numbered(lines: readonly DiffLine[]) {
  return lines.map((line, place) => ({ key: `${place} ${line.kind}`, line }));
}

function Line({ line: { kind, text } }: { line: DiffLine }) {
  if (kind === 'same') {
    return (
      <span className="causeway-diff-line">
        <Sign sign=" " />
        {text}
        {'\n'}
      </span>
    );
  }
  const Change = kind === 'added' ? 'ins' : 'del';
  return (
    <Change className="causeway-diff-line">
      <Sign sign={kind === 'added' ? '+' : '−'} />
      <span className="causeway-spoken">{`${kind}: `}</span>
      {text}
      {'\n'}
    </Change>
  );
}

function Sign({ sign }: { sign: string }) {
  return (
    <span aria-hidden="true" className="causeway-diff-sign">
      {sign}
    </span>
  );
}

export function changesInWords(lines: readonly DiffLine[]): string {
  const count = (kind: DiffLine['kind']) => lines.filter(line => line.kind === kind).length;
  const parts = [
    { count: count('added'), what: 'added' },
    { count: count('removed'), what: 'removed' },
  ].filter(part => part.count > 0);
  if (parts.length === 0) return 'No line changes.';
  return `${parts.map(part => `${part.count} ${part.count === 1 ? 'line' : 'lines'} ${part.what}`).join(', ')}.`;
}
