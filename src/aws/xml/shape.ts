import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';
import { camelCase } from '../../inventory/attributes.ts';
import { numberOfName } from '../../inventory/fields-text.ts';

/**
 * How an answer of one of AWS's XML protocols is read, compiled once from the schema that the SDK has for it. Types that
 * no inventory listing has so far (maps, unions, documents) are not compiled: those answers are left to the SDK.
 */
export type Shape = StructShape | ListShape | LeafShape;

export interface StructShape {
  readonly kind: 'struct';
  readonly members: ReadonlyMap<string, Member>;
  /** The member that came first the last time: the one to try first. */
  first: Member | undefined;
}

export interface ListShape {
  readonly kind: 'list';
  readonly item: Shape;
  /** `<item>`, as EC2 has it. */
  readonly openTag: string;
  readonly closeTag: string;
  readonly tag: TagBytes;
}

/** `<item` and `</item>`. */
export interface TagBytes {
  readonly open: Buffer;
  readonly close: Buffer;
}

export interface LeafShape {
  readonly kind: 'text' | 'number' | 'boolean' | 'time';
}

export interface Member {
  readonly name: string;
  readonly openTag: string;
  readonly closeTag: string;
  readonly tag: TagBytes;
  /** Its name in `attributes`, that as sheets note it, and as JSON writes it: `"vpcId":`. */
  readonly attribute: string;
  readonly nameNumber: number;
  readonly key: Buffer;
  readonly shape: Shape;
  /** A list whose items stand in the struct itself, without an element around them. */
  readonly flattened: boolean;
  /** The member that followed the last time: answers have the same order again and again. */
  next: Member | undefined;
  /** In which struct it was transcribed the last time (transcribe.ts). */
  seen: number;
}

/** The shape of a struct; undefined when something in it is not read here. */
export function structShape(ref: SchemaRef): StructShape | undefined {
  const schema = NormalizedSchema.of(ref);
  if (!schema.isStructSchema()) return undefined;
  try {
    const shape = compile(schema, new Map());
    return shape.kind === 'struct' ? shape : undefined;
  } catch (error) {
    if (error instanceof NotRead) return undefined;
    throw error;
  }
}

class NotRead extends Error {}

function compile(schema: NormalizedSchema, known: Map<unknown, StructShape>): Shape {
  if (schema.isStructSchema() && !schema.isUnionSchema()) return compileStruct(schema, known);
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    const tag = String(item.getMergedTraits().xmlName ?? 'member');
    return { kind: 'list', item: compile(item, known), openTag: `<${tag}>`, closeTag: `</${tag}>`, tag: tagBytes(tag) };
  }
  if (schema.isBooleanSchema()) return { kind: 'boolean' };
  // 1 is the SDK's number for numbers that a double holds; the others are classes of their own.
  if (schema.getSchema() === 1) return { kind: 'number' };
  // 4 and 5: the protocol's default, and date-time, which is the default of all XML protocols.
  if (schema.getSchema() === 4 || schema.getSchema() === 5) return { kind: 'time' };
  if (schema.isStringSchema() && !schema.getMergedTraits().mediaType) return { kind: 'text' };
  throw new NotRead(schema.getName());
}

/** Structs may contain themselves, so each is known before its members are compiled. */
function compileStruct(schema: NormalizedSchema, known: Map<unknown, StructShape>): StructShape {
  const definition = schema.getSchema();
  const before = known.get(definition);
  if (before) return before;
  const members = new Map<string, Member>();
  const shape: StructShape = { kind: 'struct', members, first: undefined };
  known.set(definition, shape);
  for (const [name, member] of schema.structIterator()) {
    const { httpPayload, httpHeader, xmlAttribute, xmlFlattened } = member.getMergedTraits();
    if (httpPayload !== undefined || httpHeader !== undefined || xmlAttribute !== undefined) throw new NotRead(name);
    const tag = String(member.getMemberTraits().xmlName ?? name);
    const flattened = xmlFlattened !== undefined;
    if (flattened && !member.isListSchema()) throw new NotRead(name);
    members.set(tag, {
      name,
      openTag: `<${tag}>`,
      closeTag: `</${tag}>`,
      tag: tagBytes(tag),
      attribute: camelCase(name),
      nameNumber: numberOfName(camelCase(name)),
      key: Buffer.from(`"${camelCase(name)}":`),
      shape: compile(member, known),
      flattened,
      next: undefined,
      seen: 0,
    });
  }
  return shape;
}

function tagBytes(tag: string): TagBytes {
  return { open: Buffer.from(`<${tag}`), close: Buffer.from(`</${tag}>`) };
}
