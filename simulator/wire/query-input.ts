import { AwsError } from '../service.ts';
import type { Member, Shape, StructShape } from './shape.ts';

/** The two dialects of AWS's form-encoded requests: STS and IAM speak `query`, EC2 speaks `ec2`. */
export type QueryDialect = 'query' | 'ec2';

/**
 * Reads form parameters such as `Filter.1.Value.2=x` or `Tags.member.1.Key=x` into the input that the SDK's schema
 * describes. Parameters that the schema does not know are ignored, as STS and IAM ignore them.
 */
export function decodeQueryInput(
  shape: StructShape,
  parameters: Iterable<[string, string]>,
  dialect: QueryDialect,
): Record<string, unknown> {
  const root: Node = { value: undefined, children: new Map() };
  for (const [key, value] of parameters) nodeAt(root, key).value = value;
  return decodeStruct(shape, root, dialect);
}

/** One dot-separated part of the parameter names and what hangs below it. */
interface Node {
  value: string | undefined;
  children: Map<string, Node>;
}

function nodeAt(root: Node, key: string): Node {
  let node = root;
  for (const part of key.split('.')) {
    let child = node.children.get(part);
    if (!child) {
      child = { value: undefined, children: new Map() };
      node.children.set(part, child);
    }
    node = child;
  }
  return node;
}

function decodeStruct(shape: StructShape, node: Node, dialect: QueryDialect): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const member of shape.members) {
    const child = node.children.get(keyOf(member, dialect));
    if (child) decoded[member.name] = decode(member.shape, child, { dialect, flattened: member.flattened });
  }
  return decoded;
}

/** EC2 takes its own name, else the XML name with a capital; the others take the XML name as it is. */
function keyOf(member: Member, dialect: QueryDialect): string {
  if (dialect === 'query') return member.xmlName;
  return member.ec2QueryName ?? member.xmlName.charAt(0).toUpperCase() + member.xmlName.slice(1);
}

function decode(shape: Shape, node: Node, how: { dialect: QueryDialect; flattened: boolean }): unknown {
  switch (shape.kind) {
    case 'struct':
      return decodeStruct(shape, node, how.dialect);
    case 'list': {
      // EC2 flattens every list; `Names=` with nothing below it is an empty list.
      const flat = how.dialect === 'ec2' || how.flattened;
      const items = flat ? node : node.children.get(shape.itemXmlName);
      return items ? inOrder(items).map(item => decode(shape.item, item, { ...how, flattened: false })) : [];
    }
    case 'map': {
      const entries = how.flattened ? node : node.children.get('entry');
      const decoded: [string, unknown][] = [];
      for (const entry of entries ? inOrder(entries) : []) {
        const key = entry.children.get(shape.keyXmlName)?.value;
        const value = entry.children.get(shape.valueXmlName);
        if (key !== undefined && value) decoded.push([key, decode(shape.value, value, { ...how, flattened: false })]);
      }
      return Object.fromEntries(decoded);
    }
    default:
      return decodeScalar(shape.kind, node.value ?? '');
  }
}

/** Children keyed 1, 2, 3 …; the numbers may have gaps and stand in any order. */
function inOrder(node: Node): Node[] {
  return [...node.children]
    .filter(([key]) => /^\d+$/.test(key))
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}

function decodeScalar(
  kind: 'string' | 'number' | 'boolean' | 'blob' | 'document' | 'timestamp',
  text: string,
): unknown {
  switch (kind) {
    case 'number': {
      const number = Number(text);
      if (text === '' || Number.isNaN(number)) throw malformed(`${text} is not a number`);
      return number;
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw malformed(`${text} is not a boolean`);
      return text === 'true';
    case 'timestamp': {
      const date = new Date(text);
      if (Number.isNaN(date.getTime())) throw malformed(`${text} is not a timestamp`);
      return date;
    }
    case 'blob':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      return text;
  }
}

function malformed(message: string): AwsError {
  return new AwsError({ code: 'MalformedInput', message, status: 400 });
}
