import { LIMITS } from '../domain/limits.ts';
import { canonicalText } from './content.ts';
import type { ObservedAsset } from './define.ts';
import { readFields } from './fields-text.ts';
import type { StoredContent } from './keep-unread.ts';

export interface Change {
  /** Such as `state`, `tags.Owner` or `attributes.placement.tenancy`. */
  readonly path: string;
  /** null where there was nothing. */
  readonly before: unknown;
  readonly after: unknown;
}

type Content = Pick<ObservedAsset, 'arn' | 'name' | 'state' | 'tags' | 'attributes'>;

/**
 * What differs between two observations of an asset, field by field; lists are compared as sets and shown whole. Values
 * longer than `LIMITS.historyValueCharsMax` are cut, and at most `LIMITS.historyChangesMax` changes are told. What was not
 * known before and is known now has not changed.
 */
export function changesBetween(before: Content & Partial<Pick<StoredContent, 'unknown'>>, after: Content): Change[] {
  const unknown = before.unknown ?? {};
  return difference(pick(before), pick(after), '')
    .filter(change => change.before !== null || !wasUnknown(change.path, unknown))
    .slice(0, LIMITS.historyChangesMax);
}

function wasUnknown(path: string, unknown: StoredContent['unknown']): boolean {
  if ('*' in unknown) return true;
  const [part = '', field = ''] = path.split('.');
  return part === 'attributes' ? field in unknown : 'tags' in unknown && (part === 'tags' || part === 'name');
}

function pick({ arn, name, state, tags, attributes }: Content): Content {
  return { arn, name, state, tags, attributes: readFields(attributes) };
}

function difference(before: unknown, after: unknown, path: string): Change[] {
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap(name => difference(before[name], after[name], path === '' ? name : `${path}.${name}`));
  }
  if (canonicalText(before ?? null) === canonicalText(after ?? null)) return [];
  return [{ path, before: shortened(before), after: shortened(after) }];
}

function shortened(value: unknown): unknown {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  if (text.length <= LIMITS.historyValueCharsMax) return value ?? null;
  return `${text.slice(0, LIMITS.historyValueCharsMax)}…`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
