import Box from '@cloudscape-design/components/box';
import { useNavigate } from 'react-router';
import { Dialog } from '../../parts/dialog.tsx';
import { PATHS } from '../../paths.ts';
import { useChange } from '../../queries.ts';
import type { BaseAccount } from './draft.ts';
import { RotationPermissions } from './rotation-permissions.tsx';
import { ROTATION_STEPS } from './rotation-words.ts';

/** Says what a rotation does and which permissions it needs, and starts it. */
export function RotateKey({ baseAccount, onClose }: { baseAccount: BaseAccount; onClose: () => void }) {
  const { id, accessKeyIdEnding } = baseAccount;
  const navigate = useNavigate();
  const start = useChange('startKeyRotation');
  const run = () =>
    start.mutate(
      { params: { id } },
      {
        onSuccess: () => {
          onClose();
          void navigate(PATHS.baseAccountTab(id, 'credentials'));
        },
      },
    );
  return (
    <Dialog
      size="large"
      header={`Rotate the access key …${accessKeyIdEnding}?`}
      action={{ text: 'Start', loadingText: 'Starting', pending: start.isPending, run }}
      error={start.error}
      onClose={onClose}
    >
      <Box variant="p">
        Causeway makes a new access key for the same IAM user and puts it in the place of the old one, so that no person
        ever handles a secret:
      </Box>
      <ol className="causeway-steps">
        {ROTATION_STEPS.map(({ step, does }) => (
          <li key={step}>{does}</li>
        ))}
      </ol>
      <Box variant="p">
        The connectors run on meanwhile; at no time is there no working key. A step that is interrupted is done again.
        IAM lets a user have two keys: if there is a second one that Causeway did not make, the rotation waits until you
        decide about it.
      </Box>
      <Box variant="p">
        For this the IAM user needs these permissions on itself, beside those for the connectors’ roles:
      </Box>
      <RotationPermissions baseAccountId={id} />
    </Dialog>
  );
}
