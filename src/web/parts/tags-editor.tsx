import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Box from '@cloudscape-design/components/box';
import Input from '@cloudscape-design/components/input';
import { LIMITS } from '../../domain/limits.ts';

export interface TagRow {
  readonly key: string;
  readonly value: string;
}

export function rowsOfTags(tags: Readonly<Record<string, string>>): readonly TagRow[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

export function tagsOfRows(rows: readonly TagRow[]): Record<string, string> {
  return Object.fromEntries(rows.map(({ key, value }) => [key.trim(), value]));
}

/** What is wrong with the rows; undefined when nothing is. */
export function wrongTags(rows: readonly TagRow[]): string | undefined {
  const keys = rows.map(row => row.key.trim());
  if (keys.includes('')) return 'Every tag needs a key; remove the rows you do not need.';
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  return twice === undefined ? undefined : `The key “${twice}” is there twice.`;
}

/** Edits tags as rows of key and value. */
export function TagsEditor({
  rows,
  onChange,
  what,
}: {
  rows: readonly TagRow[];
  onChange: (rows: readonly TagRow[]) => void;
  /** What the tags are, such as "asset tag". */
  what: string;
}) {
  const changeRow = (index: number, change: Partial<TagRow>) =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...change } : row)));
  return (
    <AttributeEditor<TagRow>
      items={rows}
      addButtonText={`Add ${what}`}
      removeButtonText="Remove"
      removeButtonAriaLabel={row => `Remove ${what} ${row.key}`}
      disableAddButton={rows.length >= LIMITS.tagsMax}
      additionalInfo={`At most ${LIMITS.tagsMax}.`}
      empty={<Box color="text-body-secondary">No {what}s.</Box>}
      onAddButtonClick={() => onChange([...rows, { key: '', value: '' }])}
      onRemoveButtonClick={event => onChange(rows.filter((_, at) => at !== event.detail.itemIndex))}
      definition={[
        {
          label: 'Key',
          control: (row, index) => (
            <Input
              value={row.key}
              ariaLabel={`Key of ${what} ${index + 1}`}
              placeholder="Such as Environment"
              onChange={event => changeRow(index, { key: event.detail.value })}
            />
          ),
        },
        {
          label: 'Value',
          control: (row, index) => (
            <Input
              value={row.value}
              ariaLabel={`Value of ${what} ${index + 1}`}
              onChange={event => changeRow(index, { value: event.detail.value })}
            />
          ),
        },
      ]}
    />
  );
}
