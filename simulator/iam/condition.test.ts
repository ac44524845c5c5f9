// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like template placeholders
import { describe, expect, it } from 'vitest';
import { evaluatePolicies } from './evaluate.ts';
import { contextOf, policy } from './testing.ts';

const HUB = '111111111111';
const MEMBER = '222222222222';
const ROLE = `arn:aws:iam::${MEMBER}:role/Reader`;

describe('conditions', () => {
  const cases: [
    claim: string,
    condition: Record<string, Record<string, unknown>>,
    context: Record<string, string | string[]>,
    holds: boolean,
  ][] = [
    ['StringEquals fits the same text', { StringEquals: { 'sts:ExternalId': 'x1' } }, { 'sts:ExternalId': 'x1' }, true],
    ['StringEquals is case-sensitive', { StringEquals: { 'sts:ExternalId': 'x1' } }, { 'sts:ExternalId': 'X1' }, false],
    ['StringEquals takes no wildcards', { StringEquals: { 'sts:ExternalId': '*' } }, { 'sts:ExternalId': 'x1' }, false],
    ['StringEquals fails without the key', { StringEquals: { 'sts:ExternalId': 'x1' } }, {}, false],
    [
      'StringEquals fits one of several',
      { StringEquals: { 'sts:ExternalId': ['a1', 'x1'] } },
      { 'sts:ExternalId': 'x1' },
      true,
    ],
    [
      'condition keys are not case-sensitive',
      { StringEquals: { 'STS:externalid': 'x1' } },
      { 'sts:ExternalId': 'x1' },
      true,
    ],
    ['IfExists holds without the key', { StringEqualsIfExists: { 'sts:ExternalId': 'x1' } }, {}, true],
    [
      'IfExists compares where there is a key',
      { StringEqualsIfExists: { 'sts:ExternalId': 'x1' } },
      { 'sts:ExternalId': 'y1' },
      false,
    ],
    ['StringNotEquals holds without the key', { StringNotEquals: { 'a:b': 'x' } }, {}, true],
    ['StringNotEquals means none of several', { StringNotEquals: { 'a:b': ['x', 'y'] } }, { 'a:b': 'y' }, false],
    ['StringEqualsIgnoreCase ignores case', { StringEqualsIgnoreCase: { 'a:b': 'X' } }, { 'a:b': 'x' }, true],
    ['StringNotEqualsIgnoreCase ignores case', { StringNotEqualsIgnoreCase: { 'a:b': 'X' } }, { 'a:b': 'x' }, false],
    ['StringLike takes wildcards', { StringLike: { 'a:b': 'run-*-?' } }, { 'a:b': 'run-12-3' }, true],
    ['StringNotLike takes wildcards', { StringNotLike: { 'a:b': 'run-*' } }, { 'a:b': 'run-12' }, false],
    ['ArnLike fits segment by segment', { ArnLike: { 'a:b': 'arn:aws:iam::*:role/*' } }, { 'a:b': ROLE }, true],
    ['ArnLike stars stay in their segment', { ArnLike: { 'a:b': 'arn:aws:*:role/Reader' } }, { 'a:b': ROLE }, false],
    ['ArnEquals takes wildcards too', { ArnEquals: { 'a:b': 'arn:aws:iam::*:role/Reader' } }, { 'a:b': ROLE }, true],
    ['ArnNotLike is the opposite', { ArnNotLike: { 'a:b': 'arn:aws:iam::*:role/*' } }, { 'a:b': ROLE }, false],
    ['Bool compares words', { Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:SecureTransport': 'true' }, true],
    ['Bool takes JSON booleans', { Bool: { 'aws:SecureTransport': false } }, { 'aws:SecureTransport': 'true' }, false],
    ['Bool fails without the key', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }, {}, false],
    ['BoolIfExists holds without the key', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } }, {}, true],
    ['Null true asks for an absent key', { Null: { 'sts:ExternalId': 'true' } }, {}, true],
    ['Null true fails for a present key', { Null: { 'sts:ExternalId': 'true' } }, { 'sts:ExternalId': 'x1' }, false],
    ['Null false asks for a present key', { Null: { 'sts:ExternalId': 'false' } }, { 'sts:ExternalId': 'x1' }, true],
    ['Null false fails for an absent key', { Null: { 'sts:ExternalId': false } }, {}, false],
    ['NumericLessThan compares numbers', { NumericLessThan: { 'a:b': '10' } }, { 'a:b': '9' }, true],
    ['NumericEquals takes JSON numbers', { NumericEquals: { 'a:b': 10 } }, { 'a:b': '10.0' }, true],
    [
      'NumericGreaterThanEquals includes the number',
      { NumericGreaterThanEquals: { 'a:b': 10 } },
      { 'a:b': '10' },
      true,
    ],
    ['Numeric operators fail on text', { NumericLessThan: { 'a:b': 10 } }, { 'a:b': 'nine' }, false],
    ['NumericNotEquals holds on another number', { NumericNotEquals: { 'a:b': 10 } }, { 'a:b': '11' }, true],
    [
      'DateGreaterThan compares times',
      { DateGreaterThan: { 'a:b': '2026-01-01T00:00:00Z' } },
      { 'a:b': '2026-01-01T00:00:01Z' },
      true,
    ],
    [
      'Date operators take seconds since the epoch',
      { DateLessThan: { 'a:b': '1767225600' } },
      { 'a:b': '2025-12-31T23:59:59Z' },
      true,
    ],
    [
      'DateLessThanEquals includes the time',
      { DateLessThanEquals: { 'a:b': '2026-01-01T01:00:00+01:00' } },
      { 'a:b': '2026-01-01T00:00:00Z' },
      true,
    ],
    [
      'IpAddress fits a network',
      { IpAddress: { 'aws:SourceIp': '10.1.0.0/16' } },
      { 'aws:SourceIp': '10.1.255.9' },
      true,
    ],
    [
      'IpAddress fails outside it',
      { IpAddress: { 'aws:SourceIp': ['10.1.0.0/16', '192.0.2.1'] } },
      { 'aws:SourceIp': '10.2.0.1' },
      false,
    ],
    [
      'IpAddress fits one address',
      { IpAddress: { 'aws:SourceIp': '192.0.2.1' } },
      { 'aws:SourceIp': '192.0.2.1' },
      true,
    ],
    [
      'IpAddress fits IPv6',
      { IpAddress: { 'aws:SourceIp': '2001:db8::/32' } },
      { 'aws:SourceIp': '2001:db8::1' },
      true,
    ],
    [
      'IpAddress does not mix families',
      { IpAddress: { 'aws:SourceIp': '::/0' } },
      { 'aws:SourceIp': '10.0.0.1' },
      false,
    ],
    [
      'NotIpAddress is the opposite',
      { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      { 'aws:SourceIp': '10.0.0.1' },
      false,
    ],
    [
      'ForAllValues needs every value',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } },
      { 'aws:TagKeys': ['a', 'c'] },
      false,
    ],
    [
      'ForAllValues holds if every value fits',
      { 'ForAllValues:StringLike': { 'aws:TagKeys': ['a*', 'b'] } },
      { 'aws:TagKeys': ['a1', 'b'] },
      true,
    ],
    ['ForAllValues holds without the key', { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } }, {}, true],
    [
      'ForAnyValue needs one value',
      { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } },
      { 'aws:TagKeys': ['x', 'a'] },
      true,
    ],
    ['ForAnyValue fails without the key', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } }, {}, false],
    [
      'ForAnyValue fails without the key, negated too',
      { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': 'a' } },
      {},
      false,
    ],
    [
      'ForAnyValue fails without the key, with IfExists too',
      { 'ForAnyValue:StringEqualsIfExists': { 'aws:TagKeys': 'a' } },
      {},
      false,
    ],
    [
      'ForAllValues negated: no value is listed',
      { 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['a'] } },
      { 'aws:TagKeys': ['b', 'a'] },
      false,
    ],
    [
      'ForAnyValue negated: some value is not listed',
      { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['a'] } },
      { 'aws:TagKeys': ['b', 'a'] },
      true,
    ],
    ['several keys must all fit', { StringEquals: { 'a:b': 'x', 'c:d': 'y' } }, { 'a:b': 'x', 'c:d': 'z' }, false],
    [
      'several operators must all fit',
      { StringEquals: { 'a:b': 'x' }, Bool: { 'c:d': 'true' } },
      { 'a:b': 'x', 'c:d': 'true' },
      true,
    ],
    [
      'a variable stands for its key',
      { StringEquals: { 'a:b': '${aws:username}' } },
      { 'a:b': 'jo', 'aws:username': 'jo' },
      true,
    ],
    [
      'a variable without a value fits nothing',
      { StringEquals: { 'a:b': '${aws:username}' } },
      { 'a:b': '${aws:username}' },
      false,
    ],
    ['a variable may have a default', { StringEquals: { 'a:b': "${aws:username, 'jo'}" } }, { 'a:b': 'jo' }, true],
    [
      'what a variable holds is no pattern',
      { StringLike: { 'a:b': '${a:c}' } },
      { 'a:b': 'anything', 'a:c': '*' },
      false,
    ],
    [
      'a key of several values is no variable',
      { StringEquals: { 'a:b': '${a:c}' } },
      { 'a:b': 'x', 'a:c': ['x', 'y'] },
      false,
    ],
    ['an escaped star is a star', { StringLike: { 'a:b': '${*}x' } }, { 'a:b': '*x' }, true],
    ['an escaped star fits nothing else', { StringLike: { 'a:b': '${*}x' } }, { 'a:b': 'xx' }, false],
    ['an unknown operator allows nothing', { StringIs: { 'a:b': 'x' } }, { 'a:b': 'x' }, false],
  ];

  it.each(cases)('%s', (_claim, Condition, context, holds) => {
    const request = { action: 'a:B', resource: '*', context: contextOf(context) };
    const allow = policy({ Effect: 'Allow', Action: '*', Resource: '*', Condition });
    expect(evaluatePolicies([allow], request).effect).toBe(holds ? 'allow' : 'implicit-deny');
  });

  it('variables are plain text in the old version of the policy language', () => {
    const condition = { StringEquals: { 'a:b': '${aws:username}' } };
    const old = {
      Version: '2008-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: condition }],
    };
    const context = contextOf({ 'a:b': 'jo', 'aws:username': 'jo' });
    expect(evaluatePolicies([old], { action: 'a:B', resource: '*', context }).effect).toBe('implicit-deny');
  });

  it('a variable in a resource stands for its key', () => {
    const own = policy({ Effect: 'Allow', Action: '*', Resource: 'arn:aws:iam::*:user/${aws:username}' });
    const ask = (user: string) =>
      evaluatePolicies([own], {
        action: 'iam:CreateAccessKey',
        resource: `arn:aws:iam::${HUB}:user/${user}`,
        context: contextOf({ 'aws:username': 'jo' }),
      }).effect;
    expect([ask('jo'), ask('other')]).toEqual(['allow', 'implicit-deny']);
  });

  it('an unknown operator still denies', () => {
    const deny = policy({ Effect: 'Deny', Action: '*', Resource: '*', Condition: { StringIs: { 'a:b': 'x' } } });
    expect(evaluatePolicies([deny], { action: 'a:B', resource: '*', context: new Map() }).effect).toBe('explicit-deny');
  });
});
