import type { FieldsText } from '../../inventory/fields-text.ts';
import { AS_TEXT, fieldsTextOf, RAW_HASH } from '../../inventory/raw.ts';
import type { Shape, StructShape } from './shape.ts';

/**
 * An item of an answer as the SDK gives it, but for that a field is read when somebody asks for it. It has no fields of its
 * own: a copy of it (`{...item}`) has none at all.
 */
export function unreadItem(shape: StructShape, { fields, rawHash }: { fields: FieldsText; rawHash: string }): object {
  return Object.assign(Object.create(prototypeOf(shape)), { [AS_TEXT]: fields, [RAW_HASH]: rawHash });
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
