import Alert from '@cloudscape-design/components/alert';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';
import { isAccountType, PARTITIONS } from '../../../domain/partition.ts';
import { type AccountType, accountTypeLabel } from '../../parts/hub.tsx';
import type { BaseAccountDraft, DraftField } from './draft.ts';

export interface FieldsProps {
  readonly draft: BaseAccountDraft;
  readonly change: (change: Partial<BaseAccountDraft>) => void;
  readonly wrong: (field: DraftField) => string | undefined;
  readonly editing: boolean;
}

export function IdentityFields({
  draft,
  change,
  wrong,
  editing,
  accountTypes,
}: FieldsProps & {
  /** The title of the base account that a type has already; undefined for a type that is free. */
  accountTypes: (accountType: AccountType) => string | undefined;
}) {
  return (
    <SpaceBetween size="l">
      <FormField label="Title" description="How people recognise it." errorText={wrong('title')}>
        <Input
          value={draft.title}
          placeholder="Such as Central Security"
          onChange={event => change({ title: event.detail.value })}
        />
      </FormField>
      {editing ? (
        <FormField
          label="Account type"
          description="It cannot be changed. Delete the base account and create another for another type."
          errorText={wrong('accountType')}
        >
          <Input value={accountTypeLabel(draft.accountType)} readOnly />
        </FormField>
      ) : (
        <FormField
          label="Account type"
          description="At most one base account for each. It cannot be changed later."
          errorText={wrong('accountType')}
          stretch
        >
          <Tiles
            columns={3}
            ariaLabel="Account type"
            value={draft.accountType}
            items={PARTITIONS.map(({ accountType, label, partition }) => {
              const taken = accountTypes(accountType);
              return {
                value: accountType,
                label,
                description: taken ? `Has a base account already: ${taken}` : `Partition ${partition}`,
                disabled: taken !== undefined,
              };
            })}
            onChange={event => {
              if (isAccountType(event.detail.value)) change({ accountType: event.detail.value });
            }}
          />
        </FormField>
      )}
      <FormField
        label="AWS account ID"
        description={editing ? 'A new account ID needs credentials of that account.' : undefined}
        constraintText="Twelve digits, without hyphens."
        errorText={wrong('accountId')}
      >
        <Input
          value={draft.accountId}
          placeholder="111122223333"
          inputMode="numeric"
          spellcheck={false}
          onChange={event => change({ accountId: event.detail.value.trim() })}
        />
      </FormField>
    </SpaceBetween>
  );
}

export function UseFields({ draft, change, wrong, editing, initial }: FieldsProps & { initial: BaseAccountDraft }) {
  return (
    <SpaceBetween size="l">
      <FormField label="AssetView" errorText={wrong('useInAssetView')}>
        <SpaceBetween size="s">
          <Checkbox
            checked={draft.useInAssetView}
            description="Connectors that use this base account are available in AssetView too, so that nobody creates them twice. Switching it off later removes none of them; remove a connector in AssetView itself."
            onChange={event => change({ useInAssetView: event.detail.checked })}
          >
            Use in AssetView
          </Checkbox>
          {editing && initial.useInAssetView && !draft.useInAssetView && (
            <Alert type="info" header="Nothing is removed from AssetView">
              Connectors that are in AssetView stay there. New ones are not added by themselves any more. To take one
              out, use <b>Remove from AssetView</b> in its menu in AssetView.
            </Alert>
          )}
        </SpaceBetween>
      </FormField>
      <FormField
        label="Cutover"
        description="How connectors move from the hub they have to this base account."
        errorText={wrong('cutover')}
      >
        <RadioGroup
          value={draft.cutover}
          onChange={event => change({ cutover: event.detail.value === 'immediate' ? 'immediate' : 'safe' })}
          items={[
            {
              value: 'safe',
              label: 'Safe',
              description:
                'Each connector tries the base account first and goes on through its earlier hub until its role trusts the base account. No connector fails because of the change.',
            },
            {
              value: 'immediate',
              label: 'Immediate',
              description:
                'No call goes through an earlier hub any more. A connector whose role does not trust the base account yet fails until it does; Preview shows which would.',
            },
          ]}
        />
      </FormField>
    </SpaceBetween>
  );
}
