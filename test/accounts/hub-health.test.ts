import { createServer } from 'node:http';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clientsOf } from '../../simulator/testing.ts';
import {
  accountOf,
  addAccessKey,
  addAccount,
  addManagedPolicy,
  addOrganization,
  addRole,
} from '../../simulator/world/build.ts';
import { createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { createConnector } from '../../src/accounts/connectors.ts';
import { deleteBaseAccount } from '../../src/accounts/delete-base-account.ts';
import { type HubHealth, hubHealth } from '../../src/accounts/hub-health.ts';
import { assumeRolePolicies } from '../../src/accounts/hub-policy.ts';
import { reach } from '../../src/accounts/reach.ts';
import { selfManagementPolicy } from '../../src/accounts/self-management.ts';
import { closeAws, openAws } from '../../src/aws/aws.ts';
import { PARTITIONS } from '../../src/domain/partition.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  DEVELOPMENT,
  EXTERNAL_ID,
  keyOf,
  must,
  PLATFORM,
  PRODUCTION,
  SECURITY,
  startCauseway,
  trustOf,
} from './support.ts';

const actor = 'user:owner';
const USER_ARN = `arn:aws:iam::${SECURITY}:user/causeway`;
const [GLOBAL] = PARTITIONS;
const ROLE_ARNS = [PRODUCTION, DEVELOPMENT].map(id => `arn:aws:iam::${id}:role/Reader`);
const LEAST = assumeRolePolicies({ facts: GLOBAL, roleArns: ROLE_ARNS }).policies[0];
const SELF = selfManagementPolicy({ facts: GLOBAL, accountId: SECURITY, callerArn: USER_ARN });

let causeway: Causeway;
let baseId: string;

beforeAll(async () => {
  causeway = await startCauseway();
  addAccount(causeway.world, { id: '999999999998', name: 'Management' });
});
afterAll(() => causeway?.stop());
afterEach(async () => {
  await causeway.reset();
  causeway.world.organizations.length = 0;
  const { accessKeys } = user();
  accessKeys.splice(1);
  may({ Least: LEAST, Self: SELF });
});

describe('an identity with the policies that Causeway prints', () => {
  it('may assume every role and nothing else, by simulation and by proof', async () => {
    await connect();
    expect((await health()).roles).toMatchObject({ total: 2, accepted: 0, refused: 0 });
    for (const id of [PRODUCTION, DEVELOPMENT]) trustOf(causeway.world, id, [PLATFORM, SECURITY]);
    await runAll();
    const { proof, roles, dangerous, findings, key, policies, selfManagement } = await health();
    expect(proof).toMatchObject({ outcome: 'ok', callerArn: USER_ARN });
    expect(roles).toMatchObject({ total: 2, accepted: 2, refused: 0, simulationFault: null });
    expect(roles.simulated?.map(({ resource, decision }) => [resource, decision])).toEqual(
      ROLE_ARNS.map(arn => [arn, 'allowed']),
    );
    expect(dangerous).toEqual({ ok: true, value: [] });
    expect(key).toEqual({ ageDays: 0, from: 'aws', fault: null, otherKeyIdEnding: null });
    expect(findings.map(({ code }) => code)).toEqual(['trusted-after-move']);
    expect(policies.policies).toEqual([LEAST]);
    expect(selfManagement).toEqual(SELF);
  });

  it('is told of roles that refuse it', async () => {
    await connect();
    await runAll();
    const { roles, findings } = await health();
    expect(roles).toMatchObject({ accepted: 0, refused: 2 });
    expect(findings).toMatchObject([{ code: 'roles-refuse', detail: expect.stringContaining('2 of 2') }]);
  });
});

