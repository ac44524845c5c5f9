import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import type { RequestOf } from '../../../api/contract.ts';
import { CallFailed } from '../../api.ts';
import { FailureAlert } from '../../parts/failure-alert.tsx';
import { useFocusOnWrong } from '../../parts/focus-on-wrong.ts';
import { PolicyExcerpt } from './policy-excerpt.tsx';

export interface PolicyDraft {
  readonly policy: string;
  readonly roleArn: string;
  readonly principalArn: string;
  readonly externalId: string;
  readonly context: readonly ContextRow[];
}

interface ContextRow {
  readonly key: string;
  readonly value: string;
}

export const EMPTY_QUESTION: PolicyDraft = { policy: '', roleArn: '', principalArn: '', externalId: '', context: [] };

/** A key without a value is one that the call certainly does not have. */
export function questionOf({ externalId, context, ...draft }: PolicyDraft): RequestOf<'evaluateTrust'>['body'] {
  const named = context.filter(({ key }) => key.trim() !== '');
  return {
    policy: draft.policy,
    roleArn: draft.roleArn.trim(),
    principalArn: draft.principalArn.trim(),
    ...(externalId.trim() === '' ? {} : { externalId: externalId.trim() }),
    ...(named.length === 0
      ? {}
      : { context: Object.fromEntries(named.map(({ key, value }) => [key.trim(), value === '' ? null : value])) }),
  };
}

const NEEDED = {
  policy: 'Paste the trust policy.',
  roleArn: 'Enter the ARN of the role that has the policy.',
  principalArn: 'Enter who wants in: an account ID, or the ARN of a user or role.',
} as const;

type Field = keyof typeof NEEDED | 'externalId' | 'context';

/** The policy and who is asked about. */
export function TrustPolicyForm({
  initial,
  pending,
  error,
  onSubmit,
}: {
  initial: PolicyDraft;
  pending: boolean;
  error: Error | null;
  onSubmit: (draft: PolicyDraft) => void;
}) {
  const [draft, setDraft] = useState(initial);
  const [asked, setAsked] = useState(initial);
  const [tries, setTries] = useState(0);
  const refused = error instanceof CallFailed ? error : null;
  const form = useFocusOnWrong(tries, refused);
  const missing = (field: Field) =>
    tries > 0 && isNeeded(field) && draft[field].trim() === '' ? NEEDED[field] : undefined;
  const wrong = (field: Field) => missing(field) ?? refused?.onField(field);
  const change = (part: Partial<PolicyDraft>) => setDraft(before => ({ ...before, ...part }));
  const submit = () => {
    setTries(before => before + 1);
    setAsked(draft);
    if (NEEDED_FIELDS.every(field => draft[field].trim() !== '')) onSubmit(draft);
  };
  const policyWrong = wrong('policy');
  return (
    <form
      ref={form}
      onSubmit={event => {
        event.preventDefault();
        submit();
      }}
    >
      <Container
        header={<Header variant="h2">The policy and who wants in</Header>}
        footer={
          <Button variant="primary" loading={pending} loadingText="Evaluating">
            Evaluate
          </Button>
        }
      >
        <SpaceBetween size="l">
          <FormField
            label="Trust policy"
            description="The JSON document as IAM shows it under “Trust relationships”."
            errorText={policyWrong}
            stretch
          >
            <Textarea
              value={draft.policy}
              rows={14}
              spellcheck={false}
              disableBrowserAutocorrect
              onChange={event => change({ policy: event.detail.value })}
            />
          </FormField>
          {policyWrong && <PolicyExcerpt text={asked.policy} complaint={policyWrong} />}
          <Asked draft={draft} change={change} wrong={wrong} />
          <FurtherKeys rows={draft.context} wrong={wrong('context')} onChange={context => change({ context })} />
          {refused && !ALL_FIELDS.some(field => refused.onField(field)) && <FailureAlert error={refused} />}
        </SpaceBetween>
      </Container>
    </form>
  );
}

const NEEDED_FIELDS = ['policy', 'roleArn', 'principalArn'] as const;
const ALL_FIELDS: readonly Field[] = [...NEEDED_FIELDS, 'externalId', 'context'];

function isNeeded(field: Field): field is keyof typeof NEEDED {
  return field in NEEDED;
}

interface Asking {
  readonly draft: PolicyDraft;
  readonly change: (part: Partial<PolicyDraft>) => void;
  readonly wrong: (field: Field) => string | undefined;
}

function Asked({ draft, change, wrong }: Asking) {
  return (
    <ColumnLayout columns={3}>
      <FormField label="Role ARN" description="The role that has the policy." errorText={wrong('roleArn')}>
        <Input value={draft.roleArn} spellcheck={false} onChange={event => change({ roleArn: event.detail.value })} />
      </FormField>
      <FormField
        label="Who wants in"
        description="An account ID, or the ARN of a user or role."
        errorText={wrong('principalArn')}
      >
        <Input
          value={draft.principalArn}
          spellcheck={false}
          onChange={event => change({ principalArn: event.detail.value })}
        />
      </FormField>
      <FormField
        label={
          <>
            External ID <i>– optional</i>
          </>
        }
        description="Empty: the call sends none."
        errorText={wrong('externalId')}
      >
        <Input
          value={draft.externalId}
          spellcheck={false}
          onChange={event => change({ externalId: event.detail.value })}
        />
      </FormField>
    </ColumnLayout>
  );
}

/** More than any policy asks for. */
const rowsMax = 20;

function FurtherKeys({
  rows,
  wrong,
  onChange,
}: {
  rows: readonly ContextRow[];
  wrong: string | undefined;
  onChange: (rows: readonly ContextRow[]) => void;
}) {
  const changeRow = (index: number, change: Partial<ContextRow>) =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...change } : row)));
  return (
    <ExpandableSection
      headerText="Further condition keys of the call"
      headerDescription="What is not named here is unknown, and a condition on it cannot be told."
      defaultExpanded={wrong !== undefined}
    >
      <FormField errorText={wrong} stretch>
        <AttributeEditor<ContextRow>
          items={rows}
          addButtonText="Add key"
          removeButtonText="Remove"
          removeButtonAriaLabel={row => `Remove key ${row.key}`}
          disableAddButton={rows.length >= rowsMax}
          additionalInfo={`At most ${rowsMax}. A key with an empty value is one that the call certainly does not have.`}
          empty={<Box color="text-body-secondary">No further keys.</Box>}
          onAddButtonClick={() => onChange([...rows, { key: '', value: '' }])}
          onRemoveButtonClick={event => onChange(rows.filter((_, at) => at !== event.detail.itemIndex))}
          definition={[
            {
              label: 'Key',
              control: (row, index) => (
                <Input
                  value={row.key}
                  ariaLabel={`Name of key ${index + 1}`}
                  placeholder="Such as aws:PrincipalOrgID"
                  onChange={event => changeRow(index, { key: event.detail.value })}
                />
              ),
            },
            {
              label: 'Value',
              control: (row, index) => (
                <Input
                  value={row.value}
                  ariaLabel={`Value of key ${index + 1}`}
                  onChange={event => changeRow(index, { value: event.detail.value })}
                />
              ),
            },
          ]}
        />
      </FormField>
    </ExpandableSection>
  );
}
