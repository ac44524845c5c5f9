import { describe, expect, it } from 'vitest';
import { analyseTrust } from '../../src/trust/analyse.ts';
import { explainTrust } from '../../src/trust/explain.ts';
import { ACCOUNT, allow, EXTERNAL_ID, HUB, policy, ROLE, read } from './policies.ts';

describe('a statement in words', () => {
  it.each([
    [
      { ...allow(HUB, { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } }), Sid: 'Hub' },
      `Statement 1 ("Hub") lets ${HUB} assume the role, if StringEquals sts:ExternalId "${EXTERNAL_ID}".`,
    ],
    [allow([ACCOUNT, HUB]), `Statement 1 lets every identity of account 111122223333 and ${HUB} assume the role.`],
    [
      { Effect: 'Deny', Principal: '*', Action: ['sts:TagSession', 'sts:SetSourceIdentity'] },
      'Statement 1 forbids everybody to do sts:TagSession and sts:SetSourceIdentity.',
    ],
    [
      { Effect: 'Deny', NotPrincipal: { AWS: HUB }, NotAction: 'sts:TagSession' },
      `Statement 1 forbids everybody but ${HUB} to do everything but sts:TagSession.`,
    ],
    [
      {
        Effect: 'Allow',
        Principal: { Service: 'ec2.amazonaws.com', AWS: 'AIDACKCEVSQ6C2EXAMPLE' },
        Action: 'sts:AssumeRole',
      },
      'Statement 1 lets the service ec2.amazonaws.com and nobody (AIDACKCEVSQ6C2EXAMPLE was deleted) assume the role.',
    ],
  ])('%#', (statement, words) => {
    expect(explainTrust(read(policy(statement)))).toEqual([words]);
  });
});

describe('an analysis', () => {
  const input = { policy: policy(allow(HUB)), roleArn: ROLE, principalArn: HUB };

  it('has the decision, the findings and the words', () => {
    expect(analyseTrust(input)).toMatchObject({
      ok: true,
      value: {
        decision: 'allowed',
        statement: { index: 0 },
        findings: [{ code: 'no-external-id' }],
        explanation: [`Statement 1 lets ${HUB} assume the role.`],
      },
    });
  });

  it('takes other hubs’ accounts for known', () => {
    const other = { ...input, principalArn: 'arn:aws:iam::999988887777:user/other' };
    expect(analyseTrust(other)).toMatchObject({ value: { findings: [{ code: 'foreign-account' }, {}] } });
    const known = { ...other, hubAccountIds: ['111122223333'] };
    expect(analyseTrust(known)).toMatchObject({ value: { findings: [{ code: 'no-external-id' }] } });
  });

  it.each([
    ['malformed-policy', { policy: '{' }],
    ['invalid-role-arn', { roleArn: HUB }],
    ['invalid-field', { principalArn: 'hub' }],
    ['invalid-field', { principalArn: 'arn:aws:iam::111122223333:group/hubs' }],
    ['invalid-external-id', { externalId: 'with space' }],
    ['invalid-field', { externalId: EXTERNAL_ID, context: { 'STS:ExternalId': EXTERNAL_ID } }],
  ])('says %s when it cannot begin: %j', (code, wrong) => {
    expect(analyseTrust({ ...input, ...wrong })).toMatchObject({ ok: false, fault: { code } });
  });
});
