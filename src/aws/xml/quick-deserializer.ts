import { isAscii } from 'node:buffer';
import type { SchemaRef } from '@smithy/types';
import { GIVE_BACK, type IsKnown, type RawRequest, UNCHANGED } from '../../inventory/raw.ts';
import { compareItems } from './raw-items.ts';
import { type Fields, Irregular, type ItemsElsewhere, isPlain, readDocument } from './read.ts';
import { type Member, type Shape, type StructShape, structShape } from './shape.ts';
import { type ListMember, type RawLists, UnreadReader } from './unread-item.ts';

/** The part of the SDK's XML deserializer that is known here. */
interface Deserializer {
  read(schema: SchemaRef, bytes: Uint8Array, key?: string): unknown;
}

/**
 * Lets a client of one of AWS's XML protocols read its answers with our reader, and with the SDK's own wherever ours does
 * not take an answer on: errors, other types, and whatever is out of order. Everything else of the client stays as it is.
 * `rawRequest` says what the answer that is being read is compared with first, if with anything.
 */
export function readQuickly(client: object, rawRequest: () => RawRequest | undefined = () => undefined): void {
  const protocol = partOf(partOf(client, 'config'), 'protocol');
  const stock = partOf(protocol, 'deserializer');
  if (!isDeserializer(stock)) throw new Error('the client’s protocol has no deserializer');
  const read: Deserializer['read'] = (schema, bytes, key) => {
    const shape = shapeOf(schema);
    if (!shape || bytes.byteLength === 0) return stock.read(schema, bytes, key);
    try {
      const answer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const request = rawRequest();
      const lists = request && rawLists(shape, request.path);
      if (request && lists) return withoutKnown(answer, { shape, inside: key, lists, isKnown: request.isKnown });
      if (!isPlain(answer)) return stock.read(schema, bytes, key);
      const text = answer.toString('latin1');
      return readDocument({ text, isAscii: isAscii(answer) }, shape, { inside: key });
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

/** An answer without the items that are known, and with the others unread. */
function withoutKnown(
  answer: Buffer,
  {
    shape,
    inside,
    lists,
    isKnown,
  }: { shape: StructShape; inside: string | undefined; lists: RawLists; isKnown: IsKnown },
): Fields {
  const reader = new UnreadReader(answer, lists);
  let isRead = false;
  try {
    const {
      text,
      at: place,
      news,
      unchanged,
    } = compareItems(answer, { openTag: lists.outer.openTag, isKnown, reader });
    let taken = false;
    const elsewhere: ItemsElsewhere = (list, at) => {
      if (taken || at < place || news.length === 0) return [];
      if (list !== lists.outer.shape) throw new Irregular('items in another list');
      taken = true;
      return news;
    };
    const fields = readDocument({ text, isAscii: false }, shape, { inside, elsewhere });
    if (news.length > 0 && !taken) throw new Irregular('items without a list');
    if (unchanged.length > 0) Reflect.set(fields, UNCHANGED, unchanged);
    if (news.length > 0) Reflect.set(fields, GIVE_BACK, reader.giveBack.bind(reader));
    isRead = news.length > 0;
    return fields;
  } finally {
    if (!isRead) reader.giveBack();
  }
}

/** Lists that are named as the SDK names them. Undefined for an error, which has none of them. */
function rawLists(shape: StructShape, [outer, inner]: RawRequest['path']): RawLists | undefined {
  const groups = listNamed(shape, outer);
  if (!groups || inner === undefined) return groups && { outer: groups, inner: undefined };
  const items = listNamed(groups.shape.item, inner);
  return items && { outer: groups, inner: items };
}

function listNamed(shape: Shape, wanted: string): ListMember | undefined {
  if (shape.kind !== 'struct') return undefined;
  for (const member of shape.members.values()) {
    if (member.name === wanted && isList(member)) return member;
  }
  return undefined;
}

function isList(member: Member): member is ListMember {
  return member.shape.kind === 'list';
}

function partOf(whole: object, name: string): object {
  const part: unknown = Reflect.get(whole, name);
  if (typeof part !== 'object' || part === null) throw new Error(`the SDK’s client has no ${name}`);
  return part;
}

function isDeserializer(value: object): value is Deserializer {
  return 'read' in value && typeof value.read === 'function';
}
