import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReplyOf } from '../../../api/contract.ts';
import { sameHub } from '../../../domain/hub.ts';
import { isAccountType, PARTITIONS } from '../../../domain/partition.ts';
import { CONNECTOR_STATES, ConnectorState, isBusy } from '../../parts/connector-state.tsx';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { accountTypeLabel, type Connector, HubName } from '../../parts/hub.tsx';
import { PageButton, PageLink } from '../../parts/links.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { Menu } from '../../parts/menu.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { SearchFilter } from '../../parts/search-filter.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { usePager, useView } from '../../parts/view-state.ts';
import { PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { useConnectorActions } from './connector-actions.tsx';

/** All connectors, page by page; search, state and account type are asked of the server and live in the URL. */
export function ConnectorsTable({ variant = 'full-page' }: { variant?: 'full-page' | 'container' }) {
  const settings = useTableSettings('connectors');
  const pager = usePager();
  const { get } = useView();
  const state = get('state');
  const accountType = get('type');
  const actions = useConnectorActions();
  const read = useRead(
    'listConnectors',
    {
      query: {
        limit: settings.pageSize,
        cursor: pager.cursor,
        search: get('search') || undefined,
        state: isState(state) ? state : undefined,
        accountType: isAccountType(accountType) ? accountType : undefined,
      },
    },
    { again: soonWhileRunning, keepPrevious: true },
  );
  const filtered = Boolean(get('search') || state || accountType);
  return (
    <>
      <PagedTable
        id="connectors"
        what="connectors"
        title="Connectors"
        variant={variant}
        read={read}
        settings={settings}
        pager={pager}
        columns={[...COLUMNS, actionsColumn(actions.menu)]}
        trackBy={connector => connector.id}
        filter={<Filters />}
        actions={<CreateConnector variant="primary" />}
        empty={filtered ? <NothingFound /> : <NoConnectors />}
      />
      {actions.dialog}
    </>
  );
}

/** Often while something runs, now and then otherwise. */
function soonWhileRunning(reply: ReplyOf<'listConnectors'> | undefined): number {
  return reply?.items.some(isBusy) ? 2_000 : 15_000;
}

function Filters() {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <SearchFilter label="Find connectors" placeholder="Name, account ID or role" />
      <Choice label="State" all="Any state" name="state" options={STATE_OPTIONS} />
      <Choice label="Account type" all="Any account type" name="type" options={TYPE_OPTIONS} />
    </SpaceBetween>
  );
}

interface Option {
  readonly value: string;
  readonly label: string;
}

function Choice({
  label,
  all,
  name,
  options,
}: {
  label: string;
  all: string;
  name: string;
  options: readonly Option[];
}) {
  const { get, set } = useView();
  const every: readonly Option[] = [{ value: '', label: all }, ...options];
  return (
    <Select
      ariaLabel={label}
      selectedOption={every.find(option => option.value === get(name)) ?? every[0] ?? null}
      options={every}
      onChange={event => set({ [name]: event.detail.selectedOption.value ?? '' })}
    />
  );
}

const STATE_OPTIONS = [
  { value: 'needs-attention', label: 'Needs attention' },
  ...Object.entries(CONNECTOR_STATES).map(([value, { label }]) => ({ value, label })),
];
const TYPE_OPTIONS = PARTITIONS.map(({ accountType, label }) => ({ value: accountType, label }));

function isState(text: string): text is Connector['state'] | 'needs-attention' {
  return text in CONNECTOR_STATES || text === 'needs-attention';
}

export function CreateConnector({ variant = 'normal' }: { variant?: 'normal' | 'primary' }) {
  const whyNot = useWhyNot('operator');
  return (
    <PageButton
      href={PATHS.createConnector}
      variant={variant}
      disabled={whyNot !== null}
      disabledReason={whyNot ?? undefined}
    >
      Create connector
    </PageButton>
  );
}

function NoConnectors() {
  return (
    <EmptyState title="No connectors yet" action={<CreateConnector />}>
      A connector reads one AWS account through a role in it. The wizard gives you the role, ready to paste.
    </EmptyState>
  );
}

function NothingFound() {
  const { set } = useView();
  return (
    <EmptyState
      title="No connector fits"
      action={<Button onClick={() => set({ search: '', state: '', type: '' })}>Clear filters</Button>}
    >
      There are connectors, but none with this search and these filters.
    </EmptyState>
  );
}

const COLUMNS: readonly Column<Connector>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: connector => <PageLink href={PATHS.connector(connector.id)}>{connector.name}</PageLink>,
    isRowHeader: true,
    width: 185,
  },
  {
    id: 'accountId',
    header: 'Account ID',
    cell: ({ accountId }) => <CopyableId text={accountId} what="account ID" />,
    width: 170,
  },
  { id: 'state', header: 'State', cell: connector => <ConnectorState connector={connector} />, width: 195 },
  { id: 'hub', header: 'Hub', cell: connector => <HubCell connector={connector} />, width: 205 },
  {
    id: 'assets',
    header: 'Assets',
    cell: ({ assets }) => assets.toLocaleString('en-US'),
    width: 100,
  },
  { id: 'coverage', header: 'Coverage', cell: connector => <CoverageCell connector={connector} />, width: 175 },
  {
    id: 'lastRun',
    header: 'Last run',
    cell: ({ lastRun }) => <TimeAgo at={lastRun?.finishedAt ?? lastRun?.startedAt ?? null} never="Never" />,
    width: 150,
  },
  {
    id: 'nextRun',
    header: 'Next run',
    cell: ({ enabled, nextRunAt }) => (enabled ? <TimeAgo at={nextRunAt} /> : '–'),
    width: 150,
  },
  { id: 'accountType', header: 'Account type', cell: ({ accountType }) => accountTypeLabel(accountType), width: 140 },
  { id: 'regions', header: 'Regions', cell: ({ regions }) => regionsInWords(regions), width: 160, hiddenAtFirst: true },
  { id: 'apps', header: 'Apps', cell: ({ apps }) => appsInWords(apps), width: 180, hiddenAtFirst: true },
  { id: 'roleArn', header: 'Role ARN', cell: ({ roleArn }) => roleArn, width: 320, hiddenAtFirst: true },
];

function actionsColumn(menu: ReturnType<typeof useConnectorActions>['menu']): Column<Connector> {
  return {
    id: 'actions',
    header: 'Actions',
    cell: connector => <Menu label={`Actions for ${connector.name}`} items={menu(connector)} />,
    width: 100,
  };
}

function HubCell({ connector: { currentHub, targetHub } }: { connector: Connector }) {
  if (!currentHub) return <HubName hub={targetHub} none="None" short />;
  if (!targetHub || sameHub(currentHub, targetHub)) return <HubName hub={currentHub} short />;
  return (
    <>
      <HubName hub={currentHub} short />
      <br />→ <HubName hub={targetHub} short />
    </>
  );
}

export function CoverageCell({ connector: { scopes } }: { connector: Pick<Connector, 'scopes'> }) {
  if (scopes.total === 0) return <Box color="text-status-inactive">Not read yet</Box>;
  return (
    <span className="causeway-nowrap">
      {scopes.complete} of {scopes.total} scopes
    </span>
  );
}

export function regionsInWords(regions: readonly string[] | null): string {
  if (regions === null) return 'All regions';
  return regions.length <= 3 ? regions.join(', ') : `${regions.length} regions`;
}

export function appsInWords(apps: readonly string[]): string {
  if (apps.length === 0) return 'None';
  return apps.map(app => (app === 'asset-view' ? 'AssetView' : 'CloudView')).join(', ');
}
