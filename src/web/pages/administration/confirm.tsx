import Box from '@cloudscape-design/components/box';
import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Dialog } from '../../parts/dialog.tsx';
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
    <Dialog
      header={header}
      action={{ text: 'Delete', loadingText: 'Deleting', pending: change.isPending, run: confirm }}
      error={change.error}
      onClose={onClose}
    >
      <Box variant="p">{children}</Box>
    </Dialog>
  );
}
