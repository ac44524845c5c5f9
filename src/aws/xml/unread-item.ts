import { type FieldsText, Sheet } from '../../inventory/fields-text.ts';
import { AS_TEXT, fieldsTextOf, RAW_HASH } from '../../inventory/raw.ts';
import { Irregular } from './read.ts';
import type { ListShape, Member, Shape, StructShape } from './shape.ts';
import { type Transcribed, Transcriber } from './transcribe.ts';

/** A member of an answer that is a list; with another one in its items, where those are groups of the items that are wanted. */
export interface RawLists {
  readonly outer: ListMember;
  readonly inner: ListMember | undefined;
}

export type ListMember = Member & { readonly shape: ListShape };

/** What one element of the outer list has in it. */
export interface ReadApart {
  readonly start: number;
  /** Behind the closing tag. */
  readonly end: number;
  /** Itself or, of a group, those in it; undefined for a group without the list of them. */
  readonly items: readonly Transcribed[] | undefined;
  /** What a group says besides. */
  readonly group: FieldsText | undefined;
}

/** Reads an answer's items, and what they are in, without making objects of what they have inside. */
export class UnreadReader {
  readonly #answer: Buffer;
  readonly #lists: RawLists;
  /** Made for the first item: most answers have no new ones. Items and groups are written at the same time. */
  #made: { items: Transcriber; groups: Transcriber; sheets: readonly Sheet[] } | undefined;

  constructor(answer: Buffer, lists: RawLists) {
    this.#answer = answer;
    this.#lists = lists;
  }

  /**
   * What begins at `start`.
   * @throws Irregular where it is out of order.
   */
  read(start: number): ReadApart {
    const { outer, inner } = this.#lists;
    const { items: itemsOf, groups } = this.#transcribers();
    if (!inner) {
      const item = itemsOf.item(outer.shape, start);
      return { start, end: item.end, items: [item], group: undefined };
    }
    let items: readonly Transcribed[] | undefined;
    const read = (at: number) => {
      const list = itemsOf.items(inner.shape, { tag: inner.tag, start: at });
      items = list.items;
      return list.end;
    };
    const { fields, end } = groups.item(outer.shape, start, { member: inner, read });
    return { start, end, items, group: fields };
  }

  /** The object that the SDK would give, with those of the items that have a hash here. */
  unread({ items, group }: ReadApart, hashes: readonly (string | undefined)[]): object {
    const { outer, inner } = this.#lists;
    const objects: object[] = [];
    items?.forEach(({ fields }, index) => {
      const rawHash = hashes[index];
      if (rawHash !== undefined) objects.push(unreadItem((inner ?? outer).shape.item, { fields, rawHash }));
    });
    if (!group) return objects[0] ?? {};
    const object = unreadItem(outer.shape.item, { fields: group });
    if (inner && items) Reflect.set(object, inner.name, objects);
    return object;
  }

  /** Nobody may read the items any more. */
  giveBack(): void {
    for (const sheet of this.#made?.sheets ?? []) sheet.giveBack();
  }

  #transcribers() {
    if (this.#made) return this.#made;
    // As JSON they are hardly ever longer than half of EC2's XML.
    const [forItems, forGroups] = [new Sheet(this.#answer.length >> 1), new Sheet()];
    this.#made = {
      items: new Transcriber(this.#answer, forItems),
      groups: new Transcriber(this.#answer, forGroups),
      sheets: [forItems, forGroups],
    };
    return this.#made;
  }
}

/**
 * An item of an answer as the SDK gives it, but for that a field is read when somebody asks for it. It has no fields of its
 * own: a copy of it (`{...item}`) has none at all.
 */
function unreadItem(shape: Shape, { fields, rawHash }: { fields: FieldsText; rawHash?: string }): object {
  if (shape.kind !== 'struct') throw new Irregular('items that are no structs');
  const item = Object.create(prototypeOf(shape));
  item[AS_TEXT] = fields;
  if (rawHash !== undefined) item[RAW_HASH] = rawHash;
  return item;
}

const prototypes = new Map<StructShape, object>();

function prototypeOf(shape: StructShape): object {
  const known = prototypes.get(shape);
  if (known) return known;
  const prototype = {};
  for (const { name, attribute, shape: field } of shape.members.values()) {
    Object.defineProperty(prototype, name, {
      set(value: unknown) {
        Object.defineProperty(this, name, { value, enumerable: true });
      },
      get() {
        return read(field, fieldsTextOf(this)?.read(attribute));
      },
    });
  }
  prototypes.set(shape, prototype);
  return prototype;
}

/** What the SDK reads, from its JSON. */
function read(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'struct':
      return typeof value === 'object' && value !== null ? readStruct(shape, value) : undefined;
    case 'list':
      return Array.isArray(value) ? value.map(item => read(shape.item, item)) : undefined;
    case 'time':
      return typeof value === 'string' ? new Date(value) : undefined;
    default:
      return value;
  }
}

function readStruct(shape: StructShape, value: object): object {
  const fields: Record<string, unknown> = {};
  for (const { name, attribute, shape: field } of shape.members.values()) {
    if (Object.hasOwn(value, attribute)) fields[name] = read(field, Reflect.get(value, attribute));
  }
  return fields;
}
