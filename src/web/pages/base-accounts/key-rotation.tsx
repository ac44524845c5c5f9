import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Steps from '@cloudscape-design/components/steps';
import { FaultDetail } from '../../parts/fault.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { whoseName } from '../../parts/whose-name.ts';
import { useWhyNot } from '../../session.tsx';
import { whyNotRotate } from './base-account-actions.tsx';
import type { BaseAccount } from './draft.ts';
import { RotationBlocked } from './rotation-blocked.tsx';
import { ROTATION_STEPS, type Rotation, stateOfStep } from './rotation-words.ts';

/** The rotation of the access key: how it goes, what blocks it, and how to start one. */
export function KeyRotation({ baseAccount, onStart }: { baseAccount: BaseAccount; onStart: () => void }) {
  const { rotation } = baseAccount;
  const notAdministrator = useWhyNot('administrator');
  const whyNot = notAdministrator ?? whyNotRotate(baseAccount);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Causeway replaces the key by one that it makes itself; at no time is there no working key."
          actions={
            <Button onClick={onStart} disabled={whyNot !== null} disabledReason={whyNot ?? undefined}>
              Rotate the key
            </Button>
          }
        >
          Key rotation
        </Header>
      }
    >
      {rotation ? (
        <SpaceBetween size="m">
          {rotation.state === 'blocked' ? <RotationBlocked rotation={rotation} /> : <Outcome rotation={rotation} />}
          <StepsOf rotation={rotation} />
          <Box color="text-body-secondary" fontSize="body-s">
            Started <TimeAgo at={rotation.startedAt} /> by {whoseName(rotation)}.
          </Box>
        </SpaceBetween>
      ) : (
        <Box color="text-body-secondary">No rotation is under way, and none ended lately.</Box>
      )}
    </Container>
  );
}

function Outcome({ rotation: { state, oldKeyIdEnding, newKeyIdEnding, fault } }: { rotation: Rotation }) {
  switch (state) {
    case 'running':
      return (
        <Alert type="info" header="The key is being replaced">
          You may leave this page; the rotation goes on by itself.
          {fault && <FaultDetail fault={fault} titled />}
        </Alert>
      );
    case 'done':
      return (
        <Alert type="success" header={`Key …${newKeyIdEnding} is in use`}>
          The old key …{oldKeyIdEnding} is deleted in AWS and here.
        </Alert>
      );
    case 'abandoned':
      return (
        <Alert type="warning" header="The rotation was given up">
          {fault && <FaultDetail fault={fault} titled />}
        </Alert>
      );
    case 'blocked':
      return null;
  }
}

const MARKS = {
  done: { status: 'success', label: 'Done' },
  now: { status: 'in-progress', label: 'Under way' },
  blocked: { status: 'warning', label: 'Blocked' },
  stopped: { status: 'stopped', label: 'Given up here' },
  later: { status: 'pending', label: 'To do' },
} as const;

function StepsOf({ rotation }: { rotation: Rotation }) {
  return (
    <Steps
      ariaLabel="Steps of the key rotation"
      steps={ROTATION_STEPS.map(({ step, does }) => {
        const { status, label } = MARKS[stateOfStep(step, rotation)];
        return { status, statusIconAriaLabel: label, header: does, details: detailOf(step, rotation) };
      })}
    />
  );
}

/** The key that a step is about, where it is known. */
function detailOf(step: Rotation['step'], { oldKeyIdEnding, newKeyIdEnding }: Rotation) {
  const ending = step === 'deactivate' || step === 'delete' ? oldKeyIdEnding : step === 'look' ? null : newKeyIdEnding;
  return ending === null ? undefined : <Box color="text-body-secondary">Key …{ending}</Box>;
}
