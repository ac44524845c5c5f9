import type { Attributes } from './define.ts';
import { FieldsText, numberOfName } from './fields-text.ts';
import type { Step } from './json-texts.ts';
import { storable, storableText } from './storable.ts';

/**
 * An item of an SDK answer as attributes: names in camelCase, dates as ISO 8601 text, bytes as base64. Every field that
 * AWS sent is kept, empty texts and lists too; only `leftOut` is not: names as AWS writes them, with dots for those
 * deeper inside (`Origins.Items.CustomHeaders`; steps through lists are not written). Fields that are undefined were not in
 * the answer. The keys of `verbatim` fields are somebody's own words, such as labels, and stay as they are.
 */
export function attributesOf(
  item: object,
  leftOut: Readonly<Record<string, string>> = {},
  verbatim: readonly string[] = [],
): Attributes {
  // A loop: it runs over every field of every resource at every sync, and entries and their arrays would double its time.
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(item)) {
    if (value === undefined || name in leftOut) continue;
    const inside = insideOf(leftOut, name);
    attributes[camelCase(name)] = verbatim.includes(name) ? storable(value) : jsonOf(value, inside);
  }
  return attributes;
}

/** What is left out within a field; the same object for the same table, since most tables have nothing inside. */
function insideOf(leftOut: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  const prefix = `${name}.`;
  let inside: Record<string, string> | undefined;
  for (const path in leftOut) {
    if (path.startsWith(prefix)) inside = { ...inside, [path.slice(prefix.length)]: leftOut[path] ?? '' };
  }
  return inside ?? NOTHING;
}

const NOTHING: Readonly<Record<string, string>> = {};

/** `InstanceType` → `instanceType`. Only the first letter changes, so that AWS's name can be told from ours. */
export function camelCase(name: string): string {
  let written = CAMEL_CASE.get(name);
  if (written === undefined) {
    written = storableText(name.charAt(0).toLowerCase() + name.slice(1));
    CAMEL_CASE.set(name, written);
  }
  return written;
}

/** The field names of the SDK's shapes, of which there are some hundreds. */
const CAMEL_CASE = new Map<string, string>();

function jsonOf(value: unknown, leftOut: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(one => jsonOf(one, leftOut));
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return attributesOf(value, leftOut);
}

/** AWS's list of tags as an object. A key cannot occur twice on a resource. */
export function tagsOf(tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined) {
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** The tag that the EC2 console shows as the name; an empty one is no name. */
export function nameTag(tags: Readonly<Record<string, string>>): string | null {
  return tags.Name || null;
}

/**
 * The values at a path such as `networkInterfaces[].privateIpAddress`, as text; none where a step is missing. Lists are
 * flattened, nulls and empty texts left out.
 */
export function valuesAt(attributes: Attributes | FieldsText, path: string): string[] {
  const values: string[] = [];
  addValuesAt(attributes, path, values);
  return values;
}

/** The same, added to others: each list of its own takes room for seventeen. */
export function addValuesAt(attributes: Attributes | FieldsText, path: string, values: string[]): void {
  collect(attributes, stepsOf(path), values);
}

/** Adds what is at the end of the steps. It runs over every property of every resource that is written. */
function collect(value: unknown, step: Step | undefined, values: string[]): void {
  if (!step) {
    if (isShown(value)) values.push(String(value));
  } else if (isObject(value)) {
    if (value instanceof FieldsText && value.addTexts(step, values)) return;
    const field = value instanceof FieldsText ? value.read(step.name) : value[step.name];
    if (!step.isList) collect(field, step.next, values);
    else if (Array.isArray(field)) for (const one of field) collect(one, step.next, values);
  }
}

function stepsOf(path: string): Step | undefined {
  const known = STEPS.get(path);
  if (known) return known;
  const steps = path.split('.').reduceRight<Step | undefined>((next, step) => {
    const name = step.replace(/\[\]$/, '');
    return { name, number: numberOfName(name), likely: 0, isList: step.endsWith('[]'), next };
  }, undefined);
  if (steps) STEPS.set(path, steps);
  return steps;
}

/** By the paths of the types' properties. */
const STEPS = new Map<string, Step>();

function isObject(value: unknown): value is Attributes | FieldsText {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isShown(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean';
}
