import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { JsonCode } from '../../parts/code.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { accountTypeLabel, type Connector } from '../../parts/hub.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { useChange, useRead } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import type { BaseAccount } from './base-accounts-table.tsx';
import { trustInstead } from './trust-instead.ts';

/** Says what deleting means for each connector and what has to be changed in AWS; confirmed by typing. */
export function DeleteBaseAccount({ baseAccount, onClose }: { baseAccount: BaseAccount; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const notify = useNotify();
  const remove = useChange('deleteBaseAccount');
  const platforms = useRead('listPlatformAccounts', {});
  const connectors = useRead('listConnectors', { query: { accountType: baseAccount.accountType, limit: 1_000 } });
  const platform = platforms.data?.items.find(({ accountType }) => accountType === baseAccount.accountType);
  const label = accountTypeLabel(baseAccount.accountType);
  const confirm = () =>
    remove.mutate(
      { params: { id: baseAccount.id }, query: {} },
      {
        onSuccess: () => {
          notify({
            type: 'success',
            header: `Base account “${baseAccount.title}” was deleted`,
            content: platform?.accountId
              ? `Its connectors use the platform account ${platform.accountId} now. See that each role trusts it.`
              : `There is no platform account for ${label}, so its connectors cannot run.`,
          });
          onClose();
        },
      },
    );
  return (
    <Dialog
      size="large"
      header={`Delete base account “${baseAccount.title}”?`}
      action={{
        text: 'Delete',
        loadingText: 'Deleting',
        pending: remove.isPending,
        run: confirm,
        disabledReason: typed === baseAccount.title ? undefined : 'Type the title of the base account first.',
      }}
      error={remove.error}
      onClose={onClose}
    >
      <Box variant="p">
        Every {label} connector goes back to the platform account by itself, and the access key stored here is
        destroyed. In AWS nothing changes by itself: in the trust policy of each role, replace the base account’s ID by
        the platform account’s ID.
      </Box>
      <Loaded read={platforms} what="the platform account">
        {() => <PlatformAccount accountId={platform?.accountId ?? null} label={label} />}
      </Loaded>
      <Loaded read={connectors} what="the connectors">
        {({ items, nextCursor }) => (
          <Affected
            connectors={items}
            more={nextCursor !== null}
            baseAccountId={baseAccount.accountId}
            platformAccountId={platform?.accountId ?? null}
          />
        )}
      </Loaded>
      <FormField label={`To confirm, type ${baseAccount.title}`}>
        <Input value={typed} onChange={event => setTyped(event.detail.value)} autoComplete={false} />
      </FormField>
    </Dialog>
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
    <Alert type="warning" header="A role that does not trust the platform account stops working">
      Platform account for {label}: <CopyableId text={accountId} what="platform account ID" />
    </Alert>
  );
}

function Affected({
  connectors,
  more,
  baseAccountId,
  platformAccountId,
}: {
  connectors: readonly Connector[];
  more: boolean;
  baseAccountId: string;
  platformAccountId: string | null;
}) {
  if (connectors.length === 0) return <Box variant="p">No connector is affected.</Box>;
  return (
    <ExpandableSection
      defaultExpanded
      headerText={`${connectors.length}${more ? ' and more' : ''} connector${connectors.length === 1 ? '' : 's'} to change`}
      headerDescription="Open one for the trust policy that its role needs afterwards."
    >
      <SpaceBetween size="xs">
        {connectors.map(connector => (
          <OneConnector
            key={connector.id}
            connector={connector}
            baseAccountId={baseAccountId}
            platformAccountId={platformAccountId}
          />
        ))}
      </SpaceBetween>
    </ExpandableSection>
  );
}

function OneConnector({
  connector,
  baseAccountId,
  platformAccountId,
}: {
  connector: Connector;
  baseAccountId: string;
  platformAccountId: string | null;
}) {
  const [open, setOpen] = useState(false);
  const onIt = connector.currentHub?.accountId === baseAccountId;
  return (
    <ExpandableSection
      variant="footer"
      headerText={connector.name}
      headerDescription={`${connector.roleArn} – ${onIt ? 'uses the base account now' : 'does not use the base account yet'}`}
      expanded={open}
      onChange={event => setOpen(event.detail.expanded)}
    >
      {open && platformAccountId !== null && (
        <TrustPolicy connectorId={connector.id} from={baseAccountId} to={platformAccountId} />
      )}
      {open && platformAccountId === null && 'There is no platform account that it could trust.'}
    </ExpandableSection>
  );
}

function TrustPolicy({ connectorId, from, to }: { connectorId: string; from: string; to: string }) {
  const read = useRead('connectorRoleSetup', { params: { id: connectorId } });
  return (
    <Loaded read={read} what="the trust policy">
      {({ trustPolicy }) => <JsonCode value={trustInstead(trustPolicy, { from, to })} label="trust policy" />}
    </Loaded>
  );
}
