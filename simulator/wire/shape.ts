import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef, StaticOperationSchema } from '@smithy/types';

/**
 * What the codecs need to know of a type, compiled once from the schema that the SDK client exports. All knowledge of
 * the SDK's schema format is in this file.
 */
export type Shape =
  | { kind: 'string' | 'number' | 'boolean' | 'blob' | 'document' }
  | { kind: 'timestamp'; format: TimestampFormat | undefined }
  | { kind: 'list'; item: Shape; itemXmlName: string }
  | { kind: 'map'; value: Shape; keyXmlName: string; valueXmlName: string }
  | StructShape;

export interface StructShape {
  kind: 'struct';
  /** The model's name of the type, such as `Instance`. */
  name: string;
  members: Member[];
}

export interface Member {
  name: string;
  /** Element name in XML answers and, where there is no query name, key in query requests. */
  xmlName: string;
  /** Key in EC2 query requests where the model gives one. */
  ec2QueryName: string | undefined;
  /** Items or entries stand in the struct itself, without an element or key around them. */
  flattened: boolean;
  required: boolean;
  /** Key in the bodies of REST-JSON services. */
  jsonName: string;
  /** Where REST services carry it, if not in the body. */
  binding: HttpBinding | undefined;
  /** In XML an attribute of the element around it. */
  attribute: boolean;
  shape: Shape;
  openTag: string;
  closeTag: string;
}

export type HttpBinding =
  | { in: 'path' | 'payload' | 'status' | 'query-map' }
  | { in: 'query' | 'header' | 'header-prefix'; name: string };

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

export interface OperationShape {
  name: string;
  input: StructShape;
  output: StructShape;
  /** Of REST services: method, path with labels in braces and fixed parameters, status of success. */
  http: { method: string; uri: string; status: number } | undefined;
}

/** Compiles an operation; its input and output are empty structs where the model has none. */
export function operationShape(schema: StaticOperationSchema): OperationShape {
  const [, , name, traits, input, output] = schema;
  return { name, input: structOf(input), output: structOf(output), http: httpOf(traits) };
}

function httpOf(traits: unknown): OperationShape['http'] {
  const http: unknown = typeof traits === 'object' && traits !== null && 'http' in traits ? traits.http : undefined;
  if (!Array.isArray(http)) return undefined;
  const [method, uri, status]: unknown[] = http;
  return { method: String(method), uri: String(uri), status: Number(status) };
}

function structOf(ref: SchemaRef): StructShape {
  const schema = NormalizedSchema.of(ref);
  if (schema.isUnitSchema()) return { kind: 'struct', name: 'Unit', members: [] };
  const shape = shapeOf(schema);
  if (shape.kind !== 'struct') throw new Error(`${schema.getName()} is not a structure`);
  return shape;
}

/** Structs by the SDK's own definition object, so that each is compiled once and types may contain themselves. */
const compiled = new WeakMap<object, StructShape>();

function shapeOf(schema: NormalizedSchema): Shape {
  if (schema.isStructSchema()) return structShape(schema);
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    return { kind: 'list', item: shapeOf(item), itemXmlName: item.getMergedTraits().xmlName ?? 'member' };
  }
  if (schema.isMapSchema()) {
    const value = schema.getValueSchema();
    return {
      kind: 'map',
      value: shapeOf(value),
      keyXmlName: schema.getKeySchema().getMergedTraits().xmlName ?? 'key',
      valueXmlName: value.getMergedTraits().xmlName ?? 'value',
    };
  }
  if (schema.isTimestampSchema()) return { kind: 'timestamp', format: timestampFormat(schema.getSchema()) };
  if (schema.isBlobSchema()) return { kind: 'blob' };
  if (schema.isBooleanSchema()) return { kind: 'boolean' };
  if (schema.isNumericSchema() || schema.isBigIntegerSchema() || schema.isBigDecimalSchema()) return { kind: 'number' };
  if (schema.isDocumentSchema()) return { kind: 'document' };
  return { kind: 'string' };
}

function structShape(schema: NormalizedSchema): StructShape {
  const definition = schema.getSchema();
  if (typeof definition !== 'object') throw new Error(`${schema.getName()} has no definition`);
  const known = compiled.get(definition);
  if (known) return known;
  const shape: StructShape = { kind: 'struct', name: schema.getName() ?? 'structure', members: [] };
  compiled.set(definition, shape);
  const required = requiredCount(definition);
  for (const [name, member] of schema.structIterator()) {
    const traits = member.getMergedTraits();
    const { ec2QueryName, xmlFlattened } = traits;
    // Only the member's own trait: an XML name on the type it points to names that type where it stands alone.
    const xmlName = member.getMemberTraits().xmlName ?? name;
    shape.members.push({
      name,
      xmlName,
      ec2QueryName: typeof ec2QueryName === 'string' ? ec2QueryName : undefined,
      flattened: xmlFlattened !== undefined,
      required: shape.members.length < required,
      jsonName: traits.jsonName ?? name,
      binding: bindingOf(traits),
      attribute: traits.xmlAttribute !== undefined,
      shape: shapeOf(member),
      openTag: `<${xmlName}>`,
      closeTag: `</${xmlName}>`,
    });
  }
  return shape;
}

function bindingOf(traits: ReturnType<NormalizedSchema['getMergedTraits']>): HttpBinding | undefined {
  if (traits.httpLabel) return { in: 'path' };
  if (traits.httpPayload) return { in: 'payload' };
  if (traits.httpResponseCode) return { in: 'status' };
  if (traits.httpQueryParams) return { in: 'query-map' };
  if (traits.httpQuery !== undefined) return { in: 'query', name: traits.httpQuery };
  if (traits.httpHeader !== undefined) return { in: 'header', name: traits.httpHeader.toLowerCase() };
  if (traits.httpPrefixHeaders !== undefined)
    return { in: 'header-prefix', name: traits.httpPrefixHeaders.toLowerCase() };
  return undefined;
}

/** The SDK lists a struct's required members first and writes their number behind the member list. */
function requiredCount(definition: object): number {
  const count: unknown = Array.isArray(definition) ? definition[6] : undefined;
  return typeof count === 'number' ? count : 0;
}

/** 5, 6 and 7 are the SDK's numbers for the three formats; 4 leaves it to the protocol. */
function timestampFormat(schema: unknown): TimestampFormat | undefined {
  return schema === 5 ? 'date-time' : schema === 6 ? 'http-date' : schema === 7 ? 'epoch-seconds' : undefined;
}
