import { useCollection } from '@cloudscape-design/collection-hooks';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useParams } from 'react-router';
import type { ReplyOf } from '../../../api/contract.ts';
import { scopesInWords } from '../../../domain/scopes-in-words.ts';
import { Facts } from '../../parts/facts.tsx';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { FaultAlert, FaultPopover } from '../../parts/fault.tsx';
import { HubName } from '../../parts/hub.tsx';
import { PageLink } from '../../parts/links.tsx';
import { EmptyState, Loaded } from '../../parts/loaded.tsx';
import { durationInWords, ExactTime, TimeAgo } from '../../parts/time.tsx';
import { useView } from '../../parts/view-state.ts';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { Page } from '../../shell/page.tsx';
import { quoted } from '../assets/query-text.ts';
import { OUTCOMES, OutcomeIndicator, RunState, TRIGGERS } from './run-state.tsx';
import { callsInWords, changesInWords, completeInWords, isUnderWay, RunProgress } from './runs-tab.tsx';

type Run = ReplyOf<'getRun'>;
type Scope = Run['scopes'][number];

export function RunPage() {
  const { id = '', runId = '' } = useParams();
  const connector = useRead('getConnector', { params: { id } });
  const read = useRead('getRun', { params: { id: runId } }, { again: run => (run && isUnderWay(run) ? 1_500 : false) });
  return (
    <Page
      title="Run"
      crumbs={[
        CRUMBS.cloudView,
        { text: 'Connectors', href: PATHS.connectors },
        { text: connector.data?.name ?? 'Connector', href: PATHS.connector(id) },
      ]}
    >
      <Loaded read={read} what="the run" heading="Run">
        {run => <RunView run={run} name={connector.data?.name} accountId={connector.data?.accountId} />}
      </Loaded>
    </Page>
  );
}

function RunView({ run, name, accountId }: { run: Run; name: string | undefined; accountId: string | undefined }) {
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{name ? `Run of ${name}` : 'Run'}</Header>
      {run.fault && <WhyEnded fault={run.fault} state={run.state} />}
      {run.regionsFault && (
        <FaultAlert
          fault={run.regionsFault}
          type="warning"
          header="The account’s own regions could not be asked; the account type’s default regions were read"
        />
      )}
      <Container header={<Header variant="h2">Overview</Header>}>
        <SpaceBetween size="m">
          {isUnderWay(run) && <RunProgress run={run} />}
          {run.progress && <UnderWay scopes={run.progress.underWay} />}
          <Facts
            facts={[
              { label: 'State', value: <RunState run={run} /> },
              { label: 'Scopes', value: <Completed run={run} /> },
              { label: 'Started', value: run.startedAt && <ExactTime at={run.startedAt} /> },
              {
                label: 'Took',
                value: run.startedAt && run.finishedAt && durationInWords(run.startedAt, run.finishedAt),
              },
              { label: 'Why', value: `${TRIGGERS[run.trigger]} (${run.requestedBy})` },
              { label: 'Through', value: <Through run={run} /> },
              { label: 'Resources', value: run.counts.items.toLocaleString('en-US') },
              { label: 'Changes', value: changesInWords(run.counts) },
              { label: 'AWS calls', value: callsInWords(run.counts) },
              { label: 'Left out as proved empty', value: run.skipped && <Skipped skipped={run.skipped} /> },
            ]}
          />
          {run.callerArn && (
            <Facts
              columns={1}
              facts={[
                { label: 'Session in the account', value: <CopyableId text={run.callerArn} what="session ARN" /> },
              ]}
            />
          )}
        </SpaceBetween>
      </Container>
      <Scopes scopes={run.scopes} columns={columnsFor(run, accountId)} none={isUnderWay(run) ? NOT_YET : NEVER} />
    </SpaceBetween>
  );
}

/** A run that was cancelled did what somebody wanted, and did not fail. */
function WhyEnded({ fault, state }: { fault: NonNullable<Run['fault']>; state: Run['state'] }) {
  return state === 'cancelled' ? (
    <FaultAlert fault={fault} type="info" header={`The run was cancelled: ${fault.title}`} />
  ) : (
    <FaultAlert fault={fault} header={`The run failed: ${fault.title}`} />
  );
}

/** How many scopes were observed completely; leads to why the others were not, and what to do about it. */
function Completed({ run }: { run: Run }) {
  return (
    <SpaceBetween size="xxxs">
      {completeInWords(run)}
      {run.state === 'problems' && (
        <PageLink href={PATHS.connectorTab(run.connectorId, 'readiness')}>Why, and what to do</PageLink>
      )}
    </SpaceBetween>
  );
}

/** A run that was broken off before it had a plan tells which hubs were tried. */
function Through({ run: { hub, sessions } }: { run: Run }) {
  if (hub || sessions.length === 0) return <HubName hub={hub} none="–" />;
  return (
    <SpaceBetween size="xxs">
      {sessions.map(({ hub: tried, at, sessionName, refused }) => (
        <div key={`${at} ${sessionName}`}>
          <HubName hub={tried} none="–" />
          <Box color="text-body-secondary" fontSize="body-s">
            {refused ? (
              refused.title
            ) : (
              <>
                Session <CopyableId text={sessionName} what="name of the session" />
              </>
            )}
          </Box>
        </div>
      ))}
    </SpaceBetween>
  );
}

function Skipped({ skipped: { scopes, calls, provedSince } }: { skipped: NonNullable<Run['skipped']> }) {
  return (
    <>
      {`${scopes.toLocaleString('en-US')} scopes, ${calls.toLocaleString('en-US')} calls saved; proved since `}
      <TimeAgo at={provedSince} />
    </>
  );
}

