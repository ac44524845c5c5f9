import Box from '@cloudscape-design/components/box';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import type { ReplyOf } from '../../../api/contract.ts';
import { JsonCode } from '../../parts/code.tsx';
import { CopyableId, failureInWords, problemOf } from '../../parts/failure-alert.tsx';
import { FaultDetail, FaultPopover } from '../../parts/fault.tsx';
import { accountTypeLabel } from '../../parts/hub.tsx';
import { PageButton, PageLink } from '../../parts/links.tsx';
import { EmptyState, Loaded } from '../../parts/loaded.tsx';
import { Menu, type MenuItem } from '../../parts/menu.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { usePager } from '../../parts/view-state.ts';
import { PATHS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { useNotify } from '../../shell/notices.tsx';
import { DeleteBaseAccount } from './delete-base-account.tsx';

export type BaseAccount = ReplyOf<'getBaseAccount'>;

/** The base accounts, each with its quick-action menu. */
export function BaseAccountsTable() {
  const settings = useTableSettings('base-accounts');
  const pager = usePager();
  const { menu, dialog } = useBaseAccountActions();
  const read = useRead(
    'listBaseAccounts',
    { query: { limit: settings.pageSize, cursor: pager.cursor } },
    { again: () => 10_000, keepPrevious: true },
  );
  return (
    <>
      <PagedTable
        id="base-accounts"
        what="base accounts"
        title="Base accounts"
        description="Accounts of your own that connectors are reached through instead of the platform account; at most one for each account type."
        variant="container"
        read={read}
        settings={settings}
        pager={pager}
        columns={[...COLUMNS, actionsColumn(menu)]}
        trackBy={baseAccount => baseAccount.id}
        actions={<CreateButton variant="primary" />}
        empty={
          <EmptyState title="No base account yet" action={<CreateButton />}>
            Connectors use the platform account. Create a base account to have them reached through an account of your
            own.
          </EmptyState>
        }
      />
      {dialog}
    </>
  );
}

function CreateButton({ variant = 'normal' }: { variant?: 'normal' | 'primary' }) {
  const whyNot = useWhyNot('administrator');
  return (
    <PageButton
      href={PATHS.createBaseAccount}
      variant={variant}
      disabled={whyNot !== null}
      disabledReason={whyNot ?? undefined}
    >
      Create
    </PageButton>
  );
}

function useBaseAccountActions(): { menu: (baseAccount: BaseAccount) => MenuItem[]; dialog: ReactNode } {
  const [open, setOpen] = useState<{ dialog: 'policy' | 'delete'; of: BaseAccount } | null>(null);
  const navigate = useNavigate();
  const notify = useNotify();
  const check = useChange('checkBaseAccount');
  const notAdministrator = useWhyNot('administrator');
  const notOperator = useWhyNot('operator');
  const close = () => setOpen(null);
  const checkNow = ({ id, title }: BaseAccount) =>
    check.mutate(
      { params: { id } },
      {
        onSuccess: ({ outcome, callerArn, fault }) =>
          notify({
            type: outcome === 'ok' ? 'success' : 'error',
            header:
              outcome === 'ok' ? `The credentials of “${title}” work` : `The credentials of “${title}” do not work`,
            content: fault ? <FaultDetail fault={fault} titled /> : callerArn && `AWS knows them as ${callerArn}.`,
          }),
        onError: error => notify({ type: 'error', header: problemOf(error).title, content: failureInWords(error) }),
      },
    );
  const menu = (baseAccount: BaseAccount): MenuItem[] => [
    { text: 'Edit', onClick: () => void navigate(PATHS.editBaseAccount(baseAccount.id)), whyNot: notAdministrator },
    { text: 'Check now', onClick: () => checkNow(baseAccount), whyNot: notOperator },
    { text: 'Show hub policy', onClick: () => setOpen({ dialog: 'policy', of: baseAccount }) },
    { text: 'Delete', onClick: () => setOpen({ dialog: 'delete', of: baseAccount }), whyNot: notAdministrator },
  ];
  return {
    menu,
    dialog:
      open &&
      (open.dialog === 'policy' ? (
        <HubPolicy baseAccount={open.of} onClose={close} />
      ) : (
        <DeleteBaseAccount baseAccount={open.of} onClose={close} />
      )),
  };
}

function HubPolicy({ baseAccount, onClose }: { baseAccount: BaseAccount; onClose: () => void }) {
  const read = useRead('hubPolicy', { params: { id: baseAccount.id } });
  return (
    <Modal
      visible
      size="large"
      header={`Policy that “${baseAccount.title}” needs`}
      closeAriaLabel="Close"
      onDismiss={onClose}
    >
      <SpaceBetween size="s">
        <Box variant="p">
          Attach this to the IAM user whose access key is configured here (…{baseAccount.accessKeyIdEnding}), in account{' '}
          {baseAccount.accountId}. It allows to assume the roles of the connectors and nothing else.
        </Box>
        <Loaded read={read} what="the policy">
          {({ policies, because }) => (
            <SpaceBetween size="s">
              <Box variant="p">{because}</Box>
              {policies.map((policy, index) => {
                const which = policies.length === 1 ? '' : `-${index + 1}`;
                return (
                  <JsonCode
                    key={which}
                    value={policy}
                    label={`hub policy${which.replace('-', ' ')}`}
                    fileName={`hub-policy${which}.json`}
                  />
                );
              })}
            </SpaceBetween>
          )}
        </Loaded>
      </SpaceBetween>
    </Modal>
  );
}

const COLUMNS: readonly Column<BaseAccount>[] = [
  { id: 'title', header: 'Title', cell: ({ title }) => title, isRowHeader: true, width: 150 },
  { id: 'accountType', header: 'Account type', cell: ({ accountType }) => accountTypeLabel(accountType), width: 125 },
  {
    id: 'accountId',
    header: 'Account ID',
    cell: ({ accountId }) => <CopyableId text={accountId} what="account ID" />,
    width: 175,
  },
  {
    id: 'key',
    header: 'Access key',
    cell: ({ accessKeyIdEnding, keyCreatedAt }) => (
      <>
        …{accessKeyIdEnding}
        <Box color="text-body-secondary" fontSize="body-s">
          entered <TimeAgo at={keyCreatedAt} />
        </Box>
      </>
    ),
    width: 165,
  },
  { id: 'proof', header: 'Credentials', cell: baseAccount => <Proof baseAccount={baseAccount} />, width: 130 },
  {
    id: 'useInAssetView',
    header: 'AssetView',
    cell: ({ useInAssetView }) => (useInAssetView ? 'Used' : 'Not used'),
    width: 105,
  },
  { id: 'connectors', header: 'Connectors', cell: baseAccount => <OnIt baseAccount={baseAccount} />, width: 120 },
  {
    id: 'cutover',
    header: 'Cutover',
    cell: ({ cutover }) => (cutover === 'safe' ? 'Safe' : 'Immediate'),
    width: 110,
    hiddenAtFirst: true,
  },
];

function actionsColumn(menu: (baseAccount: BaseAccount) => MenuItem[]): Column<BaseAccount> {
  return {
    id: 'actions',
    header: 'Actions',
    cell: baseAccount => <Menu label={`Actions for ${baseAccount.title}`} items={menu(baseAccount)} />,
    width: 100,
  };
}

function Proof({ baseAccount: { proof } }: { baseAccount: BaseAccount }) {
  if (!proof) return <StatusIndicator type="pending">Not proved</StatusIndicator>;
  if (proof.outcome === 'failed' && proof.fault) return <FaultPopover fault={proof.fault} />;
  return (
    <>
      <StatusIndicator type={proof.outcome === 'ok' ? 'success' : 'error'}>
        {proof.outcome === 'ok' ? 'Proved' : 'Failed'}
      </StatusIndicator>
      <Box color="text-body-secondary" fontSize="body-s">
        <TimeAgo at={proof.checkedAt} />
      </Box>
    </>
  );
}

function OnIt({ baseAccount }: { baseAccount: BaseAccount }) {
  const { total, onThisHub, moving } = baseAccount.connectors;
  if (total === 0) return <Box color="text-status-inactive">None</Box>;
  return (
    <>
      <PageLink href={`${PATHS.awsConnectors}?${new URLSearchParams({ type: baseAccount.accountType })}`}>
        {`${onThisHub} of ${total} on it`}
      </PageLink>
      {moving > 0 && (
        <Box color="text-body-secondary" fontSize="body-s">
          {moving} moving
        </Box>
      )}
    </>
  );
}
