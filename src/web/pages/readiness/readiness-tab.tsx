import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useMemo } from 'react';
import { READINESS_LETTERS, regionsInOrder } from '../../../domain/readiness.ts';
import { isBusy } from '../../parts/connector-state.tsx';
import { type HeatCell, type HeatRow, HeatTable } from '../../parts/heat-table.tsx';
import type { Connector } from '../../parts/hub.tsx';
import { EmptyState, Loaded } from '../../parts/loaded.tsx';
import { useView } from '../../parts/view-state.ts';
import { useRead } from '../../queries.ts';
import { type AssetTypeInfo, labelOfType, useAssetTypes } from '../assets/asset-types.ts';
import {
  type ConnectorReadiness,
  Legend,
  READINESS_WORDS,
  type ReadyScope,
  shortAge,
  shortCount,
} from './readiness-words.tsx';
import { PolicyChangeView, Reasons } from './reasons.tsx';
import { ScopePanel } from './scope-panel.tsx';

/** How fresh a connector is, region by region and type by type, and what to do about what is not. */
export function ReadinessTab({ connector }: { connector: Connector }) {
  const read = useRead(
    'connectorReadiness',
    { params: { id: connector.id } },
    { again: () => (isBusy(connector) ? 2_000 : 15_000) },
  );
  return (
    <Loaded read={read} what="the readiness">
      {readiness => (
        <SpaceBetween size="l">
          {readiness.reasons.length > 0 && <Reasons reasons={readiness.reasons} />}
          {readiness.policyChange && <PolicyChangeView change={readiness.policyChange} />}
          <Scopes readiness={readiness} accountId={connector.accountId} />
        </SpaceBetween>
      )}
    </Loaded>
  );
}

type Shown = 'age' | 'items';

function Scopes({ readiness, accountId }: { readiness: ConnectorReadiness; accountId: string }) {
  const { get, setBeside } = useView();
  const types = useAssetTypes();
  const shown: Shown = get('show') === 'items' ? 'items' : 'age';
  const columns = useMemo(() => regionsInOrder(readiness.scopes), [readiness.scopes]);
  const rows = useMemo(() => rowsOf(readiness, { types, shown }), [readiness, types, shown]);
  const opened = get('scope');
  const open = useCallback((row: string, column: string) => setBeside({ scope: `${row} ${column}` }), [setBeside]);
  const scope = readiness.scopes.find(({ assetType, region }) => `${assetType} ${region}` === opened);
  const { totals, scopes } = readiness;
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${totals.fresh} of ${scopes.length} fresh)`}
          description="A scope is fresh when its last observation was complete and is not older than two polling intervals. Open a cell to see why, and what to do."
          actions={
            <SegmentedControl
              label="What the cells show"
              selectedId={shown}
              options={[
                { id: 'age', text: 'Age' },
                { id: 'items', text: 'Resources' },
              ]}
              onChange={event => setBeside({ show: event.detail.selectedId === 'items' ? 'items' : '' })}
            />
          }
        >
          Regions and types
        </Header>
      }
    >
      {scopes.length === 0 ? (
        <EmptyState title="Nothing is planned yet">Scopes are planned when the first run starts.</EmptyState>
      ) : (
        <SpaceBetween size="s">
          <Legend totals={totals} />
          <HeatTable
            label="Readiness by type and region"
            corner="Type"
            columns={columns}
            rows={rows}
            opened={opened}
            onOpen={open}
          />
        </SpaceBetween>
      )}
      {scope && (
        <ScopePanel
          scope={scope}
          readiness={readiness}
          accountId={accountId}
          typeLabel={labelOfType(types, scope.assetType)}
          onClose={() => setBeside({ scope: '' })}
        />
      )}
    </Container>
  );
}

/** Types in the order of the registry. */
function rowsOf(
  { scopes, at }: ConnectorReadiness,
  { types, shown }: { types: readonly AssetTypeInfo[]; shown: Shown },
): HeatRow[] {
  const byType = Map.groupBy(scopes, ({ assetType }) => assetType);
  const places = new Map(types.map(({ assetType }, index) => [assetType, index]));
  const sorted = [...byType].sort(([a], [b]) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  return sorted.map(([assetType, found]) => {
    const header = labelOfType(types, assetType);
    return {
      id: assetType,
      header,
      cells: new Map(found.map(scope => [scope.region, cellOf(scope, { header, at, shown })])),
    };
  });
}

function cellOf(scope: ReadyScope, { header, at, shown }: { header: string; at: string; shown: Shown }): HeatCell {
  const { readiness, completeAt, items, reason, region } = scope;
  const { label, tone } = READINESS_WORDS[readiness];
  const partly = readiness === 'fresh' && reason !== null;
  const age = completeAt === null ? null : shortAge(new Date(at).getTime() - new Date(completeAt).getTime());
  const seen = age === null ? 'never observed completely' : `observed completely ${age} ago, ${items} resources`;
  return {
    tone: partly ? 'doubtful' : tone,
    letter: `${READINESS_LETTERS[readiness]}${partly ? '!' : ''}`,
    text: age === null ? '' : shown === 'age' ? age : shortCount(items),
    label: `${header}, ${region}: ${label}${partly ? ', some details not known' : ''}, ${seen}`,
  };
}
