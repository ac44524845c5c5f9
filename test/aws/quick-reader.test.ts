import { isAscii } from 'node:buffer';
import * as Ec2 from '@aws-sdk/client-ec2';
import * as Iam from '@aws-sdk/client-iam';
import * as Sts from '@aws-sdk/client-sts';
import type { SchemaRef, StaticOperationSchema } from '@smithy/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operationShape } from '../../simulator/wire/shape.ts';
import { readQuickly } from '../../src/aws/xml/quick-deserializer.ts';
import { Irregular, readDocument } from '../../src/aws/xml/read.ts';
import { structShape } from '../../src/aws/xml/shape.ts';
import { anyOf, damaged, documentOf } from './answers.ts';

/** Whatever the SDK reads from an answer, the quick reader reads too, or it leaves the answer to the SDK. */
const SETTINGS = { region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } };
const SERVICES = [
  { name: 'ec2', module: Ec2, client: () => new Ec2.EC2Client(SETTINGS), operations: /^Describe|^Get/ },
  { name: 'iam', module: Iam, client: () => new Iam.IAMClient(SETTINGS), operations: /^List|^Get/ },
  { name: 'sts', module: Sts, client: () => new Sts.STSClient(SETTINGS), operations: /^Assume|^Get/ },
] as const;

interface Reader {
  read(schema: SchemaRef, bytes: Uint8Array, key?: string): unknown;
}

function readerOf(client: { config: { protocol: object } }): Reader {
  const reader: Reader = Reflect.get(client.config.protocol, 'deserializer');
  return reader;
}

function operationsOf(module: Record<string, unknown>, wanted: RegExp): StaticOperationSchema[] {
  return Object.entries(module).flatMap(([name, value]) =>
    wanted.test(name) && name.endsWith('$') && isOperation(value) ? [value] : [],
  );
}

function isOperation(value: unknown): value is StaticOperationSchema {
  return Array.isArray(value) && value[0] === 9;
}

const readHere = (text: string, output: SchemaRef, key?: string) => {
  const shape = structShape(output);
  if (!shape) return undefined;
  const bytes = Buffer.from(text);
  return readDocument({ text: bytes.toString('latin1'), isAscii: isAscii(bytes) }, shape, { inside: key });
};

describe.each(SERVICES)('$name', ({ name, module, client, operations }) => {
  const stock = readerOf(client());
  const all = operationsOf(module, operations).filter(operation => structShape(operation[5]) !== undefined);

  it('has most listings read here', () => {
    expect(all.length).toBeGreaterThan(operationsOf(module, operations).length * 0.75);
  });

  it('reads what the SDK reads, of every operation', () => {
    for (const operation of all) {
      const key = name === 'ec2' ? undefined : `${operation[2]}Result`;
      const { output } = operationShape(operation);
      fc.assert(
        fc.property(anyOf(output, 4), fc.constantFrom('', '\n    '), fc.boolean(), (value, indent, isShort) => {
          const long = documentOf(output, value, { key, indent });
          // As EC2 writes what has no content.
          const text = isShort ? long.replaceAll(/<(\w+)><\/\1>/g, '<$1/>') : long;
          const wanted = stock.read(operation[5], Buffer.from(text), key);
          expect(readHere(text, operation[5], key)).toEqual(wanted);
        }),
        { numRuns: 3 },
      );
    }
  });
});

describe('a document that is out of order', () => {
  const quick = new Ec2.EC2Client(SETTINGS);
  const stock = readerOf(new Ec2.EC2Client(SETTINGS));
  readQuickly(quick);
  const output = Ec2.DescribeVpcs$[5];
  const inside = (vpc: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<DescribeVpcsResponse xmlns="x"><vpcSet><item>${vpc}</item></vpcSet></DescribeVpcsResponse>`;

  const outcome = (reader: Reader, text: string) => {
    try {
      return { fields: reader.read(output, Buffer.from(text)) };
    } catch (error) {
      if (error instanceof Irregular) throw error;
      return { error: String(error) };
    }
  };

  it.each([
    ['a comment', inside('<!-- <vpcId>no</vpcId> --><vpcId>vpc-1</vpcId>')],
    ['CDATA', inside('<vpcId><![CDATA[<vpcId>]]></vpcId>')],
    ['an attribute', inside('<vpcId a="b">vpc-1</vpcId>')],
    ['an empty element', inside('<vpcId/><state>available</state>')],
    ['an empty list', inside('<tagSet/><vpcId>vpc-1</vpcId>')],
    ['an unknown element', inside('<new><vpcId>no</vpcId><new>x</new></new><vpcId>vpc-1</vpcId>')],
    ['an unknown empty element', inside('<new/><vpcId>vpc-1</vpcId>')],
    ['an element twice', inside('<vpcId>vpc-1</vpcId><vpcId>vpc-2</vpcId>')],
    ['a text with entities', inside('<vpcId>a&amp;b&lt;&#x41;&#66;&quot;</vpcId>')],
    ['a character in two halves', inside('<vpcId>a&#55357;&#56832;b</vpcId>')],
    ['half a character', inside('<vpcId>a&#55357;b</vpcId>')],
    ['a NUL', inside('<vpcId>a&#0;b</vpcId>')],
    ['an unknown entity', inside('<vpcId>a&nbsp;b</vpcId>')],
    ['a lone ampersand', inside('<vpcId>a & b</vpcId>')],
    ['lines that end as on Windows', inside('<vpcId>a\r\nb</vpcId>').replaceAll('\n', '\r\n')],
    ['letters beyond ASCII', inside('<vpcId>größe 東京 🗼</vpcId>')],
    ['a text of spaces', inside('<vpcId>  </vpcId><state> \n </state>')],
    ['nothing in the root', '<DescribeVpcsResponse xmlns="x"></DescribeVpcsResponse>'],
    ['an empty root', '<DescribeVpcsResponse xmlns="x"/>'],
  ])('%s is read as the SDK reads it', (_claim, text) => {
    expect(outcome(readerOf(quick), text)).toEqual(outcome(stock, text));
  });

  it('with a character beyond U+FFFF by its number has that character, where the SDK takes another', () => {
    const text = inside('<vpcId>&#x1F5FC;&#128508;</vpcId>');
    expect(outcome(readerOf(quick), text)).toEqual({ fields: { Vpcs: [{ VpcId: '🗼🗼' }] } });
    expect(outcome(stock, text)).not.toEqual(outcome(readerOf(quick), text));
  });

  it('is never read differently, whatever is cut out of it or put into it', () => {
    const text = inside('<vpcId>vpc-1</vpcId><tagSet><item><key>a</key><value>b</value></item></tagSet>');
    fc.assert(
      fc.property(damaged(text), answer => {
        const read = outcome(readerOf(quick), answer);
        const wanted = outcome(stock, answer);
        expect(read, answer).toEqual(wanted);
      }),
      { numRuns: 3_000 },
    );
  });
});
