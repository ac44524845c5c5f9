import type { Member, Shape, StructShape } from './shape.ts';
import { timestampText } from './timestamp.ts';

export interface XmlStyle {
  /** STS and IAM print whole seconds, EC2 prints milliseconds. */
  milliseconds: boolean;
  /** Names of structs whose values are never changed in place, so that their XML can be kept (see `remembered`). */
  immutableShapes: ReadonlySet<string>;
}

/** The members of `value` as XML elements, as AWS's XML protocols write them. */
export function encodeXmlMembers(shape: StructShape, value: unknown, style: XmlStyle): string {
  if (!isRecord(value)) return '';
  if (!style.immutableShapes.has(shape.name)) return encodeMembers(shape, value, style);
  const known = remembered.get(value);
  if (known !== undefined) return known;
  // In one piece: a string made by adding keeps its parts apart, and every page would put them together again.
  const encoded = Buffer.from(encodeMembers(shape, value, style)).toString();
  remember(value, encoded);
  return encoded;
}

/** A struct as a document's root element. */
export function encodeXmlElement(
  shape: StructShape,
  value: unknown,
  { name, xmlNamespace, style }: { name: string; xmlNamespace: string; style: XmlStyle },
): string {
  return `<${name} xmlns="${xmlNamespace}"${attributesOf(shape, value)}>${encodeXmlMembers(shape, value, style)}</${name}>`;
}

export function escapeXml(text: string): string {
  return /[&<>"'\r]/.test(text) ? text.replaceAll(/[&<>"'\r]/g, character => ENTITIES[character] ?? character) : text;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
};

/**
 * XML of immutable values by their identity: a page of a thousand instances costs ten times less when only new ones are
 * encoded. Emptied when full, so that a large world cannot fill the memory with its own XML.
 */
let remembered = new WeakMap<object, string>();
let rememberedCharacters = 0;
const REMEMBERED_CHARACTERS_MAX = 256 * 1024 * 1024;

function remember(value: object, xml: string): void {
  if (rememberedCharacters + xml.length > REMEMBERED_CHARACTERS_MAX) {
    remembered = new WeakMap();
    rememberedCharacters = 0;
  }
  remembered.set(value, xml);
  rememberedCharacters += xml.length;
}

function encodeMembers(shape: StructShape, value: Record<string, unknown>, style: XmlStyle): string {
  let xml = '';
  for (const member of shape.members) {
    const one = value[member.name];
    if (one !== undefined && one !== null && !member.attribute) xml += encodeMember(member, one, style);
  }
  return xml;
}

/** The attributes of an element that holds `value`, each with a space before it. */
function attributesOf(shape: Shape, value: unknown): string {
  if (shape.kind !== 'struct' || !isRecord(value)) return '';
  let attributes = '';
  for (const { attribute, xmlName, name } of shape.members) {
    if (!attribute || value[name] === undefined) continue;
    const [prefix] = xmlName.split(':');
    const namespace = prefix === 'xsi' ? ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' : '';
    attributes += `${namespace} ${xmlName}="${escapeXml(String(value[name]))}"`;
  }
  return attributes;
}

function encodeMember(member: Member, value: unknown, style: XmlStyle): string {
  if (member.flattened && member.shape.kind === 'list') {
    return encodeItems(member.shape.item, value, member.xmlName, style);
  }
  if (member.flattened && member.shape.kind === 'map') {
    return encodeEntries(member.shape, value, member.xmlName, style);
  }
  const attributes = attributesOf(member.shape, value);
  const openTag = attributes === '' ? member.openTag : `<${member.xmlName}${attributes}>`;
  return openTag + encodeContent(member.shape, value, style) + member.closeTag;
}

function encodeContent(shape: Shape, value: unknown, style: XmlStyle): string {
  switch (shape.kind) {
    case 'string':
      return escapeXml(String(value));
    case 'number':
    case 'boolean':
      return String(value);
    case 'struct':
      return encodeXmlMembers(shape, value, style);
    case 'list':
      return encodeItems(shape.item, value, shape.itemXmlName, style);
    case 'map':
      return encodeEntries(shape, value, 'entry', style);
    case 'timestamp':
      return timestampText(value, shape.format ?? 'date-time', style.milliseconds);
    case 'blob':
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : '';
    case 'document':
      throw new Error('no XML protocol has documents');
  }
}

function encodeItems(item: Shape, list: unknown, name: string, style: XmlStyle): string {
  if (!Array.isArray(list)) return '';
  let xml = '';
  for (const one of list) xml += `<${name}${attributesOf(item, one)}>${encodeContent(item, one, style)}</${name}>`;
  return xml;
}

function encodeEntries(shape: Shape & { kind: 'map' }, map: unknown, name: string, style: XmlStyle): string {
  if (!isRecord(map)) return '';
  const { keyXmlName, valueXmlName } = shape;
  return Object.entries(map)
    .map(([key, value]) => {
      const content = encodeContent(shape.value, value, style);
      return `<${name}><${keyXmlName}>${escapeXml(key)}</${keyXmlName}><${valueXmlName}>${content}</${valueXmlName}></${name}>`;
    })
    .join('');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
