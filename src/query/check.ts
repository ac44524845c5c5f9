import { failed, ok, type Result } from '../domain/result.ts';
import { queryFault, type Syntax, type TermSyntax, type ValueSyntax } from './parse.ts';
import { patternMatches, textOf } from './pattern.ts';
import { nearest } from './suggest.ts';
import { type AssetQuery, allOf, anyOf, type Pattern } from './tree.ts';
import { lookUp, namesOfType, propertyNames, typesMeant, type Vocabulary, type Word } from './vocabulary.ts';

/** Gives every property its meaning. Faults: `invalid-query`, with the position and, for a misspelling, the likely word. */
export function check(syntax: Syntax, vocabulary: Vocabulary): Result<AssetQuery> {
  if (syntax.kind === 'term') return checkTerm(syntax, vocabulary);
  if (syntax.kind === 'not') {
    const of = check(syntax.of, vocabulary);
    return of.ok ? ok({ kind: 'not', of: of.value }) : of;
  }
  const queries: AssetQuery[] = [];
  for (const part of syntax.of) {
    const query = check(part, vocabulary);
    if (!query.ok) return query;
    queries.push(query.value);
  }
  return ok(syntax.kind === 'all' ? allOf(queries) : anyOf(queries));
}

function checkTerm(term: TermSyntax, vocabulary: Vocabulary): Result<AssetQuery> {
  const { property, values } = term;
  const patterns = values.map(value => value.pattern);
  if (!property) return ok({ kind: 'matches', property: { of: 'asset', name: 'text' }, patterns });
  if (property.key !== undefined) {
    if (term.operator !== ':') return failed(queryFault(property.at, `a tag is compared with ":" only.`));
    const of = property.name === 'tag' ? 'tag' : 'connectorTag';
    return ok({ kind: 'matches', property: { of, key: property.key }, patterns });
  }
  const word = lookUp(property.name, vocabulary);
  if (!word) return failed(unknownProperty({ name: property.name, at: property.at }, vocabulary));
  if (term.operator !== ':') return checkComparison(term, word);
  switch (word.kind) {
    case 'time':
      return failed(queryFault(property.at, `${word.name} is a time; compare it with > >= < or <=.`));
    case 'gone':
      return checkGone(values);
    case 'attribute':
      return ok({ kind: 'matches', property: word.property, patterns });
    case 'text':
      if (word.name === 'type') return checkType(values, vocabulary);
      return ok({
        kind: 'matches',
        property: { of: 'asset', name: word.name },
        patterns: word.name === 'arn' ? patterns.map(wholeArn) : patterns,
      });
  }
}

function checkComparison({ property, operator, values }: TermSyntax, word: Word): Result<AssetQuery> {
  const comparable = word.kind === 'time' ? 'time' : word.kind === 'attribute' ? word.comparable : null;
  if (operator === ':' || !comparable || word.kind === 'text' || word.kind === 'gone') {
    const sentence = `${property?.name} is compared with ":" only; < and > are for times and numbers.`;
    return failed(queryFault(property?.at ?? 0, sentence));
  }
  const [value, ...more] = values;
  if (!value || more.length > 0) return failed(queryFault(more[0]?.at ?? 0, 'a comparison has one value.'));
  const read = comparable === 'time' ? readTime(value) : readNumber(value);
  if (!read.ok) return read;
  const compared = word.kind === 'attribute' ? word.property : { of: 'asset' as const, name: word.name };
  return ok({ kind: 'compares', property: compared, operator, value: read.value });
}

function checkGone(values: readonly ValueSyntax[]): Result<AssetQuery> {
  const text = values[0] && textOf(values[0].pattern)?.toLowerCase();
  if (values.length === 1 && (text === 'true' || text === 'false')) return ok({ kind: 'gone', value: text === 'true' });
  return failed(queryFault(values[0]?.at ?? 0, 'gone is either true or false.'));
}

/** Types are written in many ways and stored as their CloudFormation names. */
function checkType(values: readonly ValueSyntax[], vocabulary: Vocabulary): Result<AssetQuery> {
  const patterns: Pattern[] = [];
  for (const { pattern, at } of values) {
    const written = textOf(pattern);
    const meant = typesMeant(vocabulary, name => patternMatches(pattern, name)).map(assetType => [assetType]);
    if (meant.length > 0) patterns.push(...meant);
    // A type that this version no longer knows may still be in the inventory; so may one that a wildcard means.
    else if (written === undefined || /^\w+::\w+::\w+$/.test(written)) patterns.push(pattern);
    else return failed(unknownType({ name: written, at }, vocabulary));
  }
  return ok({ kind: 'matches', property: { of: 'asset', name: 'type' }, patterns: distinct(patterns) });
}

/** An ARN pasted on its own reads as the property `arn` with the rest of itself as value; nobody means that. */
function wholeArn(pattern: Pattern): Pattern {
  const [first = '', ...rest] = pattern;
  return /^aws[a-z-]*:/.test(first) ? [`arn:${first}`, ...rest] : pattern;
}

function readTime(value: ValueSyntax): Result<string> {
  const text = textOf(value.pattern) ?? '';
  const form = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/i.exec(text);
  // JavaScript takes 31 February for 3 March, so the day is compared with what was written.
  const day = form?.[1] ?? '';
  const dayExists = form !== null && isoOf(Date.parse(day))?.startsWith(day) === true;
  const time = dayExists && day >= '1970' ? isoOf(Date.parse(text.toUpperCase())) : undefined;
  if (time !== undefined) return ok(time);
  return failed(queryFault(value.at, `expected a time such as 2026-01-31 or 2026-01-31T08:00Z.`));
}

function isoOf(ms: number): string | undefined {
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function readNumber(value: ValueSyntax): Result<number> {
  const text = textOf(value.pattern) ?? '';
  if (/^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return ok(Number(text));
  return failed(queryFault(value.at, 'expected a number.'));
}

function unknownProperty(written: { name: string; at: number }, vocabulary: Vocabulary) {
  const likely = nearest(written.name, propertyNames(vocabulary));
  const hint = likely ? ` Did you mean "${likely}"?` : ' To search for the text itself, put it in quotes.';
  return queryFault(written.at, `there is no property "${written.name}".${hint}`);
}

function unknownType(written: { name: string; at: number }, vocabulary: Vocabulary) {
  const likely = nearest(written.name, vocabulary.flatMap(namesOfType));
  const hint = likely ? ` Did you mean "${likely}"?` : '';
  return queryFault(written.at, `there is no asset type "${written.name}".${hint}`);
}

function distinct(patterns: readonly Pattern[]): Pattern[] {
  const seen = new Map(patterns.map(pattern => [JSON.stringify(pattern), pattern]));
  return [...seen.values()];
}
