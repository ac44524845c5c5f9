import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { ROLES, type Role } from '../../../domain/role.ts';

const WORDS = {
  reader: { label: 'Reader', description: 'Sees connectors, runs and assets.' },
  operator: { label: 'Operator', description: 'Also creates, changes, checks and runs connectors.' },
  administrator: {
    label: 'Administrator',
    description: 'Also base accounts, users, everybody’s API tokens and the audit log.',
  },
} as const satisfies Record<Role, { label: string; description: string }>;

export function roleLabel(role: Role): string {
  return WORDS[role].label;
}

export function RoleChoice({
  roles = ROLES,
  role,
  onChange,
  errorText,
}: {
  /** The roles to choose from. */
  roles?: readonly Role[];
  role: Role;
  onChange: (role: Role) => void;
  errorText: string | undefined;
}) {
  return (
    <FormField label="Role" errorText={errorText}>
      <RadioGroup
        value={role}
        items={roles.map(value => ({ value, ...WORDS[value] }))}
        onChange={event => onChange(ROLES.find(known => known === event.detail.value) ?? role)}
      />
    </FormField>
  );
}
