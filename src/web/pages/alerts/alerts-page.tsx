import SegmentedControl from '@cloudscape-design/components/segmented-control';
import { accountTypeLabel } from '../../parts/hub.tsx';
import { PageButton, PageLink } from '../../parts/links.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { usePager, useView } from '../../parts/view-state.ts';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { Page } from '../../shell/page.tsx';
import { type Alert, AlertState } from './alert-state.tsx';
import { AlertsHelp } from './help.tsx';

const everyMs = 15_000;

/** Alerts that are open, or those that are resolved. */
export function AlertsPage() {
  const settings = useTableSettings('alerts');
  const pager = usePager();
  const view = useView();
  const whyNot = useWhyNot('administrator');
  const state = view.get('state') === 'resolved' ? 'resolved' : 'open';
  const read = useRead(
    'listAlerts',
    { query: { state, limit: settings.pageSize, cursor: pager.cursor } },
    { keepPrevious: true, again: () => everyMs },
  );
  return (
    <Page title="Alerts" crumbs={[CRUMBS.cloudView]} contentType="table" help={HELP}>
      <PagedTable
        id="alerts"
        what="alerts"
        title="Alerts"
        description={
          <>
            One for each cause why connectors have not been complete for some of their polling intervals. A worker last
            looked: <TimeAgo at={read.data?.evaluatedAt ?? null} />.
          </>
        }
        read={read}
        settings={settings}
        pager={pager}
        columns={state === 'open' ? OPEN_COLUMNS : RESOLVED_COLUMNS}
        trackBy={alert => alert.id}
        filter={
          <SegmentedControl
            label="Which alerts"
            selectedId={state}
            options={[
              { id: 'open', text: 'Open' },
              { id: 'resolved', text: 'Resolved' },
            ]}
            onChange={event => view.set({ state: event.detail.selectedId === 'resolved' ? 'resolved' : '' })}
          />
        }
        actions={whyNot === null ? <PageButton href={PATHS.alertChannels}>Alert channels</PageButton> : undefined}
        empty={
          state === 'open' ? (
            <NoOpenAlerts evaluatedAt={read.data?.evaluatedAt ?? null} />
          ) : (
            <EmptyState title="No resolved alerts">Alerts that are resolved stay here for 90 days.</EmptyState>
          )
        }
      />
    </Page>
  );
}

const HELP = <AlertsHelp />;

/** Without a worker nobody looks, and then it means nothing that there are none. */
function NoOpenAlerts({ evaluatedAt }: { evaluatedAt: string | null }) {
  if (evaluatedAt === null) {
    return (
      <EmptyState title="Nobody has looked for alerts yet">A worker does each minute: see that one runs.</EmptyState>
    );
  }
  return (
    <EmptyState title="No open alerts">
      When a worker last looked, <TimeAgo at={evaluatedAt} />, no enabled connector had gone three of its polling
      intervals without being complete. What is not complete for less long is under{' '}
      <PageLink href={PATHS.readiness}>Readiness</PageLink>.
    </EmptyState>
  );
}

const CAUSE: Column<Alert> = {
  id: 'cause',
  header: 'Cause',
  cell: ({ id, cause }) => <PageLink href={PATHS.alert(id)}>{cause.fault.title}</PageLink>,
  isRowHeader: true,
  width: 280,
};
const DETAIL: Column<Alert> = {
  id: 'detail',
  header: 'For example',
  cell: ({ cause }) => cause.fault.detail,
  width: 300,
};
const ACCOUNT_TYPE: Column<Alert> = {
  id: 'accountType',
  header: 'Account type',
  cell: ({ cause }) => accountTypeLabel(cause.accountType),
  width: 145,
};
const SINCE: Column<Alert> = {
  id: 'firstAt',
  header: 'Since',
  cell: ({ firstAt }) => <TimeAgo at={firstAt} />,
  width: 150,
};

const OPEN_COLUMNS: readonly Column<Alert>[] = [
  CAUSE,
  { id: 'state', header: 'State', cell: AlertState, width: 110 },
  { id: 'connectors', header: 'Connectors', cell: ({ connectors }) => connectors.total, width: 130 },
  DETAIL,
  ACCOUNT_TYPE,
  SINCE,
];

const RESOLVED_COLUMNS: readonly Column<Alert>[] = [
  CAUSE,
  { id: 'state', header: 'State', cell: AlertState, width: 110 },
  { id: 'most', header: 'Connectors at most', cell: ({ connectors }) => connectors.most, width: 180 },
  DETAIL,
  ACCOUNT_TYPE,
  SINCE,
  { id: 'resolvedAt', header: 'Resolved', cell: ({ resolvedAt }) => <TimeAgo at={resolvedAt} />, width: 150 },
];
