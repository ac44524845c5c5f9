import { isAscii } from 'node:buffer';
import type { SchemaRef } from '@smithy/types';
import { type RawRequest, UNCHANGED } from '../../inventory/raw.ts';
import { type ComparedAnswer, compareItems, type NewItem, type RawLists } from './raw-items.ts';
import { Irregular, type ItemsElsewhere, isPlain, readDocument } from './read.ts';
import { type ListShape, type Shape, type StructShape, structShape } from './shape.ts';
import { Transcriber } from './transcribe.ts';
import { unreadItem } from './unread-item.ts';

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
      if (!isPlain(answer)) return stock.read(schema, bytes, key);
      const { text, news, unchanged } = compared(answer, shape, rawRequest());
      const items = new UnreadItems(answer, news);
      const elsewhere: ItemsElsewhere = (list, at) => items.take(list, at);
      const fields = readDocument({ text, isAscii: isAscii(answer) }, shape, { inside: key, elsewhere });
      items.end();
      if (unchanged.length > 0) Reflect.set(fields, UNCHANGED, unchanged);
      return fields;
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

/** With nothing to compare it with, all of it. */
function compared(answer: Buffer, shape: StructShape, request: RawRequest | undefined): ComparedAnswer {
  const lists = request && listTags(shape, request.path);
  if (lists) return compareItems(answer, lists, request.isKnown);
  return { text: answer.toString('latin1'), news: [], unchanged: [] };
}

/** Gives the new items of an answer to their lists, unread. */
class UnreadItems {
  readonly #answer: Buffer;
  readonly #news: readonly NewItem[];
  #transcriber: Transcriber | undefined;
  #taken = 0;

  constructor(answer: Buffer, news: readonly NewItem[]) {
    this.#answer = answer;
    this.#news = news;
  }

  take(list: ListShape, at: number): object[] {
    const items: object[] = [];
    for (let item = this.#news[this.#taken]; item && item.at <= at; item = this.#news[this.#taken]) {
      if (list.item.kind !== 'struct') throw new Irregular('items that are no structs');
      this.#transcriber ??= new Transcriber(this.#answer);
      const { fields, end } = this.#transcriber.item(list.item, { list, start: item.start });
      if (end !== item.end) throw new Irregular('an item that ends elsewhere');
      items.push(unreadItem(list.item, { fields, rawHash: item.rawHash }));
      this.#taken += 1;
    }
    return items;
  }

  /** @throws Irregular when the items were in no list that was read. */
  end(): void {
    if (this.#taken < this.#news.length) throw new Irregular('items without a list');
  }
}

/** The tags of lists that are named as the SDK names them. Undefined for an error, which has none of them. */
function listTags(shape: StructShape, [outer, inner]: RawRequest['path']): RawLists | undefined {
  const groups = listNamed(shape, outer);
  if (!groups) return undefined;
  if (inner === undefined) return [groups.openTag];
  const items = listNamed(groups.item, inner);
  return items && [groups.openTag, items.openTag];
}

function listNamed(shape: Shape, wanted: string): { openTag: string; item: Shape } | undefined {
  if (shape.kind !== 'struct') return undefined;
  for (const { name, openTag, shape: list } of shape.members.values()) {
    if (name === wanted && list.kind === 'list') return { openTag, item: list.item };
  }
  return undefined;
}

function partOf(whole: object, name: string): object {
  const part: unknown = Reflect.get(whole, name);
  if (typeof part !== 'object' || part === null) throw new Error(`the SDK’s client has no ${name}`);
  return part;
}

function isDeserializer(value: object): value is Deserializer {
  return 'read' in value && typeof value.read === 'function';
}
