import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import Tiles from '@cloudscape-design/components/tiles';
import { LIMITS } from '../../../domain/limits.ts';
import { factsOfAccountType, isAccountType, PARTITIONS } from '../../../domain/partition.ts';
import { accountTypeLabel } from '../../parts/hub.tsx';
import { TagsEditor } from '../../parts/tags-editor.tsx';
import type { Draft, DraftField } from './draft.ts';

/** What each group of fields needs: the draft, how to change it, and what is wrong with a field. */
export interface FieldsProps {
  readonly draft: Draft;
  readonly change: (change: Partial<Draft>) => void;
  readonly wrong: (field: DraftField) => string | undefined;
}

export function GeneralFields({ draft, change, wrong, fixedType = false }: FieldsProps & { fixedType?: boolean }) {
  return (
    <SpaceBetween size="l">
      <FormField label="Name" description="How people recognise the account." errorText={wrong('name')}>
        <Input
          value={draft.name}
          placeholder="Such as Production"
          onChange={event => change({ name: event.detail.value })}
        />
      </FormField>
      <FormField
        label={
          <span>
            Description <i>– optional</i>
          </span>
        }
        errorText={wrong('description')}
      >
        <Textarea rows={2} value={draft.description} onChange={event => change({ description: event.detail.value })} />
      </FormField>
      {fixedType ? (
        <FormField label="Account type" description="It stays as it was created.">
          <Input value={accountTypeLabel(draft.accountType)} readOnly />
        </FormField>
      ) : (
        <AccountTypeTiles draft={draft} change={change} wrong={wrong} />
      )}
      <FormField
        label="Apps"
        description="Where its resources are shown. A base account with “Use in AssetView” adds AssetView by itself."
        errorText={wrong('apps')}
      >
        <SpaceBetween size="xs">
          <AppBox
            app="cloud-view"
            label="CloudView"
            description="Cloud resources of every type"
            draft={draft}
            change={change}
          />
          <AppBox
            app="asset-view"
            label="AssetView"
            description="The inventory of instances and what hangs on them"
            draft={draft}
            change={change}
          />
        </SpaceBetween>
      </FormField>
    </SpaceBetween>
  );
}

function AccountTypeTiles({ draft, change, wrong }: FieldsProps) {
  return (
    <FormField
      label="Account type"
      description="Which part of AWS the account lives in."
      errorText={wrong('accountType')}
      stretch
    >
      <Tiles
        columns={3}
        value={draft.accountType}
        ariaLabel="Account type"
        items={PARTITIONS.map(({ accountType, label, partition }) => ({
          value: accountType,
          label,
          description: `Partition ${partition}`,
        }))}
        onChange={event => {
          if (isAccountType(event.detail.value)) {
            change({ accountType: event.detail.value, regions: [], otherRegions: '' });
          }
        }}
      />
    </FormField>
  );
}

function AppBox({
  app,
  label,
  description,
  draft,
  change,
}: Pick<FieldsProps, 'draft' | 'change'> & { app: Draft['apps'][number]; label: string; description: string }) {
  return (
    <Checkbox
      checked={draft.apps.includes(app)}
      description={description}
      onChange={event => {
        const others = draft.apps.filter(other => other !== app);
        change({ apps: event.detail.checked ? [...others, app] : others });
      }}
    >
      {label}
    </Checkbox>
  );
}

export function RoleArnField({ draft, change, wrong, roleName = 'NAME' }: FieldsProps & { roleName?: string }) {
  return (
    <FormField
      label="Role ARN"
      description="The role in the account to be read. The connector may be created before the role exists; it then waits for it."
      errorText={wrong('roleArn')}
      stretch
    >
      <Input
        value={draft.roleArn}
        placeholder={`arn:${factsOfAccountType(draft.accountType).partition}:iam::ACCOUNT:role/${roleName}`}
        spellcheck={false}
        onChange={event => change({ roleArn: event.detail.value })}
      />
    </FormField>
  );
}

export function ExternalIdField({ draft, change, wrong }: FieldsProps) {
  return (
    <FormField
      label="External ID"
      description="Generated for this connector alone, so that nobody else can use your hub to reach the role. Replace it only if the role exists with another."
      errorText={wrong('externalId')}
      stretch
    >
      <Input
        value={draft.externalId}
        spellcheck={false}
        onChange={event => change({ externalId: event.detail.value })}
      />
    </FormField>
  );
}

export function ReadingFields({ draft, change, wrong }: FieldsProps) {
  const facts = factsOfAccountType(draft.accountType);
  return (
    <SpaceBetween size="l">
      <FormField label="Regions" errorText={draft.everyRegion ? wrong('regions') : undefined}>
        <RadioGroup
          value={draft.everyRegion ? 'all' : 'list'}
          items={[
            {
              value: 'all',
              label: 'All regions',
              description: 'Every region that the account has enabled, asked at each run.',
            },
            { value: 'list', label: 'Only these regions', description: 'Other regions are never called.' },
          ]}
          onChange={event => change({ everyRegion: event.detail.value === 'all' })}
        />
      </FormField>
      {!draft.everyRegion && (
        <>
          <FormField label="Chosen regions" errorText={wrong('regions')}>
            <Multiselect
              selectedOptions={draft.regions.map(region => ({ value: region, label: region }))}
              options={facts.defaultRegions.map(region => ({ value: region, label: region }))}
              placeholder="Choose regions"
              filteringType="auto"
              filteringPlaceholder="Find regions"
              filteringAriaLabel="Find regions"
              deselectAriaLabel={option => `Leave out ${option.label ?? ''}`}
              onChange={event => change({ regions: event.detail.selectedOptions.flatMap(({ value }) => value ?? []) })}
            />
          </FormField>
          <FormField
            label="Further regions"
            description="Regions that accounts have to opt in to, by name, separated by commas."
          >
            <Input
              value={draft.otherRegions}
              placeholder={facts.accountType === 'global' ? 'ap-east-1, me-south-1' : ''}
              spellcheck={false}
              onChange={event => change({ otherRegions: event.detail.value })}
            />
          </FormField>
        </>
      )}
      <FormField
        label="Polling frequency in minutes"
        description="How often the account is read by itself. It can be run at any time besides."
        constraintText={`${LIMITS.pollingMinutesMin} to ${LIMITS.pollingMinutesMax.toLocaleString('en-US')}; ${LIMITS.pollingMinutesDefault} is every four hours.`}
        errorText={wrong('pollingMinutes')}
      >
        <Input
          type="number"
          inputMode="numeric"
          value={draft.pollingMinutes}
          onChange={event => change({ pollingMinutes: event.detail.value })}
        />
      </FormField>
    </SpaceBetween>
  );
}

export function TagFields({ draft, change, wrong }: FieldsProps) {
  return (
    <SpaceBetween size="l">
      <FormField label="Connector tags" description="To find and group connectors." errorText={wrong('tags')} stretch>
        <TagsEditor rows={draft.tags} what="connector tag" onChange={tags => change({ tags })} />
      </FormField>
      <FormField
        label="Asset tags"
        description="Put on every asset that this connector discovers, beside AWS’s own tags. They can be searched."
        errorText={wrong('assetTags')}
        stretch
      >
        <TagsEditor rows={draft.assetTags} what="asset tag" onChange={assetTags => change({ assetTags })} />
      </FormField>
    </SpaceBetween>
  );
}
