import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { FailureAlert } from '../../parts/failure-alert.tsx';
import { useNotify } from '../../shell/notices.tsx';

/** Asks before something is deleted. */
export function Confirm<Request>({
  header,
  change,
  request,
  done,
  onClose,
  children,
}: {
  header: string;
  change: UseMutationResult<unknown, Error, Request>;
  request: Request;
  /** What is said afterwards. */
  done: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const notify = useNotify();
  const confirm = () =>
    change.mutate(request, {
      onSuccess: () => {
        notify({ type: 'success', header: done });
        onClose();
      },
    });
  return (
    <Modal
      visible
      header={header}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" onClick={confirm} loading={change.isPending} loadingText="Deleting">
              Delete
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {change.error && <FailureAlert error={change.error} />}
        <Box variant="p">{children}</Box>
      </SpaceBetween>
    </Modal>
  );
}
