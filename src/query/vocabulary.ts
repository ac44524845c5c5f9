import type { AssetTextName, AssetTimeName, AttributePlace, AttributeProperty } from './tree.ts';

/** What asset types add to the language: their names, and the attributes that people search for. */
export type Vocabulary = readonly {
  /** CloudFormation name, such as `AWS::EC2::Instance`. */
  readonly assetType: string;
  readonly label: string;
  readonly plural: string;
  readonly properties: readonly {
    /** The same name means the same thing, and has the same kind, in every type. */
    readonly name: string;
    readonly path: string;
    /** Only `number` and `time` can be compared with < and >. */
    readonly kind: AttributeKind;
    /** Whether its values are part of the asset's text, or of what it shares with others, or unique ids. */
    readonly inSearch?: AttributePlace['inSearch'];
  }[];
}[];

type AttributeKind = 'text' | 'number' | 'boolean' | 'time';

/** What a property name stands for. */
export type Word =
  | { readonly kind: 'text'; readonly name: AssetTextName }
  | { readonly kind: 'time'; readonly name: AssetTimeName }
  | { readonly kind: 'gone' }
  | { readonly kind: 'attribute'; readonly property: AttributeProperty; readonly comparable: 'number' | 'time' | null };

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
  return lookUpAttribute(wanted, vocabulary);
}

function lookUpAttribute(wanted: string, vocabulary: Vocabulary): Word | undefined {
  const found = attributesOf(vocabulary).filter(({ name }) => name.toLowerCase() === wanted);
  const [first] = found;
  if (!first) return undefined;
  const places = found.map(({ assetType, path, inSearch }) => ({ assetType, path, inSearch }));
  const comparable = first.kind === 'number' || first.kind === 'time' ? first.kind : null;
  return { kind: 'attribute', property: { of: 'attribute', name: first.name, places }, comparable };
}

function attributesOf(vocabulary: Vocabulary) {
  return vocabulary.flatMap(({ assetType, properties }) => properties.map(property => ({ assetType, ...property })));
}

/** Every name that can be written before the colon, in its own spelling. */
export function propertyNames(vocabulary: Vocabulary): string[] {
  return [
    ...Object.keys(OWN_WORDS),
    ...KEYED_WORDS.map(word => `${word}.KEY`),
    ...new Set(attributesOf(vocabulary).map(({ name }) => name)),
  ];
}

/**
 * The asset types that a written type means: its CloudFormation name, its label, the label's plural, or the last part of
 * the CloudFormation name (`instance`). `matches` decides, so that wildcards work on all of them.
 */
export function typesMeant(vocabulary: Vocabulary, matches: (text: string) => boolean): string[] {
  return vocabulary.filter(type => namesOfType(type).some(matches)).map(type => type.assetType);
}

export function namesOfType(type: Vocabulary[number]): string[] {
  return [type.assetType, type.label, type.plural, type.assetType.split('::').at(-1) ?? ''];
}
