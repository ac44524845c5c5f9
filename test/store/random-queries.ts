import fc from 'fast-check';
import { readAssetQuery } from '../../src/query/asset-query.ts';
import { type AssetQuery, allOf, anyOf } from '../../src/query/tree.ts';
import { madeUp, VOCABULARY } from './asset-world.ts';

export function queryOf(text: string): AssetQuery {
  const query = readAssetQuery(text, VOCABULARY);
  if (!query.ok) throw new Error(query.fault.detail);
  return query.value;
}

/** Whole and in parts, of instances, volumes, a VPC and interfaces. */
const IDS = [
  '0',
  'a1',
  'eni-',
  'eni-0a1b2c3d',
  '0a1b2c3d',
  'vpc-0a1b',
  madeUp(3),
  `eni-${madeUp(3)}`,
  `i-${madeUp(3)}`,
];

const word = fc.constantFrom(
  'web',
  'db',
  'a',
  '1',
  '-',
  'eu',
  'EU-west-1',
  'running',
  '.',
  'db-1.eu',
  '.internal',
  'prod',
  'Prod',
  'i-',
  'vpc-',
  'sg-',
  'snap-',
  '10.0.',
  '%',
  '_',
  '\\',
  '*',
  '"',
  'é',
  ...IDS,
);
const pattern = fc.array(word, { minLength: 1, maxLength: 3 });
const property = fc.oneof(
  fc
    .constantFrom('name', 'id', 'arn', 'accountId', 'region', 'state', 'text')
    .map(name => ({ of: 'asset' as const, name })),
  fc.record({ of: fc.constantFrom('tag', 'connectorTag'), key: fc.constantFrom('Env', 'Owner', 'a b:c', 'none') }),
  fc
    .constantFrom(
      'instanceType',
      'availabilityZone',
      'securityGroupId',
      'privateIp',
      'encrypted',
      'vpcId',
      'snapshotId',
      'networkInterfaceId',
      'attachedTo',
      'dnsName',
    )
    .map(name => attribute(name)),
);
const leaf: fc.Arbitrary<AssetQuery> = fc.oneof(
  fc.record({
    kind: fc.constant('matches' as const),
    property,
    patterns: fc.array(
      fc.oneof(
        pattern.map(parts => [parts.join('')]),
        pattern.map(parts => [...parts.slice(0, 1), ...parts.slice(1), '']),
        pattern.map(parts => ['', ...parts, '']),
      ),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  fc.boolean().map(value => ({ kind: 'gone' as const, value })),
  fc.record({
    kind: fc.constant('compares' as const),
    property: fc.constantFrom('firstSeen', 'changed').map(name => ({ of: 'asset' as const, name })),
    operator: fc.constantFrom('>', '>=', '<', '<='),
    value: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-02-10T00:00:00.000Z', '2026-03-01T12:30:00.000Z'),
  }),
  fc.record({
    kind: fc.constant('compares' as const),
    property: fc.constant(attribute('size')),
    operator: fc.constantFrom('>', '>=', '<', '<='),
    value: fc.constantFrom(8, 100, 99.5),
  }),
);
export const { anyQuery } = fc.letrec<{ anyQuery: AssetQuery }>(tie => ({
  anyQuery: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    leaf,
    fc.array(tie('anyQuery'), { minLength: 1, maxLength: 3 }).map(allOf),
    fc.array(tie('anyQuery'), { minLength: 1, maxLength: 3 }).map(anyOf),
    tie('anyQuery').map(of => ({ kind: 'not' as const, of })),
  ),
}));

function attribute(name: string) {
  const query = queryOf(`${name}:x`);
  if (query.kind !== 'matches' || query.property.of !== 'attribute') throw new Error(`${name} is no attribute`);
  return query.property;
}
