import * as Ec2 from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operationShape } from '../../simulator/wire/shape.ts';
import { encodeXmlMembers } from '../../simulator/wire/xml-output.ts';
import { readQuickly } from '../../src/aws/xml/quick-deserializer.ts';
import { type IsKnown, type RawPath, rawHashOf, unchangedOf } from '../../src/inventory/raw.ts';

/** Items of a page told apart by their bytes: what is known is left out, and nothing else is. */
const client = new Ec2.EC2Client({ region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
let isKnown: IsKnown | undefined;
let path: RawPath = ['Vpcs'];
readQuickly(client, () => isKnown && { path, isKnown });
const reader: { read(schema: unknown, bytes: Uint8Array): Ec2.DescribeInstancesResult & Ec2.DescribeVpcsResult } =
  Reflect.get(Reflect.get(client.config, 'protocol'), 'deserializer');

interface Item {
  readonly id: string;
  readonly rawHash: string | null;
}

function read(text: string, known: IsKnown): { items: Item[]; unchanged: readonly string[] } {
  isKnown = known;
  const ofInstances = path.length === 2;
  const answer = reader.read((ofInstances ? Ec2.DescribeInstances$ : Ec2.DescribeVpcs$)[5], Buffer.from(text));
  const items = ofInstances
    ? (answer.Reservations ?? []).flatMap(({ Instances = [] }) =>
        Instances.map(instance => ({ id: instance.InstanceId ?? '', rawHash: rawHashOf({ ...instance }) })),
      )
    : (answer.Vpcs ?? []).map(vpc => ({ id: vpc.VpcId ?? '', rawHash: rawHashOf({ ...vpc }) }));
  return { items, unchanged: unchangedOf(answer) };
}

function page(groups: readonly Group[], { indent = '', more = '' } = {}): string {
  const { output } = operationShape(Ec2.DescribeInstances$);
  const members = encodeXmlMembers(
    output,
    {
      Reservations: groups.map(({ reservation, owner, ids, groupIds = [] }) => ({
        ReservationId: reservation,
        OwnerId: owner,
        Groups: groupIds.map(GroupId => ({ GroupId })),
        Instances: ids.map(InstanceId => ({
          InstanceId,
          Tags: [
            { Key: 'Name', Value: `größe of ${InstanceId}` },
            { Key: 'a', Value: 'b' },
          ],
          NetworkInterfaces: [
            { Groups: [{ GroupId: 'sg-1' }], PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.1' }] },
          ],
        })),
      })),
      NextToken: 'more',
    },
    { milliseconds: true },
  );
  const text = `<?xml version="1.0"?><DescribeInstancesResponse xmlns="http://x/"><requestId>${more}</requestId>${members}</DescribeInstancesResponse>`;
  if (indent === 'by depth') return indentedByDepth(text);
  if (indent === 'a line an item') return text.replaceAll('<item><reservationId>', '\n    <item><reservationId>');
  return indent === '' ? text : text.replaceAll('><', `>\n${indent}<`);
}

/** As EC2 lays its answers out. */
function indentedByDepth(text: string): string {
  let depth = 0;
  return text.replaceAll(/></g, (_, at: number) => {
    const closes = text[at + 2] === '/';
    const opened = !/[/?]/.test(text[at - 1] ?? '') && text[text.lastIndexOf('<', at) + 1] !== '/';
    depth += (opened ? 1 : 0) - (closes ? 1 : 0);
    return `>\n${'    '.repeat(depth)}<`;
  });
}

interface Group {
  readonly reservation: string;
  readonly owner: string;
  readonly ids: readonly string[];
  readonly groupIds?: readonly string[];
}

const GROUPS: readonly Group[] = [
  { reservation: 'r-1', owner: '1', ids: ['i-1'] },
  { reservation: 'r-2', owner: '1', ids: ['i-2', 'i-3', 'i-4'], groupIds: ['sg-1', 'sg-2'] },
  { reservation: 'r-3', owner: '1', ids: ['i-5'], groupIds: ['sg-1'] },
];

describe.each([
  ['without layout', ''],
  ['indented all alike', '    '],
  ['indented by depth', 'by depth'],
  ['a line an item', 'a line an item'],
])('instances, %s', (_layout, indent) => {
  path = ['Reservations', 'Instances'];
  const first = () => hashesOf(page(GROUPS, { indent }));

  it('have each a hash of its own, the same again in another answer', () => {
    path = ['Reservations', 'Instances'];
    expect([...first().keys()]).toEqual(['i-1', 'i-2', 'i-3', 'i-4', 'i-5']);
    expect(new Set(first().values()).size).toBe(5);
    expect(hashesOf(page(GROUPS, { indent, more: 'another-request' }))).toEqual(first());
    expect(hashesOf(page([...GROUPS].reverse(), { indent }))).toEqual(
      new Map([...first()].sort(([a], [b]) => order(a) - order(b))),
    );
  });

  it('are left out exactly when they are known', () => {
    path = ['Reservations', 'Instances'];
    const hashes = first();
    fc.assert(
      fc.property(fc.subarray([...hashes.keys()]), ids => {
        const known = new Set(ids.map(id => hashes.get(id)));
        const { items, unchanged } = read(page(GROUPS, { indent }), hash => known.has(hash));
        expect(items).toEqual(
          [...hashes].filter(([id]) => !ids.includes(id)).map(([id, rawHash]) => ({ id, rawHash })),
        );
        expect(new Set(unchanged)).toEqual(known);
      }),
    );
  });

  it('are left out when they are known behind however many that are not', () => {
    path = ['Reservations', 'Instances'];
    const many = page(
      Array.from({ length: 12 }, (_, at) => ({ reservation: `r-${at}`, owner: '1', ids: [`i-${at}`] })),
      { indent },
    );
    const hashes = hashesOf(many);
    fc.assert(
      fc.property(fc.subarray([...hashes.values()]), ids => {
        const known = new Set(ids);
        const { items, unchanged } = read(many, hash => known.has(hash));
        expect(unchanged).toEqual(ids);
        expect(items.map(({ rawHash }) => rawHash)).toEqual([...hashes.values()].filter(hash => !known.has(hash)));
      }),
    );
  });

  it('of a reservation that changed are all others than before, and only they', () => {
    path = ['Reservations', 'Instances'];
    const before = first();
    for (const change of [{ owner: '2' }, { reservation: 'r-9' }, { groupIds: ['sg-1'] }]) {
      const [one, two, three] = GROUPS;
      if (!one || !two || !three) throw new Error('there are three');
      const after = hashesOf(page([one, { ...two, ...change }, three], { indent }));
      const same = [...after].filter(([id, hash]) => before.get(id) === hash).map(([id]) => id);
      expect(same).toEqual(['i-1', 'i-5']);
    }
  });

  it('are never taken for known when one character of theirs is another', () => {
    path = ['Reservations', 'Instances'];
    const text = page(GROUPS, { indent });
    const all = new Set(first().values());
    const [start, end] = [text.indexOf('<item>'), text.lastIndexOf('</reservationSet>')];
    let read3 = 0;
    for (let at = start; at < end; at += 1) {
      if (!/[a-z0-9]/.test(text.charAt(at)) || insideTag(text, at)) continue;
      const other = text.charAt(at) === 'x' ? 'y' : 'x';
      const { items } = read(`${text.slice(0, at)}${other}${text.slice(at + 1)}`, hash => all.has(hash));
      expect(items.length, text.slice(at - 20, at + 5)).toBeGreaterThan(0);
      if (items.length === 3) read3 += 1;
    }
    expect(read3).toBeGreaterThan(0);
  });
});

it.each(['<!-- <item> -->', '<!-- </item> -->', '\r\n'])(
  'a page with %j in it, wherever that is, is left to the SDK',
  more => {
    path = ['Reservations', 'Instances'];
    const text = page(GROUPS, { indent: 'by depth' });
    const known = new Set(hashesOf(text).values());
    for (let at = text.indexOf('>\n'); at >= 0; at = text.indexOf('>\n', at + 1)) {
      const { items, unchanged } = read(`${text.slice(0, at + 1)}${more}${text.slice(at + 1)}`, hash =>
        known.has(hash),
      );
      expect(items.map(({ id }) => id)).toEqual(['i-1', 'i-2', 'i-3', 'i-4', 'i-5']);
      expect(unchanged).toEqual([]);
    }
  },
);

it('items that are not in groups are compared one by one', () => {
  path = ['Vpcs'];
  const vpc = (id: string, state: string) =>
    `<item><vpcId>${id}</vpcId><tagSet><item><key>k</key><value>v</value></item></tagSet><state>${state}</state></item>`;
  const text = (...vpcs: string[]) => `<R xmlns="x"><requestId>r</requestId><vpcSet>${vpcs.join('')}</vpcSet></R>`;
  const hashes = hashesOf(text(vpc('vpc-1', 'available'), vpc('vpc-2', 'available')));
  const known = new Set(hashes.values());
  const again = read(text(vpc('vpc-1', 'pending'), vpc('vpc-2', 'available'), vpc('vpc-3', 'available')), hash =>
    known.has(hash),
  );
  expect(again.items.map(({ id }) => id)).toEqual(['vpc-1', 'vpc-3']);
  expect(again.unchanged).toEqual([hashes.get('vpc-2')]);
});

it.each([
  ['an item that does not end', '<R xmlns="x"><vpcSet><item><vpcId>vpc-1</vpcId></vpcSet></R>'],
  [
    'a comment that hides an item',
    '<R xmlns="x"><vpcSet><!-- <item> --><item><vpcId>vpc-1</vpcId></item></vpcSet></R>',
  ],
  ['an error', '<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>'],
  ['an empty set', '<R xmlns="x"><vpcSet/></R>'],
])('%s is left to the SDK, whatever is known', (_claim, text) => {
  path = ['Vpcs'];
  const outcome = (known: IsKnown | undefined) => {
    isKnown = known;
    try {
      return reader.read(Ec2.DescribeVpcs$[5], Buffer.from(text));
    } catch (error) {
      return String(error);
    }
  };
  expect(outcome(() => true)).toEqual(outcome(undefined));
});

function hashesOf(text: string): Map<string, string> {
  const { items, unchanged } = read(text, () => false);
  expect(unchanged).toEqual([]);
  return new Map(
    items.map(({ id, rawHash }) => {
      expect(rawHash).toMatch(/^[\w+/]{20}$/);
      return [id, rawHash ?? ''];
    }),
  );
}

/** Where an instance comes when the reservations come in the other order. */
function order(id: string): number {
  return ['i-5', 'i-2', 'i-3', 'i-4', 'i-1'].indexOf(id);
}

function insideTag(text: string, at: number): boolean {
  return text.lastIndexOf('<', at) > text.lastIndexOf('>', at);
}
