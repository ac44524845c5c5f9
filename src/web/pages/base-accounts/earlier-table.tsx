import Table from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import type { BaseAccount } from './draft.ts';

/** Credentials that were replaced and are kept, the latest first. */
export function EarlierTable({ earlier, header }: { earlier: BaseAccount['earlier']; header?: ReactNode }) {
  return (
    <Table
      variant={header ? 'container' : 'embedded'}
      header={header}
      ariaLabels={{ tableLabel: 'Earlier credentials' }}
      items={earlier}
      wrapLines
      columnDefinitions={[
        {
          id: 'credentials',
          header: 'Credentials',
          isRowHeader: true,
          cell: ({ accessKeyIdEnding }) => (accessKeyIdEnding === null ? 'Keyless' : `Key …${accessKeyIdEnding}`),
        },
        {
          id: 'account',
          header: 'Account ID',
          cell: ({ accountId }) => <CopyableId text={accountId} what="account ID" />,
        },
        { id: 'retired', header: 'Replaced', cell: ({ retiredAt }) => <TimeAgo at={retiredAt} /> },
        { id: 'connectors', header: 'Connectors that run through them', cell: ({ connectors }) => connectors },
      ]}
      empty={
        <EmptyState title="None">
          Credentials that are replaced with overlap are kept here until no connector needs them.
        </EmptyState>
      }
    />
  );
}
