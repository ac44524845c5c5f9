import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { type ReactNode, useState } from 'react';
import type { RequestOf } from '../../../api/contract.ts';
import { CallFailed } from '../../api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FailureAlert } from '../../parts/failure-alert.tsx';
import { useRead } from '../../queries.ts';
import type { BaseAccount } from './draft.ts';
import { ImpactView } from './impact-view.tsx';
import { TryingConnectors } from './trying-connectors.tsx';

interface Props {
  readonly baseAccount: BaseAccount;
  readonly change: RequestOf<'impactOfBaseAccount'>['query']['change'];
  readonly header: string;
  readonly action: {
    readonly text: string;
    readonly loadingText: string;
    readonly pending: boolean;
    readonly error: Error | null;
    /** @param breaking how many connectors somebody knows will or may stop working; `onRefused` when it was not done. */
    readonly run: (breaking: number, onRefused: (error: Error) => void) => void;
  };
  /** Typed to confirm when no connector stops working; without it, nothing has to be typed then. */
  readonly title?: string;
  readonly onClose: () => void;
  /** What the change means, in words. */
  readonly children: ReactNode;
}

/**
 * Asks before a change that moves connectors: shows what it would do to each, tried now. While some would stop working,
 * or might because AWS did not answer, their number has to be typed.
 */
export function ChangeDialog({ baseAccount, change, header, action, title, onClose, children }: Props) {
  const [typed, setTyped] = useState('');
  const preview = useRead(
    'impactOfBaseAccount',
    { params: { id: baseAccount.id }, query: { change } },
    { costly: true },
  );
  const impact = preview.isFetching || preview.error ? undefined : preview.data;
  const breaking = impact?.connectors.filter(({ mayBreak }) => mayBreak).length ?? 0;
  const stop = breaking > (impact?.totals.breaks ?? 0) ? 'stop or may stop' : 'stop';
  // The server takes no preview of its own before it cuts over, as it does before it deletes; to go back is always allowed.
  const lacking = change === 'immediate-cutover' && impact === undefined;
  const wanted = breaking > 0 ? String(breaking) : title;
  const run = () =>
    action.run(breaking, error => {
      // The number has changed since the preview: what somebody confirmed is not what would happen.
      if (!(error instanceof CallFailed) || error.problem.code !== 'would-break-connectors') return;
      setTyped('');
      void preview.refetch();
    });
  return (
    <Dialog
      size="large"
      header={header}
      action={{
        ...action,
        run,
        disabledReason: whyNot({ asking: preview.isFetching, lacking, breaking, stop, wanted, typed }),
      }}
      error={action.error}
      onClose={onClose}
    >
      {children}
      {preview.isFetching && <TryingConnectors connectors={baseAccount.connectors.total} />}
      {preview.error && !preview.isFetching && <FailureAlert error={preview.error} onRetry={preview.refetch} />}
      {impact && <ImpactView impact={impact} />}
      {impact && (
        <Button iconName="refresh" onClick={() => void preview.refetch()}>
          Try all connectors again
        </Button>
      )}
      {wanted !== undefined && !preview.isFetching && (
        <FormField
          label={
            breaking > 0
              ? `To confirm, type how many connectors ${stop} working: ${wanted}`
              : `To confirm, type ${wanted}`
          }
        >
          <Input
            value={typed}
            onChange={event => setTyped(event.detail.value)}
            autoComplete={false}
            {...(breaking > 0 ? { inputMode: 'numeric' as const } : {})}
          />
        </FormField>
      )}
    </Dialog>
  );
}

function whyNot({
  asking,
  lacking,
  breaking,
  stop,
  wanted,
  typed,
}: {
  asking: boolean;
  lacking: boolean;
  breaking: number;
  stop: string;
  wanted: string | undefined;
  typed: string;
}): string | undefined {
  if (asking) return 'Wait until every connector was tried.';
  if (lacking) return 'It is not known which connectors would stop working; try again first.';
  if (wanted === undefined || typed.trim() === wanted) return undefined;
  return breaking > 0
    ? `Type the number of connectors that ${stop} working first.`
    : 'Type the title of the base account first.';
}
