import Box from '@cloudscape-design/components/box';
import Spinner from '@cloudscape-design/components/spinner';
import { Navigate, useLocation } from 'react-router';
import { CallFailed } from '../api.ts';
import { FailureAlert } from '../parts/failure-alert.tsx';
import { useRead } from '../queries.ts';
import { signInPath } from '../routes.tsx';
import { SessionProvider } from '../session.tsx';
import { Shell } from './shell.tsx';

/** Lets nobody past who is not signed in, and remembers where they wanted to go. */
export function SignedIn() {
  const session = useRead('getSession', {});
  const { pathname, search } = useLocation();
  if (session.data) {
    return (
      <SessionProvider session={session.data}>
        <Shell />
      </SessionProvider>
    );
  }
  if (session.error instanceof CallFailed && session.error.problem.status === 401) {
    return <Navigate to={signInPath(`${pathname}${search}`)} replace />;
  }
  return (
    <Box padding="xxxl" textAlign="center">
      {session.error ? <FailureAlert error={session.error} onRetry={session.refetch} /> : <Spinner size="large" />}
    </Box>
  );
}