describe('what the identity may not do', () => {
  it('is told role by role, with what denies it', async () => {
    await connect();
    const [first = '', second = ''] = ROLE_ARNS;
    may({ One: allow('sts:AssumeRole', first), Self: SELF });
    expect(await denials()).toEqual([[second, 'the lack of a policy that allows it']]);
    may({ Least: LEAST, Never: allow('sts:*', second, 'Deny'), Self: SELF });
    expect(await denials()).toEqual([[second, 'an explicit deny in policy "user_causeway_Never"']]);
    expect((await health()).findings).toMatchObject([
      { code: 'roles-not-allowed', severity: 'high', detail: expect.stringContaining('user_causeway_Never') },
    ]);
  });

  it('is told of a service control policy', async () => {
    await connect();
    addOrganization(causeway.world, {
      managementAccountId: '999999999998',
      memberAccountIds: [SECURITY],
      serviceControlPolicies: { [SECURITY]: [allow('sts:AssumeRole', '*', 'Deny')] },
    });
    expect(await denials()).toEqual(ROLE_ARNS.map(arn => [arn, 'a service control policy of its organisation']));
  });

  it('is told of its permissions boundary, for the roles that it leaves out', async () => {
    await connect();
    const [first = '', second = ''] = ROLE_ARNS;
    const statements = [allow('sts:AssumeRole', first), allow('iam:*', USER_ARN)].flatMap(one => one.Statement);
    const document = { Version: '2012-10-17', Statement: statements };
    addManagedPolicy(causeway.world, SECURITY, { name: 'Boundary', document });
    user().permissionsBoundaryArn = `arn:aws:iam::${SECURITY}:policy/Boundary`;
    expect(await denials()).toEqual([[second, 'its permissions boundary']]);
    delete user().permissionsBoundaryArn;
  });

  it('is unknown, not denied, when a condition on the real call decides', async () => {
    await connect();
    const policy = { ...allow('sts:AssumeRole', '*'), Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.1/32' } } };
    may({ Office: withCondition(policy), Self: SELF });
    const { roles, findings } = await health();
    expect(roles.simulated?.map(({ decision }) => decision)).toEqual(['unknown', 'unknown']);
    expect(findings).toMatchObject([
      { code: 'rights-depend-on-conditions', detail: expect.stringContaining('aws:sourceip') },
      // Which rights IAM does not tell: it names the keys that are missing anywhere in the policies.
      { code: 'more-by-conditions', detail: expect.stringContaining('aws:sourceip') },
    ]);
  });
});

describe('an identity that may not ask about itself', () => {
  it('has unknown rights, never fine ones, and is told which permission it lacks', async () => {
    await connect();
    may({ Least: LEAST });
    const { roles, dangerous, key, findings } = await health();
    expect(roles).toMatchObject({
      simulated: null,
      simulationFault: { code: 'hub-access-denied', detail: expect.stringContaining('iam:SimulatePrincipalPolicy') },
    });
    expect(dangerous).toMatchObject({ ok: false, fault: { code: 'hub-access-denied' } });
    expect(key).toMatchObject({ from: 'entered', fault: { detail: expect.stringContaining('iam:ListAccessKeys') } });
    expect(findings).toMatchObject([
      { code: 'cannot-see-rights', detail: expect.stringMatching(/iam:SimulatePrincipalPolicy.*iam:ListAccessKeys/) },
    ]);
  });

  it('says of credentials that do not work only that', async () => {
    await connect();
    const [key] = user().accessKeys;
    if (!key) throw new Error('no key');
    key.status = 'Inactive';
    const { proof, roles, dangerous, findings } = await health();
    key.status = 'Active';
    expect(proof).toMatchObject({ outcome: 'failed', fault: { code: 'unknown-access-key' } });
    expect(roles.simulationFault).toMatchObject({ code: 'unknown-access-key' });
    expect(dangerous).toMatchObject({ ok: false });
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([['not-proved', 'high']]);
  });

  it('says of credentials that could not be tried that nothing is known of them', async () => {
    await connect();
    const match = { service: 'sts', operation: 'GetCallerIdentity' };
    causeway.faults.put({ id: 'slow down', match, effect: { kind: 'throttle' } });
    expect((await health()).findings).toMatchObject([
      { code: 'cannot-prove', severity: 'low', title: expect.stringContaining('could not be asked') },
    ]);
  });

  it.each([
    ['iam:CreatePolicyVersion', `arn:aws:iam::${SECURITY}:policy/*`],
    ['iam:AddUserToGroup', `arn:aws:iam::${SECURITY}:group/*`],
  ])('may not make itself an administrator by %s unseen', async (action, resource) => {
    await connect();
    may({ Least: LEAST, Self: SELF, More: allow(action, resource) });
    expect((await health()).findings).toMatchObject([
      { code: 'changes-identities', detail: expect.stringContaining(action) },
    ]);
  });

  it('keeps what it learned before IAM was throttled', async () => {
    await connect();
    for (let i = 0; i < 60; i++) await connectTo(`Reader${i}`);
    may({ All: allow('sts:AssumeRole', 'arn:aws:iam::*:role/Reader*'), Self: SELF });
    // Six groups of dangerous rights are asked first, then 50 roles.
    const match = { service: 'iam', operation: 'SimulatePrincipalPolicy' };
    causeway.faults.put({ id: 'slow down', match, effect: { kind: 'throttle' }, from: 8 });
    const { roles, findings } = await health();
    expect(roles.simulated).toHaveLength(50);
    expect(roles).toMatchObject({ total: 62, simulationFault: { code: 'aws-throttled' } });
    expect(findings.map(({ code }) => code)).toContain('cannot-see-rights');
  });
});

describe('dangerous rights', () => {
  it('of an administrator are all found, with the policy that gives them', async () => {
    await connect();
    user().attachedPolicyArns.push('arn:aws:iam::aws:policy/AdministratorAccess');
    const { dangerous, findings } = await health();
    user().attachedPolicyArns.length = 0;
    expect(dangerous.ok && dangerous.value.length).toBe(36);
    expect(new Set(dangerous.ok ? dangerous.value.map(({ by }) => by) : [])).toEqual(
      new Set(['policy "AdministratorAccess"']),
    );
    expect(findings.map(({ code }) => code)).toEqual([
      'reads-secrets',
      'reads-data',
      'changes-resources',
      'governs-organization',
      'hides-traces',
      'changes-identities',
      'assumes-any-role',
    ]);
  });

  it('are not called none when a condition decides that only a real call meets', async () => {
    await connect();
    const secrets = allow('secretsmanager:GetSecretValue', '*').Statement[0];
    const Condition = { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } };
    may({ Least: LEAST, Self: SELF, Secrets: { Version: '2012-10-17', Statement: [{ ...secrets, Condition }] } });
    const { findings } = await health();
    expect(findings).toMatchObject([{ code: 'more-by-conditions', detail: expect.stringMatching(/aws:sourceip/) }]);
  });

  it('are unknown, not none, when IAM leaves questions unanswered', async () => {
    await connect();
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/xml');
      response.end(
        '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults/></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>',
      );
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { clock, ids, endpoints } = causeway.deps.aws;
    const iam = `http://127.0.0.1:${Object(server.address()).port}`;
    const aws = openAws({ clock, ids, endpoints: { ...endpoints, byService: { iam } } });
    const found = must(await hubHealth({ ...causeway.deps, aws }, { id: baseId, actor }));
    closeAws(aws);
    server.close();
    expect(found.dangerous).toMatchObject({ ok: false, fault: { code: 'incomplete-answer' } });
    expect(found.roles).toMatchObject({ simulated: null, simulationFault: { code: 'incomplete-answer' } });
    expect(found.findings.map(({ code }) => code)).toContain('cannot-see-rights');
  });

  it('"Resource": "*" is found, as it is in the policy that others tell people to use', async () => {
    await connect();
    may({ Documented: allow('sts:AssumeRole', '*'), Self: SELF });
    const { dangerous, findings, policies } = await health();
    expect(dangerous).toMatchObject({ value: [{ action: 'sts:AssumeRole', by: 'policy "user_causeway_Documented"' }] });
    expect(findings).toMatchObject([
      { code: 'assumes-any-role', severity: 'medium', remedy: expect.stringContaining('"user_causeway_Documented"') },
    ]);
    expect(policies.policies).toEqual([LEAST]);
  });

  it('a right that it has on itself only to replace its key is none', async () => {
    await connect();
    may({ Least: LEAST, Self: SELF, Own: allow('iam:PutUserPolicy', USER_ARN) });
    const { dangerous } = await health();
    expect(dangerous).toMatchObject({ value: [{ action: 'iam:PutUserPolicy', resource: USER_ARN }] });
  });
});

