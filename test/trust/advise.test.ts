import { describe, expect, it } from 'vitest';
import { parseRoleArn } from '../../src/domain/role-arn.ts';
import { adviseTrust, type TrustAdvice, type TrustAdviceInput } from '../../src/trust/advise.ts';
import { parseCaller } from '../../src/trust/principal.ts';
import { ACCOUNT, allow, EXTERNAL_ID, HUB, policy, ROLE, read } from './policies.ts';

const OLD_ACCOUNT = '999988887777';
const OLD = `arn:aws:iam::${OLD_ACCOUNT}:root`;
const RIGHT = { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } };

interface Given {
  readonly document: object;
  readonly hub?: string;
  readonly retiring?: readonly string[];
  readonly form?: TrustAdviceInput['form'];
  readonly externalId?: string;
}

function advise({ document, hub = HUB, retiring = [OLD], form = 'exact-principal', externalId = EXTERNAL_ID }: Given) {
  const role = parseRoleArn(ROLE);
  if (!role.ok) throw new Error('the role is a role');
  const caller = callerOf(hub);
  if (caller.kind === 'session' || caller.kind === 'federated-user') throw new Error('a hub is no session');
  return adviseTrust({
    policy: read(document),
    role: role.value,
    hub: caller,
    externalId,
    retiring: retiring.map(callerOf),
    form,
    context: {},
  });
}

function edits(advice: TrustAdvice) {
  if (advice.kind === 'blocked') throw new Error(advice.decision.because);
  return advice;
}

function callerOf(arn: string) {
  const caller = parseCaller(arn, 'aws');
  if (!caller.ok) throw new Error(caller.fault.detail);
  return caller.value;
}

function changes(edit: { diff: readonly { kind: string; text: string }[] }) {
  return edit.diff.filter(({ kind }) => kind !== 'same').map(({ kind, text }) => `${kind} ${text.trim()}`);
}

describe('from one hub to another', () => {
  const document = policy({ ...allow(OLD, RIGHT), Sid: 'Old' });

  it('the overlap names both, the final form the new one', () => {
    const { overlap, final } = edits(advise({ document }));
    expect(overlap.document).toEqual(policy({ ...allow([OLD, HUB], RIGHT), Sid: 'Old' }));
    expect(final.document).toEqual(policy({ ...allow(HUB, RIGHT), Sid: 'Old' }));
  });

  it('both are proved', () => {
    const { overlap, final } = edits(advise({ document }));
    expect([overlap, final].map(edit => edit.hub.decision)).toEqual(['allowed', 'allowed']);
    expect([overlap, final].map(edit => edit.retiring[0]?.decision.decision)).toEqual(['allowed', 'denied']);
    expect([overlap, final].map(edit => edit.hubWithoutExternalId.decision)).toEqual(['denied', 'denied']);
    expect(overlap.fits).toBe('default-quota');
  });

  it('the difference is the changed lines only', () => {
    const { final } = edits(advise({ document }));
    expect(changes(final)).toEqual([`removed "AWS": "${OLD}"`, `added "AWS": "${HUB}"`]);
  });

  it('an account with a condition on its principal is a statement of its own', () => {
    const { overlap, final } = edits(advise({ document, form: 'account-and-principal-arn' }));
    const hub = {
      Sid: 'CausewayHub',
      ...allow(ACCOUNT, { ...RIGHT, ArnEquals: { 'aws:PrincipalArn': HUB } }),
    };
    expect(overlap.document).toEqual(policy({ ...allow(OLD, RIGHT), Sid: 'Old' }, hub));
    expect(final.document).toEqual(policy(hub));
    expect(final.hub.decision).toBe('allowed');
  });

  it('an account whose identity is not known is trusted as a whole', () => {
    const { final } = edits(advise({ document, hub: '111122223333' }));
    expect(final.document).toEqual(policy({ ...allow(ACCOUNT, RIGHT), Sid: 'Old' }));
    expect(final.hub.decision).toBe('allowed');
  });

  it('accounts with a condition on their principals get both widened', () => {
    const narrowed = (accounts: string | string[], arns: string | string[]) =>
      policy(allow(accounts, { ...RIGHT, ArnEquals: { 'aws:PrincipalArn': arns } }));
    const oldUser = `arn:aws:iam::${OLD_ACCOUNT}:user/old`;
    const advice = advise({ document: narrowed(OLD, oldUser), retiring: [oldUser], form: 'account-and-principal-arn' });
    expect(edits(advice).overlap.document).toEqual(narrowed([OLD, ACCOUNT], [oldUser, HUB]));
    expect(edits(advice).final.document).toEqual(narrowed(ACCOUNT, HUB));
  });
});

