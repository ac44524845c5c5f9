import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReplyOf } from '../../../api/contract.ts';
import { isAccountType, PARTITIONS } from '../../../domain/partition.ts';
import { PageLink } from '../../parts/links.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { usePager, useView } from '../../parts/view-state.ts';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { Page } from '../../shell/page.tsx';
import { isUnderWay, RUN_COLUMNS } from '../connectors/runs-tab.tsx';

type RunOfAny = ReplyOf<'listAllRuns'>['items'][number];

/** CloudView > Runs: what is under way now, and what went wrong lately, over all connectors. */
export function RunsPage() {
  const settings = useTableSettings('all-runs');
  const pager = usePager();
  const { get } = useView();
  const state = STATES.find(({ value }) => value === get('state'))?.value;
  const since = SINCE.find(({ value }) => value === get('since'));
  const accountType = get('type');
  const read = useRead(
    'listAllRuns',
    {
      query: {
        limit: settings.pageSize,
        cursor: pager.cursor,
        state: state || undefined,
        accountType: isAccountType(accountType) ? accountType : undefined,
        since: since && since.hours > 0 ? sinceHours(since.hours) : undefined,
      },
    },
    { again: runs => (runs?.items.some(isUnderWay) ? 2_000 : 10_000), keepPrevious: true },
  );
  return (
    <Page title="Runs" crumbs={[CRUMBS.cloudView]} contentType="table">
      <PagedTable
        id="all-runs"
        what="runs"
        title="Runs"
        description="Passes over the scopes of connectors: what is under way, and how those that are over ended."
        read={read}
        settings={settings}
        pager={pager}
        columns={COLUMNS}
        trackBy={run => run.id}
        filter={<Filters />}
        empty={
          <EmptyState title={state || since || accountType ? 'No run fits' : 'No runs yet'}>
            {state || since || accountType
              ? 'There are runs, but none with these filters.'
              : 'The first run of a connector starts by itself when the connector is enabled.'}
          </EmptyState>
        }
      />
    </Page>
  );
}

const STATES = [
  { value: '', label: 'Any state' },
  { value: 'under-way', label: 'Under way' },
  { value: 'with-problems', label: 'With problems or failed' },
  { value: 'ok', label: 'OK' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
] as const;

const SINCE = [
  { value: '', label: 'Any time', hours: 0 },
  { value: 'hour', label: 'Last hour', hours: 1 },
  { value: 'day', label: 'Last day', hours: 24 },
  { value: 'week', label: 'Last week', hours: 168 },
] as const;

const stepMs = 60_000;

/** To the minute, so that the same question is asked again and not a new one at each drawing. */
function sinceHours(hours: number): string {
  return new Date(Math.floor(Date.now() / stepMs) * stepMs - hours * 60 * stepMs).toISOString();
}

function Filters() {
  const { get, set } = useView();
  const types = [
    { value: '', label: 'Any account type' },
    ...PARTITIONS.map(facts => ({ value: facts.accountType, label: facts.label })),
  ];
  const choice = (label: string, name: string, options: readonly { value: string; label: string }[]) => (
    <Select
      ariaLabel={label}
      selectedOption={options.find(({ value }) => value === get(name)) ?? null}
      options={options}
      onChange={event => set({ [name]: event.detail.selectedOption.value ?? '' })}
    />
  );
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {choice('State', 'state', STATES)}
      {choice('Asked for since', 'since', SINCE)}
      {choice('Account type', 'type', types)}
    </SpaceBetween>
  );
}

/** What is looked at first fits beside the navigation: whose run, how it goes or ended, and why. The rest is to be asked for. */
const FIRST = ['state', 'scopes', 'fault', 'items', 'calls'];

const COLUMNS: readonly Column<RunOfAny>[] = [
  ...RUN_COLUMNS.slice(0, 1),
  {
    id: 'connector',
    header: 'Connector',
    cell: ({ connectorId, connectorName }) => <PageLink href={PATHS.connector(connectorId)}>{connectorName}</PageLink>,
    width: 170,
  },
  ...RUN_COLUMNS.slice(1).filter(({ id }) => FIRST.includes(id)),
  { id: 'accountId', header: 'Account ID', cell: ({ accountId }) => accountId, width: 140, hiddenAtFirst: true },
  ...RUN_COLUMNS.slice(1)
    .filter(({ id }) => !FIRST.includes(id))
    .map(column => ({ ...column, hiddenAtFirst: true })),
];
