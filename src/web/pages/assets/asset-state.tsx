import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Asset } from './asset-types.ts';

/** AWS's own word for the state, with a sign where the word is a common one, and whether the asset is gone or nobody looks after it. */
export function AssetState({ asset }: { asset: Pick<Asset, 'state' | 'goneAt' | 'observed'> }) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {asset.state === null ? (
        <Box color="text-status-inactive">–</Box>
      ) : (
        <StatusIndicator wrapText={false} type={SIGNS[asset.state.toLowerCase()] ?? 'info'}>
          {asset.state}
        </StatusIndicator>
      )}
      {asset.goneAt !== null && <Badge color="severity-neutral">Gone</Badge>}
      {asset.observed === 'detached' && <Badge color="severity-neutral">Detached</Badge>}
      {asset.observed === 'disabled' && <Badge color="severity-neutral">Connectors disabled</Badge>}
    </SpaceBetween>
  );
}

const SIGNS: Readonly<Record<string, StatusIndicatorProps.Type>> = {
  running: 'success',
  active: 'success',
  available: 'success',
  'in-use': 'success',
  enabled: 'success',
  inservice: 'success',
  attached: 'success',
  associated: 'success',
  completed: 'success',
  deployed: 'success',
  inprogress: 'in-progress',
  updating: 'in-progress',
  pending: 'pending',
  creating: 'in-progress',
  stopping: 'in-progress',
  'shutting-down': 'in-progress',
  deleting: 'in-progress',
  stopped: 'stopped',
  terminated: 'stopped',
  deleted: 'stopped',
  disabled: 'stopped',
  failed: 'error',
  error: 'error',
};