describe('the key', () => {
  it('is old after 90 days, and far too old after a year', async () => {
    await connect();
    const ages = async (days: number) => {
      causeway.clock.reset();
      causeway.clock.advance(days * 86_400_000);
      const { key, findings } = await health();
      return [key?.ageDays, findings.find(({ code }) => code === 'old-key')?.severity];
    };
    expect(await ages(89)).toEqual([89, undefined]);
    expect(await ages(90)).toEqual([90, 'medium']);
    expect(await ages(365)).toEqual([365, 'high']);
  });

  it('is told of another active one of the same user', async () => {
    await connect();
    const { id } = addAccessKey(causeway.world, SECURITY, { userName: 'causeway' });
    expect((await health()).findings).toMatchObject([
      { code: 'second-key', severity: 'low', detail: expect.stringContaining(id.slice(-4)) },
    ]);
  });
});

describe('who still trusts a retired hub', () => {
  it('is nobody who has not moved yet', async () => {
    await connect();
    await runAll();
    expect((await health()).trustRetired).toEqual([]);
  });

  it('is known from the trust policy, and else from the last try', async () => {
    const [production, development] = await connect();
    await runAll();
    for (const id of [PRODUCTION, DEVELOPMENT]) trustOf(causeway.world, id, [PLATFORM, SECURITY]);
    await runAll();
    const hub = { kind: 'platform-account', accountId: PLATFORM };
    expect((await health()).trustRetired).toMatchObject([
      { hub, by: 'trust-policy' },
      { hub, by: 'trust-policy' },
    ]);
    await sql`update connectors set trust_policy = null, trust_policy_read_at = null`.execute(causeway.deps.db);
    const { trustRetired } = await health();
    expect(trustRetired.map(({ connectorId }) => connectorId).toSorted()).toEqual([production, development].toSorted());
    expect(trustRetired).toMatchObject([
      { hub, by: 'proof' },
      { hub, by: 'proof' },
    ]);

    await readPolicy(production, trust([`arn:aws:iam::${SECURITY}:root`]));
    await readPolicy(development, trust([`arn:aws:iam::${SECURITY}:root`, `arn:aws:iam::${PLATFORM}:user/causeway`]));
    expect((await health()).trustRetired).toMatchObject([{ connectorId: development, hub, by: 'trust-policy' }]);
  });

  it('is whoever admits everybody', async () => {
    const [production, development] = await connect();
    for (const id of [PRODUCTION, DEVELOPMENT]) trustOf(causeway.world, id, [SECURITY]);
    await runAll();
    await readPolicy(production, trust(['*']));
    await readPolicy(development, trust(['*'], 'another'));
    expect((await health()).trustRetired).toMatchObject([{ connectorId: production, by: 'trust-policy' }]);
  });

  it('is not whoever denies it, or asks it for another external ID', async () => {
    const [production, development] = await connect();
    for (const id of [PRODUCTION, DEVELOPMENT]) trustOf(causeway.world, id, [SECURITY]);
    await runAll();
    await readPolicy(production, trust([`arn:aws:iam::${PLATFORM}:root`], 'another'));
    await readPolicy(development, trust([`arn:aws:iam::${PLATFORM}:root`], EXTERNAL_ID, 'Deny'));
    expect((await health()).trustRetired).toEqual([]);
  });

  it('includes a base account that was deleted', async () => {
    const [connector] = await connect();
    for (const id of [PRODUCTION, DEVELOPMENT]) trustOf(causeway.world, id, [SECURITY]);
    await runAll();
    must(await deleteBaseAccount(causeway.deps, { id: baseId, confirmBreaking: 2, actor }));
    const input = baseAccountInput(keyOf(causeway, '121212121212'));
    baseId = must(await createBaseAccount(causeway.deps, { input, actor })).id;
    for (const id of [PRODUCTION, DEVELOPMENT]) trustOf(causeway.world, id, [SECURITY, '121212121212']);
    await runAll();
    const { trustRetired } = await health();
    expect(trustRetired.filter(({ hub }) => hub.kind === 'base-account')).toHaveLength(2);
    expect(trustRetired).toContainEqual(
      expect.objectContaining({ connectorId: connector, hub: { kind: 'base-account', accountId: SECURITY } }),
    );
  });
});

