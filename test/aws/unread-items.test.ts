import * as Ec2 from '@aws-sdk/client-ec2';
import type { SchemaRef, StaticOperationSchema } from '@smithy/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operationShape } from '../../simulator/wire/shape.ts';
import { readQuickly } from '../../src/aws/xml/quick-deserializer.ts';
import { Irregular } from '../../src/aws/xml/read.ts';
import { ok, type Result } from '../../src/domain/result.ts';
import { attributesOf } from '../../src/inventory/attributes.ts';
import type { AssetType, AwsCalls, CallOptions, ListedAsset } from '../../src/inventory/define.ts';
import { readFields } from '../../src/inventory/fields-text.ts';
import { fieldsTextOf, type RawRequest } from '../../src/inventory/raw.ts';
import { ASSET_TYPES } from '../../src/inventory/registry.ts';
import type { InputOf, OperationOf, OutputOf, ServiceName } from '../../src/inventory/services.ts';
import { anyOf, damaged, documentOf } from './answers.ts';

/** An item that nobody reads becomes the same asset as one that the SDK read. */
const SETTINGS = { region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } };
let raw: RawRequest | undefined;
const quick = new Ec2.EC2Client(SETTINGS);
readQuickly(quick, () => raw);
const stock = new Ec2.EC2Client(SETTINGS);

function read(client: Ec2.EC2Client, output: SchemaRef, text: string | Buffer): object {
  return Reflect.get(client.config.protocol, 'deserializer').read(output, Buffer.from(text));
}

function operationNamed(name: string): StaticOperationSchema {
  const operation: StaticOperationSchema = Reflect.get(Ec2, `${name}$`);
  return operation;
}

/** What becomes of an answer, and how many of its items were not read. */
async function assetsOf(type: AssetType, answer: (options?: CallOptions) => object) {
  let unread = 0;
  const assets: object[] = [];
  for await (const page of type.pages(answerWith(answer), () => false)) {
    if (!page.ok) return { fault: page.fault.code, unread };
    const items = page.value.items();
    unread += items.filter(({ attributes }) => attributes !== readFields(attributes)).length;
    assets.push(...items.map(comparable));
  }
  return { assets, unread };
}

/** The operation's own types outside, plain objects inside. */
function answerWith(answer: (options?: CallOptions) => object): AwsCalls {
  return calls;

  async function calls<Service extends ServiceName, Operation extends OperationOf<Service>>(
    service: Service,
    operation: Operation,
    input: InputOf<Service, Operation>,
    options?: CallOptions,
  ): Promise<Result<OutputOf<Service, Operation>>>;
  async function calls(_service: string, _operation: string, _input: unknown, options?: CallOptions) {
    return ok({ ...answer(options), NextToken: undefined });
  }
}

function comparable({ rawHash: _, attributes, ...asset }: ListedAsset): object {
  // As they are stored: JSON has no other numbers.
  return { ...asset, attributes: JSON.parse(JSON.stringify(attributes)) };
}

describe.each(ASSET_TYPES.filter(({ service }) => service === 'ec2').map(type => [type.assetType, type] as const))(
  '%s',
  (_name, type) => {
    it('is the same asset as the SDK’s own reading makes', async () => {
      const operation = operationNamed(type.operations[0] ?? '');
      const output = operation[5];
      const { output: shape } = operationShape(operation);
      let unread = 0;
      await fc.assert(
        fc.asyncProperty(
          anyOf(shape, 9),
          fc.constantFrom('', '\n    '),
          fc.boolean(),
          async (value, indent, isShort) => {
            const long = documentOf(shape, value, { key: undefined, indent });
            const text = isShort ? long.replaceAll(/<(\w+)><\/\1>/g, '<$1/>') : long;
            const wanted = await assetsOf(type, () => read(stock, output, text));
            const found = await assetsOf(type, options => {
              raw = options?.raw;
              return read(quick, output, text);
            });
            unread += found.unread;
            expect({ ...found, unread: 0 }).toEqual(wanted);
          },
        ),
        { numRuns: 25 },
      );
      expect(unread).toBeGreaterThan(0);
    });
  },
);

