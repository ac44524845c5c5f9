import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useParams } from 'react-router';
import type { ReplyOf } from '../../../api/contract.ts';
import { Facts } from '../../parts/facts.tsx';
import { FaultAlert } from '../../parts/fault.tsx';
import { accountTypeLabel, HubName } from '../../parts/hub.tsx';
import { PageLink } from '../../parts/links.tsx';
import { EmptyState, Loaded } from '../../parts/loaded.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { ExactTime, TimeAgo } from '../../parts/time.tsx';
import { usePager } from '../../parts/view-state.ts';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { Page } from '../../shell/page.tsx';
import { type Alert, AlertState, connectorsInWords } from './alert-state.tsx';
import { AlertsHelp } from './help.tsx';

type AlertConnector = ReplyOf<'listAlertConnectors'>['items'][number];

const everyMs = 15_000;

/** One alert: its cause, what to do, and the connectors that it concerns. */
export function AlertPage() {
  const { id = '' } = useParams();
  const read = useRead('getAlert', { params: { id } }, { again: () => everyMs });
  const title = read.data?.cause.fault.title ?? 'Alert';
  return (
    <Page title={title} crumbs={[CRUMBS.cloudView, { text: 'Alerts', href: PATHS.alerts }]} help={HELP}>
      <Loaded read={read} what="the alert" heading="Alert">
        {alert => (
          <SpaceBetween size="l">
            <Header variant="h1">{alert.cause.fault.title}</Header>
            <FaultAlert
              fault={alert.cause.fault}
              type={alert.state === 'open' ? 'error' : 'info'}
              {...(alert.state === 'open' ? {} : { header: 'It is resolved. It was, for example:' })}
            />
            <AlertFacts alert={alert} />
            <AlertConnectors alert={alert} />
          </SpaceBetween>
        )}
      </Loaded>
    </Page>
  );
}

const HELP = <AlertsHelp />;

function AlertFacts({ alert }: { alert: Alert }) {
  const { cause, connectors, occurrences } = alert;
  const { total, most, recovered, disabled, otherwise } = connectors;
  return (
    <Container header={<Header variant="h2">About this alert</Header>}>
      <SpaceBetween size="m">
        <Facts
          facts={[
            { label: 'State', value: <AlertState state={alert.state} /> },
            { label: 'Connectors now', value: total },
            { label: 'Connectors at most', value: most },
            {
              label: 'The others',
              value: `${recovered} complete again, ${disabled} disabled, ${otherwise} for another cause`,
            },
            { label: 'Account type', value: accountTypeLabel(cause.accountType) },
            { label: 'Hub', value: cause.hub && <HubName hub={cause.hub} /> },
            { label: 'Opened', value: occurrences === 1 ? 'Once' : `${occurrences} times` },
            { label: 'First seen', value: <ExactTime at={alert.firstAt} /> },
            { label: 'Last seen', value: <ExactTime at={alert.lastAt} /> },
            { label: 'Resolved', value: alert.resolvedAt && <ExactTime at={alert.resolvedAt} /> },
          ]}
        />
        {cause.actions.length > 0 && (
          <Facts columns={1} facts={[{ label: 'Denied actions', value: cause.actions.join(', ') }]} />
        )}
      </SpaceBetween>
    </Container>
  );
}

function AlertConnectors({ alert }: { alert: Alert }) {
  const settings = useTableSettings('alert-connectors', 20);
  const pager = usePager();
  const read = useRead(
    'listAlertConnectors',
    { params: { id: alert.id }, query: { limit: settings.pageSize, cursor: pager.cursor } },
    { keepPrevious: true, again: () => everyMs },
  );
  return (
    <PagedTable
      id="alert-connectors"
      what="connectors"
      title="Connectors that fail for this cause now"
      variant="container"
      count={{ value: alert.connectors.total, exact: true }}
      read={read}
      settings={settings}
      pager={pager}
      columns={COLUMNS}
      trackBy={connector => connector.connectorId}
      empty={
        <EmptyState title="None">
          {alert.state === 'open'
            ? 'They fail for another cause now; if this stays so for two polling intervals, the alert is resolved.'
            : `It concerned up to ${connectorsInWords(alert.connectors.most)}.`}
        </EmptyState>
      }
    />
  );
}

const COLUMNS: readonly Column<AlertConnector>[] = [
  {
    id: 'name',
    header: 'Connector',
    cell: ({ connectorId, name }) => <PageLink href={PATHS.connectorTab(connectorId, 'readiness')}>{name}</PageLink>,
    isRowHeader: true,
    width: 260,
  },
  { id: 'accountId', header: 'Account', cell: ({ accountId }) => accountId, width: 150 },
  { id: 'intervals', header: 'Polling intervals', cell: ({ intervals }) => intervals, width: 160 },
  {
    id: 'lastCompleteAt',
    header: 'Last complete',
    cell: ({ lastCompleteAt }) => <TimeAgo at={lastCompleteAt} never="Never" />,
    width: 160,
  },
  {
    id: 'scopes',
    header: 'Scopes',
    cell: ({ scopes, regions }) =>
      scopes === 0 ? 'All' : `${scopes} in ${regions} ${regions === 1 ? 'region' : 'regions'}`,
    width: 180,
  },
  { id: 'joinedAt', header: 'In this alert since', cell: ({ joinedAt }) => <TimeAgo at={joinedAt} />, width: 180 },
];
