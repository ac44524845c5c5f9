import { AwsError } from '../service.ts';
import type { Member, Shape, StructShape } from './shape.ts';
import { dateOf, timestampText } from './timestamp.ts';

/** Reads a JSON body into the input that the SDK's schema describes; members that it does not know are ignored. */
export function decodeJsonInput(shape: StructShape, body: string): Record<string, unknown> {
  return decodeStruct(shape, parseJson(body));
}

/** A body as a value; one without any text is an empty object. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body === '' ? '{}' : body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw malformed();
  }
}

/** An output as the value to be written as JSON. */
export function encodeJsonOutput(shape: StructShape, value: unknown, keys: Keys = byName): Record<string, unknown> {
  const encoded: Record<string, unknown> = {};
  if (!isRecord(value)) return encoded;
  for (const member of shape.members) {
    const one = value[member.name];
    if (one !== undefined && one !== null) encoded[keys(member)] = encode(member.shape, one, keys);
  }
  return encoded;
}

/** Which key of a JSON object a member has: its name, or for REST services the one that the model gives. */
export type Keys = (member: Member) => string;

const byName: Keys = member => member.name;

export function decodeStruct(shape: StructShape, value: unknown, keys: Keys = byName): Record<string, unknown> {
  if (!isRecord(value) || Array.isArray(value)) throw malformed();
  const decoded: Record<string, unknown> = {};
  for (const member of shape.members) {
    const one = value[keys(member)];
    if (one !== undefined && one !== null) decoded[member.name] = decode(member.shape, one, keys);
  }
  return decoded;
}

function decode(shape: Shape, value: unknown, keys: Keys): unknown {
  switch (shape.kind) {
    case 'struct':
      return decodeStruct(shape, value, keys);
    case 'list':
      if (!Array.isArray(value)) throw malformed();
      return value.map(item => decode(shape.item, item, keys));
    case 'map':
      if (!isRecord(value)) throw malformed();
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(shape.value, item, keys)]));
    case 'timestamp':
      if (typeof value !== 'number') throw malformed();
      return new Date(value * 1000);
    case 'blob':
      if (typeof value !== 'string') throw malformed();
      return new Uint8Array(Buffer.from(value, 'base64'));
    case 'document':
      return value;
    default:
      // The remaining kinds are named as JavaScript names the types of their values.
      if (typeof value !== shape.kind) throw malformed();
      return value;
  }
}

function encode(shape: Shape, value: unknown, keys: Keys): unknown {
  switch (shape.kind) {
    case 'struct':
      return encodeJsonOutput(shape, value, keys);
    case 'list':
      return Array.isArray(value) ? value.map(item => encode(shape.item, item, keys)) : [];
    case 'map':
      return isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(shape.value, item, keys)]))
        : {};
    case 'timestamp': {
      const format = shape.format ?? 'epoch-seconds';
      return format === 'epoch-seconds' ? dateOf(value).getTime() / 1000 : timestampText(value, format, true);
    }
    case 'blob':
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : '';
    default:
      return value;
  }
}

function malformed(): AwsError {
  return new AwsError({ code: 'SerializationException', message: '', status: 400 });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
