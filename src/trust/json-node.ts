/**
 * A JSON document whose order, spelling of numbers and places are kept, so that faults can point at them and an edit
 * changes nothing else. `at` is the offset in the text, where the document came as text.
 */
export type JsonNode =
  | { readonly kind: 'object'; readonly members: readonly JsonMember[]; readonly at?: number }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[]; readonly at?: number }
  | { readonly kind: 'string'; readonly text: string; readonly at?: number }
  | { readonly kind: 'number'; readonly text: string; readonly at?: number }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly at?: number }
  | { readonly kind: 'null'; readonly at?: number };

export type JsonObject = Extract<JsonNode, { kind: 'object' }>;

export interface JsonMember {
  readonly key: string;
  readonly value: JsonNode;
  readonly at?: number;
}

export function string(text: string): JsonNode {
  return { kind: 'string', text };
}

export function object(members: Readonly<Record<string, JsonNode>>): JsonObject {
  return { kind: 'object', members: Object.entries(members).map(([key, value]) => ({ key, value })) };
}

export function member(node: JsonObject, key: string): JsonNode | undefined {
  return node.members.find(candidate => candidate.key === key)?.value;
}

/** The object with one member's value replaced where it stands, or added at the end. */
export function withMember(node: JsonObject, key: string, value: JsonNode): JsonObject {
  const there = node.members.some(candidate => candidate.key === key);
  const members = node.members.map(each => (each.key === key ? { ...each, value } : each));
  return { ...node, members: there ? members : [...members, { key, value }] };
}

export function withoutMember(node: JsonObject, key: string): JsonObject {
  return { ...node, members: node.members.filter(each => each.key !== key) };
}

/** One value and a list of one are the same in a policy. */
export function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  if (node === undefined) return [];
  return node.kind === 'array' ? node.items : [node];
}

/** JSON text; with `indent` spaces per level, or on one line when it is 0. */
export function printJson(node: JsonNode, indent = 2, level = 0): string {
  if (node.kind === 'string') return JSON.stringify(node.text);
  if (node.kind === 'number') return node.text;
  if (node.kind === 'boolean') return String(node.value);
  if (node.kind === 'null') return 'null';
  const colon = indent > 0 ? ': ' : ':';
  const parts =
    node.kind === 'array'
      ? node.items.map(item => printJson(item, indent, level + 1))
      : node.members.map(({ key, value }) => `${JSON.stringify(key)}${colon}${printJson(value, indent, level + 1)}`);
  const [open, close] = node.kind === 'array' ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return `${open}${close}`;
  if (indent === 0) return `${open}${parts.join(',')}${close}`;
  const inner = ' '.repeat(indent * (level + 1));
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${' '.repeat(indent * level)}${close}`;
}

/** The plain value, as JSON.parse would give it. */
export function plainValue(node: JsonObject): Readonly<Record<string, unknown>>;
export function plainValue(node: JsonNode): unknown;
export function plainValue(node: JsonNode) {
  return JSON.parse(printJson(node, 0));
}
