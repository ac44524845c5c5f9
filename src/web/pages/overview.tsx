import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Grid from '@cloudscape-design/components/grid';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReplyOf } from '../../api/contract.ts';
import { CONNECTOR_STATES, ConnectorState } from '../parts/connector-state.tsx';
import { FaultPopover } from '../parts/fault.tsx';
import { Figure } from '../parts/figure.tsx';
import { accountTypeLabel, type Connector } from '../parts/hub.tsx';
import { PageLink } from '../parts/links.tsx';
import { EmptyState, Loaded } from '../parts/loaded.tsx';
import { CRUMBS, PATHS } from '../paths.ts';
import { useRead } from '../queries.ts';
import { Page } from '../shell/page.tsx';
import { useAssetTypes } from './assets/asset-types.ts';
import { queryOf } from './assets/assets-table.tsx';
import { CoverageLine } from './assets/coverage-line.tsx';
import { CreateConnector } from './connectors/connectors-table.tsx';
import { totalOf } from './trust/next-steps.ts';

/** CloudView > Overview: what is connected, what needs somebody, what there is. */
export function Overview() {
  const counts = useRead('countConnectors', {}, { again: () => againMs });
  return (
    <Page title="Overview" crumbs={[CRUMBS.cloudView]}>
      <SpaceBetween size="l">
        <Header
          variant="h1"
          description="What is connected, what needs attention, and what there is."
          actions={<CreateConnector variant="primary" />}
        >
          Overview
        </Header>
        <Loaded read={counts} what="the overview">
          {({ items }) => (
            <SpaceBetween size="l">
              <States counts={items} />
              <Grid gridDefinition={[{ colspan: { default: 12, m: 7 } }, { colspan: { default: 12, m: 5 } }]}>
                <Attention total={sum(items, ({ needAttention }) => needAttention)} />
                <Hubs />
              </Grid>
              <ResourceCounts />
            </SpaceBetween>
          )}
        </Loaded>
      </SpaceBetween>
    </Page>
  );
}

const againMs = 10_000;

type Counts = ReplyOf<'countConnectors'>['items'];

function sum(counts: Counts, of: (count: Counts[number]) => number): number {
  return counts.reduce((total, count) => total + of(count), 0);
}

/** The states that people look for first. */
const SHOWN = ['ok', 'problems', 'failing', 'waiting-for-role', 'disabled'] as const;

