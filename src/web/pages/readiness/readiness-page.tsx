import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useMemo } from 'react';
import type { ReplyOf } from '../../../api/contract.ts';
import { isAccountType, PARTITIONS } from '../../../domain/partition.ts';
import { regionsInOrder } from '../../../domain/readiness.ts';
import { type HeatCell, type HeatRow, HeatTable } from '../../parts/heat-table.tsx';
import { EmptyState, Loaded } from '../../parts/loaded.tsx';
import { SearchFilter } from '../../parts/search-filter.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { useView } from '../../parts/view-state.ts';
import { CRUMBS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { Page } from '../../shell/page.tsx';
import { type AssetTypeInfo, labelOfType, useAssetTypes } from '../assets/asset-types.ts';
import { EstateReasons } from './estate-reasons.tsx';
import { PlacePanel } from './place-panel.tsx';
import { Legend, scopesIn } from './readiness-words.tsx';

export type Readiness = ReplyOf<'getReadiness'>;
export type Place = Readiness['cells'][number];

/** CloudView > Readiness: how fresh the whole estate is, by region and type. */
export function ReadinessPage() {
  const { get } = useView();
  const accountType = get('type');
  const accountId = get('search');
  const read = useRead(
    'getReadiness',
    {
      query: {
        accountType: isAccountType(accountType) ? accountType : undefined,
        accountId: ACCOUNT_ID.test(accountId) ? accountId : undefined,
      },
    },
    { again: () => 15_000, keepPrevious: true },
  );
  return (
    <Page title="Readiness" crumbs={[CRUMBS.cloudView]}>
      <SpaceBetween size="l">
        <Header
          variant="h1"
          description="How much of what the enabled connectors look at was observed completely and lately, and what keeps the rest from it."
        >
          Readiness
        </Header>
        <Filters />
        <Loaded read={read} what="the readiness">
          {readiness => <ReadinessView readiness={readiness} />}
        </Loaded>
      </SpaceBetween>
    </Page>
  );
}

const ACCOUNT_ID = /^\d{12}$/;

function Filters() {
  const { get, set } = useView();
  const options = [
    { value: '', label: 'Any account type' },
    ...PARTITIONS.map(facts => ({ value: facts.accountType, label: facts.label })),
  ];
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Select
        ariaLabel="Account type"
        selectedOption={options.find(({ value }) => value === get('type')) ?? null}
        options={options}
        onChange={event => set({ type: event.detail.selectedOption.value ?? '' })}
      />
      <SearchFilter label="Account ID" placeholder="Only this account ID" />
    </SpaceBetween>
  );
}

function ReadinessView({ readiness }: { readiness: Readiness }) {
  const { get, setBeside } = useView();
  const types = useAssetTypes();
  const columns = useMemo(() => regionsInOrder(readiness.cells), [readiness.cells]);
  const rows = useMemo(() => rowsOf(readiness.cells, types), [readiness.cells, types]);
  const opened = get('place');
  const open = useCallback((row: string, column: string) => setBeside({ place: `${row} ${column}` }), [setBeside]);
  const place = readiness.cells.find(({ assetType, region }) => `${assetType} ${region}` === opened);
  const all = scopesIn(readiness.totals);
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            counter={`(${readiness.totals.fresh.toLocaleString('en-US')} of ${all.toLocaleString('en-US')} scopes fresh)`}
            description={
              <>
                Counted <TimeAgo at={readiness.at} />. Each cell is the share of its scopes that are fresh; open one to
                see which connectors are not.
              </>
            }
          >
            Regions and types
          </Header>
        }
      >
        {all === 0 ? (
          <EmptyState title="Nothing is planned yet">
            Scopes are planned when an enabled connector runs for the first time.
          </EmptyState>
        ) : (
          <SpaceBetween size="s">
            <Legend totals={readiness.totals} />
            <HeatTable
              label="Share of fresh scopes by type and region"
              corner="Type"
              columns={columns}
              rows={rows}
              opened={opened}
              onOpen={open}
            />
          </SpaceBetween>
        )}
      </Container>
      {readiness.reasons.length > 0 && <EstateReasons reasons={readiness.reasons} />}
      {place && (
        <PlacePanel
          place={place}
          typeLabel={labelOfType(types, place.assetType)}
          onClose={() => setBeside({ place: '' })}
        />
      )}
    </SpaceBetween>
  );
}

function rowsOf(cells: readonly Place[], types: readonly AssetTypeInfo[]): HeatRow[] {
  const places = new Map(types.map(({ assetType }, index) => [assetType, index]));
  const byType = [...Map.groupBy(cells, ({ assetType }) => assetType)];
  return byType
    .sort(([a], [b]) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
    .map(([assetType, found]) => {
      const header = labelOfType(types, assetType);
      return { id: assetType, header, cells: new Map(found.map(cell => [cell.region, cellOf(cell, header)])) };
    });
}

/** Of the scopes that can be observed at all; never rounded up to 100. */
function cellOf({ region, totals, items }: Place, header: string): HeatCell {
  const { fresh = 0, 'not-applicable': never = 0 } = totals;
  const all = scopesIn(totals) - never;
  const words = `${header}, ${region}: `;
  if (all === 0) return { tone: 'quiet', letter: '·', text: '', label: `${words}nothing to observe` };
  const percent = Math.floor((fresh / all) * 100);
  return {
    tone: fresh === all ? 'good' : fresh === 0 ? 'bad' : 'doubtful',
    letter: fresh === all ? '✓' : fresh === 0 ? '✕' : '!',
    text: String(percent),
    label: `${words}${percent} % fresh, ${fresh} of ${all} scopes, ${items} resources`,
  };
}
