import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReplyOf } from '../../../api/contract.ts';
import { failureInWords, problemOf } from '../../parts/failure-alert.tsx';
import { durationInWords, TimeAgo } from '../../parts/time.tsx';
import { whoseName } from '../../parts/whose-name.ts';
import { useChange } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { useNotify } from '../../shell/notices.tsx';

import { percentOf } from './next-steps.ts';

type Recheck = ReplyOf<'getRecheck'>;

/** A check of all connectors of a type: how far it is while it is under way, and afterwards what came of it. */
export function RecheckView({ recheck }: { recheck: Recheck }) {
  return recheck.state === 'running' ? <UnderWay recheck={recheck} /> : <Over recheck={recheck} />;
}

function UnderWay({ recheck }: { recheck: Recheck }) {
  const notify = useNotify();
  const cancel = useChange('cancelRecheck');
  const whyNot = useWhyNot('operator');
  return (
    <SpaceBetween size="xs">
      <ProgressBar
        label="Re-check of all connectors"
        description={`Each role is tried with, without and with a wrong external ID. Started by ${whoseName(recheck)}.`}
        value={percentOf(recheck.done, recheck.total)}
        additionalInfo={`${count(recheck.done)} of ${count(recheck.total)} checked: ${outcomesInWords(recheck)}`}
      />
      <Button
        loading={cancel.isPending}
        loadingText="Cancelling"
        disabled={whyNot !== null}
        disabledReason={whyNot ?? undefined}
        onClick={() =>
          cancel.mutate(
            { params: { id: recheck.id } },
            {
              onError: error =>
                notify({ type: 'error', header: problemOf(error).title, content: failureInWords(error) }),
            },
          )
        }
      >
        Cancel the re-check
      </Button>
    </SpaceBetween>
  );
}

function Over({ recheck }: { recheck: Recheck }) {
  const { state, startedAt, finishedAt, total, done } = recheck;
  return (
    <div>
      <StatusIndicator type={state === 'done' ? 'success' : 'stopped'}>
        {state === 'done'
          ? `Last re-check: all ${count(total)} checked`
          : `Last re-check: cancelled after ${count(done)} of ${count(total)}`}
      </StatusIndicator>
      <Box color="text-body-secondary" fontSize="body-s">
        {outcomesInWords(recheck)} Started <TimeAgo at={startedAt} /> by {whoseName(recheck)}
        {finishedAt && `; it took ${durationInWords(startedAt, finishedAt)}`}.
      </Box>
    </div>
  );
}

/** Such as "9 accepted (3 of them moved), 2 refused, 1 without an answer, 0 calls throttled." */
function outcomesInWords({ accepted, moved, refused, unknown, throttled }: Recheck): string {
  const parts = [
    `${count(accepted)} accepted${moved > 0 ? ` (${count(moved)} of them moved)` : ''}`,
    `${count(refused)} refused`,
    `${count(unknown)} without an answer`,
    throttled === 1 ? '1 call throttled' : `${count(throttled)} calls throttled`,
  ];
  return `${parts.join(', ')}.`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
