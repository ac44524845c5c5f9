import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Token from '@cloudscape-design/components/token';

/** Tags as tokens "key: value". */
export function Tags({ tags, none = 'No tags' }: { tags: Readonly<Record<string, string>>; none?: string }) {
  const entries = Object.entries(tags).sort(([a], [b]) => a.localeCompare(b));
  if (entries.length === 0) return <Box color="text-status-inactive">{none}</Box>;
  return (
    <div className="causeway-tags">
      <SpaceBetween direction="horizontal" size="xxs">
        {entries.map(([key, value]) => (
          <Token key={key} variant="inline" label={value === '' ? key : `${key}: ${value}`} />
        ))}
      </SpaceBetween>
    </div>
  );
}
