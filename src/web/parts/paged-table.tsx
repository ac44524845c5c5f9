import Box from '@cloudscape-design/components/box';
import ButtonGroup from '@cloudscape-design/components/button-group';
import CollectionPreferences, {
  type CollectionPreferencesProps,
} from '@cloudscape-design/components/collection-preferences';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { StaleNotice, tableStates } from './loaded.tsx';
import { type Pager, useRemembered } from './view-state.ts';

export interface Column<Item> extends TableProps.ColumnDefinition<Item> {
  readonly id: string;
  readonly header: string;
  /** Left out until somebody asks for it in the preferences. */
  readonly hiddenAtFirst?: boolean;
}

export interface Count {
  readonly value: number;
  /** False: there are at least so many. */
  readonly exact: boolean;
}

interface Props<Item> {
  /** Names the settings that the browser remembers for this table. */
  readonly id: string;
  /** What the rows are, in the plural, such as "connectors". */
  readonly what: string;
  readonly title: string;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly info?: ReactNode;
  readonly count?: Count | undefined;
  readonly read: UseQueryResult<{ items: readonly Item[]; nextCursor: string | null }, Error>;
  readonly columns: readonly Column<Item>[];
  readonly settings: TableSettings;
  readonly pager?: Pager;
  readonly filter?: ReactNode;
  readonly below?: ReactNode;
  readonly empty: ReactNode;
  readonly trackBy: (item: Item) => string;
  readonly sort?: { readonly column: string; readonly descending: boolean };
  readonly onSort?: (column: string, descending: boolean) => void;
  readonly variant?: 'full-page' | 'container' | 'embedded';
  readonly headingLevel?: 'h1' | 'h2' | 'h3';
}

/** A list of the API, page by page, in all its states: loading, empty, failed, stale, more than one page. */
export function PagedTable<Item>(props: Props<Item>) {
  const { read, columns, settings, pager, variant = 'full-page' } = props;
  const items = read.data?.items ?? [];
  const sorted = columns.find(column => column.id === props.sort?.column);
  return (
    <Table
      variant={variant}
      stickyHeader={variant === 'full-page'}
      items={items}
      trackBy={props.trackBy}
      columnDefinitions={columns}
      columnDisplay={settings.display(columns)}
      wrapLines={settings.wrapLines}
      contentDensity={settings.density}
      resizableColumns
      stickyColumns={{ first: 1, last: columns.at(-1)?.id === 'actions' ? 1 : 0 }}
      enableKeyboardNavigation
      {...tableStates(read, props.what, props.empty)}
      {...(sorted ? { sortingColumn: sorted, sortingDescending: props.sort?.descending ?? false } : {})}
      onSortingChange={event => {
        const chosen = columns.find(column => column.sortingField === event.detail.sortingColumn.sortingField);
        if (chosen) props.onSort?.(chosen.id, event.detail.isDescending ?? false);
      }}
      ariaLabels={{ tableLabel: props.title }}
      header={
        <SpaceBetween size="s">
          <Header
            variant={props.headingLevel ?? (variant === 'full-page' ? 'awsui-h1-sticky' : 'h2')}
            counter={counterOf(props.count, read.data, pager)}
            description={props.description}
            actions={props.actions}
            info={props.info}
          >
            {props.title}
          </Header>
          <StaleNotice read={read} />
        </SpaceBetween>
      }
      filter={props.filter}
      pagination={
        pager && (
          <PageButtons
            pager={pager}
            shown={items.length}
            pageSize={settings.pageSize}
            count={props.count}
            read={read}
          />
        )
      }
      preferences={
        (variant === 'full-page' || props.filter) && (
          <TablePreferences columns={columns} settings={settings} what={props.what} />
        )
      }
      footer={props.below}
    />
  );
}

function counterOf(
  count: Count | undefined,
  page: { items: readonly unknown[]; nextCursor: string | null } | undefined,
  pager: Pager | undefined,
) {
  if (count) return count.exact ? `(${format(count.value)})` : `(at least ${format(count.value)})`;
  if (!page || (pager && pager.pageNumber !== 1)) return undefined;
  return page.nextCursor === null ? `(${page.items.length})` : `(more than ${page.items.length})`;
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}

