import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import { isObject } from './asset-types.ts';

/** Any JSON as nested names and values; larger parts are folded. */
export function AttributeTree({ value }: { value: unknown }) {
  if (Array.isArray(value)) return <Entries entries={value.map((item, index) => [`${index + 1}`, item])} />;
  if (isObject(value)) {
    return <Entries entries={Object.entries(value).sort(([a], [b]) => a.localeCompare(b))} />;
  }
  return <Plain value={value} />;
}

function Entries({ entries }: { entries: readonly (readonly [string, unknown])[] }) {
  if (entries.length === 0) return <Box color="text-status-inactive">none</Box>;
  return (
    <dl className="causeway-tree">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{isLarge(value) ? <Folded value={value} /> : <AttributeTree value={value} />}</dd>
        </div>
      ))}
    </dl>
  );
}

function Folded({ value }: { value: unknown }) {
  const size = Array.isArray(value) ? value.length : Object.keys(isObject(value) ? value : {}).length;
  const what = Array.isArray(value) ? 'item' : 'field';
  return (
    <ExpandableSection headerText={`${size} ${what}${size === 1 ? '' : 's'}`} variant="inline">
      <AttributeTree value={value} />
    </ExpandableSection>
  );
}

function isLarge(value: unknown): boolean {
  return (Array.isArray(value) && value.length > 0) || (isObject(value) && Object.keys(value).length > 0);
}

export function Plain({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <Box color="text-status-inactive">–</Box>;
  if (value === '') return <Box color="text-status-inactive">empty</Box>;
  return <span className="causeway-value">{typeof value === 'string' ? value : JSON.stringify(value)}</span>;
}
