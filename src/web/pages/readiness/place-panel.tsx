import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { isAccountType } from '../../../domain/partition.ts';
import { Facts } from '../../parts/facts.tsx';
import { PageLink } from '../../parts/links.tsx';
import { EmptyState, tableStates } from '../../parts/loaded.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { useView } from '../../parts/view-state.ts';
import { PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { SidePanel } from '../../shell/side-panel.tsx';
import type { Place } from './readiness-page.tsx';
import { Legend, ReadinessIndicator } from './readiness-words.tsx';

const pageSize = 20;

/** One region and type of the estate beside the heat table: the connectors that are not fresh there. */
export function PlacePanel({
  place: { region, assetType, totals, items, oldestCompleteAt },
  typeLabel,
  onClose,
}: {
  place: Place;
  typeLabel: string;
  onClose: () => void;
}) {
  return (
    <SidePanel title={`${typeLabel}, ${region}`} onClose={onClose}>
      <SpaceBetween size="l">
        <Facts
          columns={2}
          facts={[
            { label: 'Resources', value: items.toLocaleString('en-US') },
            { label: 'Oldest complete observation', value: <TimeAgo at={oldestCompleteAt} never="Never" /> },
          ]}
        />
        <Legend totals={totals} />
        <NotFresh key={`${region} ${assetType}`} region={region} assetType={assetType} />
      </SpaceBetween>
    </SidePanel>
  );
}

function NotFresh({ region, assetType }: { region: string; assetType: string }) {
  const { get } = useView();
  const [trail, setTrail] = useState<readonly string[]>([]);
  const accountType = get('type');
  const read = useRead(
    'listNotFresh',
    {
      query: {
        ...{ region, assetType, limit: pageSize, cursor: trail.at(-1) },
        accountType: isAccountType(accountType) ? accountType : undefined,
      },
    },
    { again: () => 15_000, keepPrevious: true },
  );
  const next = read.data?.nextCursor ?? null;
  return (
    <Table
      variant="embedded"
      items={read.data?.items ?? []}
      trackBy={({ connectorId }) => connectorId}
      {...tableStates(
        read,
        'connectors',
        <EmptyState title="All are fresh">Every enabled connector was observed completely and lately here.</EmptyState>,
      )}
      ariaLabels={{ tableLabel: 'Connectors that are not fresh here' }}
      columnDefinitions={[
        {
          id: 'name',
          header: 'Connector',
          isRowHeader: true,
          cell: ({ connectorId, name }) => (
            <PageLink href={`${PATHS.connector(connectorId)}?${tabOf(assetType, region)}#tab`}>{name}</PageLink>
          ),
        },
        { id: 'account', header: 'Account ID', cell: ({ accountId }) => accountId },
        { id: 'readiness', header: 'Readiness', cell: scope => <ReadinessIndicator readiness={scope.readiness} /> },
        {
          id: 'completeAt',
          header: 'Observed completely',
          cell: ({ completeAt }) => <TimeAgo at={completeAt} never="Never" />,
        },
      ]}
      footer={
        (next !== null || trail.length > 0) && (
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={trail.length === 0} onClick={() => setTrail(trail.slice(0, -1))}>
              Previous
            </Button>
            <Button disabled={next === null} onClick={() => next !== null && setTrail([...trail, next])}>
              Next
            </Button>
          </SpaceBetween>
        )
      }
    />
  );
}

/** Of a connector's page: its readiness, with this scope opened. */
function tabOf(assetType: string, region: string): string {
  return String(new URLSearchParams({ tab: 'readiness', scope: `${assetType} ${region}` }));
}
