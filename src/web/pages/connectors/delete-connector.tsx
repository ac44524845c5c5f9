import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { Dialog } from '../../parts/dialog.tsx';
import type { Connector } from '../../parts/hub.tsx';
import { PATHS } from '../../paths.ts';
import { useChange } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';

/** Asks what becomes of the assets, then deletes. */
export function DeleteConnector({ connector, onClose }: { connector: Connector; onClose: () => void }) {
  const [assets, setAssets] = useState<'detach' | 'delete'>('detach');
  const notify = useNotify();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const remove = useChange('deleteConnector');
  const confirm = () =>
    remove.mutate(
      { params: { id: connector.id }, query: { assets } },
      {
        onSuccess: () => {
          notify({ type: 'success', header: `“${connector.name}” was deleted` });
          onClose();
          if (pathname.startsWith(PATHS.connector(connector.id))) void navigate(PATHS.connectors);
        },
      },
    );
  return (
    <Dialog
      header={`Delete connector “${connector.name}”?`}
      action={{ text: 'Delete', loadingText: 'Deleting', pending: remove.isPending, run: confirm }}
      error={remove.error}
      onClose={onClose}
    >
      <Box variant="p">
        Account {connector.accountId} is no longer read through this connector. The role {connector.roleArn} stays in
        AWS; delete it there when nothing else uses it.
      </Box>
      <FormField label={`What becomes of its ${connector.assets.toLocaleString('en-US')} assets?`}>
        <RadioGroup
          value={assets}
          onChange={event => setAssets(event.detail.value === 'delete' ? 'delete' : 'detach')}
          items={[
            {
              value: 'detach',
              label: 'Keep them as detached',
              description: 'They stay searchable with their history but are not read any more.',
            },
            {
              value: 'delete',
              label: 'Delete them',
              description: 'Assets that another connector sees stay. This cannot be undone.',
            },
          ]}
        />
      </FormField>
    </Dialog>
  );
}
