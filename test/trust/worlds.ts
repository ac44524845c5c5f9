import fc from 'fast-check';
import type { AssumeRequestInput, ContextValues } from '../../src/trust/request.ts';

/** One call as it truly is, and how much of it the evaluator is told. */
export interface World {
  readonly policy: unknown;
  readonly role: string;
  readonly caller: Caller;
  /** Every condition key that the call has; a key that is not here is absent. */
  readonly keys: Readonly<Record<string, string | readonly string[]>>;
  /** Keys that the evaluator is not told about. */
  readonly hidden: readonly string[];
}

interface Caller {
  readonly kind: 'user' | 'session';
  readonly accountId: string;
  readonly name: string;
}

const ACCOUNTS = ['111122223333', '999988887777'];
const ROLE = 'arn:aws:iam::444455556666:role/Reader';
const EXTERNAL_IDS = ['causeway-1', 'causeway-2', 'other'];

/** Keys of an AssumeRole call that the policies ask about, with values that they may or may not match. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  'sts:ExternalId': EXTERNAL_IDS,
  'sts:RoleSessionName': ['run-1', 'hub', 'a*c'],
  'sts:SourceIdentity': ['run-1', 'hub'],
  'aws:PrincipalOrgID': ['o-a1', 'o-b2'],
  'aws:PrincipalTag/team': ['ops', 'hub', 'a*c', ''],
  'aws:SourceIp': ['203.0.113.7', '203.0.114.1', '2001:db8::7'],
  'aws:MultiFactorAuthPresent': ['true', 'false'],
  'aws:MultiFactorAuthAge': ['10', '10.0', '3601'],
  'aws:CurrentTime': ['2026-05-01T12:00:00Z', '2030-01-01T00:00:00Z'],
  'aws:SourceVpc': ['vpc-1'],
};
/** What the caller sends is known: not to give an external ID, source identity or session tags is not to send them. */
const HIDEABLE = [...Object.keys(KEYS), 'aws:PrincipalArn'].filter(
  key => key !== 'sts:ExternalId' && key !== 'sts:SourceIdentity',
);
const TAG_KEYS = ['team', 'cost', 'owner'];

/** Keys that follow from who calls what; the evaluator works them out itself. */
export function derivedKeys({ kind, accountId, name }: Caller): Record<string, string> {
  return {
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalArn': kind === 'user' ? userArn({ accountId, name }) : roleArn({ accountId, name }),
    'aws:PrincipalType': kind === 'user' ? 'User' : 'AssumedRole',
    ...(kind === 'user' ? { 'aws:username': name } : {}),
    'aws:SecureTransport': 'true',
  };
}

export function userArn({ accountId, name }: { accountId: string; name: string }): string {
  return `arn:aws:iam::${accountId}:user/${name}`;
}

export function roleArn({ accountId, name }: { accountId: string; name: string }): string {
  return `arn:aws:iam::${accountId}:role/${name}`;
}

export function sessionArn({ accountId, name }: { accountId: string; name: string }): string {
  return `arn:aws:sts::${accountId}:assumed-role/${name}/s1`;
}

/** What the evaluator is told of a world. */
export function told(world: World): AssumeRequestInput {
  const { caller, keys, hidden, role } = world;
  const all = Object.keys(KEYS).concat('aws:TagKeys');
  const context: ContextValues = Object.fromEntries(
    all.filter(key => !hidden.includes(key)).map(key => [key, keys[key] ?? null]),
  );
  const arn = caller.kind === 'session' && !hidden.includes('aws:PrincipalArn');
  return {
    roleArn: role,
    principalArn: caller.kind === 'user' ? userArn(caller) : sessionArn(caller),
    context: arn ? { ...context, 'aws:PrincipalArn': roleArn(caller) } : context,
  };
}

export function worlds(): fc.Arbitrary<World> {
  return fc.record({
    policy: fc.record({
      Version: fc.constantFrom('2012-10-17', '2012-10-17', '2012-10-17', '2008-10-17'),
      Statement: fc.array(statement(), { minLength: 1, maxLength: 3 }),
    }),
    role: fc.constant(ROLE),
    caller: fc.record({
      kind: fc.constantFrom('user' as const, 'session' as const),
      accountId: fc.constantFrom(...ACCOUNTS),
      name: fc.constantFrom('hub', 'Ops'),
    }),
    keys: keys(),
    hidden: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.subarray(HIDEABLE)),
  });
}

function keys() {
  const single = Object.fromEntries(Object.entries(KEYS).map(([key, values]) => [key, fc.constantFrom(...values)]));
  return fc
    .record({ ...single, 'aws:TagKeys': fc.subarray(TAG_KEYS, { minLength: 1 }) }, { requiredKeys: [] })
    .map(record => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));
}