it('a keyless hub is asked by its role, with its path if it may tell it', async () => {
  const { world } = causeway;
  const path = '/machines/';
  const roleArn = `arn:aws:iam::${SECURITY}:role${path}Causeway`;
  const role = addRole(world, SECURITY, {
    ...{ name: 'Causeway', path, trustPolicy: trust([`arn:aws:iam::${SECURITY}:root`], null) },
    inlinePolicies: {
      Least: allow('sts:AssumeRole', '*'),
      Self: allow(['iam:GetRole', 'iam:SimulatePrincipalPolicy'], roleArn),
    },
  });
  may({ Enter: allow('sts:AssumeRole', roleArn) });
  const container = await containerOf(roleArn);
  const { clock, ids, endpoints } = causeway.deps.aws;
  const deps = {
    ...causeway.deps,
    aws: openAws({ clock, ids, endpoints, machine: { containerFullUri: container.url } }),
  };
  const { accountId } = keyOf(causeway, SECURITY);
  const { accessKeyId: _id, secretAccessKey: _secret, ...rest } = baseAccountInput(keyOf(causeway, SECURITY));
  const input = { ...rest, accountId, credentialsKind: 'container-role' } as const;
  const { id } = must(await createBaseAccount(deps, { input, actor }));
  must(await createConnector(deps, { input: connectorInput(PRODUCTION), actor }));
  const found = must(await hubHealth(deps, { id, actor }));
  expect(found).toMatchObject({
    key: null,
    roles: { simulated: [{ decision: 'allowed', by: 'policy "role_Causeway_Least"' }] },
  });
  expect(found.findings.map(({ code }) => code)).toEqual(['assumes-any-role']);
  delete role.inlinePolicies.Self;
  expect(must(await hubHealth(deps, { id, actor })).roles).toMatchObject({
    simulated: null,
    simulationFault: { code: 'hub-access-denied' },
  });
  await container.close();
});

