import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { Dialog } from '../../parts/dialog.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { useChange, useRead } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import type { BaseAccount } from './draft.ts';
import { EarlierTable } from './earlier-table.tsx';

/** Asks before replaced credentials are destroyed; while connectors run through them their number has to be typed. */
export function DestroyEarlier({ baseAccount, onClose }: { baseAccount: BaseAccount; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const notify = useNotify();
  const destroy = useChange('forgetEarlierCredentials');
  const params = { id: baseAccount.id };
  // As it is now: connectors move away from these credentials all the time.
  const read = useRead('getBaseAccount', { params }, { again: () => 5_000 });
  const earlier = (read.data ?? baseAccount).earlier;
  const using = earlier.reduce((sum, { connectors }) => sum + connectors, 0);
  const confirmed = using === 0 || typed.trim() === String(using);
  const run = () =>
    destroy.mutate(
      { params, query: using > 0 ? { confirmBreaking: using } : {} },
      {
        onSuccess: () => {
          notify({ type: 'success', header: `The earlier credentials of “${baseAccount.title}” are destroyed` });
          onClose();
        },
        onError: () => setTyped(''),
      },
    );
  return (
    <Dialog
      size="large"
      header={`Destroy the earlier credentials of “${baseAccount.title}”?`}
      action={{
        text: 'Destroy',
        loadingText: 'Destroying',
        pending: destroy.isPending,
        run,
        disabledReason: confirmed ? undefined : 'Type the number of connectors that run through them first.',
      }}
      error={destroy.error}
      onClose={onClose}
    >
      <Box variant="p">
        They are deleted here and can be used no more; rolling back is not possible afterwards. In AWS nothing changes
        by itself: deactivate and delete an old key there too.
      </Box>
      {using > 0 && (
        <Alert type="warning" header={`${using} connector${using === 1 ? ' runs' : 's run'} through them`}>
          Connectors whose role does not trust the base account as it is now stop working.
        </Alert>
      )}
      <Loaded read={read} what="the earlier credentials">
        {() => <EarlierTable earlier={earlier} />}
      </Loaded>
      {using > 0 && (
        <FormField label={`To confirm, type how many connectors run through them: ${using}`}>
          <Input
            value={typed}
            inputMode="numeric"
            autoComplete={false}
            onChange={event => setTyped(event.detail.value)}
          />
        </FormField>
      )}
    </Dialog>
  );
}
