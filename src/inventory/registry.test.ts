import { describe, expect, test } from 'vitest';
import { ASSET_TYPES, findAssetType } from './registry.ts';

describe.each(ASSET_TYPES.map(type => [type.assetType, type] as const))('%s', (assetType, type) => {
  test('is named as CloudFormation names it, once', () => {
    expect(assetType).toMatch(/^AWS::[A-Z]\w+::[A-Z]\w+$/);
    expect(ASSET_TYPES.filter(other => other.assetType === assetType)).toHaveLength(1);
    expect(findAssetType(assetType)).toBe(type);
  });

  test('needs only actions that read', () => {
    expect(type.iamActions.length).toBeGreaterThan(0);
    for (const action of type.iamActions) expect(action).toMatch(/^[a-z0-9-]+:(Describe|Get|List)[A-Z]\w+$/);
  });

  test('has properties that say one thing each, and some to show as columns', () => {
    const names = type.properties.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(type.properties.some(({ column }) => column)).toBe(true);
    for (const { path } of type.properties) expect(path).toMatch(/^([a-z]\w*(\[\])?)(\.[a-z]\w*(\[\])?)*$/);
  });
});

test('a property name means the same kind of thing in every type, so that a query need not name the type', () => {
  const kinds = new Map<string, string>();
  for (const { name, kind, label } of ASSET_TYPES.flatMap(type => type.properties)) {
    expect(`${kind} ${label}`).toBe(kinds.get(name) ?? `${kind} ${label}`);
    kinds.set(name, `${kind} ${label}`);
  }
});
