import { describe, expect, it } from 'vitest';
import { evaluateTrust } from './evaluate.ts';
import { callerNames } from './principal.ts';
import { contextOf, policy } from './testing.ts';

const HUB = '111111111111';
const MEMBER = '222222222222';
const ROLE = `arn:aws:iam::${MEMBER}:role/Reader`;

describe('trust policies', () => {
  const USER = `arn:aws:iam::${HUB}:user/ops/causeway`;
  const user = callerNames({
    kind: 'user',
    partition: 'aws',
    accountId: HUB,
    arn: USER,
    userId: 'AIDAUSER',
    accessKeyId: 'AKIA',
    userName: 'causeway',
  });
  const SESSION = `arn:aws:sts::${HUB}:assumed-role/Hub/run-1`;
  const HUB_ROLE = `arn:aws:iam::${HUB}:role/platform/Hub`;
  const session = callerNames({
    kind: 'assumed-role',
    partition: 'aws',
    accountId: HUB,
    arn: SESSION,
    userId: 'AROAHUB:run-1',
    accessKeyId: 'ASIA',
    role: { name: 'Hub', arn: HUB_ROLE, sessionName: 'run-1', tags: {} },
  });

  const cases: [claim: string, caller: typeof user, principal: unknown, match: 'principal' | 'account' | undefined][] =
    [
      ['the account’s root ARN gives it to the account', user, { AWS: `arn:aws:iam::${HUB}:root` }, 'account'],
      ['the account ID gives it to the account', user, { AWS: HUB }, 'account'],
      ['another account’s root does not fit', user, { AWS: `arn:aws:iam::${MEMBER}:root` }, undefined],
      [
        'the same account in another partition does not fit',
        user,
        { AWS: `arn:aws-us-gov:iam::${HUB}:root` },
        undefined,
      ],
      ['the user’s ARN names the user', user, { AWS: USER }, 'principal'],
      ['the user’s ARN without its path does not fit', user, { AWS: `arn:aws:iam::${HUB}:user/causeway` }, undefined],
      ['the user’s unique id names the user', user, { AWS: 'AIDAUSER' }, 'principal'],
      ['another unique id does not fit', user, { AWS: 'AIDAOTHER' }, undefined],
      ['the star names everybody', user, '*', 'principal'],
      ['a star under AWS names everybody', user, { AWS: '*' }, 'principal'],
      ['a star inside an ARN does not fit', user, { AWS: `arn:aws:iam::${HUB}:user/*` }, undefined],
      ['one of a list is enough', user, { AWS: [MEMBER, USER] }, 'principal'],
      ['the principal counts more than its account', user, { AWS: [HUB, USER] }, 'principal'],
      ['a service principal does not fit', user, { Service: 'ec2.amazonaws.com' }, undefined],
      ['a federated principal does not fit', user, { Federated: 'accounts.google.com' }, undefined],
      ['the role’s ARN names its sessions', session, { AWS: HUB_ROLE }, 'principal'],
      ['the role’s unique id names its sessions', session, { AWS: 'AROAHUB' }, 'principal'],
      ['the session’s ARN names it', session, { AWS: SESSION }, 'principal'],
      ['another session’s ARN does not fit', session, { AWS: SESSION.replace('run-1', 'run-2') }, undefined],
      ['a session belongs to its account', session, { AWS: HUB }, 'account'],
    ];

  it.each(cases)('%s', (_claim, caller, Principal, match) => {
    const verdict = evaluateTrust(policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }), caller, assume());
    expect(verdict.effect === 'allow' ? verdict.to : undefined).toBe(match);
  });

  it.each([
    ['before', [HUB, USER]],
    ['after', [USER, HUB]],
  ])('the principal counts more than its account, named %s it in a statement of its own', (_claim, names) => {
    const statements = names.map(AWS => ({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }));
    expect(evaluateTrust(policy(...statements), user, assume())).toMatchObject({ effect: 'allow', to: 'principal' });
  });

  it('a statement without a principal trusts nobody', () => {
    expect(evaluateTrust(policy({ Effect: 'Allow', Action: '*' }), user, assume()).effect).toBe('implicit-deny');
  });

  it('a deny for the account stops a user that is allowed by name', () => {
    const document = policy(
      { Effect: 'Allow', Principal: { AWS: USER }, Action: 'sts:AssumeRole' },
      { Effect: 'Deny', Principal: { AWS: HUB }, Action: 'sts:*' },
    );
    expect(evaluateTrust(document, user, assume())).toEqual({ effect: 'explicit-deny', statement: 1 });
  });

  it.each([
    ['the user alone', user, [USER], 'explicit-deny'],
    ['the user and its account', user, [USER, HUB], 'allow'],
    ['the role and its account', session, [HUB_ROLE, HUB], 'explicit-deny'],
    ['the role, its account and the session', session, [HUB_ROLE, HUB, SESSION], 'allow'],
    ['everybody', user, ['*'], 'allow'],
  ])('a NotPrincipal deny that lists %s', (_claim, caller, names, effect) => {
    const document = policy(
      { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' },
      { Effect: 'Deny', NotPrincipal: { AWS: names }, Action: 'sts:AssumeRole' },
    );
    expect(evaluateTrust(document, caller, assume()).effect).toBe(effect);
  });

  it('conditions limit the trust', () => {
    const document = policy({
      Effect: 'Allow',
      Principal: { AWS: HUB },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'x1' } },
    });
    const ask = (context: Record<string, string>) => evaluateTrust(document, user, assume(context)).effect;
    expect([ask({ 'sts:ExternalId': 'x1' }), ask({ 'sts:ExternalId': 'x2' }), ask({})]).toEqual([
      'allow',
      'implicit-deny',
      'implicit-deny',
    ]);
  });

  it('trust in one STS action is no trust in another', () => {
    const document = policy({ Effect: 'Allow', Principal: { AWS: HUB }, Action: 'sts:AssumeRoleWithWebIdentity' });
    expect(evaluateTrust(document, user, assume()).effect).toBe('implicit-deny');
  });

  function assume(context: Record<string, string> = {}) {
    return { action: 'sts:AssumeRole', resource: ROLE, context: contextOf(context) };
  }
});
