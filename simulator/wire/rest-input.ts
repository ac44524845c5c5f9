import { decodeStruct, type Keys, parseJson } from './json.ts';
import type { WireRequest } from './protocol.ts';
import type { Member, Shape, StructShape } from './shape.ts';

/** Where each member's value is in a REST request: path, query, headers, and for REST-JSON the body. */
export function decodeRestInput(
  shape: StructShape,
  request: WireRequest,
  { labels, keys }: { labels: ReadonlyMap<string, string>; keys: Keys | undefined },
): Record<string, unknown> {
  const parameters = new URLSearchParams(request.query);
  const body = keys ? parseJson(request.body.toString('utf8')) : {};
  const inBody = shape.members.filter(member => member.binding === undefined);
  const decoded = keys ? decodeStruct({ ...shape, members: inBody }, body, keys) : {};
  const fixed = new Set(shape.members.flatMap(({ binding }) => (binding?.in === 'query' ? [binding.name] : [])));
  for (const member of shape.members) {
    const value = bound(member, { request, parameters, labels, body, keys, fixed });
    if (value !== undefined) decoded[member.name] = value;
  }
  return decoded;
}

function bound(
  { name, binding, shape }: Member,
  from: {
    request: WireRequest;
    parameters: URLSearchParams;
    labels: ReadonlyMap<string, string>;
    body: unknown;
    keys: Keys | undefined;
    fixed: ReadonlySet<string>;
  },
): unknown {
  switch (binding?.in) {
    case 'path': {
      const text = from.labels.get(name);
      return text === undefined ? undefined : fromText(shape, text);
    }
    case 'query': {
      const values = from.parameters.getAll(binding.name);
      if (values.length === 0) return undefined;
      return shape.kind === 'list' ? values.map(one => fromText(shape.item, one)) : fromText(shape, values[0] ?? '');
    }
    case 'query-map':
      return Object.fromEntries([...from.parameters].filter(([key]) => !from.fixed.has(key)));
    case 'header': {
      const text = from.request.headers[binding.name];
      return text === undefined ? undefined : fromText(shape, text);
    }
    case 'payload':
      if (shape.kind === 'struct') return from.keys ? decodeStruct(shape, from.body, from.keys) : undefined;
      return shape.kind === 'blob' ? new Uint8Array(from.request.body) : from.request.body.toString('utf8');
    default:
      return undefined;
  }
}

function fromText(shape: Shape, text: string): unknown {
  switch (shape.kind) {
    case 'number':
      return Number(text);
    case 'boolean':
      return text === 'true';
    case 'timestamp':
      return shape.format === 'epoch-seconds' ? new Date(Number(text) * 1_000) : new Date(text);
    case 'list':
      return text.split(',').map(one => fromText(shape.item, one.trim()));
    default:
      return text;
  }
}
