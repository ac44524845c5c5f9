import Box from '@cloudscape-design/components/box';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { accountTypeLabel } from '../../parts/hub.tsx';
import { PageButton, PageLink } from '../../parts/links.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { Menu, type MenuItem } from '../../parts/menu.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { usePager } from '../../parts/view-state.ts';
import { PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { useBaseAccountActions } from './base-account-actions.tsx';
import { CredentialsInShort, Proof } from './credentials.tsx';
import type { BaseAccount } from './draft.ts';

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

const COLUMNS: readonly Column<BaseAccount>[] = [
  {
    id: 'title',
    header: 'Title',
    cell: ({ id, title }) => <PageLink href={PATHS.baseAccount(id)}>{title}</PageLink>,
    isRowHeader: true,
    width: 160,
  },
  { id: 'accountType', header: 'Account type', cell: ({ accountType }) => accountTypeLabel(accountType), width: 135 },
  {
    id: 'accountId',
    header: 'Account ID',
    cell: ({ accountId }) => <CopyableId text={accountId} what="account ID" />,
    width: 165,
  },
  {
    id: 'key',
    header: 'Credentials',
    cell: baseAccount => <CredentialsInShort baseAccount={baseAccount} />,
    width: 155,
  },
  { id: 'proof', header: 'Proof', cell: baseAccount => <Proof baseAccount={baseAccount} />, width: 115 },
  {
    id: 'useInAssetView',
    header: 'AssetView',
    cell: ({ useInAssetView }) => (useInAssetView ? 'Used' : 'Not used'),
    width: 120,
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

function actionsColumn(menu: (baseAccount: BaseAccount) => readonly MenuItem[]): Column<BaseAccount> {
  return {
    id: 'actions',
    header: 'Actions',
    cell: baseAccount => <Menu label={`Actions for ${baseAccount.title}`} items={menu(baseAccount)} />,
    width: 100,
  };
}

function OnIt({ baseAccount }: { baseAccount: BaseAccount }) {
  const { total, onThisHub, moving } = baseAccount.connectors;
  if (total === 0) return <Box color="text-status-inactive">None</Box>;
  return (
    <>
      <PageLink href={PATHS.trustMigration(baseAccount.accountType)}>{`${onThisHub} of ${total} on it`}</PageLink>
      {moving > 0 && (
        <Box color="text-body-secondary" fontSize="body-s">
          {moving} moving
        </Box>
      )}
    </>
  );
}
