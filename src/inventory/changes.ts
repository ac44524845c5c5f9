import { LIMITS } from '../domain/limits.ts';
import { canonicalText } from './content.ts';
import type { ObservedAsset } from './define.ts';

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
 * longer than `LIMITS.historyValueCharsMax` are cut, and at most `LIMITS.historyChangesMax` changes are told.
 */
export function changesBetween(before: Content, after: Content): Change[] {
  return difference(pick(before), pick(after), '').slice(0, LIMITS.historyChangesMax);
}

function pick({ arn, name, state, tags, attributes }: Content): Content {
  return { arn, name, state, tags, attributes };
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
