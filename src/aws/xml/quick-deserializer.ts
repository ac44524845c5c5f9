import { isAscii } from 'node:buffer';
import type { SchemaRef } from '@smithy/types';
import { Irregular, readDocument } from './read.ts';
import { type StructShape, structShape } from './shape.ts';

/** The part of the SDK's XML deserializer that is known here. */
interface Deserializer {
  read(schema: SchemaRef, bytes: Uint8Array, key?: string): unknown;
}

/**
 * Lets a client of one of AWS's XML protocols read its answers with our reader, and with the SDK's own wherever ours does
 * not take an answer on: errors, other types, and whatever is out of order. Everything else of the client stays as it is.
 */
export function readQuickly(client: object): void {
  const protocol = partOf(partOf(client, 'config'), 'protocol');
  const stock = partOf(protocol, 'deserializer');
  if (!isDeserializer(stock)) throw new Error('the client’s protocol has no deserializer');
  const read: Deserializer['read'] = (schema, bytes, key) => {
    const shape = shapeOf(schema);
    if (!shape || bytes.byteLength === 0) return stock.read(schema, bytes, key);
    try {
      return readDocument(textOf(bytes), shape, key);
    } catch (error) {
      if (error instanceof Irregular) return stock.read(schema, bytes, key);
      throw error;
    }
  };
  Reflect.set(protocol, 'deserializer', Object.assign(Object.create(stock), { read }));
}

const shapes = new Map<unknown, StructShape | null>();

function shapeOf(schema: SchemaRef): StructShape | null {
  const key: unknown = typeof schema === 'object' && 'getSchema' in schema ? schema.getSchema() : schema;
  const known = shapes.get(key);
  if (known !== undefined) return known;
  const shape = structShape(schema) ?? null;
  shapes.set(key, shape);
  return shape;
}

/** A text of one byte a character takes half of the room and of the time, and most answers of AWS are ASCII. */
function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString(isAscii(buffer) ? 'latin1' : 'utf8');
}

function partOf(whole: object, name: string): object {
  const part: unknown = Reflect.get(whole, name);
  if (typeof part !== 'object' || part === null) throw new Error(`the SDK’s client has no ${name}`);
  return part;
}

function isDeserializer(value: object): value is Deserializer {
  return 'read' in value && typeof value.read === 'function';
}
