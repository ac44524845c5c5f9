import { describe, expect, test } from 'vitest';
import { isAwsId } from '../domain/aws-id.ts';
import { attributesOf, valuesAt } from './attributes.ts';
import { ASSET_TYPES, findAssetType } from './registry.ts';
import { SAMPLE_ACCOUNT, SAMPLE_REGION } from './sample.ts';

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

  test('has a sample of the sample’s account, from which its id, its tags and all that it leaves out can be seen', () => {
    const text = JSON.stringify(type.sample.item);
    expect(type.sample.id).not.toBe('');
    for (const [account] of text.matchAll(/\b\d{12}\b/g)) expect(account).toBe(SAMPLE_ACCOUNT);
    for (const [, region] of text.matchAll(/\b((?:us|eu|ap)-[a-z]+-\d)/g)) expect(region).toBe(SAMPLE_REGION);
    for (const [field, reason] of Object.entries(type.leftOut)) {
      expect(reason.length).toBeGreaterThan(10);
      const attributes = attributesOf(type.sample.item, type.leftOut);
      expect(valuesAt(attributes, field.charAt(0).toLowerCase() + field.slice(1))).toEqual([]);
    }
  });

  test('names the service of its listing, and at least one operation for each action', () => {
    expect(type.operations.length).toBeGreaterThanOrEqual(type.iamActions.length);
    for (const operation of type.operations) expect(operation).toMatch(/^(Describe|Get|List)[A-Z]\w+$/);
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

test('the id of what many assets are in, or made from, is shared by them in every type, so that it is indexed once', () => {
  const shared = [
    ...['vpcId', 'subnetId', 'securityGroupId', 'imageId', 'snapshotId', 'role', 'ecsCluster', 'eksCluster'],
    ...['instanceType', 'availabilityZone', 'kmsKey', 'attachedPolicy', 'kubernetesVersion'],
  ];
  for (const { name, inSearch } of ASSET_TYPES.flatMap(type => type.properties)) {
    if (shared.includes(name) && inSearch) expect(`${name} ${inSearch}`).toBe(`${name} shared`);
  }
});

test('the ids of instances and interfaces that belong to an asset are found as a whole in every type', () => {
  for (const { name, inSearch } of ASSET_TYPES.flatMap(type => type.properties)) {
    if (['attachedTo', 'networkInterfaceId'].includes(name) && inSearch)
      expect(`${name} ${inSearch}`).toBe(`${name} id`);
  }
});

test('an asset type’s id that AWS makes up is known as such, so that its text has none', () => {
  for (const { sample } of ASSET_TYPES) {
    if (/^[a-z-]+-[0-9a-f]{17}$/.test(sample.id)) expect([sample.id, isAwsId(sample.id)]).toEqual([sample.id, true]);
  }
});

test('no two types are called alike', () => {
  expect(new Set(ASSET_TYPES.map(type => type.label)).size).toBe(ASSET_TYPES.length);
  expect(new Set(ASSET_TYPES.map(type => type.plural)).size).toBe(ASSET_TYPES.length);
});
