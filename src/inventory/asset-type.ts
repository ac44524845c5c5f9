import { hash } from 'node:crypto';
import packageJson from '../../package.json' with { type: 'json' };
import { ok } from '../domain/result.ts';
import { attributesOf, camelCase } from './attributes.ts';
import type { AssetProperty, AssetType, Detail, ListedAsset, Listing } from './define.ts';
import { fieldsTextOf, rawHashOf } from './raw.ts';
import { type DetailedItem, detailReader } from './read-details.ts';
import { storableText } from './storable.ts';

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
  if (list.raw && (definition.verbatim || Object.keys(leftOut).some(name => name.includes('.')))) {
    throw new Error(`${assetType}: of a raw listing only whole fields can be left out, and none is verbatim`);
  }
  const assetOf = assetReader(definition);
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
    readWith: readerOf(definition),
    sample: { id: definition.id(sample) ?? '', item: sample },
    async *pages(aws, isKnown) {
      const withDetails = detailReader(aws, details);
      // What a listing shows of a resource with details does not say whether they are as they were.
      for await (const page of list.pages(aws, details.length === 0 ? isKnown : undefined)) {
        if (!page.ok) {
          yield page;
          return;
        }
        const items =
          details.length === 0
            ? page.value.items.map(item => ({ item, unread: NOTHING }))
            : await withDetails(page.value.items);
        yield ok({ size: items.length, items: () => items.map(assetOf), unchanged: page.value.unchanged });
      }
    },
  };
}

/** A release can change anything; while developing, what the type's own file says tells readers apart. */
function readerOf<Item extends object>(definition: AssetTypeDefinition<Item>): string {
  const text = JSON.stringify(definition, (_, value) => (typeof value === 'function' ? String(value) : value));
  return `${packageJson.version}/${hash('sha1', text, 'hex').slice(0, 8)}`;
}

function assetReader<Item extends object>({
  id,
  arn,
  name,
  state,
  tags: tagsIn,
  owner,
  leftOut,
  verbatim,
}: AssetTypeDefinition<Item>): (item: DetailedItem<Item>) => ListedAsset {
  const fieldsLeftOut = Object.keys(leftOut).map(camelCase);
  return ({ item, unread }) => {
    const text = fieldsTextOf(item);
    // The same as from the item, without the objects that would be made of its list.
    const tags = (tagsIn && text?.readTags('tags')) ?? tagsIn?.(item) ?? NOTHING;
    const missing = Object.entries(unread).map(([field, fault]) => [camelCase(field), fault]);
    return {
      nativeId: storableText(id(item) ?? ''),
      rawHash: rawHashOf(item),
      arn: textOf(arn?.(item)),
      name: textOf(name ? name(item) : tags.Name) || null,
      state: textOf(state?.(item)),
      // Fields as text can be stored as they are.
      tags: text ? tags : storableTags(tags),
      attributes: text
        ? text.but({ leftOut: fieldsLeftOut, added: attributesOf(item) })
        : attributesOf(item, leftOut, verbatim),
      ownerId: owner?.(item) ?? null,
      ...(missing.length === 0 ? NOTHING : { unread: Object.fromEntries(missing) }),
    };
  };
}

/** Of nearly all items, which share it. */
const NOTHING: Readonly<Record<string, never>> = {};

function textOf(text: string | undefined): string | null {
  return text === undefined ? null : storableText(text);
}

function storableTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [storableText(key), storableText(value)]));
}
