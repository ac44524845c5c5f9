import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { useRouteError } from 'react-router';
import { FailureAlert } from '../parts/failure-alert.tsx';

/** Instead of a page that could not be drawn or loaded: the rest of the application stays usable. */
export function Failed() {
  const error = useRouteError();
  if (error instanceof TypeError && error.message.includes('dynamically imported module')) return <Outdated />;
  return (
    <Box padding="xl">
      <FailureAlert
        error={error instanceof Error ? error : new Error(String(error))}
        action={<Button onClick={() => location.reload()}>Reload</Button>}
      />
    </Box>
  );
}

/** The page's script is not on the server any more, or the server is away. */
function Outdated() {
  return (
    <Box padding="xl">
      <Alert
        type="info"
        header="This page has to be loaded anew"
        action={<Button onClick={() => location.reload()}>Reload</Button>}
      >
        Causeway was probably updated while this window was open. If reloading does not help, check that the server
        runs.
      </Alert>
    </Box>
  );
}