describe('what stands there stays', () => {
  it('other statements, their order, Sids and spelling', () => {
    const ec2 = {
      Sid: 'Ec2',
      Effect: 'Allow',
      Principal: { Service: ['ec2.amazonaws.com'] },
      Action: ['sts:AssumeRole'],
    };
    const partner = {
      ...allow(`arn:aws:iam::${OLD_ACCOUNT}:role/Partner`, { StringEquals: { 'sts:ExternalId': 'x' } }),
    };
    const old = {
      Condition: RIGHT,
      Principal: { AWS: [OLD] },
      Action: ['sts:AssumeRole'],
      Effect: 'Allow',
      Sid: 'Old',
    };
    const document = { Id: 'mine', Statement: [ec2, old, partner], Version: '2012-10-17' };
    const { final } = edits(advise({ document }));
    expect(final.text).toBe(
      JSON.stringify({ ...document, Statement: [ec2, { ...old, Principal: { AWS: [HUB] } }, partner] }, null, 2),
    );
  });

  it('all of it when the hub is admitted already', () => {
    const { overlap } = edits(advise({ document: policy(allow([OLD, HUB], RIGHT)) }));
    expect(changes(overlap)).toEqual([]);
  });

  it('a single statement without a list', () => {
    const { final } = edits(advise({ document: { Version: '2012-10-17', Statement: allow(OLD, RIGHT) } }));
    expect(final.document).toEqual({ Version: '2012-10-17', Statement: allow(HUB, RIGHT) });
  });

  it('a name that the new hub needs too', () => {
    const { final } = edits(
      advise({ document: policy(allow(ACCOUNT, RIGHT)), retiring: [`arn:aws:iam::111122223333:user/old`] }),
    );
    expect(final.document).toEqual(policy(allow(ACCOUNT, RIGHT)));
  });

  it('what the old hub may do with another external ID', () => {
    const other = allow(OLD, { StringEquals: { 'sts:ExternalId': 'someone-elses-id' } });
    const { final } = edits(advise({ document: policy(other, allow(OLD, RIGHT)) }));
    expect(final.document).toEqual(policy(other, allow(HUB, RIGHT)));
  });
});

describe('nothing is opened', () => {
  it('a statement without an external ID does not get the hub; it has one of its own', () => {
    const { overlap } = edits(advise({ document: policy(allow(OLD)) }));
    expect(overlap.document).toEqual(policy(allow(OLD), { Sid: 'CausewayHub', ...allow(HUB, RIGHT) }));
    expect(overlap.hubWithoutExternalId.decision).toBe('denied');
  });

  it('an optional external ID is not good enough', () => {
    const optional = allow(OLD, { StringEqualsIfExists: { 'sts:ExternalId': EXTERNAL_ID } });
    const { overlap } = edits(advise({ document: policy(optional) }));
    expect(overlap.document).toEqual(policy(optional, { Sid: 'CausewayHub', ...allow(HUB, RIGHT) }));
  });

  it('a wanted external ID is added where only the hubs are trusted', () => {
    const { overlap } = edits(
      advise({ document: policy(allow(HUB, { StringEquals: { 'sts:ExternalId': 'before-this' } })) }),
    );
    expect(overlap.document).toEqual(
      policy(allow(HUB, { StringEquals: { 'sts:ExternalId': ['before-this', EXTERNAL_ID] } })),
    );
  });

  it('a wanted external ID is not given to a stranger', () => {
    const shared = allow([HUB, 'arn:aws:iam::123123123123:root'], {
      StringEquals: { 'sts:ExternalId': 'before-this' },
    });
    const { overlap } = edits(advise({ document: policy(shared) }));
    expect(overlap.document).toEqual(policy(shared, { Sid: 'CausewayHub', ...allow(HUB, RIGHT) }));
  });

  it('a condition that cannot be told is gone around', () => {
    const office = allow(OLD, { ...RIGHT, IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } });
    const { overlap } = edits(advise({ document: policy(office) }));
    expect(overlap.document).toEqual(policy(office, { Sid: 'CausewayHub', ...allow(HUB, RIGHT) }));
  });

  it('a Sid that is taken is not used again', () => {
    const { overlap } = edits(advise({ document: policy({ Sid: 'CausewayHub', ...allow(OLD) }) }));
    expect(overlap.text).toContain('"Sid": "CausewayHub2"');
  });
});

describe('no addition helps', () => {
  it('against a Deny', () => {
    const advice = advise({
      document: policy(allow(OLD, RIGHT), { Sid: 'No', Effect: 'Deny', Principal: { AWS: ACCOUNT }, Action: '*' }),
    });
    expect(advice).toMatchObject({
      kind: 'blocked',
      decision: { decision: 'denied', statement: { index: 1, sid: 'No' } },
    });
  });

  it('against a Deny that cannot be told', () => {
    const deny = {
      Effect: 'Deny',
      Principal: '*',
      Action: '*',
      Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-a1' } },
    };
    expect(advise({ document: policy(allow(OLD, RIGHT), deny) })).toMatchObject({
      kind: 'blocked',
      decision: { decision: 'cannot-tell', statement: { index: 1 } },
    });
  });
});

it('an edit beyond the quota says so', () => {
  const many = Array.from({ length: 50 }, (_, i) => `arn:aws:iam::${OLD_ACCOUNT}:user/user-${i}`);
  const { overlap } = edits(advise({ document: policy(allow([OLD, ...many], RIGHT)) }));
  expect(overlap.sizeChars).toBeGreaterThan(2_048);
  expect(overlap.fits).toBe('raised-quota');
});
