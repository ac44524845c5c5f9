import type { Member, Shape, StructShape } from './shape.ts';
import { timestampText } from './timestamp.ts';

export interface XmlStyle {
  /** STS and IAM print whole seconds, EC2 prints milliseconds. */
  milliseconds: boolean;
  /** Whether every element has a line of its own, four spaces deeper than what it is in, and an empty one one tag only. */
  indented?: boolean;
  /** XML of structs whose values are never changed in place; absent: nothing is kept. */
  kept?: KeptXml;
}

/** The members of `value` as XML elements, as AWS's XML protocols write them; `depth` is that of the elements. */
export function encodeXmlMembers(shape: StructShape, value: unknown, style: XmlStyle, depth = 1): string {
  if (!isRecord(value)) return '';
  if (!style.kept?.shapes.has(shape.name)) return encodeMembers(shape, value, style, depth);
  const known = style.kept.get(value);
  if (known !== undefined) return known;
  // In one piece: a string made by adding keeps its parts apart, and every page would put them together again.
  const encoded = Buffer.from(encodeMembers(shape, value, style, depth)).toString();
  style.kept.keep(value, encoded);
  return encoded;
}

/** Where elements have lines of their own, a new one. */
export function lineBreak(style: XmlStyle, depth: number): string {
  return style.indented ? lineStart(depth) : '';
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
 * encoded. Emptied when full, so that a large world cannot fill the memory with its own XML. A shape that is kept must
 * always stand at one depth.
 */
export interface KeptXml {
  shapes: ReadonlySet<string>;
  get(value: object): string | undefined;
  keep(value: object, xml: string): void;
}

export function keepXmlOf(shapes: readonly string[]): KeptXml {
  let kept = new WeakMap<object, string>();
  let characters = 0;
  return {
    shapes: new Set(shapes),
    get: value => kept.get(value),
    keep(value, xml) {
      if (characters + xml.length > KEPT_CHARACTERS_MAX) {
        kept = new WeakMap();
        characters = 0;
      }
      kept.set(value, xml);
      characters += xml.length;
    },
  };
}

const KEPT_CHARACTERS_MAX = 256 * 1024 * 1024;

function encodeMembers(shape: StructShape, value: Record<string, unknown>, style: XmlStyle, depth: number): string {
  let xml = '';
  for (const member of shape.members) {
    const one = value[member.name];
    if (one !== undefined && one !== null && !member.attribute) xml += encodeMember(member, one, style, depth);
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

function encodeMember(member: Member, value: unknown, style: XmlStyle, depth: number): string {
  if (member.flattened && member.shape.kind === 'list') {
    return encodeItems({ item: member.shape.item, name: member.xmlName, list: value, style, depth });
  }
  if (member.flattened && member.shape.kind === 'map') {
    return encodeEntries({ shape: member.shape, name: member.xmlName, map: value, style, depth });
  }
  const attributes = attributesOf(member.shape, value);
  const { openTag, closeTag, xmlName } = member;
  const tags = attributes === '' ? { openTag, closeTag } : { openTag: `<${xmlName}${attributes}>`, closeTag };
  return element(tags, member.shape, { value, style, depth });
}

function element(
  { openTag, closeTag }: { openTag: string; closeTag: string },
  shape: Shape,
  { value, style, depth }: { value: unknown; style: XmlStyle; depth: number },
): string {
  const content = encodeContent(shape, value, style, depth + 1);
  if (!style.indented) return openTag + content + closeTag;
  if (content === '') return `${lineStart(depth)}${openTag.slice(0, -1)}/>`;
  const hasElements = shape.kind === 'struct' || shape.kind === 'list' || shape.kind === 'map';
  return lineStart(depth) + openTag + content + (hasElements ? lineStart(depth) : '') + closeTag;
}

function lineStart(depth: number): string {
  return LINE_STARTS[depth] ?? `\n${'    '.repeat(depth)}`;
}

const LINE_STARTS = Array.from({ length: 24 }, (_, depth) => `\n${'    '.repeat(depth)}`);

function encodeContent(shape: Shape, value: unknown, style: XmlStyle, depth: number): string {
  switch (shape.kind) {
    case 'string':
      return escapeXml(String(value));
    case 'number':
    case 'boolean':
      return String(value);
    case 'struct':
      return encodeXmlMembers(shape, value, style, depth);
    case 'list':
      return encodeItems({ item: shape.item, name: shape.itemXmlName, list: value, style, depth });
    case 'map':
      return encodeEntries({ shape, name: 'entry', map: value, style, depth });
    case 'timestamp':
      return timestampText(value, shape.format ?? 'date-time', style.milliseconds);
    case 'blob':
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : '';
    case 'document':
      throw new Error('no XML protocol has documents');
  }
}

interface Placed {
  name: string;
  style: XmlStyle;
  depth: number;
}

function encodeItems({ item, name, list, style, depth }: Placed & { item: Shape; list: unknown }): string {
  if (!Array.isArray(list)) return '';
  const closeTag = `</${name}>`;
  let xml = '';
  for (const value of list) {
    xml += element({ openTag: `<${name}${attributesOf(item, value)}>`, closeTag }, item, { value, style, depth });
  }
  return xml;
}

function encodeEntries({ shape, name, map, style, depth }: Placed & { shape: Shape & { kind: 'map' }; map: unknown }) {
  if (!isRecord(map)) return '';
  const { keyXmlName, valueXmlName } = shape;
  const within = { style, depth: depth + 1 };
  let xml = '';
  for (const [key, value] of Object.entries(map)) {
    const keyTags = { openTag: `<${keyXmlName}>`, closeTag: `</${keyXmlName}>` };
    const valueTags = { openTag: `<${valueXmlName}>`, closeTag: `</${valueXmlName}>` };
    const keyXml = element(keyTags, { kind: 'string' }, { value: key, ...within });
    const valueXml = element(valueTags, shape.value, { value, ...within });
    xml += `${lineBreak(style, depth)}<${name}>${keyXml}${valueXml}${lineBreak(style, depth)}</${name}>`;
  }
  return xml;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
