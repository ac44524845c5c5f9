import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { ReplyOf } from '../../../api/contract.ts';
import { FaultPopover } from '../../parts/fault.tsx';
import { PageLink } from '../../parts/links.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import type { Channel } from './channel-draft.ts';

type Delivery = ReplyOf<'listAlertDeliveries'>['items'][number];

const everyMs = 5_000;

/** The latest messages of a channel and how their delivery went. */
export function DeliveriesDialog({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const settings = useTableSettings('alert-deliveries', 50);
  const read = useRead(
    'listAlertDeliveries',
    { params: { id: channel.id }, query: { limit: settings.pageSize } },
    { again: () => everyMs },
  );
  return (
    <Modal
      visible
      size="large"
      header={`Messages of ${channel.name}`}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        </Box>
      }
    >
      <PagedTable
        id="alert-deliveries"
        what="messages"
        title="Latest messages"
        variant="embedded"
        read={read}
        settings={settings}
        columns={COLUMNS}
        trackBy={delivery => delivery.id}
        empty={<EmptyState title="No messages yet" />}
      />
    </Modal>
  );
}

const EVENTS = {
  opened: 'Opened',
  updated: 'More connectors',
  reminder: 'Reminder',
  resolved: 'Resolved',
} as const satisfies Record<Delivery['event'], string>;

const STATES = {
  pending: { type: 'pending', label: 'On its way' },
  sent: { type: 'success', label: 'Sent' },
  failed: { type: 'error', label: 'Given up' },
  replaced: { type: 'stopped', label: 'Replaced by a newer one' },
} as const satisfies Record<Delivery['state'], { type: StatusIndicatorProps.Type; label: string }>;

const COLUMNS: readonly Column<Delivery>[] = [
  {
    id: 'event',
    header: 'Message',
    cell: ({ event, alertId }) => <PageLink href={PATHS.alert(alertId)}>{EVENTS[event]}</PageLink>,
    isRowHeader: true,
    width: 160,
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ state }) => <StatusIndicator type={STATES[state].type}>{STATES[state].label}</StatusIndicator>,
    width: 220,
  },
  { id: 'tries', header: 'Tries', cell: ({ tries }) => tries, width: 90 },
  { id: 'createdAt', header: 'Made', cell: ({ createdAt }) => <TimeAgo at={createdAt} />, width: 150 },
  {
    id: 'fault',
    header: 'Last failure',
    cell: ({ fault, state }) =>
      fault ? <FaultPopover fault={fault} type={state === 'sent' ? 'warning' : 'error'} /> : '–',
    width: 260,
  },
];
