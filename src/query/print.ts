import { BARE, RESERVED } from './parse.ts';
import type { AssetQuery, Pattern, TextProperty, TimeProperty } from './tree.ts';

/** The text of a query: reading it again gives the same tree. */
export function print(query: AssetQuery): string {
  switch (query.kind) {
    case 'all':
      return query.of.map(part => (part.kind === 'any' ? `(${print(part)})` : print(part))).join(' and ');
    case 'any':
      return query.of.map(print).join(' or ');
    case 'not':
      return query.of.kind === 'all' || query.of.kind === 'any' ? `not (${print(query.of)})` : `not ${print(query.of)}`;
    case 'matches':
      return `${printProperty(query.property)}:${printPatterns(query.patterns)}`;
    case 'compares':
      return `${printProperty(query.property)}${query.operator}${query.value}`;
    case 'gone':
      return `gone:${query.value}`;
  }
}

function printProperty(property: TextProperty | TimeProperty): string {
  if (property.of === 'asset' || property.of === 'attribute') return property.name;
  return `${property.of}.${printPattern([property.key], /[^\s"(),\\<>:*]+/y)}`;
}

function printPatterns(patterns: readonly Pattern[]): string {
  const [only, ...more] = patterns.map(pattern => printPattern(pattern, BARE));
  return more.length === 0 ? `${only}` : `(${[only, ...more].join(', ')})`;
}

function printPattern(pattern: Pattern, bare: RegExp): string {
  const text = pattern.join('*');
  const plain = isWhole(bare, text) && !isWhole(RESERVED, text) && !pattern.some(part => part.includes('*'));
  return plain ? text : `"${pattern.map(part => part.replace(/["\\*]/g, '\\$&')).join('*')}"`;
}

function isWhole(sticky: RegExp, text: string): boolean {
  sticky.lastIndex = 0;
  return sticky.exec(text)?.[0] === text;
}
