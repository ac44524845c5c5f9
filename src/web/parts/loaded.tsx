import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { FailureAlert, problemOf } from './failure-alert.tsx';
import { TimeAgo } from './time.tsx';

/** Draws `children` once the reply is there; before that a spinner, instead of it the failure; stale data says so. */
export function Loaded<Reply>({
  read,
  what,
  heading,
  children,
}: {
  read: UseQueryResult<Reply, Error>;
  /** The page's heading for as long as the reply, which has a better one, is not there. */
  heading?: string;
  /** What is loading, such as "the connector". */
  what: string;
  children: (reply: Reply) => ReactNode;
}) {
  if (read.data === undefined) {
    return (
      <SpaceBetween size="m">
        {heading && <Header variant="h1">{heading}</Header>}
        {read.error ? (
          <FailureAlert error={read.error} onRetry={read.refetch} />
        ) : (
          <Box textAlign="center" padding="xxl" color="text-status-inactive">
            <Spinner /> Loading {what}
          </Box>
        )}
      </SpaceBetween>
    );
  }
  return (
    <SpaceBetween size="m">
      <StaleNotice read={read} />
      {children(read.data)}
    </SpaceBetween>
  );
}

/** Says that what stands here is old because the last reading failed. */
export function StaleNotice({ read }: { read: UseQueryResult<unknown, Error> }) {
  if (!read.error || read.data === undefined) return null;
  return (
    <Alert
      type="warning"
      header="This may be out of date"
      action={<Button onClick={() => void read.refetch()}>Try again</Button>}
    >
      It was read <TimeAgo at={new Date(read.dataUpdatedAt).toISOString()} />; reading it again failed:{' '}
      {problemOf(read.error).detail} {problemOf(read.error).remedy}
    </Alert>
  );
}

/** The body of an empty list: what that means and the next step. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Box textAlign="center" color="inherit" margin={{ vertical: 'm' }}>
      <SpaceBetween size="xs" alignItems="center">
        <Box variant="strong" color="inherit">
          {title}
        </Box>
        {children && (
          <Box variant="p" color="text-body-secondary">
            {children}
          </Box>
        )}
        {action}
      </SpaceBetween>
    </Box>
  );
}

/** The properties of a table that say whether its rows are loading, could not be read, or are none. */
export function tableStates(read: UseQueryResult<unknown, Error>, what: string, empty: ReactNode) {
  return {
    loading: read.isPending && read.fetchStatus !== 'idle',
    loadingText: `Loading ${what}`,
    empty: read.error && read.data === undefined ? <FailureAlert error={read.error} onRetry={read.refetch} /> : empty,
  };
}