function statement() {
  return fc
    .record({
      Effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
      principal: principals(),
      negatedPrincipal: fc.integer({ min: 0, max: 9 }),
      action: fc.oneof({ weight: 3, arbitrary: fc.constant(['sts:*']) }, fc.subarray(ACTIONS, { minLength: 1 })),
      negatedAction: fc.integer({ min: 0, max: 9 }),
      Condition: fc.option(fc.dictionary(fc.constantFrom(...OPERATORS), block(), { maxKeys: 2 }), { nil: undefined }),
    })
    .map(({ Effect, principal, negatedPrincipal, action, negatedAction, Condition }) => ({
      Effect,
      [negatedPrincipal === 0 ? 'NotPrincipal' : 'Principal']: principal,
      [negatedAction === 0 ? 'NotAction' : 'Action']: action.length === 1 ? action[0] : action,
      ...(Condition ? { Condition } : {}),
    }));
}

const ACTIONS = ['sts:AssumeRole', 'sts:assumerole', 'sts:Assume*', '*', 'sts:TagSession', 'sts:SetSource*', 's3:*'];

function principals() {
  const named = ACCOUNTS.flatMap(accountId => [
    accountId,
    `arn:aws:iam::${accountId}:root`,
    userArn({ accountId, name: 'hub' }),
    userArn({ accountId, name: 'Hub' }),
    roleArn({ accountId, name: 'Ops' }),
    sessionArn({ accountId, name: 'Ops' }),
  ]);
  const one = fc.constantFrom(...named, ...named, 'AIDACKCEVSQ6C2EXAMPLE', 'AROADBQP57FF2AEXAMPLE');
  return fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom('*' as const, { AWS: '*' }) },
    { weight: 6, arbitrary: fc.array(one, { minLength: 1, maxLength: 3 }).map(AWS => ({ AWS })) },
    { weight: 1, arbitrary: fc.constantFrom({ Service: 'ec2.amazonaws.com' }, { Federated: 'graph.facebook.com' }) },
  );
}

const BASES = `StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike StringNotLike
  ArnEquals ArnLike ArnNotEquals ArnNotLike Bool NumericEquals NumericNotEquals NumericLessThan NumericGreaterThanEquals
  DateLessThan DateGreaterThan DateEquals IpAddress NotIpAddress`.split(/\s+/);
const PREFIXES = ['', '', 'ForAllValues:', 'ForAnyValue:'];
const OPERATORS = [
  ...BASES.flatMap(base => PREFIXES.flatMap(prefix => [`${prefix}${base}`, `${prefix}${base}IfExists`])),
  ...Array.from({ length: 20 }, () => 'StringEquals'),
  ...Array.from({ length: 10 }, () => 'StringLike'),
  ...Array.from({ length: 10 }, () => 'Null'),
];

/** Keys with the values that suit them, and now and then with values that do not. */
function block() {
  const asked = Object.entries({
    ...KEYS,
    'STS:externalid': EXTERNAL_IDS,
    'aws:TagKeys': TAG_KEYS,
    'aws:PrincipalAccount': ACCOUNTS,
    'aws:PrincipalType': ['User', 'AssumedRole'],
    'aws:username': ['hub', 'HUB'],
    'aws:SecureTransport': ['true', 'false'],
    'aws:PrincipalArn': [userArn({ accountId: ACCOUNTS[0] ?? '', name: 'hub' }), 'arn:aws:iam::*:role/*', '*'],
  });
  const pair = fc.constantFrom(...asked).chain(([key, values]) => {
    const value = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...values) },
      { weight: 2, arbitrary: fc.constantFrom(...ODD_VALUES) },
    );
    return fc.tuple(fc.constant(key), fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 })));
  });
  // AWS refuses a key that stands twice with different case.
  const pairs = fc.uniqueArray(pair, { minLength: 1, maxLength: 2, selector: ([key]) => key.toLowerCase() });
  return pairs.map(entries => Object.fromEntries(entries));
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: policy variables
const ODD_VALUES = [
  '*',
  'causeway-*',
  'causeway-?',
  'CAUSEWAY-1',
  'h?b',
  '${aws:username}',
  "${aws:username, 'hub'}",
  '${aws:PrincipalTag/team}',
  'a${*}c',
  '${sts:RoleSessionName}*',
  'true',
  'false',
  '10',
  '3600',
  '2026-06-01',
  '2026-05-01T14:00:00+02:00',
  '203.0.113.0/24',
  '0.0.0.0/0',
  '2001:db8::/32',
  'arn:aws:iam::111122223333:*',
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: policy variables