describe('an item that is out of order', () => {
  const output = Ec2.DescribeVpcs$[5];
  const document = (vpc: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<DescribeVpcsResponse xmlns="x"><vpcSet><item>${vpc}</item></vpcSet></DescribeVpcsResponse>`;

  const outcome = (client: Ec2.EC2Client, text: string | Buffer) => {
    try {
      const { Vpcs }: Ec2.DescribeVpcsResult = read(client, output, text);
      return { attributes: Vpcs?.map(vpc => JSON.parse(JSON.stringify(fieldsTextOf(vpc) ?? attributesOf(vpc)))) };
    } catch (error) {
      if (error instanceof Irregular) throw error;
      return { error: String(error) };
    }
  };
  const compare = (text: string | Buffer) => {
    raw = { path: ['Vpcs'], isKnown: () => false };
    expect(outcome(quick, text), text.toString()).toEqual(outcome(stock, text));
  };

  it.each([
    ['an attribute', '<vpcId a="b">vpc-1</vpcId>'],
    ['an empty element', '<vpcId/><state>available</state>'],
    ['an empty number', '<isDefault/><vpcId>vpc-1</vpcId>'],
    ['nothing', ''],
    ['an unknown element', '<new><vpcId>no</vpcId><new>x</new></new><vpcId>vpc-1</vpcId>'],
    ['an unknown empty element', '<new/><vpcId>vpc-1</vpcId>'],
    ['an element twice', '<vpcId>vpc-1</vpcId><state>available</state><vpcId>vpc-2</vpcId>'],
    ['a text with entities', '<vpcId>a&amp;b&lt;&#x41;&#66;&quot;&#228;</vpcId>'],
    ['an unknown entity', '<vpcId>a&nbsp;b</vpcId>'],
    ['a lone ampersand', '<vpcId>a & b</vpcId>'],
    ['what JSON writes in another way', '<vpcId>a "b" \\ c\td\ne</vpcId>'],
    ['letters beyond ASCII', '<vpcId>größe 東京 🗼</vpcId>'],
    ['a text of spaces', '<vpcId>  </vpcId><state> \n </state>'],
    ['a boolean in other letters', '<isDefault>TRUE</isDefault>'],
    ['text beside elements', '<vpcId>vpc-1</vpcId> x <state>available</state>'],
    ['spaces beside elements', '<vpcId>vpc-1</vpcId>  <state>available</state>'],
    ['an item in an item', '<item><vpcId>vpc-1</vpcId></item>'],
  ])('%s is as the SDK reads it', (_claim, vpc) => compare(document(vpc)));

  it.each([
    ['bytes that are no UTF-8', [0x61, 0xe4, 0x62], 'a\ufffdb'],
    ['half a character', [0x61, 0xf0, 0x9f, 0x97], 'a\ufffd'],
    ['a NUL', [0x61, 0x00, 0x62], 'a\ufffdb'],
  ])('%s is as the SDK reads it, and can be stored', (_claim, bytes, stored) => {
    const [before = '', behind = ''] = document('<vpcId>vpc-1</vpcId><state>HERE</state>').split('HERE');
    const answer = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(behind)]);
    compare(answer);
    expect(outcome(quick, answer)).toEqual({ attributes: [{ vpcId: 'vpc-1', state: stored }] });
    const { Vpcs: [vpc = {}] = [] }: Ec2.DescribeVpcsResult = read(quick, output, answer);
    // Its bytes would go to the database as they are.
    expect(fieldsTextOf(vpc)).toBeUndefined();
  });

  it('is never another asset, whatever is cut out of it or put into it', () => {
    const text = document('<vpcId>vpc-1</vpcId><tagSet><item><key>a</key><value>b</value></item></tagSet>');
    fc.assert(
      fc.property(damaged(text), answer => {
        compare(answer);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is the same asset wherever its sheet is full', () => {
    const behind = '<isDefault>true</isDefault><state/><tagSet><item><key>a</key><value>b</value></item></tagSet>';
    // Nothing but quotes is longer in JSON than in XML.
    for (let quotes = 0; quotes < 600; quotes += 1) {
      compare(document(`<vpcId>${'"'.repeat(quotes)}</vpcId>${behind}<ownerId>1</ownerId>`));
    }
  });

  it('has times and numbers as the SDK reads them', () => {
    const times = fc.constantFrom(
      '2026-05-01T12:00:00.000Z',
      '2026-05-01T12:00:00Z',
      '2026-02-30T12:00:00.000Z',
      '2024-02-29T12:00:00.000Z',
      '2026-02-29T12:00:00.000Z',
      '2026-01-31T12:00:00.000Z',
      '2026-04-31T12:00:00.000Z',
      '2026-12-00T12:00:00.000Z',
      '2026-00-01T12:00:00.000Z',
      '2026-13-01T12:00:00.000Z',
      '2026-05-01T24:00:00.000Z',
      '2026-05-01T12:00:00.5Z',
      '2026-05-01T12:00:00+02:00',
      '0',
      'x',
    );
    const numbers = fc.constantFrom('0', '-1', '007', '1.5', '1e3', '123456789012345678901', '', ' 1', 'x', 'NaN');
    fc.assert(
      fc.property(times, numbers, (time, number) => {
        const text = `<R xmlns="x"><volumeSet><item><createTime>${time}</createTime><size>${number}</size></item></volumeSet></R>`;
        raw = { path: ['Volumes'], isKnown: () => false };
        const [found, wanted] = [quick, stock].map(client => {
          try {
            const { Volumes = [] }: Ec2.DescribeVolumesResult = read(client, Ec2.DescribeVolumes$[5], text);
            return Volumes.map(volume => JSON.parse(JSON.stringify(fieldsTextOf(volume) ?? attributesOf(volume))));
          } catch (error) {
            return String(error);
          }
        });
        expect(found, text).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });
});