function PageButtons({
  pager,
  shown,
  pageSize,
  read,
}: {
  pager: Pager;
  shown: number;
  pageSize: number;
  count: Count | undefined;
  read: UseQueryResult<{ nextCursor: string | null }, Error>;
}) {
  const nextCursor = read.data?.nextCursor ?? null;
  if (pager.pageNumber === 1 && nextCursor === null) return null;
  const first = pager.pageNumber === null ? null : (pager.pageNumber - 1) * pageSize + 1;
  const onward: Record<string, () => void> = {
    first: pager.toFirst,
    previous: pager.toPrevious,
    next: () => {
      if (nextCursor !== null) pager.toNext(nextCursor);
    },
  };
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <Box color="text-body-secondary" fontSize="body-s">
        {read.isPlaceholderData ? 'Loading' : rangeInWords(first, shown)}
      </Box>
      <ButtonGroup
        variant="icon"
        ariaLabel="Pages"
        onItemClick={event => onward[event.detail.id]?.()}
        items={[
          {
            type: 'icon-button',
            id: 'first',
            text: 'First page',
            iconName: 'angle-left-double',
            disabled: pager.cursor === undefined,
          },
          {
            type: 'icon-button',
            id: 'previous',
            text: 'Previous page',
            iconName: 'angle-left',
            disabled: pager.cursor === undefined,
          },
          {
            type: 'icon-button',
            id: 'next',
            text: 'Next page',
            iconName: 'angle-right',
            disabled: nextCursor === null,
            loading: read.isPlaceholderData,
          },
        ]}
      />
    </SpaceBetween>
  );
}

function rangeInWords(first: number | null, shown: number): string {
  return first === null ? 'A later page' : `${format(first)}–${format(first + Math.max(shown, 1) - 1)}`;
}

function TablePreferences<Item>({
  columns,
  settings,
  what,
}: {
  columns: readonly Column<Item>[];
  settings: TableSettings;
  what: string;
}) {
  return (
    <CollectionPreferences
      title={`How ${what} are shown`}
      confirmLabel="Confirm"
      cancelLabel="Cancel"
      preferences={{
        pageSize: settings.pageSize,
        wrapLines: settings.wrapLines,
        contentDensity: settings.density,
        contentDisplay: settings.display(columns),
      }}
      onConfirm={event => settings.remember(event.detail)}
      pageSizePreference={{
        title: 'Rows on a page',
        options: PAGE_SIZES.map(value => ({ value, label: `${value} ${what}` })),
      }}
      wrapLinesPreference={{ label: 'Wrap lines', description: 'Show all of a long text over several lines' }}
      contentDensityPreference={{ label: 'Compact', description: 'Show more rows at once' }}
      contentDisplayPreference={{
        title: 'Columns',
        description: 'Choose columns and their order.',
        options: columns.map((column, index) => ({
          id: column.id,
          label: column.header || 'Actions',
          alwaysVisible: index === 0,
        })),
      }}
    />
  );
}

const PAGE_SIZES = [20, 50, 100] as const;

export interface TableSettings {
  readonly pageSize: number;
  readonly wrapLines: boolean;
  readonly density: 'comfortable' | 'compact';
  readonly display: (columns: readonly Column<never>[]) => CollectionPreferencesProps.ContentDisplayColumn[];
  readonly remember: (preferences: CollectionPreferencesProps.Preferences) => void;
}

interface Stored {
  readonly pageSize: number;
  readonly wrapLines: boolean;
  readonly density: 'comfortable' | 'compact';
  readonly columns: readonly { readonly id: string; readonly visible: boolean }[];
}

/** What this browser remembers of how somebody likes a table. */
export function useTableSettings(id: string, pageSize: (typeof PAGE_SIZES)[number] = 50): TableSettings {
  const [stored, store] = useRemembered<Stored>(
    `table.${id}`,
    { pageSize, wrapLines: false, density: 'comfortable', columns: [] },
    isStored,
  );
  return {
    ...stored,
    display: columns => {
      const known = stored.columns.filter(column => columns.some(other => other.id === column.id));
      const fresh = columns.filter(column => !known.some(other => other.id === column.id));
      return [...known, ...fresh.map(column => ({ id: column.id, visible: !column.hiddenAtFirst }))];
    },
    remember: preferences =>
      store({
        pageSize: preferences.pageSize ?? stored.pageSize,
        wrapLines: preferences.wrapLines ?? false,
        density: preferences.contentDensity ?? 'comfortable',
        columns: (preferences.contentDisplay ?? []).map(({ id: column, visible }) => ({ id: column, visible })),
      }),
  };
}

function isStored(value: unknown): value is Stored {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pageSize' in value &&
    'density' in value &&
    'columns' in value &&
    Array.isArray(value.columns)
  );
}
