import { createHash } from 'node:crypto';
import { valuesAt } from './attributes.ts';
import type { AssetProperty } from './define.ts';
import { readFields } from './fields-text.ts';
import type { StoredContent } from './keep-unread.ts';

type Content = Omit<StoredContent, 'unknown'>;

/**
 * The hash by which a change is noticed, as 32 hex digits: the first half of the SHA-256 of the asset's canonical form.
 * Equal for answers that differ only in the order of fields or of list elements: AWS's lists are sets, and their order is
 * not promised. 128 bits: the chance that a change is overlooked is nil, and the hashes of a large scope stay in memory.
 */
export function contentHash(asset: Content): string {
  const { arn, name, state, tags, attributes } = asset;
  const text = canonicalText({ arn, name, state, tags, attributes: readFields(attributes) });
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** JSON with sorted keys and sorted lists. */
export function canonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) {
    return value.length === 0 ? '[]' : `[${value.map(canonicalText).sort().join(',')}]`;
  }
  const fields: string[] = [];
  for (const [name, field] of Object.entries(value)) {
    if (field !== undefined) fields.push(`${JSON.stringify(name)}:${canonicalText(field)}`);
  }
  return `{${fields.sort().join(',')}}`;
}

/** The lower-case text that free-text search looks in: what the asset is called and how it is reached, one fact a line. */
export function searchText(asset: Content, properties: readonly AssetProperty[]): string {
  const facts = new Set<string>();
  for (const fact of [asset.nativeId, asset.name, asset.arn]) if (fact !== null) facts.add(fact);
  for (const { inSearch, path } of properties) {
    if (inSearch) for (const fact of valuesAt(asset.attributes, path)) facts.add(fact);
  }
  return [...facts].join('\n').toLowerCase();
}