it('there is none under an id that nobody has', async () => {
  const id = causeway.deps.ids.uuid();
  expect(await hubHealth(causeway.deps, { id, actor })).toMatchObject({ ok: false, fault: { code: 'not-found' } });
});

/** Connectors of both members, which run through the platform account, and then a base account. */
async function connect(): Promise<[string, string]> {
  const made = [PRODUCTION, DEVELOPMENT].map(async id => {
    return must(await createConnector(causeway.deps, { input: connectorInput(id), actor })).id;
  });
  const [production = '', development = ''] = await Promise.all(made);
  await runAll();
  const [key] = user().accessKeys;
  if (key) key.createdAt = new Date().toISOString();
  const input = baseAccountInput(keyOf(causeway, SECURITY));
  baseId = must(await createBaseAccount(causeway.deps, { input, actor })).id;
  may({ Least: LEAST, Self: SELF });
  return [production, development];
}

async function connectTo(roleName: string): Promise<void> {
  const input = connectorInput(PRODUCTION, { name: roleName, roleArn: `arn:aws:iam::${PRODUCTION}:role/${roleName}` });
  must(await createConnector(causeway.deps, { input, actor }));
}

/** As a scheduled run would begin. */
async function runAll(): Promise<void> {
  const { rows } = await sql<{ id: string }>`select id from connectors`.execute(causeway.deps.db);
  causeway.deps.aws.sessions.clear();
  for (const { id } of rows) {
    await reach(causeway.deps, {
      connectorId: id,
      purpose: { kind: 'run', runId: causeway.deps.ids.uuid(), trigger: 'schedule' },
    });
  }
}

async function health(): Promise<HubHealth> {
  return must(await hubHealth(causeway.deps, { id: baseId, actor }));
}

async function denials(): Promise<unknown> {
  const { roles } = await health();
  return roles.simulated?.filter(({ decision }) => decision === 'denied').map(({ resource, by }) => [resource, by]);
}

/** What a connector's role answered when its trust policy was read, a moment from now. */
async function readPolicy(connectorId: string, policy: unknown): Promise<void> {
  const at = new Date(causeway.deps.clock.now().getTime() + 1_000);
  await sql`
    update connectors set trust_policy = ${JSON.stringify(policy)}, trust_policy_read_at = ${at} where id = ${connectorId}
  `.execute(causeway.deps.db);
}

function user() {
  const found = accountOf(causeway.world, SECURITY).users.causeway;
  if (!found) throw new Error('the hub has no user');
  return found;
}

/** Gives the hub's user these inline policies and no others. */
function may(policies: Record<string, unknown>): void {
  user().inlinePolicies = policies;
}

function allow(Action: string | string[], Resource: string, Effect = 'Allow') {
  return { Version: '2012-10-17', Statement: [{ Effect, Action, Resource }] };
}

function withCondition({ Condition, ...policy }: ReturnType<typeof allow> & { Condition: unknown }) {
  return { ...policy, Statement: policy.Statement.map(statement => ({ ...statement, Condition })) };
}

function trust(principals: string[], externalId: string | null = EXTERNAL_ID, Effect = 'Allow') {
  const Condition = externalId === null ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } };
  return {
    Version: '2012-10-17',
    Statement: [{ Effect, Principal: { AWS: principals }, Action: 'sts:AssumeRole', ...Condition }],
  };
}

/** What gives a container the credentials of a role, as ECS does. */
async function containerOf(roleArn: string) {
  const { accessKeyId, secretAccessKey } = keyOf(causeway, SECURITY);
  const endpoint = causeway.deps.aws.endpoints.all ?? '';
  const { sts } = clientsOf({ endpoint, credentials: { accessKeyId, secretAccessKey } });
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'task' }));
  const server = createServer((_, response) => {
    const { SessionToken: Token, ...others } = Credentials ?? {};
    response.end(JSON.stringify({ ...others, Token, RoleArn: roleArn }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}/credentials` : '';
  return { url, close: () => new Promise(resolve => server.close(resolve)) };
}
