import fc from 'fast-check';
import type { Shape, StructShape } from '../../simulator/wire/shape.ts';
import { encodeXmlMembers } from '../../simulator/wire/xml-output.ts';

/** Answers of EC2, IAM and STS with anything in them that their types allow. */
export function documentOf(
  output: StructShape,
  value: unknown,
  { key, indent }: { key: string | undefined; indent: string },
): string {
  const members = encodeXmlMembers(output, value, { milliseconds: true });
  const body = key === undefined ? members : `<${key}>${members}</${key}><ResponseMetadata/>`;
  const text = `<?xml version="1.0"?><R xmlns="http://x/">${body}<requestId>r</requestId></R>`;
  return indent === '' ? text : text.replaceAll('><', `>${indent}<`);
}

/** Any value of a type, as deep as asked. */
export function anyOf(shape: Shape, depth: number): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      return fc.constantFrom('', 'a', 'i-0abc', 'a & b <c>', 'ö', ' x ', '0', 'say "no" \\ 東京');
    case 'number':
      return fc.constantFrom(0, 1, 65_536, 1.5);
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return fc.constantFrom('2026-05-01T12:00:00.000Z', '2026-05-01T12:00:00.120Z').map(text => new Date(text));
    case 'list':
      return depth === 0 ? fc.constant([]) : fc.array(anyOf(shape.item, depth - 1), { maxLength: 2 });
    case 'struct':
      return depth === 0
        ? fc.constant({})
        : fc.record(Object.fromEntries(shape.members.map(member => [member.name, anyOf(member.shape, depth - 1)])), {
            requiredKeys: [],
          });
    default:
      return fc.constant(undefined);
  }
}

/** The text with something cut out of it and something put in its place. */
export function damaged(text: string): fc.Arbitrary<string> {
  const pieces = [
    '',
    '<',
    '>',
    '/',
    '</item>',
    '<item>',
    ' ',
    '&',
    '<vpcId>',
    'x',
    '\n',
    '<a>',
    '</vpcId>',
    '=',
    '"',
    '\\',
  ];
  return fc
    .tuple(fc.nat(text.length), fc.nat(12), fc.constantFrom(...pieces))
    .map(([at, cut, put]) => `${text.slice(0, at)}${put}${text.slice(at + cut)}`);
}
