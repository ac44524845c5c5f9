import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import type { Problem } from '../../api/schemas.ts';
import { CallFailed } from '../api.ts';
import { AwsAnswer } from './fault.tsx';

interface Props {
  readonly error: Error;
  readonly onRetry?: () => unknown;
  readonly action?: ReactNode;
}

/** What happened, what to do, and both request ids, for a request that failed. */
export function FailureAlert({ error, onRetry, action }: Props) {
  const problem = problemOf(error);
  return (
    <Alert
      type="error"
      header={problem.title}
      action={action ?? (onRetry ? <Button onClick={() => void onRetry()}>Try again</Button> : undefined)}
    >
      <SpaceBetween size="xxs">
        <div>{problem.detail}</div>
        <div>
          <Box variant="strong">What to do: </Box>
          {problem.remedy}
        </div>
        {problem.aws && <AwsAnswer aws={problem.aws} />}
        {problem.requestId !== '' && (
          <Box fontSize="body-s">
            Request id of Causeway: <CopyableId text={problem.requestId} what="request id" />
          </Box>
        )}
      </SpaceBetween>
    </Alert>
  );
}

export function problemOf(error: Error): CallFailed['problem'] {
  return error instanceof CallFailed ? error.problem : brokenPage(error);
}

/** The detail and remedy of a failure in one line, for a notice. */
export function failureInWords(error: Error): string {
  const { detail, remedy } = problemOf(error);
  return `${detail} ${remedy}`;
}

export function CopyableId({ text, what }: { text: string; what: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      copyButtonAriaLabel={`Copy ${what} ${text}`}
      copySuccessText="Copied"
      copyErrorText="Could not copy"
    />
  );
}

function brokenPage(error: Error): Problem {
  return {
    type: 'about:blank',
    code: 'internal-error',
    title: 'This page has failed',
    status: 0,
    detail: error.message,
    remedy: 'Reload the page; report it if it stays so.',
    requestId: '',
  };
}