function States({ counts }: { counts: Counts }) {
  const connectors = sum(counts, one => one.connectors);
  const inState = (...states: readonly Connector['state'][]) =>
    sum(counts, ({ state, connectors: count }) => (states.includes(state) ? count : 0));
  const busy = inState('queued', 'running');
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${inDigits(connectors)})`}
          description={
            busy > 0 && (
              <StatusIndicator type="in-progress">
                <PageLink
                  href={`${PATHS.runs}?state=under-way`}
                >{`${inDigits(busy)} running or about to run`}</PageLink>
              </StatusIndicator>
            )
          }
        >
          Connectors
        </Header>
      }
    >
      {connectors === 0 ? (
        <EmptyState title="No connectors yet" action={<CreateConnector />}>
          A connector reads one AWS account through a role in it. Create one to see what the account holds.
        </EmptyState>
      ) : (
        <ColumnLayout columns={SHOWN.length} variant="text-grid" minColumnWidth={165}>
          {SHOWN.map(state => (
            <Figure
              key={state}
              label={
                <StatusIndicator wrapText={false} type={CONNECTOR_STATES[state].type}>
                  {CONNECTOR_STATES[state].label}
                </StatusIndicator>
              }
              count={inState(state)}
              href={`${PATHS.connectors}?state=${state}`}
              what={CONNECTOR_STATES[state].label}
            />
          ))}
        </ColumnLayout>
      )}
    </Container>
  );
}

const attentionMax = 8;

function Attention({ total }: { total: number }) {
  const query = { state: 'needs-attention', limit: attentionMax } as const;
  const read = useRead('listConnectors', { query }, { again: () => againMs });
  return (
    <Container
      fitHeight
      header={
        <Header variant="h2" counter={`(${inDigits(total)})`} description={<OpenAlerts />}>
          Needs attention
        </Header>
      }
    >
      <Loaded read={read} what="what needs attention">
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="Nothing needs attention">
              Every connector works through the hub it should use.
            </EmptyState>
          ) : (
            <SpaceBetween size="s">
              {items.map(connector => (
                <InTrouble key={connector.id} connector={connector} />
              ))}
              {total > items.length && (
                <PageLink href={`${PATHS.connectors}?state=needs-attention`}>
                  {`and ${inDigits(total - items.length)} more`}
                </PageLink>
              )}
            </SpaceBetween>
          )
        }
      </Loaded>
    </Container>
  );
}

function InTrouble({ connector }: { connector: Connector }) {
  const { id, name, state, lastRun } = connector;
  return (
    <SpaceBetween direction="horizontal" size="s">
      <PageLink href={PATHS.connector(id)}>{name}</PageLink>
      <ConnectorState connector={connector} />
      {lastRun?.fault ? (
        <FaultPopover fault={lastRun.fault} />
      ) : (
        state === 'problems' && <NotComplete connector={connector} />
      )}
    </SpaceBetween>
  );
}

/** The causes that have lasted, when there are any. */
function OpenAlerts() {
  const read = useRead('listAlerts', { query: { state: 'open', limit: 100 } }, { again: () => 10_000 });
  if (!read.data || read.data.items.length === 0) return null;
  const { length } = read.data.items;
  const open = `${length}${read.data.nextCursor === null ? '' : '+'} open ${length === 1 ? 'alert' : 'alerts'}`;
  return (
    <StatusIndicator type="error">
      <PageLink href={PATHS.alerts}>{open}</PageLink>
    </StatusIndicator>
  );
}

/** How much is not known of a connector that works; leads to the causes and what to do about them. */
function NotComplete({ connector: { id, scopes } }: { connector: Connector }) {
  const missing = inDigits(scopes.total - scopes.complete);
  return (
    <PageLink href={PATHS.connectorTab(id, 'readiness')}>
      {`${missing} of ${inDigits(scopes.total)} scopes: why`}
    </PageLink>
  );
}

function Hubs() {
  const platforms = useRead('listPlatformAccounts', {});
  const baseAccounts = useRead('listBaseAccounts', { query: { limit: 100 } });
  const migrations = useRead('listTrustMigrations', {}, { again: () => 10_000 });
  return (
    <Container
      fitHeight
      header={
        <Header variant="h2" description="Who assumes the roles, for each account type.">
          Hubs
        </Header>
      }
    >
      <Loaded read={platforms} what="the hubs">
        {({ items }) => (
          <SpaceBetween size="s">
            {items.map(({ accountType, accountId }) => (
              <div key={accountType}>
                <Box variant="awsui-key-label">{accountTypeLabel(accountType)}</Box>
                <HubOf
                  baseAccount={baseAccounts.data?.items.find(other => other.accountType === accountType)}
                  platformAccountId={accountId}
                />
                <OnTarget migration={migrations.data?.items.find(other => other.accountType === accountType)} />
              </div>
            ))}
          </SpaceBetween>
        )}
      </Loaded>
    </Container>
  );
}

function HubOf({
  baseAccount,
  platformAccountId,
}: {
  baseAccount: ReplyOf<'getBaseAccount'> | undefined;
  platformAccountId: string | null;
}) {
  if (baseAccount) {
    return (
      <>
        Base account <PageLink href={PATHS.baseAccounts}>{baseAccount.title}</PageLink> ({baseAccount.accountId})
      </>
    );
  }
  if (platformAccountId !== null) return <>Platform account {platformAccountId}</>;
  return (
    <Box color="text-status-inactive">
      None. <PageLink href={PATHS.createBaseAccount}>Create a base account</PageLink> to connect such accounts.
    </Box>
  );
}

/** How many connectors are reached through the hub, when some are not; leads to what is left to do. */
function OnTarget({ migration }: { migration: ReplyOf<'getTrustMigration'> | undefined }) {
  if (!migration) return null;
  const { accountType, totals } = migration;
  const total = totalOf(totals);
  if (totals.onTarget === total) return null;
  return (
    <div>
      <PageLink href={PATHS.trustMigration(accountType)}>
        {`${inDigits(totals.onTarget)} of ${inDigits(total)} connectors on target`}
      </PageLink>
    </div>
  );
}

function inDigits(count: number): string {
  return count.toLocaleString('en-US');
}

const typesMax = 6;

function ResourceCounts() {
  const types = useAssetTypes();
  const read = useRead(
    'countAssets',
    { query: { by: 'assetType', query: queryOf({ text: '', past: false }), app: 'cloud-view' } },
    { again: () => 20_000 },
  );
  return (
    <Container
      header={
        <Header variant="h2" description={<CoverageLine coverage={read.data?.coverage} />}>
          Resources
        </Header>
      }
    >
      <Loaded read={read} what="the resources">
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No resources yet">They are counted here after a connector’s first run.</EmptyState>
          ) : (
            <ColumnLayout columns={typesMax} variant="text-grid" minColumnWidth={165}>
              {items.slice(0, typesMax).map(({ value, count }) => {
                const plural = types.find(({ assetType }) => assetType === value)?.plural ?? value ?? '';
                return (
                  <Figure
                    key={value}
                    label={<Box variant="awsui-key-label">{plural}</Box>}
                    count={count}
                    href={`${PATHS.resources}?${new URLSearchParams({ type: value ?? '' })}`}
                    what={plural}
                  />
                );
              })}
            </ColumnLayout>
          )
        }
      </Loaded>
    </Container>
  );
}
