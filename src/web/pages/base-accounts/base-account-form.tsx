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
import { CredentialsFields } from './credentials-fields.tsx';
import { KIND_WORDS } from './credentials-kinds.ts';
import {
  type BaseAccount,
  type BaseAccountDraft,
  DRAFT_FIELDS,
  type DraftField,
  replacesCredentials,
  wrongIn,
} from './draft.ts';
import { IdentityFields, UseFields } from './fields.tsx';
import { identityPolicy } from './identity-policy.ts';
import type { Impact } from './impact-words.ts';
import { PreviewDialog } from './preview-dialog.tsx';

/** A request to the server as far as the form shows it. */
interface Asked {
  readonly isPending: boolean;
  readonly error: Error | null;
}

interface Props {
  readonly title: string;
  readonly submitText: string;
  readonly initial: BaseAccountDraft;
  /** The base account as it is stored; null for a new one. */
  readonly before: BaseAccount | null;
  readonly accountTypes: Parameters<typeof IdentityFields>[0]['accountTypes'];
  readonly save: Asked;
  readonly preview: Asked & { readonly data: Impact | undefined };
  readonly onSubmit: (draft: BaseAccountDraft, saveUnverified: boolean) => void;
  readonly onPreview: (draft: BaseAccountDraft) => void;
  readonly onCancel: () => void;
}

/** The form of a base account, to create or to edit one; what saving would do can be looked at before. */
export function BaseAccountForm(props: Props) {
  const { before, save, preview } = props;
  const [draft, setDraft] = useState(props.initial);
  const [tries, setTries] = useState(0);
  const [previewing, setPreviewing] = useState(false);
  const failure = previewing ? preview.error : save.error;
  const refused = failure instanceof CallFailed ? failure : null;
  const form = useFocusOnWrong(tries, refused);
  // A preview that is refused for a field leads back to that field: in front of it nobody could mend it.
  const inDialog = previewing && !DRAFT_FIELDS.some(field => refused?.onField(field));
  const fields = {
    draft,
    change: (change: Partial<BaseAccountDraft>) => setDraft(was => ({ ...was, ...change })),
    wrong: (field: DraftField) => (tries > 0 ? wrongIn(draft, field, before) : undefined) ?? refused?.onField(field),
    editing: before !== null,
  };
  const ifRight = (proceed: () => void) => {
    setTries(was => was + 1);
    if (DRAFT_FIELDS.every(field => wrongIn(draft, field, before) === undefined)) proceed();
  };
  const submit = (saveUnverified: boolean) =>
    ifRight(() => {
      setPreviewing(false);
      props.onSubmit(draft, saveUnverified);
    });
  const look = () =>
    ifRight(() => {
      setPreviewing(true);
      props.onPreview(draft);
    });
  return (
    <form
      ref={form}
      onSubmit={event => {
        event.preventDefault();
        submit(false);
      }}
    >
      <Form header={<Header variant="h1">{props.title}</Header>} actions={<Actions {...props} onPreview={look} />}>
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">Account</Header>}>
            <IdentityFields {...fields} accountTypes={props.accountTypes} />
          </Container>
          <Container
            header={
              <Header
                variant="h2"
                description="What Causeway acts as in the base account. AWS is asked at once whether it works and whose it is."
              >
                Credentials
              </Header>
            }
          >
            <SpaceBetween size="l">
              <CredentialsFields {...fields} replacing={before !== null && replacesCredentials(draft, before)} />
              <NeededPolicy draft={draft} />
            </SpaceBetween>
          </Container>
          <Container header={<Header variant="h2">Use</Header>}>
            <UseFields {...fields} initial={props.initial} />
          </Container>
          {failure && !inDialog && (
            <Refused error={failure} onSaveUnverified={() => submit(true)} pending={save.isPending} />
          )}
        </SpaceBetween>
      </Form>
      {inDialog && (
        <PreviewDialog
          preview={preview}
          action={{ text: props.submitText, pending: save.isPending, run: () => submit(false) }}
          onAgain={look}
          onClose={() => setPreviewing(false)}
        />
      )}
    </form>
  );
}

function Actions({
  submitText,
  save,
  onPreview,
  onCancel,
}: Pick<Props, 'submitText' | 'save' | 'onCancel'> & { readonly onPreview: () => void }) {
  const whyNot = useWhyNot('administrator');
  const forbidden = { disabled: whyNot !== null, disabledReason: whyNot ?? undefined };
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button variant="link" formAction="none" onClick={onCancel}>
        Cancel
      </Button>
      <Button formAction="none" onClick={onPreview} {...forbidden}>
        Preview
      </Button>
      <Button variant="primary" loading={save.isPending} loadingText="Proving the credentials" {...forbidden}>
        {submitText}
      </Button>
    </SpaceBetween>
  );
}

/** A refusal; when the credentials could not be proved they can be saved all the same. */
function Refused({
  error,
  onSaveUnverified,
  pending,
}: {
  error: Error;
  onSaveUnverified: () => void;
  pending: boolean;
}) {
  const unproved = error instanceof CallFailed && PROOF_CODES.includes(error.problem.code);
  return (
    <FailureAlert
      error={error}
      action={
        unproved ? (
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
  'no-turn',
  'unknown-access-key',
  'wrong-secret-key',
  'clock-skew',
  'expired-credentials',
  'other-account-key',
  'other-partition-key',
  'other-role',
  'no-hub-credentials',
  'web-identity-refused',
  'incomplete-answer',
] satisfies readonly FaultCode[];

function NeededPolicy({ draft: { accountType, credentialsKind } }: { draft: BaseAccountDraft }) {
  const { identity } = KIND_WORDS[credentialsKind];
  return (
    <SpaceBetween size="s">
      <Alert type="info">
        The {identity} needs permission for <Box variant="code">sts:AssumeRole</Box> on the connectors’ roles. Once the
        base account is saved, <b>Show hub policy</b> in its menu gives the same for exactly those roles.
      </Alert>
      <ExpandableSection headerText={`Policy to attach to the ${identity}`}>
        <JsonCode value={identityPolicy(accountType)} label="hub policy" fileName="hub-policy.json" />
      </ExpandableSection>
    </SpaceBetween>
  );
}
