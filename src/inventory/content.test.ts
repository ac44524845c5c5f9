import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalText, contentHash, searchFacts } from './content.ts';
import type { ObservedAsset } from './define.ts';
import { ec2Instance } from './ec2-instance.ts';

const ASSET: ObservedAsset = {
  nativeId: 'i-1',
  arn: null,
  name: 'Web 1',
  state: 'running',
  tags: { Name: 'Web 1', Owner: 'a' },
  attributes: { privateIpAddress: '10.0.0.1', securityGroups: [{ groupId: 'sg-1' }, { groupId: 'sg-2' }] },
  ownerId: '111122223333',
};

describe('the content hash', () => {
  test('does not depend on the order of fields or list elements, at any depth', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.infiniteStream(fc.nat()), (value, numbers) => {
        const shuffled = shuffle(value, () => numbers.next().value ?? 0);
        expect(canonicalText(shuffled)).toBe(canonicalText(value));
      }),
    );
  });

  test('differs for values that differ in more than order', () => {
    const asKey = (value: unknown) => JSON.stringify(sorted(value));
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(canonicalText(a) === canonicalText(b)).toBe(asKey(a) === asKey(b));
      }),
    );
  });

  test.each<[string, Partial<ObservedAsset>]>([
    ['state', { state: 'stopped' }],
    ['name', { name: null }],
    ['a tag', { tags: { Name: 'Web 1', Owner: 'b' } }],
    ['a tag’s case', { tags: { Name: 'Web 1', owner: 'a' } }],
    ['an attribute', { attributes: { ...ASSET.attributes, privateIpAddress: '10.0.0.2' } }],
    ['an element more', { attributes: { ...ASSET.attributes, securityGroups: [{ groupId: 'sg-1' }] } }],
    ['a number instead of its text', { attributes: { ...ASSET.attributes, privateIpAddress: 1 } }],
  ])('differs when %s does', (_what, change) => {
    expect(contentHash({ ...ASSET, ...change })).not.toBe(contentHash(ASSET));
  });

  test('has 128 bits', () => {
    expect(contentHash(ASSET)).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('free text', () => {
  test('finds an asset by its name, ids and addresses, in lower case', () => {
    expect(searchFacts(ASSET, ec2Instance.properties)).toEqual({
      search: 'i-1\nweb 1\n10.0.0.1',
      sharedFacts: ['sg-1', 'sg-2'],
    });
  });

  test('has no id that AWS made up in the text, whose index knows every three letters; unique ones stand beside it', () => {
    const attributes = {
      vpcId: 'vpc-0a1b2c3d',
      networkInterfaces: [{ networkInterfaceId: 'eni-0a1b2c3d4e5f60001' }, { networkInterfaceId: 'unlike an id' }],
    };
    const asset = { ...ASSET, nativeId: 'i-0a1b2c3d4e5f60001', attributes };
    expect(searchFacts(asset, ec2Instance.properties)).toEqual({
      search: 'web 1\nunlike an id',
      sharedFacts: ['vpc-0a1b2c3d', 'eni-0a1b2c3d4e5f60001'],
    });
  });

  test('has the first label of a DNS name in the text, and the rest beside it, both with the dot between them', () => {
    const attributes = { privateDnsName: 'IP-10-0-0-1.ec2.internal', publicDnsName: 'localhost' };
    expect(searchFacts({ ...ASSET, name: null, attributes }, ec2Instance.properties)).toEqual({
      search: 'i-1\nip-10-0-0-1.\nlocalhost',
      sharedFacts: ['.ec2.internal'],
    });
  });

  test('has names in the text that only look like an id', () => {
    for (const nativeId of ['backup-20260131', 'i-2026', 'vol-0123456789', 'I-0A1B2C3D']) {
      expect(searchFacts({ ...ASSET, nativeId }, []).search).toBe(`${nativeId.toLowerCase()}\nweb 1`);
    }
  });

  test.each([1, 40])('has each fact once, however often the asset says it: %s of them, twice', count => {
    const ids = Array.from({ length: count }, (_, at) => `sg-${at}`);
    const securityGroups = [...ids, ...ids].map(groupId => ({ groupId }));
    const networkInterfaces = [...ids, ...ids].map(id => ({ networkInterfaceId: `no ${id}` }));
    const { search, sharedFacts } = searchFacts(
      { ...ASSET, attributes: { securityGroups, networkInterfaces } },
      ec2Instance.properties,
    );
    expect(sharedFacts).toEqual(ids);
    expect(search.split('\n')).toEqual(['i-1', 'web 1', ...ids.map(id => `no ${id}`)]);
  });

  test('has what assets share in lower case, the second time as the first, and a unique id never among it', () => {
    const facts = (attributes: object) =>
      searchFacts({ ...ASSET, name: null, attributes: { ...attributes } }, ec2Instance.properties);
    const networkInterfaces = [{ networkInterfaceId: 'ENI-0A1B2C3D' }];
    for (const keyName of ['Ops', 'OPS', 'Ops', 'ops']) {
      expect(facts({ keyName, networkInterfaces }).sharedFacts).toEqual(['ops', 'eni-0a1b2c3d']);
    }
    expect(facts({ keyName: 'eni-0a1b2c3d', networkInterfaces: [{ networkInterfaceId: 'Ops' }] })).toEqual({
      search: 'i-1\neni-0a1b2c3d\nops',
      sharedFacts: [],
    });
  });

  test('never takes a unique id for one that assets share, since the table of those does not have it', () => {
    const { search, sharedFacts } = searchFacts(
      { ...ASSET, attributes: { vpcId: 'i-0a1b2c3d' } },
      ec2Instance.properties,
    );
    expect([search, sharedFacts]).toEqual(['i-1\nweb 1\ni-0a1b2c3d', []]);
  });
});

function shuffle(value: unknown, draw: () => number): unknown {
  if (Array.isArray(value)) return reorder(value, draw).map(part => shuffle(part, draw));
  if (typeof value !== 'object' || value === null) return value;
  const fields = reorder(Object.entries(value), draw).map(([name, part]) => [name, shuffle(part, draw)]);
  return Object.fromEntries(fields);
}

function reorder<T>(items: readonly T[], draw: () => number): T[] {
  return items
    .map(item => ({ item, place: draw() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return ['list', value.map(part => JSON.stringify(sorted(part))).sort()];
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  return [
    'object',
    Object.entries(value)
      .map(([name, part]) => JSON.stringify([name, sorted(part)]))
      .sort(),
  ];
}
