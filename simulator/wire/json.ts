import { AwsError } from '../service.ts';
import type { Shape, StructShape } from './shape.ts';
import { dateOf, timestampText } from './timestamp.ts';

/** Reads a JSON body into the input that the SDK's schema describes; members that it does not know are ignored. */
export function decodeJsonInput(shape: StructShape, body: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body === '' ? '{}' : body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw malformed();
  }
  return decodeStruct(shape, parsed);
}

/** An output as the value to be written as JSON. */
export function encodeJsonOutput(shape: StructShape, value: unknown): Record<string, unknown> {
  const encoded: Record<string, unknown> = {};
  if (!isRecord(value)) return encoded;
  for (const member of shape.members) {
    const one = value[member.name];
    if (one !== undefined && one !== null) encoded[member.name] = encode(member.shape, one);
  }
  return encoded;
}

function decodeStruct(shape: StructShape, value: unknown): Record<string, unknown> {
  if (!isRecord(value) || Array.isArray(value)) throw malformed();
  const decoded: Record<string, unknown> = {};
  for (const member of shape.members) {
    const one = value[member.name];
    if (one !== undefined && one !== null) decoded[member.name] = decode(member.shape, one);
  }
  return decoded;
}

function decode(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'struct':
      return decodeStruct(shape, value);
    case 'list':
      if (!Array.isArray(value)) throw malformed();
      return value.map(item => decode(shape.item, item));
    case 'map':
      if (!isRecord(value)) throw malformed();
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(shape.value, item)]));
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

function encode(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'struct':
      return encodeJsonOutput(shape, value);
    case 'list':
      return Array.isArray(value) ? value.map(item => encode(shape.item, item)) : [];
    case 'map':
      return isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(shape.value, item)]))
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
