import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Popover from '@cloudscape-design/components/popover';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReplyOf } from '../../../api/contract.ts';
import { CopyableId, FailureAlert } from '../../parts/failure-alert.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { ExactTime } from '../../parts/time.tsx';
import { usePager } from '../../parts/view-state.ts';
import { CRUMBS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { Page } from '../../shell/page.tsx';
import { AttributeTree } from '../assets/attribute-tree.tsx';

type Entry = ReplyOf<'listAudit'>['items'][number];

export function AuditPage() {
  const settings = useTableSettings('audit');
  const pager = usePager();
  const read = useRead(
    'listAudit',
    { query: { limit: settings.pageSize, cursor: pager.cursor } },
    { keepPrevious: true },
  );
  const verify = useChange('verifyAudit');
  return (
    <Page title="Audit log" crumbs={[CRUMBS.administration]} contentType="table">
      <SpaceBetween size="m">
        {verify.error && <FailureAlert error={verify.error} />}
        {verify.data && <Verdict verdict={verify.data} />}
        <PagedTable
          id="audit"
          what="entries"
          title="Audit log"
          description="Every change and every use of a hub’s identity, newest first. Each entry’s hash covers the one before it."
          read={read}
          settings={settings}
          pager={pager}
          columns={COLUMNS}
          trackBy={entry => String(entry.seq)}
          actions={
            <Button onClick={() => verify.mutate({})} loading={verify.isPending} loadingText="Verifying">
              Verify the log
            </Button>
          }
          empty={<EmptyState title="No entries yet" />}
        />
      </SpaceBetween>
    </Page>
  );
}

function Verdict({ verdict }: { verdict: ReplyOf<'verifyAudit'> }) {
  if (!verdict.intact) {
    return (
      <Alert type="error" header={`The log was changed at entry ${verdict.brokenAtSeq ?? '?'}`}>
        {verdict.entries.toLocaleString('en-US')} entries before it are in order. Compare with a backup and find out who
        had access to the database.
      </Alert>
    );
  }
  return (
    <Alert type="success" header={`All ${verdict.entries.toLocaleString('en-US')} entries are in order`}>
      Note the hash of the last one elsewhere, to see later that nobody wrote the log anew:{' '}
      <CopyableId text={verdict.lastHash} what="last hash" />
    </Alert>
  );
}

const COLUMNS: readonly Column<Entry>[] = [
  { id: 'seq', header: 'Number', cell: ({ seq }) => seq, isRowHeader: true, width: 100 },
  { id: 'at', header: 'When', cell: ({ at }) => <ExactTime at={at} />, width: 200 },
  { id: 'actor', header: 'Who', cell: ({ actor }) => actor, width: 180 },
  { id: 'action', header: 'What', cell: ({ action }) => action, width: 220 },
  { id: 'subject', header: 'On', cell: ({ subject }) => subject, width: 300 },
  { id: 'detail', header: 'Detail', cell: ({ detail }) => <Detail detail={detail} />, width: 160 },
  { id: 'hash', header: 'Hash', cell: ({ hash }) => hash, width: 200, hiddenAtFirst: true },
];

function Detail({ detail }: { detail: Entry['detail'] }) {
  const count = Object.keys(detail).length;
  if (count === 0) return <Box color="text-status-inactive">–</Box>;
  return (
    <Popover header="Detail" size="large" dismissAriaLabel="Close" content={<AttributeTree value={detail} />}>
      {count === 1 ? '1 field' : `${count} fields`}
    </Popover>
  );
}
