import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReplyOf } from '../../../api/contract.ts';
import { LIMITS } from '../../../domain/limits.ts';
import { Code, CopyAndSave } from '../../parts/code.tsx';
import { Diff } from '../../parts/diff.tsx';

export type TrustAdvice = ReplyOf<'adviseTrust'>;
type TrustEdit = Extract<TrustAdvice, { kind: 'edits' }>['overlap'];

/** The edit of a trust policy that admits a hub, as a diff, to be copied as a whole. */
export function TrustChange({
  advice,
  hub,
  edit,
  onEdit,
  assumed = false,
  fileName = 'trust-policy.json',
}: {
  advice: TrustAdvice;
  /** Who is to be admitted, as it stands in a sentence. */
  hub: string;
  edit: EditChoice;
  onEdit: (edit: EditChoice) => void;
  /** The edit starts from the policy that was proposed for the role, because the role's own is not known. */
  assumed?: boolean;
  fileName?: string;
}) {
  if (advice.kind === 'blocked') {
    return (
      <Alert type="error" header="No addition to the policy helps">
        {advice.because} Change or remove that statement first; the smallest edit is worked out again afterwards.
      </Alert>
    );
  }
  const proposed = advice[edit];
  const unchanged = isUnchanged(proposed);
  return (
    <SpaceBetween size="s">
      <SegmentedControl
        label="Which policy"
        selectedId={edit}
        options={EDITS.map(({ id, text }) => ({ id, text }))}
        onChange={event => onEdit(editOf(event.detail.selectedId))}
      />
      <Box color="text-body-secondary">{EDITS.find(({ id }) => id === edit)?.meaning(hub)}</Box>
      {!unchanged && <Diff lines={proposed.diff} label="change of the trust policy" />}
      {unchanged && !assumed && (
        <StatusIndicator type="success">Nothing to change: the policy is so already.</StatusIndicator>
      )}
      {unchanged && assumed && (
        <StatusIndicator type="info">If the role is still to be made, this is the whole policy for it:</StatusIndicator>
      )}
      {unchanged && assumed && <Code text={proposed.text} label="trust policy for the role" />}
      <Verdict proposed={proposed} hub={hub} />
      {!unchanged && <CopyAndSave text={proposed.text} label="new trust policy" fileName={fileName} />}
      {!(unchanged && assumed) && (
        <ExpandableSection headerText="The new policy as a whole">
          <Code text={proposed.text} label="new trust policy as a whole" />
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}

export type EditChoice = 'overlap' | 'final';

const EDITS = [
  {
    id: 'overlap',
    text: 'While moving',
    meaning: (hub: string) => `Admits ${hub} beside whoever is admitted now, so that nothing fails meanwhile.`,
  },
  {
    id: 'final',
    text: 'In the end',
    meaning: (hub: string) => `Admits ${hub}, and the hub before it no longer. For a connector that is on target.`,
  },
] as const;

export function editOf(text: string): EditChoice {
  return text === 'final' ? 'final' : 'overlap';
}

export function isUnchanged({ diff }: Pick<TrustEdit, 'diff'>): boolean {
  return diff.every(({ kind }) => kind === 'same');
}

/** What the proposed policy was found to do, and whether AWS takes it. */
function Verdict({ proposed, hub }: { proposed: TrustEdit; hub: string }) {
  const size = proposed.sizeChars.toLocaleString('en-US');
  const quota = LIMITS.trustPolicyCharsDefault.toLocaleString('en-US');
  const most = LIMITS.trustPolicyCharsMax.toLocaleString('en-US');
  return (
    <SpaceBetween size="xxs">
      <StatusIndicator type={proposed.decision === 'allowed' ? 'success' : 'warning'}>
        {proposed.decision === 'allowed' && `Proved by evaluating it: it admits ${hub}.`}
        {proposed.decision === 'denied' && `By its evaluation it does not admit ${hub}.`}
        {proposed.decision === 'cannot-tell' &&
          `Whether it admits ${hub} depends on conditions that are not known here.`}
      </StatusIndicator>
      {proposed.fits === 'default-quota' && (
        <StatusIndicator type="success">
          {`${size} of ${quota} characters (white space is not counted).`}
        </StatusIndicator>
      )}
      {proposed.fits === 'raised-quota' && (
        <StatusIndicator type="warning">
          {`${size} characters: more than AWS’s default of ${quota}. Raise “Role trust policy length” in the account first (Service Quotas, IAM; at most ${most}).`}
        </StatusIndicator>
      )}
      {proposed.fits === 'no-quota' && (
        <StatusIndicator type="error">
          {`${size} characters: AWS keeps at most ${most}. Shorten the policy first: one statement with lists in place of many alike.`}
        </StatusIndicator>
      )}
    </SpaceBetween>
  );
}

/** How the hub is named in the policy; '' leaves it to what is best where it is asked. */
export function FormChoice({ form, onForm }: { form: TrustForm; onForm: (form: TrustForm) => void }) {
  return (
    <FormField label="How the hub is named" stretch>
      <Select
        selectedOption={FORMS.find(({ value }) => value === form) ?? FORMS[0]}
        options={FORMS}
        onChange={event => onForm(formOf(event.detail.selectedOption.value) ?? form)}
      />
    </FormField>
  );
}

const FORMS = [
  {
    value: 'account',
    label: 'Its account',
    description: 'Every identity of the account that may assume roles gets in with the external ID.',
  },
  {
    value: 'account-and-principal-arn',
    label: 'Its account, if it is this user or role',
    description: 'Only this one gets in, also after it was deleted and made again.',
  },
  {
    value: 'exact-principal',
    label: 'The user or role itself',
    description: 'Only this one gets in; once it is deleted, AWS lets nobody in, even if it is made again.',
  },
] as const;

export type TrustForm = (typeof FORMS)[number]['value'];

export function formOf(text: string | undefined): TrustForm | undefined {
  return FORMS.find(({ value }) => value === text)?.value;
}
