import Box from '@cloudscape-design/components/box';
import PropertyFilter, { type PropertyFilterProps } from '@cloudscape-design/components/property-filter';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import type { ReplyOf } from '../../../api/contract.ts';
import { problemOf } from '../../parts/failure-alert.tsx';
import { useView } from '../../parts/view-state.ts';
import { useRead } from '../../queries.ts';
import type { Asset, AssetTypeInfo } from './asset-types.ts';
import { type Term, type Terms, termsOfText, textOfTerms } from './query-text.ts';

type Counts = ReplyOf<'countAssets'>['items'];

interface Props {
  readonly app: 'cloud-view' | 'asset-view';
  readonly types: readonly AssetTypeInfo[];
  /** The one type that the list shows. */
  readonly only: AssetTypeInfo | undefined;
  /** What is on the screen: their tags are offered. */
  readonly shown: readonly Asset[];
  readonly accountName: (accountId: string) => string | undefined;
  readonly countText: string;
  readonly error: Error | null;
}

/** The search of a list of assets. Its state is the text of the query, in the URL as `q`. */
export function AssetFilter(props: Props) {
  const { get, set } = useView();
  const { app, only, accountName } = props;
  const about = only ? `type:${only.assetType}` : '';
  const byAccount = useRead('countAssets', { query: { by: 'accountId', query: about, app } }).data?.items ?? [];
  const byRegion = useRead('countAssets', { query: { by: 'region', query: about, app } }).data?.items ?? [];
  const byState = useRead('countAssets', { query: { by: 'state', query: about, app } }).data?.items ?? [];
  const terms = termsOfText(get('q'));
  const properties = filteringProperties(props, terms);
  const known = new Set([...properties.map(({ key }) => key.toLowerCase()), 'arn', 'gone', 'text']);
  const search = (changed: Terms) => set({ q: textOfTerms(changed, name => known.has(name)) });
  return (
    <SpaceBetween size="xs">
      <PropertyFilter
        query={{ operation: terms.operation, tokens: terms.tokens.map(tokenOf) }}
        onChange={event => search({ operation: event.detail.operation, tokens: event.detail.tokens.map(termOf) })}
        filteringProperties={properties}
        filteringOptions={[
          ...options('accountId', byAccount, value => accountName(value)),
          ...options('region', byRegion),
          ...options('state', byState),
          ...props.types.map(type => ({ propertyKey: 'type', value: type.assetType, tags: [type.label] })),
          ...tagOptions(props.shown),
        ]}
        customGroupsText={[{ group: 'tags', properties: 'Tags', values: 'Values of tags' }]}
        freeTextFiltering={{ operators: [':', '!:'] }}
        filteringPlaceholder="Find by text, property or tag, such as tag.Environment:prod"
        filteringAriaLabel="Find assets"
        countText={props.countText}
        filteringConstraintText={
          props.error && (
            <Box color="text-status-error" fontSize="body-s">
              {problemOf(props.error).detail}
            </Box>
          )
        }
      />
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        <QuickFilter
          label="Account"
          property="accountId"
          counts={byAccount}
          terms={terms}
          search={search}
          name={accountName}
        />
        <QuickFilter label="Region" property="region" counts={byRegion} terms={terms} search={search} />
        <QuickFilter label="State" property="state" counts={byState} terms={terms} search={search} />
        <Toggle
          checked={get('past') === 'shown'}
          onChange={event => set({ past: event.detail.checked ? 'shown' : '' })}
        >
          Show terminated and gone
        </Toggle>
      </SpaceBetween>
    </SpaceBetween>
  );
}

function QuickFilter({
  label,
  property,
  counts,
  terms,
  search,
  name = () => undefined,
}: {
  label: string;
  property: string;
  counts: Counts;
  terms: Terms;
  search: (terms: Terms) => void;
  name?: (value: string) => string | undefined;
}) {
  const chosen = terms.tokens.find(isChoiceOf(property));
  const every = { value: '', label: `Any ${label.toLowerCase()}` };
  const choices = counts.flatMap(({ value, count }) =>
    value === null ? [] : [{ value, label: value, description: name(value), labelTag: count.toLocaleString('en-US') }],
  );
  const value = typeof chosen?.value === 'string' ? chosen.value : '';
  const known = choices.find(choice => choice.value === value);
  return (
    <Select
      ariaLabel={label}
      selectedOption={value === '' ? every : (known ?? { value, label: value })}
      options={[every, ...choices]}
      triggerVariant="label"
      filteringType={choices.length > 10 ? 'auto' : 'none'}
      filteringAriaLabel={`Find ${label.toLowerCase()}`}
      disabled={terms.operation === 'or' && terms.tokens.length > 1}
      onChange={event => {
        const others = terms.tokens.filter(term => !isChoiceOf(property)(term));
        const wanted = event.detail.selectedOption.value ?? '';
        const added: Term[] = wanted === '' ? [] : [{ propertyKey: property, operator: '=', value: wanted }];
        search({ operation: 'and', tokens: [...others, ...added] });
      }}
    />
  );
}

