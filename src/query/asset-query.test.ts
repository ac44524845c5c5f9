import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../domain/limits.ts';
import { readAssetQuery } from './asset-query.ts';
import { print } from './print.ts';
import { type AssetQuery, allOf, anyOf, type Pattern, type TextProperty, withoutGone } from './tree.ts';
import type { Vocabulary } from './vocabulary.ts';

const vocabulary: Vocabulary = [
  {
    assetType: 'AWS::EC2::Instance',
    label: 'EC2 instance',
    plural: 'EC2 instances',
    properties: [
      { name: 'instanceType', path: 'instanceType', kind: 'text' },
      { name: 'availabilityZone', path: 'placement.availabilityZone', kind: 'text' },
      { name: 'launchTime', path: 'launchTime', kind: 'time' },
    ],
  },
  {
    assetType: 'AWS::EC2::Volume',
    label: 'EBS volume',
    plural: 'EBS volumes',
    properties: [
      { name: 'availabilityZone', path: 'availabilityZone', kind: 'text' },
      { name: 'sizeGiB', path: 'size', kind: 'number' },
      { name: 'encrypted', path: 'encrypted', kind: 'boolean' },
    ],
  },
  { assetType: 'AWS::ECS::Cluster', label: 'ECS cluster', plural: 'ECS clusters', properties: [] },
  { assetType: 'AWS::EKS::Cluster', label: 'EKS cluster', plural: 'EKS clusters', properties: [] },
];

function read(text: string): AssetQuery {
  const result = readAssetQuery(text, vocabulary);
  if (!result.ok) throw new Error(result.fault.detail);
  return result.value;
}

function detailOf(text: string): string {
  const result = readAssetQuery(text, vocabulary);
  if (result.ok) throw new Error(`"${text}" was read as ${JSON.stringify(result.value)}`);
  expect(result.fault).toMatchObject({ code: 'invalid-query', field: 'query' });
  return result.fault.detail;
}

function matches(name: 'name' | 'state' | 'type' | 'text' | 'arn' | 'region', ...patterns: Pattern[]): AssetQuery {
  return { kind: 'matches', property: { of: 'asset', name }, patterns };
}

