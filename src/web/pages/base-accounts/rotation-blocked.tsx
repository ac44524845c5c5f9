import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { RequestOf } from '../../../api/contract.ts';
import { FailureAlert } from '../../parts/failure-alert.tsx';
import { FaultDetail } from '../../parts/fault.tsx';
import { useChange } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { RotationPermissions } from './rotation-permissions.tsx';
import type { Rotation } from './rotation-words.ts';

/** Why a rotation does not go on, and what can be decided about it. */
export function RotationBlocked({ rotation }: { rotation: Rotation }) {
  const { baseAccountId, step, oldKeyIdEnding, unknownKeyIdEnding, fault } = rotation;
  const decide = useChange('decideKeyRotation');
  const whyNot = useWhyNot('administrator');
  const send = (body: RequestOf<'decideKeyRotation'>['body']) => decide.mutate({ params: { id: baseAccountId }, body });
  const isInUse = step === 'deactivate' || step === 'delete';
  const forbidden = { disabled: whyNot !== null, disabledReason: whyNot ?? undefined, loading: decide.isPending };
  return (
    <Alert type="warning" header="It waits for you">
      <SpaceBetween size="m">
        {fault && <FaultDetail fault={fault} titled />}
        <ExpandableSection headerText="Permissions that a rotation needs">
          <RotationPermissions baseAccountId={baseAccountId} />
        </ExpandableSection>
        {decide.error && <FailureAlert error={decide.error} />}
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={() => send({ action: 'retry' })} {...forbidden}>
            Try this step again
          </Button>
          <Button
            onClick={() => send({ action: 'abandon' })}
            {...forbidden}
            disabled={forbidden.disabled || isInUse}
            disabledReason={
              forbidden.disabledReason ?? 'The new key is in use already; only the old one is left to be removed.'
            }
          >
            Give up and stay with key …{oldKeyIdEnding}
          </Button>
        </SpaceBetween>
        {unknownKeyIdEnding !== null && (
          <DeleteUnknownKey
            key={unknownKeyIdEnding}
            ending={unknownKeyIdEnding}
            forbidden={forbidden}
            onDelete={() => send({ action: 'delete-unknown-key', keyIdEnding: unknownKeyIdEnding })}
          />
        )}
      </SpaceBetween>
    </Alert>
  );
}

/** The key may be in use by somebody else, so its ending is typed by whoever has looked. */
function DeleteUnknownKey({
  ending,
  forbidden,
  onDelete,
}: {
  ending: string;
  forbidden: { disabled: boolean; disabledReason: string | undefined; loading: boolean };
  onDelete: () => void;
}) {
  const [typed, setTyped] = useState('');
  const confirmed = typed.trim() === ending;
  return (
    <FormField
      label={`Delete the user’s other key …${ending} in AWS`}
      description="Causeway did not make it. Whoever uses it loses access at once, and it cannot be brought back. See in IAM when it was used last."
      secondaryControl={
        <Button
          onClick={onDelete}
          {...forbidden}
          disabled={forbidden.disabled || !confirmed}
          disabledReason={forbidden.disabledReason ?? 'Type the last four characters of its ID first.'}
        >
          Delete the unknown key
        </Button>
      }
    >
      <Input
        value={typed}
        ariaLabel={`To confirm, type ${ending}`}
        placeholder={`Type ${ending}`}
        spellcheck={false}
        autoComplete={false}
        onChange={event => setTyped(event.detail.value)}
      />
    </FormField>
  );
}
