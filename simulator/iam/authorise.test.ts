import { beforeEach, describe, expect, it } from 'vitest';
import { HUB, hubAndMember } from '../testing.ts';
import { accountOf, addAccessKey, addAccount, addManagedPolicy, addOrganization } from '../world/build.ts';
import type { PolicyDocument, World } from '../world/world.ts';
import { type Decision, decideForCaller } from './authorise.ts';
import { findCredential } from './credentials.ts';
import { policy } from './testing.ts';

const EVERYTHING = policy({ Effect: 'Allow', Action: '*', Resource: '*' });
const EC2_ONLY = policy({ Effect: 'Allow', Action: 'ec2:*', Resource: '*' });
const NO_EC2 = policy({ Effect: 'Deny', Action: 'ec2:*', Resource: '*' });
const MANAGEMENT = '333333333333';

let world: World;
let keyId: string;

beforeEach(() => {
  const made = hubAndMember();
  world = made.world;
  keyId = made.hubKey.id;
  addAccount(world, { id: MANAGEMENT, name: 'Management' });
});

describe('a user', () => {
  it('may do what an inline, an own or an AWS-managed policy allows', () => {
    expect(mayDescribe({ inline: [EC2_ONLY] })).toEqual({ allowed: true });
    addManagedPolicy(world, HUB, { name: 'Own', path: '/team/', document: EC2_ONLY });
    expect(mayDescribe({ inline: [], attached: [`arn:aws:iam::${HUB}:policy/team/Own`] })).toEqual({ allowed: true });
    expect(mayDescribe({ inline: [], attached: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] })).toEqual({
      allowed: true,
    });
  });

  it('may do nothing that no policy allows', () => {
    const denied = { allowed: false, kind: 'identity-based policy', explicit: false };
    expect(mayDescribe({ inline: [] })).toEqual(denied);
    expect(mayDescribe({ inline: [], attached: ['arn:aws:iam::aws:policy/NoSuchPolicy'] })).toEqual(denied);
    expect(mayDescribe({ inline: [], attached: [`arn:aws:iam::${HUB}:policy/Missing`] })).toEqual(denied);
  });

  it('may not do what any of its policies denies', () => {
    expect(mayDescribe({ inline: [EVERYTHING, NO_EC2] })).toEqual({
      allowed: false,
      kind: 'identity-based policy',
      explicit: true,
    });
  });
});

describe('service control policies', () => {
  const byOrganization = (explicit: boolean): Decision => ({
    allowed: false,
    kind: 'service control policy',
    explicit,
  });

  it.each<[claim: string, policies: PolicyDocument[], decision: Decision]>([
    ['none at all limit nothing', [], { allowed: true }],
    ['a deny denies', [NO_EC2], byOrganization(true)],
    [
      'a deny of something else limits nothing',
      [policy({ Effect: 'Deny', Action: 'iam:*', Resource: '*' })],
      { allowed: true },
    ],
    ['an allow list allows what it names', [EC2_ONLY], { allowed: true }],
    [
      'an allow list allows nothing else',
      [policy({ Effect: 'Allow', Action: 'iam:*', Resource: '*' })],
      byOrganization(false),
    ],
    [
      'every allow list must allow',
      [EVERYTHING, policy({ Effect: 'Allow', Action: 'iam:*', Resource: '*' })],
      byOrganization(false),
    ],
    ['a deny wins over allow lists', [EVERYTHING, NO_EC2], byOrganization(true)],
  ])('%s', (_claim, policies, decision) => {
    const serviceControlPolicies = { [HUB]: policies };
    addOrganization(world, { managementAccountId: MANAGEMENT, memberAccountIds: [HUB], serviceControlPolicies });
    expect(mayDescribe({ inline: [EVERYTHING] })).toEqual(decision);
  });

  it('give nothing by themselves', () => {
    const serviceControlPolicies = { [HUB]: [EVERYTHING] };
    addOrganization(world, { managementAccountId: MANAGEMENT, memberAccountIds: [HUB], serviceControlPolicies });
    expect(mayDescribe({ inline: [] })).toMatchObject({ allowed: false, kind: 'identity-based policy' });
  });

  it('stop the root user of a member account', () => {
    const root = addAccessKey(world, HUB).id;
    expect(mayDescribe({ by: root })).toEqual({ allowed: true });
    const serviceControlPolicies = { [HUB]: [NO_EC2] };
    addOrganization(world, { managementAccountId: MANAGEMENT, memberAccountIds: [HUB], serviceControlPolicies });
    expect(mayDescribe({ by: root })).toEqual(byOrganization(true));
  });

  it('do not touch the management account', () => {
    addOrganization(world, { managementAccountId: HUB, serviceControlPolicies: { [HUB]: [NO_EC2] } });
    expect(mayDescribe({ inline: [EVERYTHING] })).toEqual({ allowed: true });
  });

  it('follow an account that joins later', () => {
    const serviceControlPolicies = { [HUB]: [NO_EC2] };
    const organization = addOrganization(world, { managementAccountId: MANAGEMENT, serviceControlPolicies });
    expect(mayDescribe({ inline: [EVERYTHING] })).toEqual({ allowed: true });
    organization.memberAccountIds.push(HUB);
    expect(mayDescribe({ inline: [EVERYTHING] })).toEqual(byOrganization(true));
  });
});

describe('a permissions boundary', () => {
  const boundary = (document: PolicyDocument) => {
    const { name } = addManagedPolicy(world, HUB, { name: 'Boundary', document });
    const user = accountOf(world, HUB).users.causeway;
    if (user) user.permissionsBoundaryArn = `arn:aws:iam::${HUB}:policy/${name}`;
  };

  it('must allow too, and gives nothing by itself', () => {
    boundary(EC2_ONLY);
    expect(mayDescribe({ inline: [EVERYTHING] })).toEqual({ allowed: true });
    expect(mayDescribe({ inline: [] })).toMatchObject({ allowed: false, kind: 'identity-based policy' });
  });

  it.each([
    ['leaves out', policy({ Effect: 'Allow', Action: 'iam:*', Resource: '*' }), false],
    ['denies', NO_EC2, true],
  ])('takes away what it %s', (_how, document, explicit) => {
    boundary(document);
    expect(mayDescribe({ inline: [EVERYTHING] })).toEqual({ allowed: false, kind: 'permissions boundary', explicit });
  });
});

function mayDescribe({
  by = keyId,
  inline = [],
  attached = [],
}: {
  by?: string;
  inline?: PolicyDocument[];
  attached?: string[];
}): Decision {
  const user = accountOf(world, HUB).users.causeway;
  const principal = findCredential(world, by)?.principal;
  if (!user || !principal) throw new Error('the world lacks its user');
  user.inlinePolicies = Object.fromEntries(inline.map((document, i) => [`policy-${i}`, document]));
  user.attachedPolicyArns = attached;
  return decideForCaller(world, principal, { action: 'ec2:DescribeInstances', resource: '*', context: new Map() });
}
