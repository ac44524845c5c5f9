import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import SpaceBetween from '@cloudscape-design/components/space-between';

/** Text for another tool, with buttons to copy it and, when it has a file name, to save it. */
export function Code({ text, label, fileName }: { text: string; label: string; fileName?: string }) {
  return (
    <SpaceBetween size="xs">
      <SpaceBetween direction="horizontal" size="xs">
        <CopyToClipboard
          copyButtonText="Copy"
          copyButtonAriaLabel={`Copy ${label}`}
          copySuccessText="Copied"
          copyErrorText="Could not copy"
          textToCopy={text}
        />
        {fileName && (
          <Button iconName="download" ariaLabel={`Download ${label}`} onClick={() => download(fileName, text)}>
            Download
          </Button>
        )}
      </SpaceBetween>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="causeway-code-frame" tabIndex={0} aria-label={label}>
        <pre className="causeway-code">{text}</pre>
      </section>
    </SpaceBetween>
  );
}

export function JsonCode({ value, label, fileName }: { value: unknown; label: string; fileName?: string }) {
  return <Code text={JSON.stringify(value, null, 2)} label={label} {...(fileName ? { fileName } : {})} />;
}

/** A short piece of code inside a sentence. */
export function InlineCode({ children }: { children: string }) {
  return <Box variant="code">{children}</Box>;
}

/** Saves text as a file. */
export function download(fileName: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = fileName;
  anchor.click();
  URL.revokeObjectURL(url);
}
