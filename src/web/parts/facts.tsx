import Box from '@cloudscape-design/components/box';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import type { ReactNode } from 'react';

export interface Fact {
  readonly label: string;
  readonly value: ReactNode;
}

/** Labelled values in columns; one that is missing shows a dash, so that nobody wonders whether it failed to load. */
export function Facts({
  facts,
  columns = 4,
  minColumnWidth = 150,
}: {
  facts: readonly Fact[];
  columns?: number;
  /** In pixels; where less is left, there are fewer columns. */
  minColumnWidth?: number;
}) {
  return (
    <KeyValuePairs
      columns={columns}
      minColumnWidth={minColumnWidth}
      items={facts.map(({ label, value }) => ({
        label,
        value:
          value === '' || value === null || value === undefined ? <Box color="text-status-inactive">–</Box> : value,
      }))}
    />
  );
}
