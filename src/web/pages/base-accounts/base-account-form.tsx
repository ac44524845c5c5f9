import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Form from '@cloudscape-design/components/form';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { FaultCode } from '../../../domain/faults.ts';
import { CallFailed } from '../../api.ts';
import { JsonCode } from '../../parts/code.tsx';
import { FailureAlert } from '../../parts/failure-alert.tsx';
import { useFocusOnWrong } from '../../parts/focus-on-wrong.ts';
import { useWhyNot } from '../../session.tsx';
import { AccessKeyFields, type BaseAccountDraft, type DraftField, IdentityFields, UseFields } from './fields.tsx';
import { identityPolicy } from './identity-policy.ts';

interface Props {
  readonly title: string;
  readonly submitText: string;
  readonly initial: BaseAccountDraft;
  /** What is wrong before the server is asked; undefined when nothing is. */
  readonly wrongIn: (draft: BaseAccountDraft, field: DraftField) => string | undefined;
  readonly accountTypes: Parameters<typeof IdentityFields>[0]['accountTypes'];
  readonly editing: boolean;
  readonly pending: boolean;
  readonly error: Error | null;
  readonly onSubmit: (draft: BaseAccountDraft, saveUnverified: boolean) => void;
  readonly onCancel: () => void;
}

const FIELDS: readonly DraftField[] = ['title', 'accountType', 'accountId', 'accessKeyId', 'secretAccessKey'];

/** The form of a base account, to create or to edit one. */
export function BaseAccountForm(props: Props) {
  const [draft, setDraft] = useState(props.initial);
  const [tries, setTries] = useState(0);
  const refused = props.error instanceof CallFailed ? props.error : null;
  const whyNot = useWhyNot('administrator');
  const form = useFocusOnWrong(tries, refused);
  const fields = {
    draft,
    change: (change: Partial<BaseAccountDraft>) => setDraft(before => ({ ...before, ...change })),
    wrong: (field: DraftField) => (tries > 0 ? props.wrongIn(draft, field) : undefined) ?? refused?.onField(field),
    editing: props.editing,
  };
  const submit = (saveUnverified: boolean) => {
    setTries(before => before + 1);
    if (FIELDS.every(field => props.wrongIn(draft, field) === undefined)) props.onSubmit(draft, saveUnverified);
  };
  return (
    <form
      ref={form}
      onSubmit={event => {
        event.preventDefault();
        submit(false);
      }}
    >
      <Form
        header={<Header variant="h1">{props.title}</Header>}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={props.onCancel}>
              Cancel
            </Button>
            <Button
              variant="primary"
              loading={props.pending}
              loadingText="Proving the credentials"
              disabled={whyNot !== null}
              disabledReason={whyNot ?? undefined}
            >
              {props.submitText}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">Account</Header>}>
            <IdentityFields {...fields} accountTypes={props.accountTypes} />
          </Container>
          <Container
            header={
              <Header
                variant="h2"
                description="Of an IAM user in the base account. AWS is asked at once whether it works and whose it is."
              >
                Access key
              </Header>
            }
          >
            <SpaceBetween size="l">
              <AccessKeyFields {...fields} />
              <NeededPolicy draft={draft} />
            </SpaceBetween>
          </Container>
          <Container header={<Header variant="h2">Use</Header>}>
            <UseFields {...fields} initial={props.initial} />
          </Container>
          {refused && <Refused error={refused} onSaveUnverified={() => submit(true)} pending={props.pending} />}
        </SpaceBetween>
      </Form>
    </form>
  );
}

/** A refusal; when the credentials could not be proved they can be saved all the same. */
function Refused({
  error,
  onSaveUnverified,
  pending,
}: {
  error: CallFailed;
  onSaveUnverified: () => void;
  pending: boolean;
}) {
  const proofFailed = PROOF_CODES.includes(error.problem.code);
  return (
    <FailureAlert
      error={error}
      action={
        proofFailed ? (
          <Button formAction="none" onClick={onSaveUnverified} loading={pending}>
            Save unverified
          </Button>
        ) : undefined
      }
    />
  );
}

/** What may be wrong with credentials that somebody wants to save all the same. */
const PROOF_CODES: readonly string[] = [
  'aws-unreachable',
  'aws-timeout',
  'aws-error',
  'aws-rejected',
  'aws-throttled',
  'unknown-access-key',
  'wrong-secret-key',
  'clock-skew',
  'expired-credentials',
  'other-account-key',
  'other-partition-key',
] satisfies readonly FaultCode[];

function NeededPolicy({ draft }: { draft: BaseAccountDraft }) {
  return (
    <SpaceBetween size="s">
      <Alert type="info">
        The IAM user needs permission for <Box variant="code">sts:AssumeRole</Box> on the connectors’ roles. Once the
        base account is saved, <b>Show hub policy</b> in its menu gives the same for exactly those roles.
      </Alert>
      <ExpandableSection headerText="Policy to attach to the IAM user">
        <JsonCode value={identityPolicy(draft.accountType)} label="hub policy" fileName="hub-policy.json" />
      </ExpandableSection>
    </SpaceBetween>
  );
}
