import Alert from '@cloudscape-design/components/alert';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';
import { isCredentialsKind, KEYLESS_MEANS, KIND_WORDS } from './credentials-kinds.ts';
import type { FieldsProps } from './fields.tsx';

/** What Causeway acts as in the base account. */
export function CredentialsFields(props: FieldsProps & { replacing: boolean }) {
  const { draft, change, wrong } = props;
  return (
    <SpaceBetween size="l">
      <FormField label="Kind of credentials" errorText={wrong('credentialsKind')} stretch>
        <Tiles
          columns={2}
          ariaLabel="Kind of credentials"
          value={draft.credentialsKind}
          items={Object.entries(KIND_WORDS).map(([value, { label, description }]) => ({
            value,
            label,
            description,
          }))}
          onChange={event => {
            if (isCredentialsKind(event.detail.value)) change({ credentialsKind: event.detail.value });
          }}
        />
      </FormField>
      {draft.credentialsKind !== 'access-key' && (
        <Alert type="info" header="Keyless: chained sessions of one hour">
          {KEYLESS_MEANS}
        </Alert>
      )}
      {draft.credentialsKind === 'access-key' && <AccessKeyFields {...props} />}
      {draft.credentialsKind === 'web-identity' && <WebIdentityFields {...props} />}
      {props.replacing && <ReplacedField {...props} />}
    </SpaceBetween>
  );
}

function AccessKeyFields({ draft, change, wrong, editing }: FieldsProps) {
  return (
    <SpaceBetween size="l">
      <FormField
        label="Access key ID"
        description={editing ? 'Leave both empty to keep the key that is stored.' : undefined}
        errorText={wrong('accessKeyId')}
      >
        <Input
          value={draft.accessKeyId}
          placeholder="AKIA…"
          spellcheck={false}
          autoComplete={false}
          onChange={event => change({ accessKeyId: event.detail.value.trim() })}
        />
      </FormField>
      <FormField
        label="Secret access key"
        description="Stored sealed and never shown again, neither here nor by the API."
        errorText={wrong('secretAccessKey')}
      >
        <Input
          type="password"
          value={draft.secretAccessKey}
          autoComplete="new-password"
          spellcheck={false}
          onChange={event => change({ secretAccessKey: event.detail.value.trim() })}
        />
      </FormField>
    </SpaceBetween>
  );
}

function WebIdentityFields({ draft, change, wrong }: FieldsProps) {
  return (
    <SpaceBetween size="l">
      <FormField
        label="Role ARN"
        description="The role in the base account that AWS gives for the token. Its trust policy has to admit the OIDC provider."
        errorText={wrong('identityRoleArn')}
      >
        <Input
          value={draft.identityRoleArn}
          spellcheck={false}
          autoComplete={false}
          onChange={event => change({ identityRoleArn: event.detail.value.trim() })}
        />
      </FormField>
      <FormField
        label="Token file"
        description="Where the token is on every machine that runs Causeway. It is read anew each time, because whoever issues it renews it."
        errorText={wrong('tokenFile')}
      >
        <Input
          value={draft.tokenFile}
          placeholder="/var/run/secrets/oidc/token"
          spellcheck={false}
          autoComplete={false}
          onChange={event => change({ tokenFile: event.detail.value.trim() })}
        />
      </FormField>
    </SpaceBetween>
  );
}

function ReplacedField({ draft, change, wrong }: FieldsProps) {
  return (
    <FormField
      label="Credentials that are replaced"
      description="The new ones are proved before anything is changed."
      errorText={wrong('replaced')}
    >
      <RadioGroup
        value={draft.replaced}
        onChange={event => change({ replaced: event.detail.value === 'immediate' ? 'immediate' : 'overlap' })}
        items={[
          {
            value: 'overlap',
            label: 'Keep them for a while',
            description:
              'Connectors that the new credentials do not reach yet go on through the old ones, and the change can be rolled back. The old ones are destroyed when nothing needs them any more.',
          },
          {
            value: 'immediate',
            label: 'Destroy them at once, because they leaked',
            description:
              'No call uses them any more. A connector that the new credentials do not reach stops working. Deactivate the old ones in AWS too.',
          },
        ]}
      />
    </FormField>
  );
}
