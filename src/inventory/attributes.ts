import type { Attributes } from './define.ts';

/**
 * An item of an SDK answer as attributes: names in camelCase, dates as ISO 8601 text, bytes as base64. Every field that
 * AWS sent is kept, empty texts and lists too; only `leftOut` (names as AWS writes them) is not. Fields that are
 * undefined were not in the answer.
 */
export function attributesOf(item: object, leftOut: Readonly<Record<string, string>> = {}): Attributes {
  return Object.fromEntries(
    Object.entries(item)
      .filter(([name, value]) => value !== undefined && !(name in leftOut))
      .map(([name, value]) => [camelCase(name), jsonOf(value)]),
  );
}

/** `InstanceType` → `instanceType`. Only the first letter changes, so that AWS's name can be told from ours. */
function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function jsonOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'object' && value !== null) return attributesOf(value);
  return value;
}

/** AWS's list of tags as an object. A key cannot occur twice on a resource. */
export function tagsOf(tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined) {
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** The tag that the EC2 console shows as the name; an empty one is no name. */
export function nameTag(tags: Readonly<Record<string, string>>): string | null {
  return tags.Name || null;
}

/**
 * The values at a path such as `networkInterfaces[].privateIpAddress`, as text; none where a step is missing. Lists are
 * flattened, nulls and empty texts left out.
 */
export function valuesAt(attributes: Attributes, path: string): string[] {
  let values: unknown[] = [attributes];
  for (const step of path.split('.')) {
    const name = step.replace(/\[\]$/, '');
    values = values.flatMap(value => (isObject(value) && name in value ? [value[name]] : []));
    if (step.endsWith('[]')) values = values.flatMap(value => (Array.isArray(value) ? value : []));
  }
  return values.flatMap(value => (isShown(value) ? [String(value)] : []));
}

function isObject(value: unknown): value is Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isShown(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean';
}
