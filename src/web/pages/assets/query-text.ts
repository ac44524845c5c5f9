/**
 * The search filter's terms and the API's query language (docs/query-language.md), one made of the other. The URL holds
 * the text. What the filter cannot show as terms of its own stays whole, as one term that is the text itself.
 */

export interface Term {
  /** As it is written before the operator, such as `state` or `tag.Env`; absent: the term is text to look for. */
  readonly propertyKey?: string | undefined;
  readonly operator: string;
  /** Several values mean any of them. */
  readonly value: string | readonly string[];
}

export interface Terms {
  readonly operation: 'and' | 'or';
  readonly tokens: readonly Term[];
}

/** @param isProperty whether a name means something before a colon; other text with a colon is looked for as it is. */
export function textOfTerms({ operation, tokens }: Terms, isProperty: (name: string) => boolean): string {
  return tokens.map(term => textOfTerm(term, isProperty)).join(` ${operation} `);
}

/** Undefined when the text is more than terms joined by one word. */
function readTerms(text: string): Terms | undefined {
  const tokens: Term[] = [];
  const words = new Set<string>();
  let rest = text.trim();
  while (rest !== '') {
    const found = TERM.exec(rest);
    if (!found) return undefined;
    const [whole, not, property, operator = ':', list, value = ''] = found;
    tokens.push(termOf({ negated: not !== undefined, property, operator, written: list ?? value }));
    rest = rest.slice(whole.length);
    const joint = /^\s+(and|or)\s+/i.exec(rest);
    if (joint?.[1]) words.add(joint[1].toLowerCase());
    else if (/^\s+\S/.test(rest)) words.add('and');
    rest = rest.slice(joint?.[0].length ?? 0).trimStart();
  }
  if (words.size > 1) return undefined;
  return { operation: words.has('or') ? 'or' : 'and', tokens };
}

export function termsOfText(text: string): Terms {
  if (text.trim() === '') return { operation: 'and', tokens: [] };
  return readTerms(text) ?? { operation: 'and', tokens: [{ operator: ':', value: `(${text.trim()})` }] };
}

/** What is looked for as text although it looks like a condition: its property is not known, or a bracket is missing. */
export function textLikeConditions(text: string): string[] {
  return termsOfText(text).tokens.flatMap(({ propertyKey, value }) =>
    propertyKey === undefined &&
    typeof value === 'string' &&
    /^(?!\(.*\)$)[\s(]*(?:not\s+)?[a-z][\w.-]*\s*[:<>]/is.test(value)
      ? [value]
      : [],
  );
}

/** A value as it is written in a query: bare where that is allowed, else in quotes. */
export function quoted(value: string): string {
  return isBare(value) ? value : `"${escaped(value)}"`;
}

/** Adds a condition that holds besides the text. */
export function withCondition(text: string, condition: string): string {
  if (text.trim() === '') return condition;
  const terms = readTerms(text);
  const safe = terms && (terms.operation === 'and' || terms.tokens.length === 1);
  return `${safe ? text.trim() : `(${text.trim()})`} and ${condition}`;
}

/** Whether the text says something about a property by itself. */
export function mentions(text: string, property: string): boolean {
  return new RegExp(`(^|[\\s(])${property}\\s*[:<>]`, 'i').test(text);
}

const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const BARE = '[^\\s"(),\\\\<>]+';
const ANY_VALUE = `(?:${QUOTED}|${BARE})`;
const NAME = `(?:(?:tag|connectorTag)\\.(?:${QUOTED}|[^\\s"(),\\\\<>:*]+)|[a-z][\\w.-]*)`;
const RESERVED = '(?!(?:and|or|not)(?:[\\s()"]|$))';
const TERM = new RegExp(
  `^(not\\s+)?(?:(${NAME})\\s*(:|>=|<=|>|<)\\s*)?(?:\\(\\s*(${ANY_VALUE}(?:\\s*,\\s*${ANY_VALUE})*)\\s*\\)|${RESERVED}(${ANY_VALUE}))(?=\\s|$)`,
  'i',
);

function termOf(found: { negated: boolean; property: string | undefined; operator: string; written: string }): Term {
  const values = found.written.match(new RegExp(ANY_VALUE, 'g')) ?? [];
  const [only = ''] = values;
  if (found.property === undefined) {
    return { operator: found.negated ? '!:' : ':', value: values.length > 1 ? `(${found.written})` : unquoted(only) };
  }
  const about = { propertyKey: found.property };
  if (found.operator !== ':') return { ...about, operator: found.operator, value: unquoted(only) };
  if (values.length > 1) return { ...about, operator: found.negated ? '!=' : '=', value: values.map(unquoted) };
  const inner = /^"(.*)"$/s.exec(only)?.[1] ?? only;
  const [, before, middle, after] = /^(\*?)(.*?)((?<!\\)\*)?$/s.exec(inner) ?? [];
  const plain = middle ?? '';
  if (plain !== '' && !/(?<!\\)\*/.test(plain)) {
    if (before && after) return { ...about, operator: found.negated ? '!:' : ':', value: unescaped(plain) };
    if (after) return { ...about, operator: found.negated ? '!^' : '^', value: unescaped(plain) };
  }
  return { ...about, operator: found.negated ? '!=' : '=', value: unquoted(only) };
}

function textOfTerm({ propertyKey, operator, value }: Term, isProperty: (name: string) => boolean): string {
  const values = typeof value === 'string' ? [value] : value;
  const [only = ''] = values;
  if (propertyKey === undefined) {
    const text = isQuery(only, isProperty) ? only : quoted(only);
    return operator.startsWith('!') ? `not ${text}` : text;
  }
  const not = operator.startsWith('!') ? 'not ' : '';
  switch (operator) {
    case ':':
    case '!:':
      // Somebody who types quotes, stars or a list means them as the API does.
      return `${not}${propertyKey}:${/^\(.*\)$|^".*"$|\*/s.test(only) ? only : pattern('*', only, '*')}`;
    case '^':
    case '!^':
      return `${not}${propertyKey}:${pattern('', only, '*')}`;
    case '=':
    case '!=':
      // A star that somebody typed is a wildcard, as it is in the API.
      return `${not}${propertyKey}:${values.length === 1 ? wild(only) : `(${values.map(wild).join(', ')})`}`;
    default:
      return `${propertyKey}${operator}${quoted(only)}`;
  }
}

/** Whether somebody typed a term of the query language into the box for free text. */
function isQuery(text: string, isProperty: (name: string) => boolean): boolean {
  if (/^\(.*\)$/s.test(text) || /^".*"$/s.test(text)) return true;
  const name = new RegExp(`^(?:not\\s+)?(${NAME})\\s*[:<>]`, 'i').exec(text)?.[1];
  return name !== undefined && (/^(tag|connectorTag)\./i.test(name) || isProperty(name.toLowerCase()));
}

function pattern(before: string, value: string, after: string): string {
  return isBare(value) ? `${before}${value}${after}` : `"${before}${escaped(value)}${after}"`;
}

function wild(value: string): string {
  return isBare(value.replaceAll('*', 'x')) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

function isBare(value: string): boolean {
  return new RegExp(`^${RESERVED}[^\\s"(),\\\\<>*]+$`, 'i').test(value);
}

function escaped(value: string): string {
  return value.replace(/["\\*]/g, '\\$&');
}

function unescaped(text: string): string {
  return text.replace(/\\(["\\*])/g, '$1');
}

function unquoted(written: string): string {
  const inner = /^"(.*)"$/s.exec(written)?.[1];
  return inner === undefined ? written : unescaped(inner);
}
