import Box from '@cloudscape-design/components/box';
import { useChange } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import { ChangeDialog } from './change-dialog.tsx';
import type { BaseAccount } from './draft.ts';

/** Asks before the credentials before the current ones are used again. */
export function RollBack({ baseAccount, onClose }: { baseAccount: BaseAccount; onClose: () => void }) {
  const { id, title, accountId } = baseAccount;
  const [last] = baseAccount.earlier;
  const notify = useNotify();
  const rollBack = useChange('rollBackBaseAccount');
  const run = (_breaking: number, onRefused: (error: Error) => void) =>
    rollBack.mutate(
      { params: { id } },
      {
        onSuccess: () => {
          notify({
            type: 'success',
            header: `“${title}” is rolled back`,
            content: `It acts through account ${last?.accountId ?? accountId} again.`,
          });
          onClose();
        },
        onError: onRefused,
      },
    );
  return (
    <ChangeDialog
      baseAccount={baseAccount}
      change="roll-back"
      header={`Roll back “${title}”?`}
      action={{
        text: 'Roll back',
        loadingText: 'Rolling back',
        pending: rollBack.isPending,
        error: rollBack.error,
        run,
      }}
      onClose={onClose}
    >
      <Box variant="p">
        The credentials before the current ones
        {last
          ? ` (account ${last.accountId}${last.accessKeyIdEnding === null ? '' : `, key …${last.accessKeyIdEnding}`})`
          : ''}{' '}
        become the base account’s again. The current ones are kept beside them, so that no connector fails and this can
        be undone in the same way.
      </Box>
    </ChangeDialog>
  );
}
