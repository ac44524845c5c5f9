import Badge from '@cloudscape-design/components/badge';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useLocation, useParams } from 'react-router';
import { ConnectorState, isBusy } from '../../parts/connector-state.tsx';
import { Facts } from '../../parts/facts.tsx';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { accountTypeLabel, type Connector, HubName } from '../../parts/hub.tsx';
import { PageLink } from '../../parts/links.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Menu } from '../../parts/menu.tsx';
import { Tags } from '../../parts/tags.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { useView } from '../../parts/view-state.ts';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { Page } from '../../shell/page.tsx';
import { quoted } from '../assets/query-text.ts';
import { ReadinessTab } from '../readiness/readiness-tab.tsx';
import { ConnectorTrustView } from '../trust/connector-trust.tsx';
import { CheckResultView } from './check-result.tsx';
import { useConnectorActions, whyNotRun } from './connector-actions.tsx';
import { appsInWords, CoverageCell } from './connectors-table.tsx';
import { ConnectorHelp } from './help.tsx';
import { HubBanner } from './hub-banner.tsx';
import { RoleTab } from './role-tab.tsx';
import { RunsTab } from './runs-tab.tsx';

export function ConnectorPage() {
  const { id = '' } = useParams();
  const read = useRead(
    'getConnector',
    { params: { id } },
    { again: connector => (connector && isBusy(connector) ? 1_500 : 15_000) },
  );
  return (
    <Page
      title={read.data?.name ?? 'Connector'}
      crumbs={[CRUMBS.cloudView, { text: 'Connectors', href: PATHS.connectors }]}
      help={HELP}
    >
      <Loaded read={read} what="the connector" heading="Connector">
        {connector => <ConnectorView connector={connector} />}
      </Loaded>
    </Page>
  );
}

const HELP = <ConnectorHelp />;

function ConnectorView({ connector }: { connector: Connector }) {
  const { get, set } = useView();
  const { hash } = useLocation();
  const actions = useConnectorActions();
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={connector.description}
        actions={<Actions connector={connector} actions={actions} />}
      >
        {connector.name}
      </Header>
      <HubBanner connector={connector} />
      <KeyFacts connector={connector} />
      <div id="tab" className={hash === '#tab' ? 'causeway-anchor' : undefined}>
        <Tabs
          ariaLabel="About the connector"
          activeTabId={get('tab') || 'runs'}
          onChange={event => set({ tab: event.detail.activeTabId === 'runs' ? '' : event.detail.activeTabId })}
          tabs={[
            { id: 'runs', label: 'Runs', content: <RunsTab connector={connector} /> },
            { id: 'readiness', label: 'Readiness', content: <ReadinessTab connector={connector} /> },
            {
              id: 'check',
              label: 'Check',
              content: (
                <CheckResultView connector={connector} onCheck={() => actions.check(connector)} busy={actions.busy} />
              ),
            },
            { id: 'trust', label: 'Trust', content: <ConnectorTrustView connector={connector} /> },
            { id: 'role', label: 'Role', content: <RoleTab connector={connector} /> },
            { id: 'settings', label: 'Settings and tags', content: <Settings connector={connector} /> },
          ]}
        />
      </div>
      {actions.dialog}
    </SpaceBetween>
  );
}

function Actions({ connector, actions }: { connector: Connector; actions: ReturnType<typeof useConnectorActions> }) {
  const notOperator = useWhyNot('operator');
  const whyNot = notOperator ?? whyNotRun(connector);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        onClick={() => actions.check(connector)}
        loading={actions.busy}
        loadingText="Checking"
        disabled={notOperator !== null}
        disabledReason={notOperator ?? undefined}
      >
        Check now
      </Button>
      <Button
        variant="primary"
        onClick={() => actions.run(connector)}
        disabled={whyNot !== null}
        disabledReason={whyNot ?? undefined}
      >
        Run now
      </Button>
      <Menu
        variant="normal"
        text="Actions"
        label={`Actions for ${connector.name}`}
        items={actions.menu(connector).filter(({ text }) => text !== 'Run now' && text !== 'Check now')}
      />
    </SpaceBetween>
  );
}

function KeyFacts({ connector }: { connector: Connector }) {
  const { currentHub, targetHub } = connector;
  return (
    <Container header={<Header variant="h2">Overview</Header>}>
      <Facts
        facts={[
          { label: 'State', value: <ConnectorState connector={connector} /> },
          { label: 'Account ID', value: <CopyableId text={connector.accountId} what="account ID" /> },
          { label: 'Account type', value: accountTypeLabel(connector.accountType) },
          {
            label: connector.moving ? 'Hub now (moving)' : 'Hub',
            value: <HubName hub={currentHub ?? targetHub} none="None" />,
          },
          { label: 'Assets', value: <AssetsLink connector={connector} /> },
          {
            label: 'Coverage',
            value: (
              <PageLink href={PATHS.connectorTab(connector.id, 'readiness')}>
                <CoverageCell connector={connector} />
              </PageLink>
            ),
          },
          { label: 'Last complete run', value: <TimeAgo at={connector.lastCompleteAt} never="Never" /> },
          {
            label: 'Next run',
            value: connector.enabled ? <TimeAgo at={connector.nextRunAt} /> : 'Disabled',
          },
        ]}
      />
    </Container>
  );
}

function AssetsLink({ connector }: { connector: Connector }) {
  const count = connector.assets.toLocaleString('en-US');
  const query = new URLSearchParams({ q: `accountId:${quoted(connector.accountId)}` });
  return <PageLink href={`${PATHS.resources}?${query}`}>{`${count} assets`}</PageLink>;
}

function Apps({ connector }: { connector: Connector }) {
  if (connector.apps.length === 0) return appsInWords([]);
  return (
    <SpaceBetween direction="horizontal" size="xxs">
      {connector.apps.map(app => (
        <Badge key={app}>{appsInWords([app])}</Badge>
      ))}
    </SpaceBetween>
  );
}

function Settings({ connector }: { connector: Connector }) {
  return (
    <Container header={<Header variant="h2">Settings and tags</Header>}>
      <Facts
        columns={2}
        facts={[
          { label: 'Role ARN', value: <CopyableId text={connector.roleArn} what="role ARN" /> },
          { label: 'External ID', value: <CopyableId text={connector.externalId} what="external ID" /> },
          { label: 'Regions', value: connector.regions?.join(', ') ?? 'All regions that the account has enabled' },
          { label: 'Polling frequency', value: `Every ${connector.pollingMinutes} minutes` },
          { label: 'Apps', value: <Apps connector={connector} /> },
          { label: 'Enabled', value: connector.enabled ? 'Yes' : 'No' },
          { label: 'Connector tags', value: <Tags tags={connector.tags} /> },
          { label: 'Asset tags', value: <Tags tags={connector.assetTags} /> },
          { label: 'Created', value: <TimeAgo at={connector.createdAt} /> },
          { label: 'Changed', value: <TimeAgo at={connector.updatedAt} /> },
        ]}
      />
    </Container>
  );
}
