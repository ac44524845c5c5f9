import { ok } from '../domain/result.ts';
import { attributesOf, camelCase } from './attributes.ts';
import type { AssetItem, AssetProperty, AssetType, Detail, Listing, ObservedAsset } from './define.ts';
import { type DetailedItem, detailReader } from './read-details.ts';

/** A type as its file declares it. `Item` is a resource as the listing gives it, with what the details add. */
export interface AssetTypeDefinition<Item extends object> {
  /** The CloudFormation name, such as `AWS::RDS::DBInstance`. */
  readonly assetType: string;
  readonly label: string;
  readonly plural: string;
  readonly scope: 'regional' | 'global';
  readonly list: Listing<Item>;
  /** In the order in which they are called. */
  readonly details?: readonly Detail<Item>[];
  /** What AWS itself tells the resource from its neighbours by, within account, region and type. */
  readonly id: (item: Item) => string | undefined;
  /** Absent where AWS's answer has none. */
  readonly arn?: (item: Item) => string | undefined;
  /** Default: the tag `Name`. */
  readonly name?: (item: Item) => string | undefined;
  /** Absent for what has no states. */
  readonly state?: (item: Item) => string | undefined;
  /** Absent for what cannot have tags, or whose tags AWS does not tell. */
  readonly tags?: (item: Item) => Readonly<Record<string, string>>;
  /** For what other accounts can share with this one. */
  readonly owner?: (item: Item) => string | undefined;
  readonly properties: readonly AssetProperty[];
  readonly leftOut: Readonly<Record<string, string>>;
  /** Fields whose keys are the owner's own words, such as labels. */
  readonly verbatim?: readonly (keyof Item & string)[];
  readonly sample: Item;
}

export function assetType<Item extends object>(definition: AssetTypeDefinition<Item>): AssetType {
  const { assetType, label, plural, scope, list, details = [], properties, leftOut, sample } = definition;
  const calls = [list, ...(list.parent ? [list.parent] : []), ...details];
  return {
    assetType,
    label,
    plural,
    service: list.service,
    scope,
    iamActions: [...new Set(calls.map(({ action }) => action))],
    operations: calls.map(({ operation }) => operation),
    hasStates: definition.state !== undefined,
    properties,
    leftOut,
    sample: { id: definition.id(sample) ?? '', item: sample },
    async *pages(aws) {
      const withDetails = detailReader(aws, details);
      for await (const page of list.pages(aws)) {
        if (!page.ok) {
          yield page;
          return;
        }
        const items =
          details.length === 0 ? page.value.map(item => ({ item, unread: {} })) : await withDetails(page.value);
        yield ok({ items: items.map((item): AssetItem => itemOf(definition, item)) });
      }
    },
  };
}

function itemOf<Item extends object>(definition: AssetTypeDefinition<Item>, detailed: DetailedItem<Item>): AssetItem {
  const nativeId = definition.id(detailed.item) ?? '';
  return { nativeId, read: () => ({ nativeId, ...assetOf(definition, detailed) }) };
}

function assetOf<Item extends object>(
  { arn, name, state, tags: tagsIn, owner, leftOut, verbatim }: AssetTypeDefinition<Item>,
  { item, unread }: DetailedItem<Item>,
): Omit<ObservedAsset, 'nativeId'> {
  const tags = tagsIn?.(item) ?? {};
  const missing = Object.entries(unread).map(([field, fault]) => [camelCase(field), fault]);
  return {
    arn: arn?.(item) ?? null,
    name: (name ? name(item) : tags.Name) || null,
    state: state?.(item) ?? null,
    tags,
    attributes: attributesOf(item, leftOut, verbatim),
    ownerId: owner?.(item) ?? null,
    ...(missing.length === 0 ? {} : { unread: Object.fromEntries(missing) }),
  };
}
