import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal, { type ModalProps } from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { FailureAlert } from './failure-alert.tsx';

/** A question with one answer that does something: its button, what it says while it works, and why it failed. */
export function Dialog({
  header,
  size,
  action,
  error,
  onClose,
  children,
}: {
  header: string;
  size?: ModalProps.Size;
  action: {
    text: string;
    /** Such as "Deleting". */
    loadingText: string;
    pending: boolean;
    run: () => void;
    /** Why it cannot be done yet. */
    disabledReason?: string | undefined;
  };
  error: Error | null;
  onClose: () => void;
  children: ReactNode;
}) {
  const { text, loadingText, pending, run, disabledReason } = action;
  return (
    <Modal
      visible
      header={header}
      {...(size === undefined ? {} : { size })}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button
              variant="primary"
              onClick={run}
              loading={pending}
              loadingText={loadingText}
              disabled={disabledReason !== undefined}
              {...(disabledReason === undefined ? {} : { disabledReason })}
            >
              {text}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {error && <FailureAlert error={error} />}
        {children}
      </SpaceBetween>
    </Modal>
  );
}