describe('reading', () => {
  it('takes blank text for every asset', () => {
    expect(read('')).toEqual({ kind: 'all', of: [] });
    expect(read('  \n ')).toEqual({ kind: 'all', of: [] });
  });

  it('joins terms by "and", written or not', () => {
    const both = allOf([matches('name', ['web']), matches('state', ['running'])]);
    expect(read('name:web and state:running')).toEqual(both);
    expect(read('name:web AND state:running')).toEqual(both);
    expect(read('name:web state:running')).toEqual(both);
  });

  it('lets "and" bind tighter than "or", and parentheses tighter than both', () => {
    const [a, b, c] = [matches('name', ['a']), matches('name', ['b']), matches('name', ['c'])];
    expect(read('name:a or name:b and name:c')).toEqual(anyOf([a, allOf([b, c])]));
    expect(read('(name:a or name:b) and name:c')).toEqual(allOf([anyOf([a, b]), c]));
    expect(read('not name:a name:b')).toEqual(allOf([{ kind: 'not', of: a }, b]));
    expect(read('not(name:a name:b)')).toEqual({ kind: 'not', of: allOf([a, b]) });
  });

  it('reads wildcards at the beginning, the end and between', () => {
    expect(read('name:web*')).toEqual(matches('name', ['web', '']));
    expect(read('name:*web')).toEqual(matches('name', ['', 'web']));
    expect(read('name:a**b')).toEqual(matches('name', ['a', 'b']));
    expect(read('name:"a** b"')).toEqual(matches('name', ['a', ' b']));
    expect(read('name:*')).toEqual(matches('name', ['', '']));
    expect(read('name:"**"')).toEqual(matches('name', ['', '']));
  });

  it('reads quotes, and escapes within them', () => {
    expect(read(String.raw`name:"a \"b\" \\ \*"`)).toEqual(matches('name', [String.raw`a "b" \ *`]));
    expect(read('name:""')).toEqual(matches('name', ['']));
    expect(read('"or"')).toEqual(matches('text', ['or']));
  });

  it('reads lists, with white space wherever it helps', () => {
    expect(read('state : ( running , "shutting down" )')).toEqual(matches('state', ['running'], ['shutting down']));
  });

  it('reads tags with keys of any kind, their case kept', () => {
    const tag = (key: string, ...pattern: string[]) => ({
      kind: 'matches',
      property: { of: 'tag', key },
      patterns: [pattern],
    });
    expect(read('tag.Env:prod')).toEqual(tag('Env', 'prod'));
    expect(read('TAG.Env:*')).toEqual(tag('Env', '', ''));
    expect(read('tag."aws:cloudformation:stack-name":x')).toEqual(tag('aws:cloudformation:stack-name', 'x'));
    expect(read('tag."":x')).toEqual(tag('', 'x'));
    expect(read('connectortag.Team:a')).toMatchObject({ property: { of: 'connectorTag', key: 'Team' } });
  });

  it('takes a value that stands alone for text', () => {
    expect(read('web')).toEqual(matches('text', ['web']));
    expect(read('i-0abc 10.0.0.1:80')).toEqual(allOf([matches('text', ['i-0abc']), matches('text', ['10.0.0.1:80'])]));
  });

  it('finds properties whatever their case, and by the names the API gives them', () => {
    expect(read('NAME:a')).toEqual(matches('name', ['a']));
    expect(read('INSTANCETYPE:t3*')).toMatchObject({ property: { of: 'attribute', name: 'instanceType' } });
    expect(read('nativeId:a')).toMatchObject({ property: { of: 'asset', name: 'id' } });
  });

  it('finds an attribute where each asset type keeps it', () => {
    expect(read('availabilityzone:a')).toMatchObject({
      property: {
        name: 'availabilityZone',
        places: [
          { assetType: 'AWS::EC2::Instance', path: 'placement.availabilityZone' },
          { assetType: 'AWS::EC2::Volume', path: 'availabilityZone' },
        ],
      },
    });
  });

  it('knows an asset type by each of its names', () => {
    for (const name of ['AWS::EC2::Instance', 'instance', '"ec2 instance"', '"EC2 Instances"', 'aws::ec2::inst*']) {
      expect(read(`type:${name}`), name).toEqual(matches('type', ['AWS::EC2::Instance']));
    }
    expect(read('type:cluster')).toEqual(matches('type', ['AWS::ECS::Cluster'], ['AWS::EKS::Cluster']));
  });

  it('keeps the CloudFormation name of a type that it does not know: older assets may have it', () => {
    expect(read('type:AWS::Old::Thing')).toEqual(matches('type', ['AWS::Old::Thing']));
  });

  it('reads a pasted ARN as that ARN', () => {
    const arn = 'arn:aws-cn:ec2:cn-north-1:111122223333:instance/i-1';
    expect(read(arn)).toEqual(matches('arn', [arn]));
    expect(read(`arn:${arn}`)).toEqual(matches('arn', [arn]));
  });

  it('compares times and numbers', () => {
    expect(read('firstSeen>=2026-01-31')).toEqual({
      kind: 'compares',
      property: { of: 'asset', name: 'firstSeen' },
      operator: '>=',
      value: '2026-01-31T00:00:00.000Z',
    });
    expect(read('launchTime < 2026-01-31T10:00+02:00')).toMatchObject({ value: '2026-01-31T08:00:00.000Z' });
    expect(read('sizeGiB>8.5')).toMatchObject({ operator: '>', value: 8.5 });
  });
});

