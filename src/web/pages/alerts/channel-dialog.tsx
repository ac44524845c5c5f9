import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';
import { useState } from 'react';
import { LIMITS } from '../../../domain/limits.ts';
import { CallFailed } from '../../api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { useChange } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import { type Channel, type ChannelDraft, changeOf, draftOf, inputOf } from './channel-draft.ts';

interface FieldProps {
  readonly draft: ChannelDraft;
  readonly change: (change: Partial<ChannelDraft>) => void;
  readonly wrong: (field: string) => string | undefined;
  readonly editing: boolean;
}

/** Creates a channel, or with `channel` changes that one. */
export function ChannelDialog({ channel, onClose }: { channel: Channel | null; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(channel));
  const notify = useNotify();
  const create = useChange('createAlertChannel');
  const save = useChange('changeAlertChannel');
  const failure = channel ? save.error : create.error;
  const fields: FieldProps = {
    draft,
    change: change => setDraft(was => ({ ...was, ...change })),
    wrong: field => (failure instanceof CallFailed ? failure.onField(field) : undefined),
    editing: channel !== null,
  };
  const done = {
    onSuccess: () => {
      notify({
        type: 'success',
        header: `Alert channel “${draft.name}” was ${channel ? 'saved' : 'created'}`,
        content: 'Send a test message from its menu to see that it arrives.',
      });
      onClose();
    },
  };
  const submit = () =>
    channel
      ? save.mutate({ params: { id: channel.id }, body: changeOf(draft) }, done)
      : create.mutate({ body: inputOf(draft) }, done);
  return (
    <Dialog
      header={channel ? `Edit ${channel.name}` : 'Create alert channel'}
      action={{
        text: channel ? 'Save' : 'Create',
        loadingText: 'Saving',
        pending: create.isPending || save.isPending,
        run: submit,
      }}
      error={failure}
      onClose={onClose}
    >
      {!channel && <KindField {...fields} />}
      <TextField {...fields} field="name" label="Name" placeholder="Such as on-call" />
      {draft.kind === 'webhook' ? <WebhookFields {...fields} /> : <EmailFields {...fields} />}
      <TextField
        {...fields}
        field="afterIntervals"
        label="Alert after"
        description="Polling intervals in which a connector was not complete."
        constraint={`${LIMITS.alertIntervalsMin} to ${LIMITS.alertIntervalsMax}.`}
        type="number"
      />
      <TextField
        {...fields}
        field="remindHours"
        label="Remind after"
        description="Hours after which an alert that is still open is told again."
        constraint={`1 to ${LIMITS.alertRemindHoursMax}.`}
        type="number"
      />
    </Dialog>
  );
}

function KindField({ draft, change }: FieldProps) {
  return (
    <FormField label="Kind" stretch>
      <Tiles
        columns={2}
        ariaLabel="Kind"
        value={draft.kind}
        items={[
          { value: 'webhook', label: 'Webhook', description: 'Signed JSON over HTTPS' },
          { value: 'email', label: 'E-mail', description: 'Through a mail server (SMTP)' },
        ]}
        onChange={event => change({ kind: event.detail.value === 'email' ? 'email' : 'webhook' })}
      />
    </FormField>
  );
}

function WebhookFields(props: FieldProps) {
  return (
    <SpaceBetween size="m">
      <TextField {...props} field="url" label="Address" placeholder="https://hooks.example.com/causeway" type="url" />
      <TextField
        {...props}
        field="secret"
        label="Signing secret"
        description={
          props.editing
            ? 'Leave it empty to keep the one there is.'
            : 'The receiver uses it to see that a message comes from here. It is not shown again.'
        }
        constraint={`At least ${LIMITS.alertSecretCharsMin} characters; for example from: openssl rand -hex 32`}
        type="password"
      />
    </SpaceBetween>
  );
}

const SECURITIES = [
  { value: 'starttls', label: 'STARTTLS (port 587)' },
  { value: 'tls', label: 'TLS from the start (port 465)' },
  { value: 'none', label: 'None: only without a user' },
] as const;

function EmailFields(props: FieldProps) {
  const { draft, change, wrong, editing } = props;
  return (
    <SpaceBetween size="m">
      <TextField {...props} field="host" label="Mail server" placeholder="smtp.example.com" />
      <TextField {...props} field="port" label="Port" type="number" />
      <FormField label="Encryption" errorText={wrong('security')}>
        <Select
          selectedOption={SECURITIES.find(({ value }) => value === draft.security) ?? null}
          options={SECURITIES}
          onChange={event => {
            const chosen = SECURITIES.find(({ value }) => value === event.detail.selectedOption.value);
            if (chosen) change({ security: chosen.value });
          }}
        />
      </FormField>
      <TextField {...props} field="username" label="User" description="Empty where the server asks for no sign-in." />
      {draft.username !== '' && (
        <TextField
          {...props}
          field="secret"
          label="Password"
          description={editing ? 'Leave it empty to keep the one there is.' : 'It is not shown again.'}
          type="password"
        />
      )}
      <TextField {...props} field="from" label="Sender" placeholder="causeway@example.com" type="email" />
      <TextField
        {...props}
        field="to"
        label="Recipients"
        description={`Separated by commas, at most ${LIMITS.alertRecipientsMax}.`}
        placeholder="ops@example.com"
      />
    </SpaceBetween>
  );
}

function TextField({
  draft,
  change,
  wrong,
  field,
  label,
  description,
  constraint,
  placeholder,
  type = 'text',
}: FieldProps & {
  field: Exclude<keyof ChannelDraft, 'kind' | 'security'>;
  label: string;
  description?: string;
  constraint?: string;
  placeholder?: string;
  type?: InputProps.Type;
}) {
  return (
    <FormField label={label} description={description} constraintText={constraint} errorText={wrong(field)}>
      <Input
        value={draft[field]}
        type={type}
        {...(placeholder === undefined ? {} : { placeholder })}
        autoComplete={type === 'password' ? 'new-password' : 'off'}
        onChange={event => change({ [field]: event.detail.value })}
      />
    </FormField>
  );
}
