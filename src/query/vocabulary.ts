import type { AssetTextName, AssetTimeName } from './tree.ts';

/** What asset types add to the language. Names of properties are compared without regard to case. */
export interface Vocabulary {
  readonly types: readonly { readonly assetType: string; readonly label: string; readonly plural: string }[];
  readonly attributes: readonly AttributeWord[];
}

export interface AttributeWord {
  readonly name: string;
  /** Only `number` and `time` can be compared with < and >. */
  readonly kind: 'text' | 'number' | 'boolean' | 'time';
}

/** What a property name stands for. */
export type Word =
  | { readonly kind: 'text'; readonly name: AssetTextName }
  | { readonly kind: 'time'; readonly name: AssetTimeName }
  | { readonly kind: 'gone' }
  | { readonly kind: 'attribute'; readonly attribute: AttributeWord };

/** Properties that every asset has; the second column of names are the fields of the API's asset, for those who guess. */
const OWN_WORDS: Readonly<Record<string, Word>> = {
  name: { kind: 'text', name: 'name' },
  id: { kind: 'text', name: 'id' },
  arn: { kind: 'text', name: 'arn' },
  accountId: { kind: 'text', name: 'accountId' },
  region: { kind: 'text', name: 'region' },
  type: { kind: 'text', name: 'type' },
  state: { kind: 'text', name: 'state' },
  text: { kind: 'text', name: 'text' },
  gone: { kind: 'gone' },
  firstSeen: { kind: 'time', name: 'firstSeen' },
  lastSeen: { kind: 'time', name: 'lastSeen' },
  changed: { kind: 'time', name: 'changed' },
};

const ALIASES: Readonly<Record<string, string>> = {
  nativeid: 'id',
  assettype: 'type',
  firstseenat: 'firstSeen',
  lastseenat: 'lastSeen',
  changedat: 'changed',
};

/** Words that begin a property with a key of its own, such as `tag.Env`. */
export const KEYED_WORDS = ['tag', 'connectorTag'] as const;

export function lookUp(name: string, vocabulary: Vocabulary): Word | undefined {
  const wanted = name.toLowerCase();
  const own = ALIASES[wanted] ?? Object.keys(OWN_WORDS).find(word => word.toLowerCase() === wanted);
  if (own !== undefined) return OWN_WORDS[own];
  const attribute = vocabulary.attributes.find(word => word.name.toLowerCase() === wanted);
  return attribute && { kind: 'attribute', attribute };
}

/** Every name that can be written before the colon, in its own spelling. */
export function propertyNames(vocabulary: Vocabulary): string[] {
  return [
    ...Object.keys(OWN_WORDS),
    ...KEYED_WORDS.map(word => `${word}.KEY`),
    ...vocabulary.attributes.map(word => word.name),
  ];
}

/**
 * The asset types that a written type means: its CloudFormation name, its label, the label's plural, or the last part of
 * the CloudFormation name (`instance`). `matches` decides, so that wildcards work on all of them.
 */
export function typesMeant(vocabulary: Vocabulary, matches: (text: string) => boolean): string[] {
  return vocabulary.types.filter(type => namesOfType(type).some(matches)).map(type => type.assetType);
}

export function namesOfType(type: Vocabulary['types'][number]): string[] {
  return [type.assetType, type.label, type.plural, type.assetType.split('::').at(-1) ?? ''];
}
