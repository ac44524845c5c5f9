import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../simulator/faults.ts';
import { hideNewRole } from '../../simulator/iam/propagation.ts';
import { forgetPrincipal } from '../../simulator/iam/stored-policies.ts';
import { accountOf, addAccessKey, addOrganization } from '../../simulator/world/build.ts';
import { readPolicy } from '../../simulator/world/policies.ts';
import { checkConnector } from '../../src/accounts/check.ts';
import { CAUSES, type CauseCode } from '../../src/accounts/diagnosis/causes.ts';
import type { CheckResult } from '../../src/accounts/shapes.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import {
  check,
  type FailingWorld,
  MAY_ASSUME,
  MAY_SIMULATE,
  makeBase,
  makeConnector,
  policy,
  remakeHubUser,
  roleOf,
  setHubPolicy,
  setTrust,
  startMoving,
  statement,
  tryOther,
  worldKeeper,
} from './failing-world.ts';
import { type Causeway, GOV_HUB, keyOf, must, PLATFORM, PRODUCTION, SECURITY, startCauseway } from './support.ts';

let causeway: Causeway;
let failing: FailingWorld;
let putBack: () => void;
/** AWS's own time, which a test can put ahead. */
const awsClock = {
  aheadMs: 0,
  now: () => new Date(Date.now() + awsClock.aheadMs),
  monotonicMs: systemClock.monotonicMs,
};

beforeAll(async () => {
  causeway = await startCauseway({ awsClock });
  putBack = worldKeeper(causeway);
});
beforeEach(async () => {
  awsClock.aheadMs = 0;
  await causeway.reset();
  putBack();
  failing = { causeway, connectorId: await makeConnector(causeway) };
});
afterAll(() => causeway.stop());

const world = () => causeway.world;
const strike = (effect: FaultEffect, operation = 'AssumeRole') =>
  causeway.faults.put({ id: operation, match: { operation }, effect });
const ofSecurity = (change: object = {}) =>
  statement({ Principal: { AWS: `arn:aws:iam::${SECURITY}:root` }, ...change });
const hubUser = (id: string) => `arn:aws:iam::${id}:user/causeway`;
const deleteRole = () => {
  delete accountOf(world(), PRODUCTION).roles.Reader;
};

interface Script {
  /** What is wrong. */
  readonly that: string;
  readonly script: () => void | Promise<void>;
  /** Of the last check; default: the same as that of every other. */
  readonly checked?: () => Promise<CheckResult>;
  /** What is proved; else what is likeliest, with what else it has to name. */
  readonly certain?: CauseCode;
  readonly likeliest?: CauseCode;
  readonly orElse?: readonly CauseCode[];
}

