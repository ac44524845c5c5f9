import Box from '@cloudscape-design/components/box';
import LiveRegion from '@cloudscape-design/components/live-region';
import Spinner from '@cloudscape-design/components/spinner';

/** Stands where a preview will be while AWS is asked for it. */
export function TryingConnectors({ connectors }: { connectors?: number }) {
  const many =
    connectors === undefined ? 'each connector' : connectors === 1 ? 'the connector' : `${connectors} connectors`;
  return (
    <LiveRegion>
      <Box textAlign="center" padding="l" color="text-status-inactive">
        <Spinner /> Trying {many}: AWS is asked whether the hub may assume each role. This can take some seconds;
        nothing is changed by it.
      </Box>
    </LiveRegion>
  );
}
