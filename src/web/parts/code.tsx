import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import SpaceBetween from '@cloudscape-design/components/space-between';

interface Props {
  readonly text: string;
  readonly label: string;
  readonly fileName?: string;
}

/**
 * Text for another tool, with buttons to copy it and, when it has a file name, to save it. `shown` is what stands on the
 * page of a text that is too long for it.
 */
export function Code({ shown, ...props }: Props & { readonly shown?: string }) {
  const { text, label } = props;
  return (
    <SpaceBetween size="xs">
      <CopyAndSave {...props} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="causeway-code-frame" tabIndex={0} aria-label={label}>
        <pre className="causeway-code">{shown ?? text}</pre>
      </section>
    </SpaceBetween>
  );
}

/** Only the buttons, where the text itself is shown otherwise. */
export function CopyAndSave({ text, label, fileName }: Props) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <CopyToClipboard
        copyButtonText="Copy"
        copyButtonAriaLabel={`Copy ${label}`}
        copySuccessText="Copied"
        copyErrorText="Could not copy"
        textToCopy={text}
      />
      {fileName && (
        <Button
          iconName="download"
          ariaLabel={`Download ${label}`}
          onClick={() => saveFile({ name: fileName, content: text })}
        >
          Download
        </Button>
      )}
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

interface SavedFile {
  readonly name: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
  readonly mediaType?: string;
}

/** Has the browser save a file, as a download. */
export function saveFile({ name, content, mediaType = 'text/plain' }: SavedFile): void {
  const url = URL.createObjectURL(new Blob([content], { type: mediaType }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(url);
}
