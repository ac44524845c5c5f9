import { describe, expect, it } from 'vitest';
import { PARTITIONS, type PartitionFacts } from '../domain/partition.ts';
import { assumeRolePolicies, policyChars } from './hub-policy.ts';
import type { PolicyDocument } from './shapes.ts';

describe.each(PARTITIONS.map(facts => [facts.label, facts] as const))('policies of a hub in %s', (_, facts) => {
  it('name exactly the roles while one policy holds them', () => {
    const roleArns = arns(facts, { roles: 90 });
    const { policies, form, because } = assumeRolePolicies({ facts, roleArns });
    expect(form).toBe('exact-roles');
    expect(policies).toEqual([
      {
        Version: '2012-10-17',
        Statement: [
          { Sid: 'AssumeConnectorRoles', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArns.toSorted() },
        ],
      },
    ]);
    expect(because).toMatch(/names each of the 90 roles and nothing else.* fit a managed policy, but not an inline/);
  });

  it('name one role name in any account when thousands share it', () => {
    for (const roles of [1_000, 10_000]) {
      const { policies, form, because } = assumeRolePolicies({ facts, roleArns: arns(facts, { roles }) });
      expect(form).toBe('role-name-pattern');
      expect(resourcesOf(policies)).toEqual([`arn:${facts.partition}:iam::*:role/audit/CausewayReader`]);
      expect(because).toMatch(
        new RegExp(`ARNs of ${roles} roles need \\d+ policies.*1 name in any account is shorter`),
      );
    }
  });

  it.each([
    [1_000, 1_000],
    [10_000, 10_000],
    [10_000, 300],
  ])('of %i roles with %i names keep the limit, and allow each role and no other', (roles, names) => {
    const roleArns = arns(facts, { roles, names });
    const { policies, form, because } = assumeRolePolicies({ facts, roleArns });
    expect(Math.max(...policies.map(policyChars))).toBeLessThanOrEqual(6_144);
    expect(form).toBe(names === roles ? 'exact-roles' : 'role-name-pattern');
    expect(resourcesOf(policies)).toHaveLength(names);
    if (form === 'exact-roles') expect(new Set(resourcesOf(policies))).toEqual(new Set(roleArns));
    // No policy could have held the next one's first resource, too.
    for (const [index, policy] of policies.slice(0, -1).entries()) {
      const next = resourcesOf(policies.slice(index + 1, index + 2))[0] ?? '';
      expect(policyChars(policy) + next.length + 3).toBeGreaterThan(6_144);
    }
    expect(because).toMatch(policies.length > 10 ? /IAM lets an identity have 10 \(20 after/ : /attach all \d+/);
  });
});

const [GLOBAL] = PARTITIONS;

it('before there is a connector they name the role that role set-ups propose', () => {
  const { policies, form } = assumeRolePolicies({ facts: GLOBAL, roleArns: [] });
  expect(form).toBe('role-name-pattern');
  expect(resourcesOf(policies)).toEqual(['arn:aws:iam::*:role/CausewayReader']);
});

it('a few roles fit an inline policy, and the reply says so', () => {
  const { because } = assumeRolePolicies({ facts: GLOBAL, roleArns: arns(GLOBAL, { roles: 12 }) });
  expect(because).toContain('fit a managed policy or an inline policy of the user');
});

it('of a role they are not told to be attached to a user or its groups', () => {
  const becauseOf = (given: { roles: number; names?: number }) =>
    assumeRolePolicies({ facts: GLOBAL, roleArns: arns(GLOBAL, given), of: 'role' }).because;
  expect(becauseOf({ roles: 12 })).toContain('an inline policy of the role');
  expect(becauseOf({ roles: 90 })).toContain('fit a managed policy or an inline policy of the role');
  expect(becauseOf({ roles: 10_000, names: 10_000 })).toMatch(/quota increase\)\. Give the roles one name\.$/);
  expect(becauseOf({ roles: 10_000, names: 10_000 })).not.toContain('user');
});

it('a wildcard in a role’s path stays itself', () => {
  const roleArns = ['arn:aws:iam::222222222222:role/odd*path?/$/Reader'];
  const { policies } = assumeRolePolicies({ facts: GLOBAL, roleArns });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: these are policy variables
  expect(resourcesOf(policies)).toEqual(['arn:aws:iam::222222222222:role/odd${*}path${?}/${$}/Reader']);
});

function arns({ partition }: PartitionFacts, { roles, names = 1 }: { roles: number; names?: number }): string[] {
  return Array.from({ length: roles }, (_, index) => {
    const which = names === 1 ? '' : String(index % names);
    return `arn:${partition}:iam::${String(200_000_000_000 + index * 7)}:role/audit/CausewayReader${which}`;
  });
}

function resourcesOf(policies: readonly PolicyDocument[]): string[] {
  return policies.flatMap(policy => {
    const [statement] = Array.isArray(policy.Statement) ? policy.Statement : [];
    return statement.Resource;
  });
}
