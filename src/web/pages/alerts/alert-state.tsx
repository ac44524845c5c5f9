import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReplyOf } from '../../../api/contract.ts';

export type Alert = ReplyOf<'getAlert'>;

export function AlertState({ state }: Pick<Alert, 'state'>) {
  return state === 'open' ? (
    <StatusIndicator type="error">Open</StatusIndicator>
  ) : (
    <StatusIndicator type="success">Resolved</StatusIndicator>
  );
}

/** "1 connector", "300 connectors". */
export function connectorsInWords(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'connector' : 'connectors'}`;
}
