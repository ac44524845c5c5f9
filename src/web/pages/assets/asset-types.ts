import type { ReplyOf } from '../../../api/contract.ts';
import { useRead } from '../../queries.ts';

export type Asset = ReplyOf<'getAsset'>;
export type AssetTypeInfo = ReplyOf<'listAssetTypes'>['items'][number];

export const INSTANCE_TYPE = 'AWS::EC2::Instance';

/** What is known of every asset type; empty until it has been read. It does not change while the server runs. */
export function useAssetTypes(): readonly AssetTypeInfo[] {
  return useRead('listAssetTypes', {}, { freshMs: Number.POSITIVE_INFINITY }).data?.items ?? [];
}

export function labelOfType(types: readonly AssetTypeInfo[], assetType: string): string {
  return types.find(type => type.assetType === assetType)?.label ?? assetType;
}

/** The names of connectors, by their id or by the account they read: people tell them apart by more than digits. */
export function useConnectorNames(by: 'id' | 'accountId'): (key: string) => string | undefined {
  const connectors = useRead('listConnectors', { query: { limit: 1_000 } }, { freshMs: 300_000 });
  const names = new Map(connectors.data?.items.map(connector => [connector[by], connector.name]));
  return key => names.get(key);
}

/** The values at a path such as `networkInterfaces[].privateIpAddress`, as text; none where a step is missing. */
export function valuesAt(attributes: Asset['attributes'], path: string): readonly string[] {
  let values: readonly unknown[] = [attributes];
  for (const step of path.split('.')) {
    const name = step.replace(/\[\]$/, '');
    values = values.flatMap(value => (isObject(value) && name in value ? [value[name]] : []));
    if (step.endsWith('[]')) values = values.flatMap(value => (Array.isArray(value) ? value : []));
  }
  return values.flatMap(value => (value === '' || value === null || typeof value === 'object' ? [] : [String(value)]));
}

/** Whether what stands at a path, or does not, could not be read when the asset was seen last. */
export function isUnknown({ unknown }: Asset, path: string): boolean {
  const [field = ''] = path.replaceAll('[]', '').split('.');
  return '*' in unknown || field in unknown;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
