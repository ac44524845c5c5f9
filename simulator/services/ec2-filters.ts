import type { Filter } from '@aws-sdk/client-ec2';
import { AwsError } from '../service.ts';

/** The values that a resource has for a filter of this name; several where the resource has a list. */
export type FilterTable<T> = Readonly<Record<string, (item: T) => readonly (string | undefined)[]>>;

export interface Tagged {
  Tags?: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;
}

/**
 * Compiles EC2's filters: an item must match every filter, and one value of each. Values are case-sensitive, `*` stands
 * for any characters, `?` for one, and a backslash takes that meaning away.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
 */
export function compileFilters<T extends Tagged>(
  filters: readonly Filter[] | undefined,
  table: FilterTable<T>,
): (item: T) => boolean {
  const tests = (filters ?? []).map(filter => {
    const values = valuesOf(filter.Name ?? '', table);
    const matches = anyOf(filter.Values ?? []);
    return (item: T) => values(item).some(value => value !== undefined && matches(value));
  });
  return item => tests.every(test => test(item));
}

/** EC2 takes at most 200 values in all filters of a call together. */
export const FILTER_VALUES_MAX = 200;

function valuesOf<T extends Tagged>(name: string, table: FilterTable<T>): (item: T) => readonly (string | undefined)[] {
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return item => (item.Tags ?? []).filter(tag => tag.Key === key).map(tag => tag.Value);
  }
  if (name === 'tag-key') return item => (item.Tags ?? []).map(tag => tag.Key);
  const values = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!values) {
    throw new AwsError({ code: 'InvalidParameterValue', message: `The filter '${name}' is invalid`, status: 400 });
  }
  return values;
}

function anyOf(patterns: readonly string[]): (value: string) => boolean {
  const exact = new Set(patterns.filter(pattern => !/[*?\\]/.test(pattern)));
  const wild = patterns.filter(pattern => /[*?\\]/.test(pattern)).map(toRegExp);
  return value => exact.has(value) || wild.some(pattern => pattern.test(value));
}

function toRegExp(pattern: string): RegExp {
  const source = pattern.replaceAll(/\\([*?\\])|[\s\S]/g, (all, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\${escaped}`;
    if (all === '*') return '[^]*';
    if (all === '?') return '[^]';
    return all.replace(/[.+^${}()|[\]\\/]/, '\\$&');
  });
  return new RegExp(`^${source}$`, 'u');
}
