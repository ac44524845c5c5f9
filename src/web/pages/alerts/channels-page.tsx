import Button from '@cloudscape-design/components/button';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { failureInWords, problemOf } from '../../parts/failure-alert.tsx';
import { FaultPopover } from '../../parts/fault.tsx';
import { EmptyState } from '../../parts/loaded.tsx';
import { Menu, type MenuItem } from '../../parts/menu.tsx';
import { type Column, PagedTable, useTableSettings } from '../../parts/paged-table.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { usePager } from '../../parts/view-state.ts';
import { CRUMBS } from '../../paths.ts';
import { useChange, useRead } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import { Page } from '../../shell/page.tsx';
import { Confirm } from '../administration/confirm.tsx';
import { ChannelDialog } from './channel-dialog.tsx';
import type { Channel } from './channel-draft.ts';
import { DeliveriesDialog } from './deliveries-dialog.tsx';
import { AlertsHelp } from './help.tsx';

type Shown =
  | { readonly kind: 'create' }
  | { readonly kind: 'edit' | 'delete' | 'deliveries'; readonly channel: Channel };

const everyMs = 10_000;

/** Where alerts are told. */
export function AlertChannelsPage() {
  const settings = useTableSettings('alert-channels');
  const pager = usePager();
  const read = useRead(
    'listAlertChannels',
    { query: { limit: settings.pageSize, cursor: pager.cursor } },
    { keepPrevious: true, again: () => everyMs },
  );
  const [dialog, setDialog] = useState<Shown | null>(null);
  const menu = useChannelMenu(setDialog);
  const close = () => setDialog(null);
  return (
    <Page title="Alert channels" crumbs={[CRUMBS.administration]} contentType="table" help={HELP}>
      <PagedTable
        id="alert-channels"
        what="alert channels"
        title="Alert channels"
        description="Each is told of every alert, once, with reminders, and when it is resolved."
        read={read}
        settings={settings}
        pager={pager}
        columns={[...COLUMNS, actionsColumn(menu)]}
        trackBy={channel => channel.id}
        actions={
          <Button variant="primary" onClick={() => setDialog({ kind: 'create' })}>
            Create alert channel
          </Button>
        }
        empty={
          <EmptyState title="No alert channels">
            Alerts are shown on their page only. A channel tells you of them by webhook or e-mail.
          </EmptyState>
        }
      />
      {dialog?.kind === 'create' && <ChannelDialog channel={null} onClose={close} />}
      {dialog?.kind === 'edit' && <ChannelDialog channel={dialog.channel} onClose={close} />}
      {dialog?.kind === 'delete' && <DeleteChannel channel={dialog.channel} onClose={close} />}
      {dialog?.kind === 'deliveries' && <DeliveriesDialog channel={dialog.channel} onClose={close} />}
    </Page>
  );
}

const HELP = <AlertsHelp />;

function useChannelMenu(open: (dialog: Shown) => void): (channel: Channel) => readonly MenuItem[] {
  const notify = useNotify();
  const change = useChange('changeAlertChannel');
  const test = useChange('testAlertChannel');
  const onError = (error: Error) =>
    notify({ type: 'error', header: problemOf(error).title, content: failureInWords(error) });
  return channel => {
    const { id, name, enabled, settings } = channel;
    const sendTest = () =>
      test.mutate(
        { params: { id } },
        {
          onSuccess: ({ outcome, fault }) =>
            fault
              ? notify({
                  type: outcome === 'ok' ? 'warning' : 'error',
                  header: `${name}: ${fault.title}`,
                  content: `${fault.detail} ${fault.remedy}`,
                })
              : notify({ type: 'success', header: `${name}: the receiver took the test message` }),
          onError,
        },
      );
    const setEnabled = () =>
      change.mutate(
        { params: { id }, body: { kind: settings.kind, enabled: !enabled } },
        {
          onSuccess: () => notify({ type: 'success', header: `${name} is ${enabled ? 'disabled' : 'enabled'}` }),
          onError,
        },
      );
    return [
      { text: 'Send test message', onClick: sendTest },
      { text: 'Edit', onClick: () => open({ kind: 'edit', channel }) },
      { text: 'Show messages', onClick: () => open({ kind: 'deliveries', channel }) },
      { text: enabled ? 'Disable' : 'Enable', onClick: setEnabled },
      { text: 'Delete', onClick: () => open({ kind: 'delete', channel }) },
    ];
  };
}

function DeleteChannel({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const remove = useChange('deleteAlertChannel');
  return (
    <Confirm
      header={`Delete alert channel “${channel.name}”?`}
      change={remove}
      request={{ params: { id: channel.id } }}
      done={`Alert channel “${channel.name}” was deleted`}
      onClose={onClose}
    >
      Nothing more is sent through it, and its messages are forgotten. Alerts stay.
    </Confirm>
  );
}

const COLUMNS: readonly Column<Channel>[] = [
  { id: 'name', header: 'Name', cell: ({ name }) => name, isRowHeader: true, width: 170 },
  {
    id: 'kind',
    header: 'Kind',
    cell: ({ settings }) => (settings.kind === 'webhook' ? 'Webhook' : 'E-mail'),
    width: 115,
  },
  {
    id: 'to',
    header: 'To',
    cell: ({ settings }) => (settings.kind === 'webhook' ? settings.url : settings.to.join(', ')),
    width: 280,
  },
  {
    id: 'after',
    header: 'Alert after',
    cell: ({ afterIntervals }) => `${afterIntervals} intervals`,
    width: 130,
  },
  { id: 'state', header: 'State', cell: channel => <ChannelState channel={channel} />, width: 180 },
  {
    id: 'lastSentAt',
    header: 'Last message',
    cell: ({ delivery }) => <TimeAgo at={delivery.lastSentAt} never="None yet" />,
    width: 140,
  },
];

function ChannelState({ channel: { enabled, delivery } }: { channel: Channel }) {
  if (!enabled) return <StatusIndicator type="stopped">Disabled</StatusIndicator>;
  if (delivery.failures > 0 && delivery.lastFault) return <FaultPopover fault={delivery.lastFault} />;
  if (delivery.pending > 0) return <StatusIndicator type="in-progress">Sending</StatusIndicator>;
  if (delivery.lastFault) return <FaultPopover fault={delivery.lastFault} type="warning" />;
  return <StatusIndicator type="success">Enabled</StatusIndicator>;
}

function actionsColumn(menu: (channel: Channel) => readonly MenuItem[]): Column<Channel> {
  return {
    id: 'actions',
    header: 'Actions',
    cell: channel => <Menu label={`Actions for ${channel.name}`} items={menu(channel)} />,
    width: 100,
  };
}
