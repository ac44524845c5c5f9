import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { useRouteError } from 'react-router';
import { FailureAlert } from '../parts/failure-alert.tsx';

/** Instead of a page that could not be drawn or loaded: the rest of the application stays usable. */
export function Failed() {
  const error = useRouteError();
  return (
    <Box padding="xl">
      <FailureAlert
        error={error instanceof Error ? error : new Error(String(error))}
        action={<Button onClick={() => location.reload()}>Reload</Button>}
      />
    </Box>
  );
}
