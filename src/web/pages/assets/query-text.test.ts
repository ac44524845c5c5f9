import { describe, expect, it } from 'vitest';
import {
  mentions,
  quoted,
  type Terms,
  termsOfText,
  textLikeConditions,
  textOfTerms,
  withCondition,
} from './query-text.ts';

const isProperty = (name: string) => ['state', 'name', 'accountid', 'launchtime', 'arn'].includes(name);

function textOf(...tokens: Terms['tokens']): string {
  return textOfTerms({ operation: 'and', tokens }, isProperty);
}

describe('terms as text', () => {
  it('writes each operator of the filter in the query language', () => {
    expect(textOf({ propertyKey: 'state', operator: '=', value: 'running' })).toBe('state:running');
    expect(textOf({ propertyKey: 'state', operator: '!=', value: 'running' })).toBe('not state:running');
    expect(textOf({ propertyKey: 'name', operator: ':', value: 'web' })).toBe('name:*web*');
    expect(textOf({ propertyKey: 'name', operator: '!:', value: 'web' })).toBe('not name:*web*');
    expect(textOf({ propertyKey: 'name', operator: '^', value: 'web' })).toBe('name:web*');
    expect(textOf({ propertyKey: 'launchTime', operator: '>=', value: '2026-01-31' })).toBe('launchTime>=2026-01-31');
    expect(textOf({ propertyKey: 'state', operator: '=', value: ['running', 'stopped'] })).toBe(
      'state:(running, stopped)',
    );
  });

  it('quotes values that are not bare, and escapes a star where it is not meant as a wildcard', () => {
    expect(textOf({ propertyKey: 'name', operator: '=', value: 'web server' })).toBe('name:"web server"');
    expect(textOf({ propertyKey: 'name', operator: '=', value: 'or' })).toBe('name:"or"');
    expect(textOf({ propertyKey: 'name', operator: '^', value: 'a*b' })).toBe('name:"a\\*b*"');
    expect(textOf({ propertyKey: 'name', operator: '=', value: 'web-*' })).toBe('name:web-*');
    expect(quoted('say "hi"')).toBe('"say \\"hi\\""');
  });

  it('takes a typed list, wildcard or quotation after a property as the query language does', () => {
    expect(textOf({ propertyKey: 'state', operator: ':', value: '(running, stopped)' })).toBe(
      'state:(running, stopped)',
    );
    expect(textOf({ propertyKey: 'name', operator: ':', value: 'web-*' })).toBe('name:web-*');
    expect(textOf({ propertyKey: 'name', operator: '!:', value: '"web 1"' })).toBe('not name:"web 1"');
  });

  it('takes typed text as a query only when it names a property', () => {
    expect(textOf({ operator: ':', value: 'tag.Env:prod' })).toBe('tag.Env:prod');
    expect(textOf({ operator: ':', value: 'State:running' })).toBe('State:running');
    expect(textOf({ operator: ':', value: 'fe80::1' })).toBe('fe80::1');
    expect(textOf({ operator: ':', value: 'web server' })).toBe('"web server"');
  });
});

describe('text as terms', () => {
  it.each([
    'state:running',
    'not state:running',
    'name:*web* and state:(running, stopped)',
    'name:web* or name:"db 1"',
    'tag.Env:prod and "some text"',
    'tag."My key":x',
    'launchTime>=2026-01-31',
    'not 10.0.0.1',
    'name:"or"',
    '(state:running or name:a) and not name:b',
  ])('%s is read and written back unchanged', text => {
    const terms = termsOfText(text);
    expect(withoutBrackets(textOfTerms(terms, isProperty))).toBe(withoutBrackets(text));
  });

  it('keeps what is more than terms joined by one word as one term', () => {
    expect(termsOfText('state:running and (name:a or name:b)').tokens).toHaveLength(1);
    expect(termsOfText('name:a or name:b and name:c').tokens).toHaveLength(1);
  });

  it('joins terms without a word between them by "and"', () => {
    expect(termsOfText('state:running name:a')).toMatchObject({
      operation: 'and',
      tokens: [{ value: 'running' }, { value: 'a' }],
    });
  });
});

describe('withCondition', () => {
  it('puts brackets around what would bind looser', () => {
    expect(withCondition('', 'not state:terminated')).toBe('not state:terminated');
    expect(withCondition('name:a', 'not state:terminated')).toBe('name:a and not state:terminated');
    expect(withCondition('name:a or name:b', 'gone:true')).toBe('(name:a or name:b) and gone:true');
  });
});

describe('textLikeConditions', () => {
  it('finds what was typed as a condition and is looked for as text', () => {
    const typed = (value: string) => textOfTerms({ operation: 'and', tokens: [{ operator: ':', value }] }, isProperty);
    expect(textLikeConditions(typed('stat:running or name:web'))).toEqual(['stat:running or name:web']);
    expect(textLikeConditions(typed('(state:running'))).toEqual(['(state:running']);
    expect(textLikeConditions(typed('launched>=2026-01-01'))).toEqual(['launched>=2026-01-01']);
  });

  it('finds nothing in conditions, nor in text without the sign of one', () => {
    for (const text of [
      'state:running',
      'web',
      '"two words"',
      '(state:running or name:a) and not name:b',
      '10.0.0.1',
    ]) {
      expect(textLikeConditions(text), text).toEqual([]);
    }
  });
});

describe('mentions', () => {
  it('finds a property only where it stands as one', () => {
    expect(mentions('state:running', 'state')).toBe(true);
    expect(mentions('not (name:a or state:b)', 'state')).toBe(true);
    expect(mentions('name:state', 'state')).toBe(false);
    expect(mentions('tag.state:x', 'state')).toBe(false);
  });
});

function withoutBrackets(text: string): string {
  return text.replace(/^\((.*)\)$/, '$1');
}
