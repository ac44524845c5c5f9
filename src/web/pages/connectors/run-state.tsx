import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { ReplyOf } from '../../../api/contract.ts';

type Run = ReplyOf<'startRun'>;
export type ScopeOutcome = ReplyOf<'getRun'>['scopes'][number]['outcome'];

const RUN_STATES = {
  queued: { type: 'pending', label: 'Queued' },
  running: { type: 'in-progress', label: 'Running' },
  ok: { type: 'success', label: 'OK' },
  problems: { type: 'warning', label: 'OK with problems' },
  failed: { type: 'error', label: 'Failed' },
  cancelled: { type: 'stopped', label: 'Cancelled' },
} as const satisfies Record<Run['state'], { type: StatusIndicatorProps.Type; label: string }>;

export const TRIGGERS = {
  created: 'Connector created',
  schedule: 'Schedule',
  request: 'On request',
} as const satisfies Record<Run['trigger'], string>;

export function RunState({ run }: { run: Pick<Run, 'state'> }) {
  const { type, label } = RUN_STATES[run.state];
  return (
    <StatusIndicator wrapText={false} type={type}>
      {label}
    </StatusIndicator>
  );
}

export const OUTCOMES = {
  complete: { type: 'success', label: 'Complete' },
  denied: { type: 'error', label: 'Denied' },
  throttled: { type: 'warning', label: 'Throttled' },
  'region-disabled': { type: 'stopped', label: 'Region disabled' },
  'not-applicable': { type: 'stopped', label: 'Not applicable' },
  'timed-out': { type: 'warning', label: 'Timed out' },
  failed: { type: 'error', label: 'Failed' },
} as const satisfies Record<NonNullable<ScopeOutcome>, { type: StatusIndicatorProps.Type; label: string }>;

export function OutcomeIndicator({ outcome, pending }: { outcome: ScopeOutcome; pending: string }) {
  if (outcome === null)
    return (
      <StatusIndicator wrapText={false} type="pending">
        {pending}
      </StatusIndicator>
    );
  return (
    <StatusIndicator wrapText={false} type={OUTCOMES[outcome].type}>
      {OUTCOMES[outcome].label}
    </StatusIndicator>
  );
}