describe('faults', () => {
  it.each([
    ['nme:web', 'At position 1: there is no property "nme". Did you mean "name"?'],
    ['a and instancetpye:x', 'At position 7: there is no property "instancetpye". Did you mean "instanceType"?'],
    ['http://x', 'At position 1: there is no property "http". To search for the text itself, put it in quotes.'],
    ['type:instnce', 'At position 6: there is no asset type "instnce". Did you mean "Instance"?'],
    ['name:', 'At position 6: expected a value, but the query ends.'],
    ['name:a and', 'At position 11: expected a term such as state:running, but the query ends.'],
    ['name: and x', 'At position 7: expected a value; to search for the word "and", put it in quotes.'],
    ['(name:a', 'At position 8: expected ")" for the "(" at position 1.'],
    ['name:a)', 'At position 7: ")" does not belong here.'],
    ['name:(a b)', 'At position 9: expected "," or ")" in the list that begins at position 6.'],
    ['name:()', 'At position 7: expected a value, but found ")".'],
    ['name:"a', 'At position 6: this quotation mark is never closed.'],
    ['name:"a\\', 'At position 6: this quotation mark is never closed.'],
    ['name:"a\\n"', 'At position 8: \\n is not known; write \\" or \\\\ or \\*.'],
    ['name:a"b"', 'At position 7: """ does not belong in a value; put it in quotes.'],
    ['name:a\\b', 'At position 7: "\\" does not belong in a value; put it in quotes.'],
    ['tag.Env', 'At position 8: expected ":" after tag.Env.'],
    ['tag.:x', 'At position 5: expected a tag’s key.'],
    ['tag."a*":x', 'At position 1: a tag’s key has no wildcards.'],
    ['tag.a>3', 'At position 1: a tag is compared with ":" only.'],
    ['name>3', 'At position 1: name is compared with ":" only; < and > are for times and numbers.'],
    ['firstSeen:2026-01-01', 'At position 1: firstSeen is a time; compare it with > >= < or <=.'],
    ['firstSeen>2026-02-31', 'At position 11: expected a time such as 2026-01-31 or 2026-01-31T08:00Z.'],
    ['firstSeen>0000-01-01', 'At position 11: expected a time such as 2026-01-31 or 2026-01-31T08:00Z.'],
    ['firstSeen>yesterday', 'At position 11: expected a time such as 2026-01-31 or 2026-01-31T08:00Z.'],
    ['firstSeen>(2026-01-01, 2026-01-02)', 'At position 24: a comparison has one value.'],
    ['sizeGiB>large', 'At position 9: expected a number.'],
    ['gone:maybe', 'At position 6: gone is either true or false.'],
    ['name:a*b*c*d*e*f*g', `At position 6: a value has at most ${LIMITS.queryWildcardsPerValueMax} wildcards.`],
    ['a\0b', 'At position 2: the character NUL is not allowed.'],
  ])('%s', (text, detail) => {
    expect(detailOf(text)).toBe(detail);
  });

  it('limits length, depth and number of values', () => {
    expect(detailOf('x'.repeat(LIMITS.queryCharsMax + 1))).toContain('at most 4096 characters');
    expect(detailOf(`${'('.repeat(2_000)}a`)).toContain('nested at most');
    expect(detailOf(`${'not '.repeat(1_000)}a`)).toContain('nested at most');
    expect(detailOf(`id:(${'1,'.repeat(LIMITS.queryValuesMax)}1)`)).toContain('at most 200 values');
  });

  it('are returned, never thrown, whatever the text', () => {
    const word = fc.constantFrom('name', 'tag.', ':', '"', '\\', '(', ')', ',', '*', 'and', 'or', 'not', '>', ' ', 'a');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(word).map(words => words.join('')),
        ),
        text => {
          const result = readAssetQuery(text, vocabulary);
          if (!result.ok) expect(result.fault.code).toBe('invalid-query');
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('printing', () => {
  it('gives text that reads as the same tree', () => {
    fc.assert(
      fc.property(anyQuery, query => {
        expect(read(print(query))).toEqual(query);
      }),
      { numRuns: 1_000 },
    );
  });

  it('writes quotes only where they are needed', () => {
    const text = 'name:web* and (state:(running, "shutting down") or not tag."a:b":"and") and text:x and gone:false';
    expect(print(read(text))).toBe(text);
  });
});

describe('assets that are gone', () => {
  it('are left out unless the query speaks of them', () => {
    expect(print(withoutGone(read('')))).toBe('gone:false');
    expect(print(withoutGone(read('web or name:x')))).toBe('(text:web or name:x) and gone:false');
    expect(print(withoutGone(read('web or not gone:false')))).toBe('text:web or not gone:false');
  });
});

const part = fc.string({ unit: fc.constantFrom(...'ab"\\*(),: <>_%é'), maxLength: 4 });
const inner = part.filter(text => text !== '');
const pattern: fc.Arbitrary<Pattern> = fc.oneof(
  part.map(text => [text]),
  fc.tuple(part, fc.array(inner, { maxLength: 2 }), part).map(([first, between, last]) => [first, ...between, last]),
);
const property: fc.Arbitrary<TextProperty> = fc.oneof(
  fc.constantFrom('name', 'id', 'region', 'state', 'text').map(name => ({ of: 'asset' as const, name })),
  fc.record({ of: fc.constantFrom('tag', 'connectorTag'), key: part }),
  fc.constant({
    of: 'attribute' as const,
    name: 'instanceType',
    places: [{ assetType: 'AWS::EC2::Instance', path: 'instanceType' }],
  }),
);
const leaf: fc.Arbitrary<AssetQuery> = fc.oneof(
  fc.record({
    kind: fc.constant('matches' as const),
    property,
    patterns: fc.array(pattern, { minLength: 1, maxLength: 3 }),
  }),
  fc.boolean().map(value => ({ kind: 'gone' as const, value })),
  fc.record({
    kind: fc.constant('compares' as const),
    property: fc.constant({ of: 'asset' as const, name: 'changed' as const }),
    operator: fc.constantFrom('>', '>=', '<', '<='),
    value: fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map(time => time.toISOString()),
  }),
);
const { anyQuery } = fc.letrec<{ anyQuery: AssetQuery }>(tie => ({
  anyQuery: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    leaf,
    fc.array(tie('anyQuery'), { minLength: 1, maxLength: 3 }).map(allOf),
    fc.array(tie('anyQuery'), { minLength: 1, maxLength: 3 }).map(anyOf),
    tie('anyQuery').map(of => ({ kind: 'not' as const, of })),
  ),
}));
