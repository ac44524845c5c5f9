import { describe, expect, it } from 'vitest';
import { findTrustProblems } from '../../src/trust/findings.ts';
import { ACCOUNT, allow, EXTERNAL_ID, HUB, HUB_ACCOUNT, policy, ROLE_ACCOUNT, read } from './policies.ts';

const FACTS = { hubAccountIds: [HUB_ACCOUNT], roleAccountId: ROLE_ACCOUNT };
const RIGHT = { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } };

function codes(...statements: object[]): string[] {
  return findTrustProblems(read(policy(...statements)), FACTS).map(({ code }) => code);
}

function withExternalId(operator: string, value: unknown): string[] {
  return codes(allow(HUB, { [operator]: { 'sts:ExternalId': value } }));
}

describe('nothing is found', () => {
  it.each([
    ['an exact principal with an exact external ID', [allow(HUB, RIGHT)]],
    [
      'any value of a strong external ID',
      [allow(HUB, { 'ForAnyValue:StringEquals': { 'sts:ExternalId': EXTERNAL_ID } })],
    ],
    ['an account narrowed to a principal', [allow(ACCOUNT, { ...RIGHT, ArnEquals: { 'aws:PrincipalArn': HUB } })]],
    ['trust within the role’s own account', [allow(`arn:aws:iam::${ROLE_ACCOUNT}:role/Admin`)]],
    ['a service', [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }]],
    [
      'an identity provider',
      [{ Effect: 'Allow', Principal: { Federated: 'accounts.google.com' }, Action: 'sts:AssumeRoleWithWebIdentity' }],
    ],
    ['another action', [{ Effect: 'Allow', Principal: { AWS: HUB }, Action: 'sts:TagSession' }]],
    [
      'an external ID that a Deny demands',
      [
        allow(HUB),
        { Effect: 'Deny', Principal: '*', Action: 'sts:*', Condition: { Null: { 'sts:ExternalId': 'true' } } },
      ],
    ],
    [
      'an optional external ID that another condition demands',
      [allow(HUB, { StringEqualsIfExists: { 'sts:ExternalId': EXTERNAL_ID }, Null: { 'sts:ExternalId': false } })],
    ],
  ])('about %s', (_claim, statements) => {
    expect(codes(...statements)).toEqual([]);
  });
});

describe('about external IDs', () => {
  it('none is asked for', () => expect(codes(allow(HUB))).toEqual(['no-external-id']));
  it('a wildcard asks for any', () => expect(withExternalId('StringLike', '*')).toEqual(['external-id-wildcard']));
  it('a prefix is a wildcard', () =>
    expect(withExternalId('StringLike', 'causeway-*')).toEqual(['external-id-wildcard']));
  it('Null false asks for any', () => expect(withExternalId('Null', 'false')).toEqual(['external-id-wildcard']));
  it('IfExists lets the naked call pass', () =>
    expect(withExternalId('StringEqualsIfExists', EXTERNAL_ID)).toEqual(['external-id-optional']));
  it('ForAllValues lets the naked call pass', () =>
    expect(withExternalId('ForAllValues:StringEquals', EXTERNAL_ID)).toEqual(['external-id-for-all-values']));
  it('a negated operator lets the naked call pass', () =>
    expect(withExternalId('StringNotEquals', 'bad')).toEqual(['external-id-negated']));
  it('two are accepted', () =>
    expect(withExternalId('StringEquals', [EXTERNAL_ID, `${EXTERNAL_ID}2`])).toEqual(['several-external-ids']));
  it('an account ID is weak', () => expect(withExternalId('StringEquals', HUB_ACCOUNT)).toEqual(['weak-external-id']));
  it('a short one is weak', () => expect(withExternalId('StringEquals', 'acme')).toEqual(['weak-external-id']));
  it('an unknown operator asks for none that is known', () =>
    expect(withExternalId('StringMatches', 'x')).toEqual(['no-external-id', 'unknown-operator']));
});

describe('about principals', () => {
  it('everybody', () => expect(codes(allow('*', RIGHT))).toEqual(['wildcard-principal']));
  it('a whole account', () => expect(codes(allow(ACCOUNT, RIGHT))).toEqual(['account-principal']));
  it('a whole account by its ID', () => expect(codes(allow(HUB_ACCOUNT, RIGHT))).toEqual(['account-principal']));
  it('a condition that an absent key passes narrows nothing', () =>
    expect(codes(allow(ACCOUNT, { ...RIGHT, ArnEqualsIfExists: { 'aws:PrincipalArn': HUB } }))).toEqual([
      'account-principal',
    ]));
  it('a foreign account', () =>
    expect(codes(allow('arn:aws:iam::999988887777:role/Vendor', RIGHT))).toEqual(['foreign-account']));
  it('a deleted user', () =>
    expect(codes(allow([HUB, 'AIDACKCEVSQ6C2EXAMPLE'], RIGHT))).toEqual(['orphaned-principal']));
  it('a wildcard within an ARN', () =>
    expect(codes(allow([HUB, `arn:aws:iam::${HUB_ACCOUNT}:user/*`], RIGHT))).toEqual(['invalid-principal']));
  it('Allow with NotPrincipal', () =>
    expect(codes({ Effect: 'Allow', NotPrincipal: { AWS: HUB }, Action: 'sts:AssumeRole', Condition: RIGHT })).toEqual([
      'not-principal-allow',
    ]));
  it('Deny with NotPrincipal', () =>
    expect(codes(allow(HUB, RIGHT), { Effect: 'Deny', NotPrincipal: { AWS: HUB }, Action: 'sts:AssumeRole' })).toEqual([
      'not-principal-deny',
    ]));
});

describe('about size', () => {
  const sized = (principals: number) =>
    codes(
      allow(
        Array.from({ length: principals }, (_, i) => `${HUB}${i}`),
        RIGHT,
      ),
    );

  it('2,048 characters are the default', () => expect(sized(55)).toEqual(['over-default-size']));
  it('8,192 are the most', () => expect(sized(250)).toEqual(['over-maximum-size']));

  it('white space does not count', () => {
    const text = JSON.stringify(policy(allow(HUB, RIGHT)));
    const padded = read(JSON.stringify(policy(allow(HUB, RIGHT)), null, 400));
    expect(padded.sizeChars).toBe(text.length);
    expect(findTrustProblems(padded, FACTS)).toEqual([]);
  });
});

it('a finding says where, what and what to do', () => {
  const [found] = findTrustProblems(read(policy(allow(HUB, RIGHT), { ...allow(HUB), Sid: 'Open' })), FACTS);
  expect(found).toEqual({
    code: 'no-external-id',
    title: 'No external ID is asked for',
    detail: 'Statement 2 ("Open") asks for no external ID.',
    remedy: 'Add the condition "StringEquals": {"sts:ExternalId": "…"} with the connector’s external ID.',
    statement: 1,
  });
});
