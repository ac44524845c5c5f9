/**
 * JSON with the keys of every object in one fixed order, so that equal values give equal text and can be hashed. Fields
 * that are undefined are left out, as JSON.stringify does.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part) => (isObject(part) ? withSortedKeys(part) : part));
}

function withSortedKeys(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
