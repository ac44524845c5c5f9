import Badge from '@cloudscape-design/components/badge';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Connector } from './hub.tsx';

type State = Connector['state'];

export const CONNECTOR_STATES = {
  'waiting-for-role': { type: 'pending', label: 'Waiting for role' },
  queued: { type: 'pending', label: 'Queued' },
  running: { type: 'in-progress', label: 'Running' },
  ok: { type: 'success', label: 'OK' },
  problems: { type: 'warning', label: 'OK with problems' },
  failing: { type: 'error', label: 'Failing' },
  disabled: { type: 'stopped', label: 'Disabled' },
} as const satisfies Record<State, { type: StatusIndicatorProps.Type; label: string }>;

const soonMs = 5_000;

/** Whether the connector runs, or is about to: then its page and its row are read again often. */
export function isBusy({ state, enabled, nextRunAt }: Pick<Connector, 'state' | 'enabled' | 'nextRunAt'>): boolean {
  if (state === 'queued' || state === 'running') return true;
  return enabled && nextRunAt !== null && new Date(nextRunAt).getTime() < Date.now() + soonMs;
}

export function ConnectorState({ connector }: { connector: Pick<Connector, 'state' | 'moving'> }) {
  const { type, label } = CONNECTOR_STATES[connector.state];
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <StatusIndicator wrapText={false} type={type}>
        {label}
      </StatusIndicator>
      {connector.moving && <Badge color="severity-medium">Moving</Badge>}
    </SpaceBetween>
  );
}
