import Box from '@cloudscape-design/components/box';
import { useChange } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import { ChangeDialog } from './change-dialog.tsx';
import type { BaseAccount } from './draft.ts';

/** Asks before no call goes through an earlier hub any more. */
export function CutOver({ baseAccount, onClose }: { baseAccount: BaseAccount; onClose: () => void }) {
  const { id, title } = baseAccount;
  const notify = useNotify();
  const change = useChange('changeBaseAccount');
  const run = (_breaking: number, onRefused: (error: Error) => void) =>
    change.mutate(
      { params: { id }, body: { cutover: 'immediate' } },
      {
        onSuccess: () => {
          notify({
            type: 'success',
            header: `“${title}” is cut over`,
            content: 'No call goes through an earlier hub. Edit the base account to go back to a safe cutover.',
          });
          onClose();
        },
        onError: onRefused,
      },
    );
  return (
    <ChangeDialog
      baseAccount={baseAccount}
      change="immediate-cutover"
      header={`Cut over to “${title}” immediately?`}
      action={{ text: 'Cut over', loadingText: 'Cutting over', pending: change.isPending, error: change.error, run }}
      onClose={onClose}
    >
      <Box variant="p">
        From then on no call goes through the hub that a connector had before, and earlier credentials are destroyed. A
        connector whose role does not trust the base account fails until it does.
      </Box>
    </ChangeDialog>
  );
}
