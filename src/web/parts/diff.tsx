import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { z } from 'zod';
import type { trustEdit } from '../../api/schemas.ts';

type Line = z.infer<typeof trustEdit>['diff'][number];

const SIGNS = { same: ' ', added: '+', removed: '-' } as const;

/** What a text becomes, line by line, with a button to copy what it becomes. */
export function Diff({ lines, text, label }: { lines: readonly Line[]; text: string; label: string }) {
  return (
    <SpaceBetween size="xs">
      <CopyToClipboard
        copyButtonText="Copy the new text"
        copyButtonAriaLabel={`Copy ${label}`}
        copySuccessText="Copied"
        copyErrorText="Could not copy"
        textToCopy={text}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="causeway-code-frame" tabIndex={0} aria-label={label}>
        <pre className="causeway-code causeway-diff">
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines repeat, and a diff never changes
            <DiffLine key={index} line={line} />
          ))}
        </pre>
      </section>
    </SpaceBetween>
  );
}

function DiffLine({ line: { kind, text } }: { line: Line }) {
  const signed = `${SIGNS[kind]} ${text}\n`;
  if (kind === 'added') return <ins>{signed}</ins>;
  if (kind === 'removed') return <del>{signed}</del>;
  return signed;
}
