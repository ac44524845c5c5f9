import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { accountTypeLabel } from '../../parts/hub.tsx';
import { PageLink } from '../../parts/links.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { PATHS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import { ChangeDialog } from './change-dialog.tsx';
import type { BaseAccount } from './draft.ts';

/** Says what deleting means for each connector and what has to be changed in AWS; confirmed by typing. */
export function DeleteBaseAccount({
  baseAccount,
  onClose,
  onDeleted,
}: {
  baseAccount: BaseAccount;
  onClose: () => void;
  onDeleted?: (() => void) | undefined;
}) {
  const { id, title, accountType } = baseAccount;
  const notify = useNotify();
  const remove = useChange('deleteBaseAccount');
  const platforms = useRead('listPlatformAccounts', {});
  const platform = platforms.data?.items.find(other => other.accountType === accountType);
  const label = accountTypeLabel(accountType);
  const run = (breaking: number, onRefused: (error: Error) => void) =>
    remove.mutate(
      { params: { id }, query: breaking > 0 ? { confirmBreaking: breaking } : {} },
      {
        onSuccess: () => {
          notify({
            type: 'success',
            header: `Base account “${title}” was deleted`,
            content: platform?.accountId ? (
              <>
                Its connectors use the platform account {platform.accountId} now.{' '}
                <PageLink href={PATHS.trustMigration(accountType)} color="inverted">
                  Trust migration
                </PageLink>{' '}
                shows whose role does not trust it.
              </>
            ) : (
              `There is no platform account for ${label}, so its connectors cannot run.`
            ),
          });
          onClose();
          onDeleted?.();
        },
        onError: onRefused,
      },
    );
  return (
    <ChangeDialog
      baseAccount={baseAccount}
      change="delete"
      header={`Delete base account “${title}”?`}
      action={{ text: 'Delete', loadingText: 'Deleting', pending: remove.isPending, error: remove.error, run }}
      title={title}
      onClose={onClose}
    >
      <Box variant="p">
        Every {label} connector goes back to the platform account by itself, and the credentials stored here are
        destroyed. In AWS nothing changes by itself: in the trust policy of each role, replace the base account’s ID by
        the platform account’s ID. Roles that admit both before the deletion never fail.
      </Box>
      <Loaded read={platforms} what="the platform account">
        {() => <PlatformAccount accountId={platform?.accountId ?? null} label={label} />}
      </Loaded>
    </ChangeDialog>
  );
}

function PlatformAccount({ accountId, label }: { accountId: string | null; label: string }) {
  if (accountId === null) {
    return (
      <Alert type="error" header={`There is no platform account for ${label}`}>
        After the deletion its connectors have nothing to assume their roles from; they stop working until there is
        another base account.
      </Alert>
    );
  }
  return (
    <Alert type="info" header="A role that does not trust the platform account stops working">
      Platform account for {label}: <CopyableId text={accountId} what="platform account ID" />
    </Alert>
  );
}