function isChoiceOf(property: string): (term: Term) => boolean {
  return term => term.propertyKey === property && term.operator === '=' && typeof term.value === 'string';
}

function tokenOf(term: Term): PropertyFilterProps.Token {
  return { propertyKey: term.propertyKey, operator: operatorOf(term.operator), value: term.value };
}

function termOf({ propertyKey, operator, value }: PropertyFilterProps.Token): Term {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const [only = '', ...more] = values.map(String);
  return { propertyKey, operator, value: more.length === 0 ? only : [only, ...more] };
}

const OPERATORS = ['=', '!=', ':', '!:', '^', '!^', '<', '<=', '>', '>='] as const;

function operatorOf(operator: string): (typeof OPERATORS)[number] {
  return OPERATORS.find(known => known === operator) ?? '=';
}

function filteringProperties({ types, only, shown }: Props, terms: Terms): PropertyFilterProps.FilteringProperty[] {
  const own = [
    text('name', 'Name', 'Names'),
    text('id', 'ID', 'IDs'),
    ...(only ? [] : [text('type', 'Type', 'Types')]),
    text('state', 'State', 'States'),
    text('accountId', 'Account', 'Accounts'),
    text('region', 'Region', 'Regions'),
    time('firstSeen', 'First seen'),
    time('lastSeen', 'Last seen'),
    time('changed', 'Changed'),
  ];
  const ofTypes = (only ? [only] : types).flatMap(type => type.properties);
  const ofType = ofTypes.map(({ name, label, kind }) =>
    kind === 'text' || kind === 'boolean' ? text(name, label, label) : time(name, label),
  );
  const ofTags = [...new Set(shown.flatMap(({ tags }) => Object.keys(tags)))].sort().map(tagProperty);
  const inUse = terms.tokens.flatMap(({ propertyKey }) =>
    propertyKey ? [text(propertyKey, propertyKey, 'Values')] : [],
  );
  const all = new Map<string, PropertyFilterProps.FilteringProperty>();
  for (const property of [...own, ...ofType, ...ofTags, ...inUse]) {
    if (!all.has(property.key)) all.set(property.key, property);
  }
  return [...all.values()];
}

function text(key: string, propertyLabel: string, groupValuesLabel: string): PropertyFilterProps.FilteringProperty {
  return {
    key,
    propertyLabel,
    groupValuesLabel,
    operators: ['=', '!=', ':', '!:', '^', '!^'].map(operator => ({
      operator: operatorOf(operator),
      tokenType: operator === '=' || operator === '!=' ? ('enum' as const) : ('value' as const),
    })),
  };
}

function time(key: string, propertyLabel: string): PropertyFilterProps.FilteringProperty {
  return {
    key,
    propertyLabel,
    groupValuesLabel: propertyLabel,
    defaultOperator: '>=',
    operators: ['>=', '>', '<=', '<'],
  };
}

/** A tag's key as it is written in a query: in quotes when it has signs that mean something there. */
function tagKey(key: string): string {
  return /^[^\s"(),\\<>:*]+$/.test(key) ? `tag.${key}` : `tag."${key.replace(/["\\]/g, '\\$&')}"`;
}

function tagProperty(key: string): PropertyFilterProps.FilteringProperty {
  return { ...text(tagKey(key), `Tag ${key}`, `Values of tag ${key}`), group: 'tags' };
}

function options(propertyKey: string, counts: Counts, name: (value: string) => string | undefined = () => undefined) {
  return counts.flatMap(({ value }) => {
    if (value === null) return [];
    const more = name(value);
    return { propertyKey, value, ...(more ? { tags: [more], filteringTags: [more] } : {}) };
  });
}

const tagValuesMax = 400;

function tagOptions(shown: readonly Asset[]): PropertyFilterProps.FilteringOption[] {
  const seen = new Map<string, PropertyFilterProps.FilteringOption>();
  for (const [key, value] of shown.flatMap(({ tags }) => Object.entries(tags))) {
    if (value !== '' && seen.size < tagValuesMax) seen.set(`${key} ${value}`, { propertyKey: tagKey(key), value });
  }
  return [...seen.values()];
}
