import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { PageLink } from '../../parts/links.tsx';
import { EmptyState, StaleNotice, tableStates } from '../../parts/loaded.tsx';
import { useView } from '../../parts/view-state.ts';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { Page } from '../../shell/page.tsx';
import { CreateConnector } from '../connectors/connectors-table.tsx';
import { AssetHelp } from './asset-help.tsx';
import { useAssetTypes } from './asset-types.ts';
import { AssetsTable, queryOf } from './assets-table.tsx';
import { CoverageLine } from './coverage-line.tsx';
import { withCondition } from './query-text.ts';

/** CloudView > Resources: how many there are of each type, or those of one type. */
export function ResourcesPage() {
  const { get } = useView();
  const assetType = get('type');
  const types = useAssetTypes();
  if (assetType === '') {
    return (
      <Page title="Resources" crumbs={[CRUMBS.cloudView]} help={HELP}>
        <TypesTable />
      </Page>
    );
  }
  const title = types.find(type => type.assetType === assetType)?.plural ?? assetType;
  return (
    <Page
      title={title}
      crumbs={[CRUMBS.cloudView, { text: 'Resources', href: PATHS.resources }]}
      contentType="table"
      help={HELP}
    >
      <AssetsTable key={assetType} app="cloud-view" title={title} assetType={assetType} />
    </Page>
  );
}

const HELP = <AssetHelp />;

interface Row {
  readonly assetType: string;
  readonly plural: string;
  readonly count: number;
  readonly query: string;
}

function TypesTable() {
  const { get, set } = useView();
  const query = get('q');
  const types = useAssetTypes();
  const counts = (asked: string) => ({ query: { by: 'assetType', query: asked, app: 'cloud-view' } }) as const;
  const shown = queryOf({ text: query, past: false });
  const read = useRead('countAssets', counts(shown), { again: () => 20_000 });
  const terminated = useRead('countAssets', counts(withCondition(query, 'state:terminated')), { again: () => 20_000 });
  const left = shown === query ? 0 : (terminated.data?.items.reduce((sum, { count }) => sum + count, 0) ?? 0);
  const counted = new Map(read.data?.items.map(({ value, count }) => [value, count]));
  const rows: Row[] = types
    .map(({ assetType, plural }) => ({ assetType, plural, count: counted.get(assetType) ?? 0, query }))
    .sort((a, b) => b.count - a.count || a.plural.localeCompare(b.plural));
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  return (
    <Table
      items={total === 0 && read.data ? [] : rows}
      columnDefinitions={COLUMNS}
      trackBy="assetType"
      ariaLabels={{ tableLabel: 'Resources by type' }}
      enableKeyboardNavigation
      {...tableStates(
        read,
        'resources',
        <EmptyState title="No resources yet" action={<CreateConnector />}>
          Create a connector: the resources of its account are counted here after its first run.
        </EmptyState>,
      )}
      header={
        <>
          <Header
            variant="h1"
            counter={read.data && `(${total.toLocaleString('en-US')})`}
            description={
              <>
                <CoverageLine coverage={read.data?.coverage} />
                {left > 0 && `Besides, ${left.toLocaleString('en-US')} terminated.`}
              </>
            }
          >
            Resources
          </Header>
          <StaleNotice read={read} />
        </>
      }
      filter={
        query !== '' && (
          <Box>
            Only those that fit <Box variant="code">{query}</Box>{' '}
            <Button variant="inline-link" onClick={() => set({ q: '' })}>
              Show all
            </Button>
          </Box>
        )
      }
    />
  );
}

const COLUMNS: readonly TableProps.ColumnDefinition<Row>[] = [
  {
    id: 'type',
    header: 'Type',
    isRowHeader: true,
    cell: ({ assetType, plural, query }) => (
      <PageLink href={`${PATHS.resources}?${new URLSearchParams({ type: assetType, ...(query && { q: query }) })}`}>
        {plural}
      </PageLink>
    ),
  },
  { id: 'count', header: 'Resources', cell: ({ count }) => count.toLocaleString('en-US') },
  {
    id: 'name',
    header: 'CloudFormation name',
    cell: ({ assetType }) => <Box color="text-body-secondary">{assetType}</Box>,
  },
];
