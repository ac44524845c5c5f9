import Box from '@cloudscape-design/components/box';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { PageLink } from '../../parts/links.tsx';
import type { Column } from '../../parts/paged-table.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { PATHS } from '../../paths.ts';
import { AssetState } from './asset-state.tsx';
import { type Asset, type AssetTypeInfo, INSTANCE_TYPE, isUnknown, labelOfType, valuesAt } from './asset-types.ts';

interface Given {
  readonly types: readonly AssetTypeInfo[];
  /** The one type that the list shows; its properties become columns. */
  readonly only: AssetTypeInfo | undefined;
  readonly accountName: (accountId: string) => string | undefined;
}

export function assetColumns({ types, only, accountName }: Given): readonly Column<Asset>[] {
  const typeColumn: Column<Asset> = {
    id: 'type',
    header: 'Type',
    cell: ({ assetType }) => labelOfType(types, assetType),
    sortingField: 'type',
    width: 160,
  };
  return [
    {
      id: 'name',
      header: 'Name',
      cell: asset => <PageLink href={PATHS.asset(asset.id)}>{asset.name ?? asset.nativeId}</PageLink>,
      sortingField: 'name',
      isRowHeader: true,
      width: 210,
    },
    {
      id: 'id',
      header: only?.assetType === INSTANCE_TYPE ? 'Instance ID' : 'ID',
      cell: ({ nativeId }) => <CopyableId text={nativeId} what="id" />,
      sortingField: 'id',
      width: 220,
    },
    ...(only ? [] : [typeColumn]),
    {
      id: 'state',
      header: 'State',
      cell: asset => <AssetState asset={asset} />,
      sortingField: 'state',
      width: 150,
      hiddenAtFirst: only?.hasStates === false,
    },
    ...propertyColumns(only, FIRST),
    {
      id: 'accountId',
      header: 'Account',
      cell: ({ accountId }) => <Account accountId={accountId} name={accountName(accountId)} />,
      sortingField: 'accountId',
      width: 225,
    },
    { id: 'region', header: 'Region', cell: ({ region }) => region, sortingField: 'region', width: 155 },
    ...propertyColumns(only, others(only)),
    { id: 'lastSeen', header: 'Last seen', cell: ({ lastSeenAt }) => <TimeAgo at={lastSeenAt} />, width: 140 },
    {
      id: 'firstSeen',
      header: 'First seen',
      cell: ({ firstSeenAt }) => <TimeAgo at={firstSeenAt} />,
      sortingField: 'firstSeen',
      width: 140,
      hiddenAtFirst: true,
    },
    {
      id: 'changed',
      header: 'Changed',
      cell: ({ changedAt }) => <TimeAgo at={changedAt} />,
      sortingField: 'changed',
      width: 140,
      hiddenAtFirst: true,
    },
    { id: 'tags', header: 'Tags', cell: ({ tags }) => tagsInLine(tags), width: 320 },
    {
      id: 'connectorTags',
      header: 'Connector tags',
      cell: ({ connectorTags }) => tagsInLine(connectorTags),
      width: 240,
      hiddenAtFirst: true,
    },
    { id: 'arn', header: 'ARN', cell: ({ arn }) => arn ?? '–', width: 320, hiddenAtFirst: true },
  ];
}

/** Properties that people read first, in this order. */
const FIRST = ['instanceType'];

/** Shown although the registry leaves it out: people place an instance by it. */
const ALSO_SHOWN = ['availabilityZone'];

function others(only: AssetTypeInfo | undefined): readonly string[] {
  return only?.properties.map(({ name }) => name).filter(name => !FIRST.includes(name)) ?? [];
}

function propertyColumns(only: AssetTypeInfo | undefined, names: readonly string[]): readonly Column<Asset>[] {
  return names.flatMap(name => {
    const property = only?.properties.find(other => other.name === name);
    if (!property) return [];
    const { label, path, kind, column } = property;
    return {
      id: `property.${name}`,
      header: label,
      cell: asset => <Values values={valuesAt(asset.attributes, path)} kind={kind} unknown={isUnknown(asset, path)} />,
      width: 160,
      hiddenAtFirst: !column && !ALSO_SHOWN.includes(name),
    };
  });
}

function Values({
  values,
  kind,
  unknown,
}: {
  values: readonly string[];
  kind: AssetTypeInfo['properties'][number]['kind'];
  unknown: boolean;
}) {
  const [first] = values;
  if (first === undefined) return <Box color="text-status-inactive">{unknown ? 'Not known' : '–'}</Box>;
  if (kind === 'time') return <TimeAgo at={first} />;
  if (kind === 'boolean') return first === 'true' ? 'Yes' : 'No';
  return [...new Set(values)].join(', ');
}

function Account({ accountId, name }: { accountId: string; name: string | undefined }) {
  return (
    <span className="causeway-nowrap">
      {accountId}
      {name && <Box variant="span" color="text-body-secondary">{` ${name}`}</Box>}
    </span>
  );
}

function tagsInLine(tags: Asset['tags']): string {
  const shown = Object.entries(tags).filter(([key]) => key !== 'Name');
  return shown.length === 0 ? '–' : shown.map(([key, value]) => `${key}: ${value}`).join(', ');
}
