import { expect, test } from 'vitest';
import { LIMITS } from '../domain/limits.ts';
import { changesBetween } from './changes.ts';

const BEFORE = {
  arn: null,
  name: 'web',
  state: 'running',
  tags: { Name: 'web', Owner: 'a' },
  attributes: { placement: { tenancy: 'default', availabilityZone: 'us-east-1a' }, groups: [{ id: 1 }, { id: 2 }] },
};

test('changes are told field by field', () => {
  const after = {
    ...BEFORE,
    state: 'stopped',
    tags: { Name: 'web', Team: 'b' },
    attributes: {
      ...BEFORE.attributes,
      placement: { tenancy: 'host', availabilityZone: 'us-east-1a' },
      keyName: 'ops',
    },
  };
  expect(changesBetween(BEFORE, after)).toEqual([
    { path: 'state', before: 'running', after: 'stopped' },
    { path: 'tags.Owner', before: 'a', after: null },
    { path: 'tags.Team', before: null, after: 'b' },
    { path: 'attributes.placement.tenancy', before: 'default', after: 'host' },
    { path: 'attributes.keyName', before: null, after: 'ops' },
  ]);
});

test('a list in another order is no change; one with another element is told whole', () => {
  const reordered = { ...BEFORE.attributes, groups: [{ id: 2 }, { id: 1 }] };
  expect(changesBetween(BEFORE, { ...BEFORE, attributes: reordered })).toEqual([]);
  const longer = { ...BEFORE.attributes, groups: [{ id: 2 }, { id: 1 }, { id: 3 }] };
  expect(changesBetween(BEFORE, { ...BEFORE, attributes: longer })).toEqual([
    { path: 'attributes.groups', before: [{ id: 1 }, { id: 2 }], after: [{ id: 2 }, { id: 1 }, { id: 3 }] },
  ]);
});

test('long values are cut and endless changes too', () => {
  const long = 'x'.repeat(LIMITS.historyValueCharsMax + 1);
  const [change] = changesBetween(BEFORE, { ...BEFORE, name: long });
  expect(change?.after).toBe(`${long.slice(0, LIMITS.historyValueCharsMax)}…`);
  const many = Object.fromEntries(Array.from({ length: LIMITS.historyChangesMax + 9 }, (_, i) => [`a${i}`, i]));
  expect(changesBetween(BEFORE, { ...BEFORE, attributes: many })).toHaveLength(LIMITS.historyChangesMax);
});
