import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { FailureAlert } from '../../parts/failure-alert.tsx';
import { ImpactView } from './impact-view.tsx';
import type { Impact } from './impact-words.ts';
import { TryingConnectors } from './trying-connectors.tsx';

/** What saving a base account would do, before it is saved. */
export function PreviewDialog({
  preview,
  action,
  onAgain,
  onClose,
}: {
  preview: { readonly isPending: boolean; readonly error: Error | null; readonly data: Impact | undefined };
  action: { readonly text: string; readonly pending: boolean; readonly run: () => void };
  onAgain: () => void;
  onClose: () => void;
}) {
  return (
    <Modal
      visible
      size="large"
      header="What would happen"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={onClose}>
              Back to the form
            </Button>
            <Button formAction="none" onClick={onAgain} loading={preview.isPending} loadingText="Trying">
              Try again
            </Button>
            <Button
              variant="primary"
              formAction="none"
              onClick={action.run}
              loading={action.pending}
              disabled={preview.isPending}
              disabledReason="Wait for the preview, or go back to the form."
            >
              {action.text}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box variant="p">Nothing is saved yet.</Box>
        {preview.isPending && <TryingConnectors />}
        {preview.error && !preview.isPending && <FailureAlert error={preview.error} />}
        {preview.data && !preview.isPending && <ImpactView impact={preview.data} />}
      </SpaceBetween>
    </Modal>
  );
}
