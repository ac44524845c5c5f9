import type { AssetQuery, AttributePlace, Comparison, Pattern, TextProperty } from '../../src/query/tree.ts';
import type { StoredAsset } from './asset-world.ts';

/** A plain reading of what a query means, written without regard to how PostgreSQL is asked. */
export function accepts(query: AssetQuery, asset: StoredAsset): boolean {
  switch (query.kind) {
    case 'all':
      return query.of.every(part => accepts(part, asset));
    case 'any':
      return query.of.some(part => accepts(part, asset));
    case 'not':
      return !accepts(query.of, asset);
    case 'gone':
      return (asset.goneAt !== null) === query.value;
    case 'matches':
      return query.patterns.some(pattern => matches(query.property, pattern, asset));
    case 'compares': {
      const { property, operator, value } = query;
      const values = property.of === 'asset' ? [timeOf(property.name, asset)] : placed(property.places, asset);
      return values.some(found => typeof found === typeof value && holds(found, operator, value));
    }
  }
}

function matches(property: TextProperty, pattern: Pattern, asset: StoredAsset): boolean {
  if (property.of === 'tag') return fits(asset.tags[property.key], pattern);
  if (property.of === 'connectorTag') return fits(asset.connectorTags[property.key], pattern);
  if (property.of === 'attribute') return placed(property.places, asset).some(value => fitsAnyCase(value, pattern));
  switch (property.name) {
    case 'text':
      return (
        [...asset.search.split('\n'), ...dnsNames(asset)].some(fact => fitsAnyCase(fact, ['', ...pattern, ''])) ||
        asset.sharedFacts.some(fact => isFoundBy(fact, pattern, /^(i|eni)-/.test(fact))) ||
        isFoundBy(asset.nativeId, pattern, false)
      );
    case 'id':
      return fitsAnyCase(asset.nativeId, pattern);
    case 'type':
      return fitsAnyCase(asset.assetType, pattern);
    default:
      return fitsAnyCase(asset[property.name], pattern);
  }
}

/** Of a label and a rest that stand apart nothing is known but that they are of one asset. */
function dnsNames({ search, sharedFacts }: StoredAsset): string[] {
  const labels = search.split('\n').filter(fact => fact.endsWith('.'));
  const rests = sharedFacts.filter(fact => fact.startsWith('.'));
  return labels.flatMap(label => rests.map(rest => label + rest.slice(1)));
}

/** Of an id that AWS made up, `pattern` must be the beginning or the digits; of a unique one, all of it or its digits. */
function isFoundBy(fact: string, pattern: Pattern, isUnique: boolean): boolean {
  const [, digits] = /^(?:i|vol|eni|vpc)-([0-9a-f]{8}|[0-9a-f]{17})$/.exec(fact) ?? [];
  if (digits === undefined || pattern[0] === '') return fitsAnyCase(fact, ['', ...pattern, '']);
  const isWhole = pattern.length === 1 && (fitsAnyCase(fact, pattern) || fitsAnyCase(digits, pattern));
  return isWhole || (!isUnique && fitsAnyCase(fact, [...pattern, '']));
}

function placed(places: readonly AttributePlace[], asset: StoredAsset): unknown[] {
  return places
    .filter(place => place.assetType === asset.assetType)
    .flatMap(({ path }) =>
      path.split('.').reduce(
        (found: unknown[], step) =>
          found.flatMap(value => {
            const next = new Map(Object.entries(Object(value))).get(step.replace('[]', ''));
            return next === undefined ? [] : Array.isArray(next) ? next : [next];
          }),
        [asset.attributes],
      ),
    )
    .filter(value => value !== '');
}

function fitsAnyCase(value: unknown, pattern: Pattern): boolean {
  if (value === null || value === undefined) return false;
  return fits(
    String(value).toLowerCase(),
    pattern.map(part => part.toLowerCase()),
  );
}

/** Finds the parts from left to right; the last one must be at the end. */
function fits(text: string | undefined, [first = '', ...rest]: Pattern): boolean {
  if (text === undefined || !text.startsWith(first)) return false;
  if (rest.length === 0) return text === first;
  const last = rest.pop() ?? '';
  let from = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}

function timeOf(name: 'firstSeen' | 'lastSeen' | 'changed', asset: StoredAsset): string {
  return { firstSeen: asset.firstSeenAt, lastSeen: asset.lastSeenAt, changed: asset.changedAt }[name];
}

function holds(found: unknown, operator: Comparison, value: number | string): boolean {
  const order =
    typeof found === 'number' ? found - Number(value) : String(found) < value ? -1 : found === value ? 0 : 1;
  return { '>': order > 0, '>=': order >= 0, '<': order < 0, '<=': order <= 0 }[operator];
}