/** The scopes that are being observed just now. */
function UnderWay({ scopes }: { scopes: NonNullable<Run['progress']>['underWay'] }) {
  return <Facts columns={1} facts={[{ label: 'Under way', value: scopesInWords(scopes) || 'Between scopes' }]} />;
}

const NOT_YET = <EmptyState title="No scopes yet">They are planned when the run starts.</EmptyState>;
const NEVER = <EmptyState title="No scopes">The run ended before they were planned.</EmptyState>;

const PAGE_SIZE = 50;

/** Every scope of the run. There are hundreds, so they are filtered and paged here; the API gives them all at once. */
function Scopes({
  scopes,
  columns,
  none,
}: {
  scopes: readonly Scope[];
  columns: readonly TableProps.ColumnDefinition<Scope>[];
  /** What is said where there are none. */
  none: React.ReactNode;
}) {
  const { get, set } = useView();
  const outcome = get('outcome');
  const shown = scopes
    .filter(scope => outcome === '' || (scope.outcome ?? 'unfinished') === outcome)
    .sort((a, b) => Number(a.outcome === 'complete') - Number(b.outcome === 'complete'));
  const options = outcomeOptions(scopes);
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(shown, {
    filtering: {
      empty: none,
      noMatch: <EmptyState title="No scope fits">Change the filter to see others.</EmptyState>,
      fields: ['region', 'assetType'],
    },
    pagination: { pageSize: PAGE_SIZE },
    sorting: {},
  });
  return (
    <Table
      {...collectionProps}
      items={items}
      columnDefinitions={columns}
      trackBy={scope => `${scope.region} ${scope.assetType}`}
      resizableColumns
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: 'Scopes' }}
      header={
        <Header
          variant="h2"
          counter={`(${filteredItemsCount ?? 0})`}
          description="One region and one type of resource each. Only a complete scope may say that something is gone."
        >
          Scopes
        </Header>
      }
      filter={
        <SpaceBetween direction="horizontal" size="xs">
          <TextFilter {...filterProps} filteringPlaceholder="Find by region or type" filteringAriaLabel="Find scopes" />
          <Select
            ariaLabel="Outcome"
            selectedOption={options.find(({ value }) => value === outcome) ?? null}
            options={options}
            onChange={event => set({ outcome: event.detail.selectedOption.value ?? '' })}
          />
        </SpaceBetween>
      }
      pagination={<Pagination {...paginationProps} />}
    />
  );
}

/** The outcomes that occur, each with how often. */
function outcomeOptions(scopes: readonly Scope[]) {
  const counted = Map.groupBy(scopes, scope => scope.outcome ?? 'unfinished');
  const every = { value: '', label: `Any outcome (${scopes.length})` };
  return [
    every,
    ...[...counted].map(([value, { length }]) => ({
      value,
      label: `${value === 'unfinished' ? 'Not finished' : OUTCOMES[value].label} (${length})`,
    })),
  ];
}

function columnsFor({ progress }: Run, accountId: string | undefined): readonly TableProps.ColumnDefinition<Scope>[] {
  const underWay = new Set(progress?.underWay.map(({ region, assetType }) => `${region} ${assetType}`));
  const pendingOf = ({ region, assetType }: Scope) => (underWay.has(`${region} ${assetType}`) ? 'Reading' : 'Waiting');
  const cells: Readonly<Record<string, (scope: Scope) => React.ReactNode>> = {
    outcome: scope => <OutcomeIndicator outcome={scope.outcome} pending={pendingOf(scope)} />,
    ...(accountId === undefined ? {} : { items: scope => <FoundLink scope={scope} accountId={accountId} /> }),
  };
  return COLUMNS.map(column => ({ ...column, cell: cells[column.id ?? ''] ?? column.cell }));
}

/** As serious as the outcome beside it. */
function faultType(outcome: Scope['outcome']): 'error' | 'warning' {
  return outcome !== null && OUTCOMES[outcome].type === 'error' ? 'error' : 'warning';
}

/** Leads to what is there now, which may be more or less than the run saw. */
function FoundLink({ scope: { region, assetType, items }, accountId }: { scope: Scope; accountId: string }) {
  if (items === 0) return '0';
  const query = `accountId:${quoted(accountId)} and region:${quoted(region)} and type:${quoted(assetType)}`;
  return (
    <PageLink href={`${PATHS.resources}?${new URLSearchParams({ q: query })}`}>
      {items.toLocaleString('en-US')}
    </PageLink>
  );
}

const COLUMNS: readonly TableProps.ColumnDefinition<Scope>[] = [
  {
    id: 'region',
    header: 'Region',
    cell: ({ region }) => region,
    sortingField: 'region',
    isRowHeader: true,
    width: 150,
  },
  { id: 'type', header: 'Type', cell: ({ assetType }) => assetType, sortingField: 'assetType', width: 210 },
  {
    id: 'outcome',
    header: 'Outcome',
    cell: ({ outcome }) => <OutcomeIndicator outcome={outcome} pending="Waiting" />,
    sortingField: 'outcome',
    width: 160,
  },
  {
    id: 'fault',
    header: 'Reason',
    cell: ({ fault, outcome }) => (fault ? <FaultPopover fault={fault} type={faultType(outcome)} /> : '–'),
    width: 250,
  },
  {
    id: 'items',
    header: 'Resources',
    cell: ({ items }) => items.toLocaleString('en-US'),
    sortingField: 'items',
    width: 135,
  },
  { id: 'calls', header: 'AWS calls', cell: scope => callsInWords(scope), width: 150 },
  { id: 'changes', header: 'Changes', cell: scope => changesInWords(scope), width: 160 },
  {
    id: 'took',
    header: 'Took',
    cell: ({ startedAt, finishedAt }) => (startedAt && finishedAt ? durationInWords(startedAt, finishedAt) : '–'),
    width: 110,
  },
];
