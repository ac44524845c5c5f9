import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReplyOf } from '../../../api/contract.ts';
import { EmptyState } from '../../parts/loaded.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { ExactTime, TimeAgo } from '../../parts/time.tsx';
import { usePager } from '../../parts/view-state.ts';
import { useRead } from '../../queries.ts';
import { Plain } from './attribute-tree.tsx';

type Change = ReplyOf<'assetHistory'>['items'][number];

/** What changed on an asset and when, newest first. */
export function History({ id }: { id: string }) {
  const settings = useTableSettings('history', 20);
  const pager = usePager();
  const read = useRead(
    'assetHistory',
    { params: { id }, query: { limit: settings.pageSize, cursor: pager.cursor } },
    { keepPrevious: true },
  );
  return (
    <PagedTable
      id="history"
      what="changes"
      title="History"
      variant="container"
      read={read}
      settings={{ ...settings, wrapLines: true }}
      pager={pager}
      columns={COLUMNS}
      trackBy={change => String(change.seq)}
      empty={<EmptyState title="No history">Nothing has changed since it was first seen.</EmptyState>}
    />
  );
}

const EVENTS = {
  appeared: { label: 'Appeared', color: 'green' },
  changed: { label: 'Changed', color: 'blue' },
  gone: { label: 'Gone', color: 'severity-neutral' },
  returned: { label: 'Returned', color: 'green' },
  detached: { label: 'Detached', color: 'severity-neutral' },
} as const;

const COLUMNS: readonly Column<Change>[] = [
  {
    id: 'at',
    header: 'When',
    cell: ({ at }) => (
      <SpaceBetween size="xxxs">
        <ExactTime at={at} />
        <Box color="text-body-secondary" fontSize="body-s">
          <TimeAgo at={at} />
        </Box>
      </SpaceBetween>
    ),
    isRowHeader: true,
    width: 200,
  },
  {
    id: 'event',
    header: 'What',
    cell: ({ event }) => <Badge color={EVENTS[event].color}>{EVENTS[event].label}</Badge>,
    width: 130,
  },
  { id: 'changes', header: 'Before and after', cell: ({ changes }) => <Changes changes={changes} />, width: 600 },
];

function Changes({ changes }: { changes: Change['changes'] }) {
  if (changes.length === 0) return <Box color="text-status-inactive">–</Box>;
  return (
    <SpaceBetween size="xs">
      {changes.map(({ path, before, after }) => (
        <div key={path}>
          <Box variant="strong">{path}</Box>: <Plain value={before} /> → <Plain value={after} />
        </div>
      ))}
    </SpaceBetween>
  );
}
