import Button from '@cloudscape-design/components/button';
import type { ReactNode } from 'react';
import { CallFailed } from '../../api.ts';
import { EmptyState } from '../../parts/loaded.tsx';
import { type Count, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { usePager, useView } from '../../parts/view-state.ts';
import { useRead } from '../../queries.ts';
import { CreateConnector } from '../connectors/connectors-table.tsx';
import { AssetFilter } from './asset-filter.tsx';
import { useAssetTypes, useConnectorNames } from './asset-types.ts';
import { assetColumns } from './columns.tsx';
import { CoverageLine } from './coverage-line.tsx';
import { mentions, textLikeConditions, withCondition } from './query-text.ts';

interface Props {
  readonly app: 'cloud-view' | 'asset-view';
  readonly title: string;
  /** Shows only this type, with its properties as columns. */
  readonly assetType?: string;
  readonly actions?: ReactNode;
}

/** Assets found by a query, page by page, with how complete the answer is. */
export function AssetsTable({ app, title, assetType, actions }: Props) {
  const settings = useTableSettings(assetType ? `assets.${assetType}` : 'assets');
  const pager = usePager();
  const { get, set } = useView();
  const types = useAssetTypes();
  const accountName = useConnectorNames('accountId');
  const only = types.find(type => type.assetType === assetType);
  const sort = get('sort') || 'name';
  const read = useRead(
    'listAssets',
    {
      query: {
        query: queryOf({ text: get('q'), past: get('past') === 'shown', assetType }),
        app,
        sort,
        limit: settings.pageSize,
        cursor: pager.cursor,
      },
    },
    { again: () => 20_000, keepPrevious: true },
  );
  const badQuery = read.error instanceof CallFailed && read.error.problem.code === 'invalid-query' ? read.error : null;
  return (
    <PagedTable
      id="assets"
      what={only?.plural ?? 'assets'}
      title={title}
      description={!read.error && <CoverageLine coverage={read.data?.coverage} />}
      actions={actions}
      read={read}
      count={read.data?.count}
      settings={settings}
      pager={pager}
      columns={assetColumns({ types, only, accountName })}
      trackBy={asset => asset.id}
      sort={{ column: sort.replace(/^-/, ''), descending: sort.startsWith('-') }}
      onSort={(column, descending) => set({ sort: descending ? `-${column}` : column === 'name' ? '' : column })}
      filter={
        <AssetFilter
          app={app}
          types={types}
          only={only}
          shown={read.data?.items ?? []}
          accountName={accountName}
          countText={countInWords(read.data?.count)}
          error={badQuery}
        />
      }
      empty={get('q') === '' ? <NothingYet app={app} scopes={read.data?.coverage.scopes ?? 0} /> : <NothingFound />}
    />
  );
}

/** The query for the API: what somebody typed, the type of the list, and, by default, without what is past. Counts that lead to the list ask the same. */
export function queryOf({
  text,
  past,
  assetType,
}: {
  text: string;
  past: boolean;
  assetType?: string | undefined;
}): string {
  let query = text;
  if (assetType) query = withCondition(query, `type:${assetType}`);
  if (past && !mentions(text, 'gone')) return withCondition(query, '(gone:true or gone:false)');
  return past || mentions(text, 'state') || mentions(text, 'gone')
    ? query
    : withCondition(query, 'not state:terminated');
}

function countInWords(count: Count | undefined): string {
  if (!count) return '';
  const value = count.value.toLocaleString('en-US');
  if (!count.exact) return `at least ${value} matches`;
  return count.value === 1 ? '1 match' : `${value} matches`;
}

function NothingYet({ app, scopes }: { app: Props['app']; scopes: number }) {
  if (scopes > 0) {
    return (
      <EmptyState title="Nothing here">
        Everything that was observed has none of these. The line above says how much was observed.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={`Nothing in ${app === 'asset-view' ? 'AssetView' : 'CloudView'} yet`}
      action={<CreateConnector />}
    >
      {app === 'asset-view'
        ? 'Create a connector for AssetView, or add one that exists: its instances appear here after its first run.'
        : 'Create a connector: the resources of its account appear here after its first run.'}
    </EmptyState>
  );
}

function NothingFound() {
  const { get, set } = useView();
  const asText = textLikeConditions(get('q'));
  return (
    <EmptyState title="Nothing fits" action={<Button onClick={() => set({ q: '' })}>Clear the search</Button>}>
      {asText.map(text => `“${text}” was looked for as text: it is no condition on a property that there is. `)}
      Terminated and gone ones are shown only when the switch above says so.
    </EmptyState>
  );
}
