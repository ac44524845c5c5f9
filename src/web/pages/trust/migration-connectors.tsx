import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReplyOf } from '../../../api/contract.ts';
import { TRUST_STATES, type TrustState } from '../../../domain/trust-state.ts';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { FaultPopover } from '../../parts/fault.tsx';
import { HubName } from '../../parts/hub.tsx';
import { PageButton } from '../../parts/links.tsx';
import { EmptyState, Loaded } from '../../parts/loaded.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { SearchFilter } from '../../parts/search-filter.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { EvidenceMark, TRUST_STATE_WORDS, TrustStateMark } from '../../parts/trust-state.tsx';
import { usePager, useView } from '../../parts/view-state.ts';
import { PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { SidePanel } from '../../shell/side-panel.tsx';
import { CreateConnector } from '../connectors/connectors-table.tsx';
import { ConnectorTrustView } from './connector-trust.tsx';
import { countOf } from './migration-progress.tsx';
import { totalOf } from './next-steps.ts';
import { type Migration, soonWhileMoving } from './trust-migration.tsx';

type MigrationConnector = ReplyOf<'listMigrationConnectors'>['items'][number];

/** The connectors of one account type by how they stand to their target hub; one of them can be opened beside the list. */
export function MigrationConnectors({ migration }: { migration: Migration }) {
  const settings = useTableSettings('trust-migration');
  const pager = usePager();
  const { get, setBeside } = useView();
  const state = stateOf(get('state'));
  const search = get('search');
  const opened = get('connector');
  const read = useRead(
    'listMigrationConnectors',
    {
      params: { accountType: migration.accountType },
      query: { limit: settings.pageSize, cursor: pager.cursor, state, search: search || undefined },
    },
    { again: () => soonWhileMoving([migration]), keepPrevious: true },
  );
  const value = state ? countOf(migration.totals, state) : totalOf(migration.totals);
  return (
    <>
      <PagedTable
        id="trust-migration"
        what="connectors"
        title={state ? `Connectors: ${TRUST_STATE_WORDS[state].label.toLowerCase()}` : 'Connectors'}
        description={state && TRUST_STATE_WORDS[state].meaning}
        count={search ? undefined : { value, exact: true }}
        variant="container"
        read={read}
        settings={settings}
        pager={pager}
        columns={[nameColumn(id => setBeside({ connector: id })), ...COLUMNS]}
        trackBy={connector => connector.connectorId}
        filter={<Filters />}
        empty={state || search ? <NothingFound /> : <NoConnectors />}
      />
      {opened && <Opened id={opened} onClose={() => setBeside({ connector: '', form: '', edit: '' })} />}
    </>
  );
}

function stateOf(text: string): TrustState | undefined {
  return TRUST_STATES.find(state => state === text);
}

/** One connector beside the list, so that a list of refused ones can be gone through. */
function Opened({ id, onClose }: { id: string; onClose: () => void }) {
  const read = useRead('getConnector', { params: { id } });
  return (
    <SidePanel title={read.data?.name ?? 'Connector'} onClose={onClose}>
      <Loaded read={read} what="the connector">
        {connector => (
          <SpaceBetween size="m">
            <PageButton href={PATHS.connectorTab(id, 'trust')}>Open the connector’s page</PageButton>
            <ConnectorTrustView key={id} connector={connector} />
          </SpaceBetween>
        )}
      </Loaded>
    </SidePanel>
  );
}

function Filters() {
  const { get, set } = useView();
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <SearchFilter label="Find connectors" placeholder="Name, account ID or role" />
      <Select
        ariaLabel="State"
        selectedOption={STATE_OPTIONS.find(({ value }) => value === get('state')) ?? ANY_STATE}
        options={STATE_OPTIONS}
        onChange={event => set({ state: event.detail.selectedOption.value ?? '' })}
      />
    </SpaceBetween>
  );
}

const ANY_STATE = { value: '', label: 'Any state' };
const STATE_OPTIONS = [
  ANY_STATE,
  ...TRUST_STATES.map(state => ({ value: state, label: TRUST_STATE_WORDS[state].label })),
];

function NothingFound() {
  const { set } = useView();
  return (
    <EmptyState
      title="No connector fits"
      action={<Button onClick={() => set({ search: '', state: '' })}>Clear filters</Button>}
    >
      There may be connectors of this account type, but none with this search and in this state.
    </EmptyState>
  );
}

function NoConnectors() {
  return (
    <EmptyState title="No connectors of this account type" action={<CreateConnector />}>
      A connector appears here once it is created, whether its role exists or not.
    </EmptyState>
  );
}

function nameColumn(onOpen: (id: string) => void): Column<MigrationConnector> {
  return {
    id: 'name',
    header: 'Name',
    cell: ({ connectorId, name, enabled }) => (
      <>
        <Link
          href={PATHS.connectorTab(connectorId, 'trust')}
          onFollow={event => {
            event.preventDefault();
            onOpen(connectorId);
          }}
        >
          {name}
        </Link>
        {!enabled && (
          <Box color="text-body-secondary" fontSize="body-s">
            Disabled
          </Box>
        )}
      </>
    ),
    isRowHeader: true,
    width: 190,
  };
}

const COLUMNS: readonly Column<MigrationConnector>[] = [
  {
    id: 'accountId',
    header: 'Account ID',
    cell: ({ accountId }) => <CopyableId text={accountId} what="account ID" />,
    width: 170,
  },
  { id: 'state', header: 'State', cell: ({ state }) => <TrustStateMark state={state} />, width: 125 },
  {
    id: 'currentHub',
    header: 'Reached through',
    cell: ({ currentHub }) => <HubName hub={currentHub} none="Not reached yet" short />,
    width: 210,
  },
  {
    id: 'evidence',
    header: 'Target hub tried',
    cell: ({ evidence }) =>
      evidence ? (
        <>
          <EvidenceMark outcome={evidence.outcome} />
          <Box color="text-body-secondary" fontSize="body-s">
            <TimeAgo at={evidence.at} />
          </Box>
        </>
      ) : (
        'Not yet'
      ),
    width: 165,
  },
  {
    id: 'reason',
    header: 'Reason',
    cell: ({ evidence }) =>
      evidence?.fault ? (
        <FaultPopover fault={evidence.fault} type={evidence.outcome === 'refused' ? 'error' : 'warning'} />
      ) : (
        '–'
      ),
    width: 240,
  },
  {
    id: 'policyKnown',
    header: 'Trust policy',
    cell: ({ policyKnown }) => (policyKnown ? 'Read from IAM' : 'Not known'),
    width: 130,
  },
  { id: 'roleArn', header: 'Role ARN', cell: ({ roleArn }) => roleArn, width: 320, hiddenAtFirst: true },
];
