import ProgressBar from '@cloudscape-design/components/progress-bar';
import { ConnectorState } from '../../parts/connector-state.tsx';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { FaultPopover } from '../../parts/fault.tsx';
import { type Connector, HubName } from '../../parts/hub.tsx';
import { PageButton, PageLink } from '../../parts/links.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { usePager } from '../../parts/view-state.ts';
import { PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import type { BaseAccount } from './draft.ts';

/** The connectors that the base account is the target hub of, and how many are on it. */
export function ConnectorsTab({ baseAccount }: { baseAccount: BaseAccount }) {
  const { accountType } = baseAccount;
  const settings = useTableSettings('base-account-connectors', 20);
  const pager = usePager();
  const read = useRead(
    'listConnectors',
    { query: { limit: settings.pageSize, cursor: pager.cursor, accountType } },
    { again: () => 5_000, keepPrevious: true },
  );
  return (
    <PagedTable
      id="base-account-connectors"
      what="connectors"
      title="Connectors"
      variant="container"
      description={<Progress connectors={baseAccount.connectors} />}
      actions={<PageButton href={PATHS.trustMigration(accountType)}>Trust migration</PageButton>}
      read={read}
      settings={settings}
      pager={pager}
      columns={COLUMNS}
      trackBy={connector => connector.id}
      empty={
        <EmptyState title="No connectors of this account type" action={<CreateConnector />}>
          A connector reads one AWS account through a role in it. It will use this base account.
        </EmptyState>
      }
    />
  );
}

function Progress({ connectors: { total, onThisHub, moving } }: Pick<BaseAccount, 'connectors'>) {
  if (total === 0) return null;
  const notReached = total - onThisHub - moving;
  return (
    <ProgressBar
      ariaLabel="Connectors on this base account"
      value={Math.floor((onThisHub / total) * 100)}
      additionalInfo={[
        ...(moving > 0 ? [`${moving} moving: on through the hub before until the role trusts this base account.`] : []),
        ...(notReached > 0 ? [`${notReached} not reached through any hub yet.`] : []),
      ].join(' ')}
      description={`${onThisHub} of ${total} connectors are reached through it.`}
    />
  );
}

function CreateConnector() {
  return <PageButton href={PATHS.createConnector}>Create connector</PageButton>;
}

const COLUMNS: readonly Column<Connector>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ id, name }) => <PageLink href={PATHS.connector(id)}>{name}</PageLink>,
    isRowHeader: true,
    width: 180,
  },
  {
    id: 'accountId',
    header: 'Account ID',
    cell: ({ accountId }) => <CopyableId text={accountId} what="account ID" />,
    width: 175,
  },
  { id: 'state', header: 'State', cell: connector => <ConnectorState connector={connector} />, width: 200 },
  {
    id: 'hub',
    header: 'Hub now',
    cell: ({ currentHub }) => <HubName hub={currentHub} none="None yet" short />,
    width: 230,
  },
  {
    id: 'why',
    header: 'Why it has not moved',
    cell: ({ targetFault, currentHub, lastCheck, lastRun }) => {
      const why = targetFault ?? (currentHub ? null : (lastCheck?.fault ?? lastRun?.fault));
      return why ? <FaultPopover fault={why} type="warning" /> : '–';
    },
    width: 300,
  },
];
