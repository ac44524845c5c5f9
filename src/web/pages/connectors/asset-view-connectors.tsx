import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { ConnectorState } from '../../parts/connector-state.tsx';
import { failureInWords, problemOf } from '../../parts/failure-alert.tsx';
import { accountTypeLabel, type Connector } from '../../parts/hub.tsx';
import { PageLink } from '../../parts/links.tsx';
import { EmptyState, StaleNotice, tableStates } from '../../parts/loaded.tsx';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { useNotify } from '../../shell/notices.tsx';
import { Page } from '../../shell/page.tsx';
import { CreateConnector } from './connectors-table.tsx';

/** AssetView > Connectors: which connectors' assets AssetView shows. It is here that one is removed from AssetView. */
export function AssetViewConnectors() {
  const read = useRead('listConnectors', { query: { limit: 1_000 } }, { again: () => 15_000 });
  const connectors = read.data?.items ?? [];
  const inside = connectors.filter(({ apps }) => apps.includes('asset-view'));
  const outside = connectors.filter(({ apps }) => !apps.includes('asset-view'));
  return (
    <Page title="Connectors in AssetView" crumbs={[CRUMBS.assetView]}>
      <SpaceBetween size="l">
        <Header
          variant="h1"
          description="AssetView shows the assets of these connectors. Connectors of a base account with “Use in AssetView” come by themselves and leave only from here."
        >
          Connectors in AssetView
        </Header>
        <StaleNotice read={read} />
        {read.data?.nextCursor && (
          <Alert type="info">There are more than {connectors.length} connectors; only the first are listed here.</Alert>
        )}
        <ConnectorList
          title="In AssetView"
          connectors={inside}
          action="Remove from AssetView"
          states={tableStates(
            read,
            'connectors',
            <EmptyState title="No connector is in AssetView" action={<CreateConnector />}>
              Add one from the list below, or create one.
            </EmptyState>,
          )}
        />
        {outside.length > 0 && (
          <ConnectorList title="Not in AssetView" connectors={outside} action="Add to AssetView" states={{}} />
        )}
      </SpaceBetween>
    </Page>
  );
}

function ConnectorList({
  title,
  connectors,
  action,
  states,
}: {
  title: string;
  connectors: readonly Connector[];
  action: 'Add to AssetView' | 'Remove from AssetView';
  states: Partial<ReturnType<typeof tableStates>>;
}) {
  const whyNot = useWhyNot('operator');
  const notify = useNotify();
  const add = useChange('addToAssetView');
  const remove = useChange('removeFromAssetView');
  const change = action === 'Add to AssetView' ? add : remove;
  const actionColumn: TableProps.ColumnDefinition<Connector> = {
    id: 'action',
    header: 'Action',
    cell: ({ id, name }) => (
      <Button
        variant="inline-link"
        ariaLabel={`${action}: ${name}`}
        disabled={whyNot !== null}
        disabledReason={whyNot ?? undefined}
        loading={change.isPending && change.variables.params.id === id}
        onClick={() =>
          change.mutate(
            { params: { id } },
            {
              onSuccess: () =>
                notify({
                  type: 'success',
                  header:
                    action === 'Add to AssetView'
                      ? `“${name}” is in AssetView`
                      : `“${name}” was removed from AssetView`,
                }),
              onError: error =>
                notify({ type: 'error', header: problemOf(error).title, content: failureInWords(error) }),
            },
          )
        }
      >
        {action}
      </Button>
    ),
  };
  return (
    <Table
      items={connectors}
      trackBy="id"
      columnDefinitions={[...COLUMNS, actionColumn]}
      ariaLabels={{ tableLabel: title }}
      enableKeyboardNavigation
      header={
        <Header variant="h2" counter={`(${connectors.length})`}>
          {title}
        </Header>
      }
      {...states}
    />
  );
}

const COLUMNS: readonly TableProps.ColumnDefinition<Connector>[] = [
  {
    id: 'name',
    header: 'Name',
    isRowHeader: true,
    cell: ({ id, name }) => <PageLink href={PATHS.connector(id)}>{name}</PageLink>,
  },
  { id: 'accountId', header: 'Account ID', cell: ({ accountId }) => accountId },
  { id: 'accountType', header: 'Account type', cell: ({ accountType }) => accountTypeLabel(accountType) },
  { id: 'state', header: 'State', cell: connector => <ConnectorState connector={connector} /> },
  { id: 'assets', header: 'Assets', cell: ({ assets }) => assets.toLocaleString('en-US') },
];