const FAILURES: readonly Script[] = [
  // — the role —
  {
    that: 'the role was never made',
    script: deleteRole,
    likeliest: 'role-missing',
    orElse: ['trust-does-not-name-hub', 'external-id-mismatch', 'hub-policy-lacks-assume-role'],
  },
  {
    that: 'the role was deleted after it worked',
    async script() {
      await check(failing);
      deleteRole();
    },
    likeliest: 'trust-does-not-name-hub',
    orElse: ['role-missing', 'trust-orphaned-principal', 'external-id-mismatch'],
  },
  {
    that: 'the role was made seconds ago, with the connector',
    async script() {
      world().propagationSeconds = 30;
      hideNewRole(world(), roleOf(world()), new Date());
      await causeway.reset();
      failing.connectorId = await makeConnector(causeway);
      causeway.clock.reset();
    },
    likeliest: 'role-not-visible-yet',
    orElse: ['role-missing', 'trust-does-not-name-hub'],
  },
  {
    that: 'the trust policy was edited seconds ago',
    async script() {
      setHubPolicy(world(), SECURITY, MAY_ASSUME, MAY_SIMULATE);
      await startMoving(failing);
      world().propagationSeconds = 30;
      setTrust(world(), statement(), ofSecurity());
    },
    likeliest: 'role-not-visible-yet',
    orElse: ['role-rcp-denies', 'hub-scp-denies'],
  },
  {
    that: 'the role’s account is suspended',
    async script() {
      await check(failing);
      accountOf(world(), PRODUCTION).state = 'SUSPENDED';
    },
    likeliest: 'trust-does-not-name-hub',
    orElse: ['member-account-suspended', 'role-missing'],
  },
  {
    that: 'the role’s account has STS switched off in the region',
    script: () => {
      accountOf(world(), PRODUCTION).disabledRegions = ['us-east-1'];
    },
    certain: 'sts-region-disabled',
  },
  {
    that: 'the role’s maximum session is too short',
    script: () => strike({ kind: 'session-limit', limit: 'role-maximum' }),
    certain: 'session-longer-than-role',
  },
  {
    that: 'the hub is a role itself, and the session longer than an hour',
    script: () => strike({ kind: 'session-limit', limit: 'role-chaining' }),
    certain: 'role-chaining-hour',
  },

  // — its trust policy —
  {
    that: 'the trust policy names another account, and nobody was ever let in',
    script: () => setTrust(world(), ofSecurity()),
    likeliest: 'role-missing',
    orElse: ['trust-does-not-name-hub', 'external-id-mismatch'],
  },
  {
    that: 'the trust policy does not name the new hub, and can be read',
    script: () => startMoving(failing),
    certain: 'trust-does-not-name-hub',
  },
  {
    that: 'the trust policy does not name the new hub, and cannot be read',
    async script() {
      roleOf(world()).inlinePolicies = { Read: readPolicy({ without: ['iam:GetRole'] }) };
      await startMoving(failing);
    },
    likeliest: 'trust-does-not-name-hub',
    orElse: ['hub-policy-lacks-assume-role', 'trust-condition-fails', 'trust-denies-explicitly'],
  },
  {
    that: 'the trust policy as it was read before names another account',
    async script() {
      await check(failing);
      setTrust(world(), ofSecurity());
    },
    likeliest: 'trust-does-not-name-hub',
    orElse: ['role-missing', 'external-id-mismatch'],
  },
  {
    that: 'the external ID is another one, and nobody was ever let in',
    script: () => setTrust(world(), statement({ Condition: { StringEquals: { 'sts:ExternalId': 'another' } } })),
    likeliest: 'role-missing',
    orElse: ['external-id-mismatch'],
  },
  {
    that: 'every external ID but the right one is let in',
    script: () => setTrust(world(), statement({ Condition: { StringNotEquals: { 'sts:ExternalId': 'x-1234' } } })),
    certain: 'external-id-mismatch',
  },
  {
    that: 'the trust policy wants no external ID at all',
    script: () => setTrust(world(), statement({ Condition: { Null: { 'sts:ExternalId': 'true' } } })),
    certain: 'external-id-mismatch',
  },
  {
    that: 'the new hub’s statement asks for another external ID',
    async script() {
      setTrust(world(), statement(), ofSecurity({ Condition: { StringEquals: { 'sts:ExternalId': 'another' } } }));
      await startMoving(failing);
    },
    certain: 'external-id-mismatch',
  },
  {
    that: 'the new hub’s statement admits one user only, and it is another',
    async script() {
      const Condition = { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${SECURITY}:user/somebody` } };
      setTrust(world(), statement(), ofSecurity({ Condition }));
      await startMoving(failing);
    },
    certain: 'trust-condition-fails',
  },
  {
    that: 'the new hub’s statement admits one address only, which Causeway cannot see',
    async script() {
      setTrust(world(), statement(), ofSecurity({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }));
      await startMoving(failing);
    },
    likeliest: 'trust-condition-fails',
    orElse: ['hub-policy-lacks-assume-role', 'trust-does-not-name-hub'],
  },
  {
    that: 'a Deny in the trust policy keeps the new hub out',
    async script() {
      const { Condition: _, ...deny } = Object(ofSecurity({ Sid: 'NotThem', Effect: 'Deny' }));
      setTrust(world(), statement(), ofSecurity(), deny);
      await startMoving(failing);
    },
    certain: 'trust-denies-explicitly',
  },
  {
    that: 'the trust policy names the new hub’s user, which was deleted and made anew',
    async script() {
      setTrust(world(), statement(), ofSecurity({ Principal: { AWS: hubUser(SECURITY) } }));
      const gone = accountOf(world(), SECURITY).users.causeway;
      forgetPrincipal(world(), { arn: hubUser(SECURITY), id: gone?.id ?? '' });
      await startMoving(failing, remakeHubUser(world(), SECURITY));
    },
    certain: 'trust-orphaned-principal',
  },
  {
    that: 'AWS says that the trust policy denies',
    script: () => strike({ kind: 'deny', by: 'trust-deny' }),
    certain: 'trust-denies-explicitly',
  },
  {
    that: 'AWS says that no trust policy allows',
    script: () => strike({ kind: 'deny', by: 'trust' }),
    likeliest: 'trust-does-not-name-hub',
    orElse: ['external-id-mismatch', 'trust-condition-fails'],
  },
  {
    that: 'a resource control policy denies',
    script: () => strike({ kind: 'deny', by: 'rcp' }),
    certain: 'role-rcp-denies',
  },

  // — what the hub may do —
  {
    that: 'the hub’s policy lacks sts:AssumeRole, and it may ask IAM',
    script: () => setHubPolicy(world(), PLATFORM, MAY_SIMULATE),
    certain: 'hub-policy-lacks-assume-role',
  },
  {
    that: 'the hub’s policy names another role only, and it may ask IAM',
    async script() {
      const Resource = 'arn:aws:iam::*:role/Other';
      setHubPolicy(world(), PLATFORM, policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource }), MAY_SIMULATE);
    },
    certain: 'hub-policy-lacks-assume-role',
  },
  {
    that: 'the hub’s policy lacks sts:AssumeRole, and no other role lets it in either',
    async script() {
      setHubPolicy(world(), PLATFORM);
      await tryOther(causeway);
    },
    likeliest: 'hub-policy-lacks-assume-role',
    orElse: ['role-missing', 'trust-does-not-name-hub'],
  },
  {
    that: 'the hub’s policy denies sts:AssumeRole',
    script: () =>
      setHubPolicy(world(), PLATFORM, MAY_ASSUME, policy({ Effect: 'Deny', Action: 'sts:*', Resource: '*' })),
    certain: 'hub-identity-denies',
  },
  {
    that: 'a service control policy of the hub’s organisation denies',
    script: () => {
      const deny = policy({ Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*' });
      addOrganization(world(), {
        managementAccountId: SECURITY,
        memberAccountIds: [PLATFORM],
        serviceControlPolicies: { [PLATFORM]: [deny] },
      });
    },
    certain: 'hub-scp-denies',
  },
  {
    that: 'AWS says that no identity-based policy allows',
    script: () => strike({ kind: 'deny', by: 'identity' }),
    certain: 'hub-policy-lacks-assume-role',
  },
  {
    that: 'a permissions boundary denies',
    script: () => strike({ kind: 'deny', by: 'boundary' }),
    certain: 'hub-boundary-denies',
  },
  {
    that: 'a session policy denies',
    script: () => strike({ kind: 'deny', by: 'session' }),
    certain: 'hub-session-policy-denies',
  },
  {
    that: 'the policy of a VPC endpoint denies',
    script: () => strike({ kind: 'deny', by: 'endpoint' }),
    certain: 'endpoint-policy-denies',
  },

  // — who the hub is —
  {
    that: 'the hub’s key was deactivated',
    async script() {
      await check(failing);
      for (const key of accountOf(world(), PLATFORM).users.causeway?.accessKeys ?? []) key.status = 'Inactive';
    },
    likeliest: 'hub-key-inactive',
    orElse: ['hub-key-unknown', 'hub-account-suspended'],
  },
  {
    that: 'the hub’s key never existed',
    script: () => makeBase(causeway, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', saveUnverified: true }),
    likeliest: 'hub-key-unknown',
    orElse: ['wrong-partition', 'hub-key-inactive', 'hub-account-suspended'],
  },
  {
    that: 'the hub’s key is one of US GovCloud',
    script: () => makeBase(causeway, { ...keyOf(causeway, GOV_HUB), accountId: SECURITY, saveUnverified: true }),
    likeliest: 'hub-key-unknown',
    orElse: ['wrong-partition'],
  },
  {
    that: 'the hub’s secret is wrong',
    script: () => makeBase(causeway, { secretAccessKey: 'x'.repeat(40), saveUnverified: true }),
    certain: 'hub-secret-wrong',
  },
  {
    that: 'the hub’s key is of another account',
    script: () => makeBase(causeway, { accountId: '131313131313', saveUnverified: true }),
    certain: 'hub-key-of-other-account',
  },
  {
    that: 'the hub’s key is a root user’s',
    script: () => {},
    checked: () => checkAs(addAccessKey(world(), PLATFORM)),
    certain: 'hub-is-root',
  },
  {
    that: 'the hub’s temporary credentials have expired',
    script: () => strike({ kind: 'expired-token' }),
    certain: 'hub-credentials-expired',
  },
  {
    that: 'the hub’s account is suspended',
    async script() {
      await check(failing);
      accountOf(world(), PLATFORM).state = 'SUSPENDED';
    },
    likeliest: 'hub-key-inactive',
    orElse: ['hub-account-suspended'],
  },
  {
    that: 'there is no hub',
    script: () => {},
    checked: () => checkAs(undefined),
    certain: 'no-hub',
  },

  // — the way to AWS —
  {
    that: 'this machine’s clock is wrong',
    script: () => {
      awsClock.aheadMs = 600_000;
    },
    certain: 'clock-skew',
  },
  { that: 'STS throttles', script: () => strike({ kind: 'throttle' }), certain: 'throttled' },
  { that: 'AWS cannot be reached', script: () => strike({ kind: 'drop' }), certain: 'unreachable' },
  { that: 'AWS does not answer', script: () => strike({ kind: 'hang' }), certain: 'timed-out' },
  {
    that: 'AWS fails',
    script: () => strike({ kind: 'server-error', error: 'internal' }),
    certain: 'aws-error',
  },
  { that: 'the answer is cut off', script: () => strike({ kind: 'truncate' }), certain: 'answer-cut-off' },
];

async function checkAs(key: { id: string; secret: string } | undefined): Promise<CheckResult> {
  const credentials = key && { kind: 'access-key' as const, accessKeyId: key.id, secretAccessKey: key.secret };
  const platformAccounts = credentials ? { global: { accountId: PLATFORM, credentials } } : {};
  return must(
    await checkConnector({ ...causeway.deps, platformAccounts }, { id: failing.connectorId, actor: 'user:ada' }),
  );
}

describe('a check names the cause when', () => {
  it.each(FAILURES)('$that', async ({ script, checked = () => check(failing), certain, likeliest, orElse = [] }) => {
    await script();
    const { diagnosis } = await checked();
    const codes = diagnosis?.causes.map(({ code }) => code) ?? [];
    expect(codes[0], JSON.stringify(diagnosis, null, 1)).toBe(certain ?? likeliest);
    expect(diagnosis?.certainty).toBe(certain ? 'certain' : 'one-of');
    expect(codes).toEqual(expect.arrayContaining([...orElse]));
    expect(new Set(codes).size).toBe(codes.length);
    for (const { title, because, remedy } of diagnosis?.causes ?? []) {
      for (const words of [title, because, remedy]) expect(words).toMatch(/^\S.{7,}$/s);
      expect(`${because} ${remedy}`).not.toMatch(/undefined|null|\[object/);
    }
  });

  it('more than 25 failures, and each of them a cause of the catalogue', () => {
    expect(FAILURES.length).toBeGreaterThanOrEqual(25);
    const named = FAILURES.flatMap(({ certain, likeliest, orElse = [] }) => [certain, likeliest, ...orElse]);
    const missing = Object.keys(CAUSES).filter(code => !named.some(name => name === code));
    // Neither can be made to happen here: the master key is the test's own, and simulated AWS answers as itself.
    expect(missing).toEqual(['aws-rejected', 'hub-credentials-missing', 'hub-secret-sealed', 'wrong-account']);
  });
});

describe('a check', () => {
  it('of a good role names no cause', async () => {
    expect(await check(failing)).not.toHaveProperty('diagnosis');
  });

  it('makes the two other assumptions of a refused role too', async () => {
    setTrust(world(), statement({ Condition: { StringNotEquals: { 'sts:ExternalId': 'x-1234' } } }));
    expect(await check(failing)).toMatchObject({
      outcome: 'failed',
      probes: { withExternalId: 'refused', withoutExternalId: 'accepted', wrongExternalId: 'accepted' },
    });
  });

  it('tries a role once more that changed between the assumptions', async () => {
    const { Condition: _, ...open } = Object(statement());
    setTrust(world(), open);
    causeway.faults.put({
      id: 'once',
      match: { operation: 'AssumeRole' },
      effect: { kind: 'deny', by: 'trust' },
      times: 1,
    });
    expect(await check(failing)).toMatchObject({ outcome: 'ok', fault: { code: 'confused-deputy' } });
  });

  it('knows that the role exists by the hub that has just been let in', async () => {
    roleOf(world()).inlinePolicies = { Read: readPolicy({ without: ['iam:GetRole'] }) };
    await startMoving(failing);
    causeway.clock.advance(3_600_000);
    const { diagnosis } = await check(failing);
    expect(diagnosis?.causes[0]?.code).toBe('trust-does-not-name-hub');
    expect(diagnosis?.causes.map(({ code }) => code)).not.toContain('role-missing');
  });

  it('is over in time, with its causes, while IAM does not answer', async () => {
    await startMoving(failing);
    for (const operation of ['GetRole', 'SimulatePrincipalPolicy']) strike({ kind: 'hang' }, operation);
    const before = performance.now();
    expect(await check(failing)).toMatchObject({ outcome: 'ok', diagnosis: { certainty: 'one-of' } });
    expect(performance.now() - before).toBeLessThan(LIMITS.checkTimeoutMs);
  });

  it('is not made certain by a trust policy that was read before the refusal', async () => {
    await startMoving(failing);
    expect((await check(failing)).diagnosis?.certainty).toBe('certain');
    // What was read does not name the new hub; the role does by now, and refuses for another reason.
    setTrust(world(), statement(), ofSecurity());
    accountOf(world(), PRODUCTION).state = 'SUSPENDED';
    const { diagnosis } = await check(failing);
    expect(diagnosis).toMatchObject({ certainty: 'one-of' });
    expect(diagnosis?.causes[0]?.code).toBe('trust-does-not-name-hub');
    expect(diagnosis?.causes.map(({ code }) => code)).toContain('member-account-suspended');
  });

  it('names the hub’s own side beside the trust policy when both are proved', async () => {
    setHubPolicy(world(), SECURITY, MAY_SIMULATE);
    await startMoving(failing);
    const { diagnosis } = await check(failing);
    expect(diagnosis).toMatchObject({
      certainty: 'certain',
      causes: [{ code: 'trust-does-not-name-hub' }, { code: 'hub-policy-lacks-assume-role' }],
    });
  });
});
