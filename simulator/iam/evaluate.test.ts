import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatePolicies } from './evaluate.ts';
import { policy } from './testing.ts';

const MEMBER = '222222222222';
const ROLE = `arn:aws:iam::${MEMBER}:role/Reader`;

describe('identity-based policies', () => {
  const cases: [claim: string, statement: Record<string, unknown>, action: string, resource: string, effect: string][] =
    [
      [
        'an exact action is allowed',
        { Effect: 'Allow', Action: 'ec2:DescribeInstances' },
        'ec2:DescribeInstances',
        '*',
        'allow',
      ],
      [
        'actions are not case-sensitive',
        { Effect: 'Allow', Action: 'EC2:describeinstances' },
        'ec2:DescribeInstances',
        '*',
        'allow',
      ],
      [
        'a star fits the rest of an action',
        { Effect: 'Allow', Action: 'ec2:Describe*' },
        'ec2:DescribeVpcs',
        '*',
        'allow',
      ],
      [
        'a star fits in the middle',
        { Effect: 'Allow', Action: 'ec2:*Instances' },
        'ec2:DescribeInstances',
        '*',
        'allow',
      ],
      ['a question mark fits one character', { Effect: 'Allow', Action: 'iam:GetRol?' }, 'iam:GetRole', '*', 'allow'],
      [
        'a question mark fits not none',
        { Effect: 'Allow', Action: 'iam:GetRole?' },
        'iam:GetRole',
        '*',
        'implicit-deny',
      ],
      ['another service is not allowed', { Effect: 'Allow', Action: 'ec2:*' }, 'iam:GetRole', '*', 'implicit-deny'],
      ['a list of actions allows each', { Effect: 'Allow', Action: ['a:B', 'c:D'] }, 'c:D', '*', 'allow'],
      ['NotAction allows all others', { Effect: 'Allow', NotAction: 'iam:*' }, 'ec2:DescribeVpcs', '*', 'allow'],
      ['NotAction leaves its own out', { Effect: 'Allow', NotAction: 'iam:*' }, 'iam:GetRole', '*', 'implicit-deny'],
      ['a deny denies', { Effect: 'Deny', Action: '*' }, 'ec2:DescribeVpcs', '*', 'explicit-deny'],
      ['a resource must fit', { Effect: 'Allow', Action: '*', Resource: ROLE }, 'sts:AssumeRole', ROLE, 'allow'],
      [
        'resources are case-sensitive',
        { Effect: 'Allow', Action: '*', Resource: ROLE.toLowerCase() },
        'sts:AssumeRole',
        ROLE,
        'implicit-deny',
      ],
      [
        'a star fits any account',
        { Effect: 'Allow', Action: '*', Resource: 'arn:aws:iam::*:role/Reader' },
        'sts:AssumeRole',
        ROLE,
        'allow',
      ],
      [
        'a star reaches over slashes',
        { Effect: 'Allow', Action: '*', Resource: `arn:aws:iam::${MEMBER}:role/*` },
        'sts:AssumeRole',
        `arn:aws:iam::${MEMBER}:role/a/b/Reader`,
        'allow',
      ],
      [
        'a star does not reach over a colon',
        { Effect: 'Allow', Action: '*', Resource: 'arn:aws:*:role/Reader' },
        'sts:AssumeRole',
        ROLE,
        'implicit-deny',
      ],
      [
        'missing segments of an ARN count as stars',
        { Effect: 'Allow', Action: '*', Resource: 'arn:aws:iam' },
        'sts:AssumeRole',
        ROLE,
        'allow',
      ],
      [
        'NotResource leaves its own out',
        { Effect: 'Allow', Action: '*', NotResource: ROLE },
        'sts:AssumeRole',
        ROLE,
        'implicit-deny',
      ],
      [
        'a resource is asked where the action has none',
        { Effect: 'Allow', Action: '*', Resource: ROLE },
        'ec2:DescribeVpcs',
        '*',
        'implicit-deny',
      ],
    ];

  it.each(cases)('%s', (_claim, statement, action, resource, effect) => {
    const document = policy({ Resource: 'NotResource' in statement ? undefined : '*', ...statement });
    expect(evaluatePolicies([document], { action, resource, context: new Map() }).effect).toBe(effect);
  });

  it('denies what nothing mentions', () => {
    expect(evaluatePolicies([], { action: 'a:B', resource: '*', context: new Map() })).toEqual({
      effect: 'implicit-deny',
    });
  });

  it('says which statement decided', () => {
    const documents = [
      policy({ Effect: 'Allow', Action: 'a:B', Resource: '*' }),
      policy({ Effect: 'Allow', Action: 'c:D', Resource: '*' }, { Effect: 'Deny', Action: 'a:*', Resource: '*' }),
    ];
    expect(evaluatePolicies(documents, { action: 'a:B', resource: '*', context: new Map() })).toEqual({
      effect: 'explicit-deny',
      statement: { policy: 1, statement: 1 },
    });
  });

  it.each([
    ['no JSON at all', 'nonsense'],
    ['a number', 7],
    ['nothing', undefined],
    ['no statements', { Version: '2012-10-17', Statement: [] }],
    ['an unknown version', { Version: '2020-01-01', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }],
    ['an unknown element', policy({ Effect: 'Allow', Action: '*', Resource: '*', Efect: 'Deny' })],
    ['no effect', policy({ Action: '*', Resource: '*' })],
    ['an unknown effect', policy({ Effect: 'allow', Action: '*', Resource: '*' })],
    ['no resource', policy({ Effect: 'Allow', Action: '*' })],
    ['Action and NotAction', policy({ Effect: 'Allow', Action: '*', NotAction: 'a:B', Resource: '*' })],
    ['a condition that is no object', policy({ Effect: 'Allow', Action: '*', Resource: '*', Condition: 'true' })],
  ])('a document with %s allows nothing', (_claim, document) => {
    expect(evaluatePolicies([document], { action: 'a:B', resource: '*', context: new Map() }).effect).toBe(
      'implicit-deny',
    );
  });

  it('reads a document that is text', () => {
    const text = JSON.stringify(policy({ Effect: 'Allow', Action: '*', Resource: '*' }));
    expect(evaluatePolicies([text], { action: 'a:B', resource: '*', context: new Map() }).effect).toBe('allow');
  });

  it('an explicit deny wins over any allows, in any order', () => {
    const statement = fc.record({
      Effect: fc.constantFrom('Allow', 'Deny'),
      Action: fc.constantFrom('*', 'a:*', 'a:B', 'c:D'),
      Resource: fc.constant('*'),
    });
    fc.assert(
      fc.property(fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { maxLength: 4 }), policies => {
        const fits = policies.flat().filter(one => one.Action !== 'c:D');
        const expected = fits.some(one => one.Effect === 'Deny')
          ? 'explicit-deny'
          : fits.length > 0
            ? 'allow'
            : 'implicit-deny';
        const documents = policies.map(statements => policy(...statements));
        expect(evaluatePolicies(documents, { action: 'a:B', resource: '*', context: new Map() }).effect).toBe(expected);
      }),
    );
  });
});
