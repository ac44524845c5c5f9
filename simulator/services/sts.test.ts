import { GetRoleCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
} from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedAws, startSimulatedAws } from '../server.ts';
import {
  type ClientOptions,
  clientsOf,
  credentialsOf,
  EXTERNAL_ID,
  HUB,
  hubAndMember,
  MEMBER,
  ROLE_ARN,
  sessionCredentials,
} from '../testing.ts';
import { createVirtualClock, type VirtualClock } from '../virtual-clock.ts';
import { accountOf, addAccessKey, addAccount, addOrganization, addRole, addUser } from '../world/build.ts';
import { assumeRolePolicy, readPolicy, trustPolicy } from '../world/policies.ts';
import type { AccessKey, World } from '../world/world.ts';

let aws: SimulatedAws;
let world: World;
let hubKey: AccessKey;
let clock: VirtualClock;

beforeEach(async () => {
  ({ world, hubKey } = hubAndMember());
  // Near the real time, by which the SDK signs.
  clock = createVirtualClock(new Date());
  aws = await startSimulatedAws({ world, clock });
});
afterEach(() => aws.close());

describe('GetCallerIdentity', () => {
  it('names a user, a role session and the root user', async () => {
    const asRole = as(sessionCredentials(await assume()));
    const asRoot = as(credentialsOf(addAccessKey(world, HUB)));
    const userId = accountOf(world, HUB).users.causeway?.id;
    const roleId = accountOf(world, MEMBER).roles.Reader?.id;
    expect(await identity(hub())).toEqual([`arn:aws:iam::${HUB}:user/causeway`, HUB, userId]);
    expect(await identity(asRole)).toEqual([
      `arn:aws:sts::${MEMBER}:assumed-role/Reader/run-1`,
      MEMBER,
      `${roleId}:run-1`,
    ]);
    expect(await identity(asRoot)).toEqual([`arn:aws:iam::${HUB}:root`, HUB, HUB]);
  });

  it('needs no permission, even against an explicit deny', async () => {
    const denied = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] };
    addUser(world, HUB, { name: 'nobody', inlinePolicies: { Deny: denied } });
    const nobody = as(credentialsOf(addAccessKey(world, HUB, { userName: 'nobody' })));
    expect(await identity(nobody)).toContain(`arn:aws:iam::${HUB}:user/nobody`);
  });
});

describe('AssumeRole', () => {
  it('answers a session that works', async () => {
    const session = await assume();
    expect(session.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${MEMBER}:assumed-role/Reader/run-1`);
    expect(session.Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    const { Role } = await as(sessionCredentials(session)).iam.send(new GetRoleCommand({ RoleName: 'Reader' }));
    expect(Role?.Arn).toBe(ROLE_ARN);
  });

  it.each<[claim: string, change: Partial<AssumeRoleCommandInput>]>([
    ['without the external ID', { ExternalId: undefined }],
    ['with another external ID', { ExternalId: 'guess' }],
    ['of a role that does not exist', { RoleArn: `arn:aws:iam::${MEMBER}:role/Missing` }],
    ['of a role by the wrong path', { RoleArn: `arn:aws:iam::${MEMBER}:role/path/Reader` }],
    ['in an account that does not exist', { RoleArn: 'arn:aws:iam::999999999999:role/Reader' }],
    ['in another partition', { RoleArn: `arn:aws-cn:iam::${MEMBER}:role/Reader` }],
  ])('refuses in the same words %s', async (_claim, change) => {
    await expect(assume(change)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${HUB}:user/causeway is not authorized to perform: sts:AssumeRole on resource: ${change.RoleArn ?? ROLE_ARN}`,
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('across accounts needs the caller’s own policy too', async () => {
    addUser(world, HUB, { name: 'idle' });
    const idle = as(credentialsOf(addAccessKey(world, HUB, { userName: 'idle' })));
    await expect(assume({}, idle)).rejects.toMatchObject({ name: 'AccessDenied' });
    trust({ AWS: `arn:aws:iam::${HUB}:user/idle` });
    await expect(assume({}, idle)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('within an account a trust policy that names the user is enough, one that names the account is not', async () => {
    addUser(world, MEMBER, { name: 'idle' });
    const idle = as(credentialsOf(addAccessKey(world, MEMBER, { userName: 'idle' })));
    trust({ AWS: `arn:aws:iam::${MEMBER}:user/idle` });
    await expect(assume({}, idle)).resolves.toBeDefined();
    trust({ AWS: `arn:aws:iam::${MEMBER}:root` });
    await expect(assume({}, idle)).rejects.toThrow(
      `User: arn:aws:iam::${MEMBER}:user/idle is not authorized to perform: sts:AssumeRole on resource: ${ROLE_ARN} because no identity-based policy allows the sts:AssumeRole action`,
    );
  });

  it('tells a caller of an explicit deny on its own side', async () => {
    const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*' }] };
    addAccount(world, { id: '333333333333', name: 'Management' });
    addOrganization(world, {
      managementAccountId: '333333333333',
      memberAccountIds: [HUB],
      serviceControlPolicies: { [HUB]: [deny] },
    });
    await expect(assume()).rejects.toThrow(/with an explicit deny in a service control policy$/);
  });

  it('a service control policy of the role’s account does not stop callers from outside', async () => {
    const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] };
    addAccount(world, { id: '333333333333', name: 'Management' });
    addOrganization(world, {
      managementAccountId: '333333333333',
      memberAccountIds: [MEMBER],
      serviceControlPolicies: { [MEMBER]: [deny] },
    });
    const session = as(sessionCredentials(await assume()));
    await expect(session.iam.send(new GetRoleCommand({ RoleName: 'Reader' }))).rejects.toThrow(
      /with an explicit deny in a service control policy$/,
    );
  });

  it('refuses the root user', async () => {
    const root = as(credentialsOf(addAccessKey(world, HUB)));
    await expect(assume({}, root)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Roles may not be assumed by root accounts.',
    });
  });

  it.each<[change: Partial<AssumeRoleCommandInput>, message: string]>([
    [
      { RoleArn: 'short' },
      "1 validation error detected: Value 'short' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
    ],
    [{ RoleArn: 'arn:aws:iam::123:role/Reader' }, 'arn:aws:iam::123:role/Reader is invalid'],
    [
      { RoleSessionName: 'a b' },
      "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      { DurationSeconds: 899 },
      "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [
      { DurationSeconds: 43_201 },
      "1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200",
    ],
    [{ DurationSeconds: 3_601 }, 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'],
    [
      { ExternalId: 'a b' },
      "1 validation error detected: Value 'a b' at 'externalId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@:\\/-]*",
    ],
    [
      { RoleSessionName: 'x', ExternalId: 'x' },
      "2 validation errors detected: Value 'x' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2; Value 'x' at 'externalId' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
    [
      { RoleSessionName: undefined, RoleArn: undefined },
      "2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null",
    ],
  ])('refuses what AWS’s model does not allow, in its words (%#)', async (change, message) => {
    await expect(assume(change)).rejects.toMatchObject({
      name: 'ValidationError',
      message,
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('gives a role session one hour at most', async () => {
    addRole(world, MEMBER, {
      name: 'Next',
      maxSessionSeconds: 43_200,
      trustPolicy: trustPolicy({ partition: 'aws', accountIds: [MEMBER] }),
    });
    const reader = accountOf(world, MEMBER).roles.Reader;
    if (reader) reader.inlinePolicies.Assume = assumeRolePolicy();
    const session = as(sessionCredentials(await assume()));
    const next = { RoleArn: `arn:aws:iam::${MEMBER}:role/Next`, RoleSessionName: 'run-2' };
    await expect(session.sts.send(new AssumeRoleCommand({ ...next, DurationSeconds: 3_601 }))).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    });
    await expect(session.sts.send(new AssumeRoleCommand(next))).resolves.toBeDefined();
  });

  it('a session ends when its time is up', async () => {
    const session = as(sessionCredentials(await assume({ DurationSeconds: 900 })));
    await identity(session);
    clock.advance(899_000);
    // The SDK signs by its own clock; what it has learnt of ours lets it go on.
    await identity(session).catch(() => undefined);
    await expect(identity(session)).resolves.toBeDefined();
    clock.advance(1_000);
    await expect(identity(session)).rejects.toMatchObject({
      name: 'ExpiredToken',
      message: 'The security token included in the request is expired',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('a role made anew under the same name does not take over the sessions', async () => {
    const session = as(sessionCredentials(await assume()));
    addRole(world, MEMBER, { name: 'Reader', trustPolicy: trustPolicy({ partition: 'aws', accountIds: [HUB] }) });
    await expect(identity(session)).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
  });

  it('a session policy only takes away', async () => {
    const Policy = JSON.stringify(readPolicy({ without: ['iam:GetRole'] }));
    const session = as(sessionCredentials(await assume({ Policy })));
    await expect(session.iam.send(new GetRoleCommand({ RoleName: 'Reader' }))).rejects.toThrow(
      /because no session policy allows the iam:GetRole action$/,
    );
  });

  it('refuses a session policy that is no policy', async () => {
    await expect(assume({ Policy: '{}' })).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
  });

  it('tags and a source identity need permissions of their own', async () => {
    const tagged = { Tags: [{ Key: 'run', Value: '1' }] };
    await expect(assume(tagged)).rejects.toThrow(/not authorized to perform: sts:TagSession on resource/);
    await expect(assume({ SourceIdentity: 'run-1' })).rejects.toThrow(
      /not authorized to perform: sts:SetSourceIdentity/,
    );
    const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:*', Resource: '*' }] };
    const user = accountOf(world, HUB).users.causeway;
    if (user) user.inlinePolicies = { Everything: everything };
    trust({ AWS: HUB }, ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']);
    const session = await assume({ ...tagged, SourceIdentity: 'run-1' });
    expect(session.SourceIdentity).toBe('run-1');
    // It goes along into the next role, which need not be told.
    addRole(world, MEMBER, { name: 'Next', trustPolicy: trustPolicy({ partition: 'aws', accountIds: [MEMBER] }) });
    accountOf(world, MEMBER).roles.Reader?.attachedPolicyArns.push('arn:aws:iam::aws:policy/AdministratorAccess');
    const next = { RoleArn: `arn:aws:iam::${MEMBER}:role/Next`, ExternalId: undefined };
    expect((await assume(next, as(sessionCredentials(session)))).SourceIdentity).toBe('run-1');
  });

  it.each<[key: string, right: string, wrong: string]>([
    ['aws:PrincipalArn', `arn:aws:iam::${HUB}:user/causeway`, `arn:aws:iam::${HUB}:user/other`],
    ['aws:PrincipalAccount', HUB, MEMBER],
    ['aws:PrincipalType', 'User', 'AssumedRole'],
    ['aws:PrincipalTag/team', 'platform', 'other'],
    ['aws:username', 'causeway', 'other'],
    ['aws:RequestedRegion', 'us-east-1', 'eu-west-1'],
    ['aws:SourceIp', '127.0.0.1', '10.0.0.1'],
    ['aws:SecureTransport', 'true', 'false'],
    ['aws:ResourceTag/stage', 'prod', 'test'],
    ['sts:RoleSessionName', 'run-1', 'run-2'],
    ['sts:ExternalId', EXTERNAL_ID, 'other'],
  ])('a trust policy can ask for %s', async (key, right, wrong) => {
    Object.assign(accountOf(world, HUB).users.causeway ?? {}, { tags: { team: 'platform' } });
    Object.assign(accountOf(world, MEMBER).roles.Reader ?? {}, { tags: { stage: 'prod' } });
    trust({ AWS: HUB }, ['sts:AssumeRole'], { StringEquals: { [key]: right } });
    await expect(assume()).resolves.toBeDefined();
    trust({ AWS: HUB }, ['sts:AssumeRole'], { StringEquals: { [key]: wrong } });
    await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('a session calls as its role, and without multi-factor authentication', async () => {
    addRole(world, MEMBER, { name: 'Next', trustPolicy: {} });
    const next = accountOf(world, MEMBER).roles.Next;
    if (!next) throw new Error('the role was just made');
    const session = as(sessionCredentials(await assume()));
    const ask = (Condition: unknown) => {
      const statement = { Effect: 'Allow', Principal: { AWS: ROLE_ARN }, Action: 'sts:AssumeRole', Condition };
      next.trustPolicy = { Version: '2012-10-17', Statement: [statement] };
      return assume({ RoleArn: `arn:aws:iam::${MEMBER}:role/Next`, ExternalId: undefined }, session);
    };
    await expect(ask({ ArnEquals: { 'aws:PrincipalArn': ROLE_ARN } })).resolves.toBeDefined();
    await expect(ask({ Bool: { 'aws:MultiFactorAuthPresent': 'false' } })).resolves.toBeDefined();
    await expect(ask({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } })).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('knows the caller’s organisation', async () => {
    addAccount(world, { id: '333333333333', name: 'Management' });
    const organization = addOrganization(world, { managementAccountId: '333333333333', memberAccountIds: [HUB] });
    trust('*', ['sts:AssumeRole'], { StringEquals: { 'aws:PrincipalOrgID': organization.id } });
    await expect(assume()).resolves.toBeDefined();
    trust('*', ['sts:AssumeRole'], { StringEquals: { 'aws:PrincipalOrgID': 'o-0000000000' } });
    await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('says that STS is off in a region for the role’s account', async () => {
    accountOf(world, MEMBER).disabledRegions.push('eu-west-1');
    const inRegion = as(credentialsOf(hubKey), 'eu-west-1');
    await expect(assume({}, inRegion)).rejects.toMatchObject({
      name: 'RegionDisabledException',
      message: `STS is not activated in this region for account:${MEMBER}. Your account administrator can activate STS in this region using the IAM Console.`,
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('a suspended account’s roles cannot be assumed', async () => {
    accountOf(world, MEMBER).state = 'SUSPENDED';
    await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

it('GetAccessKeyInfo tells the account of a key', async () => {
  await expect(hub().sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: hubKey.id }))).rejects.toThrow(
    `User: arn:aws:iam::${HUB}:user/causeway is not authorized to perform: sts:GetAccessKeyInfo because no identity-based policy allows the sts:GetAccessKeyInfo action`,
  );
  const root = as(credentialsOf(addAccessKey(world, HUB)));
  expect((await root.sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: hubKey.id }))).Account).toBe(HUB);
});

function as(credentials: ClientOptions['credentials'], region = 'us-east-1') {
  return clientsOf({ endpoint: aws.url, credentials, region });
}

function hub() {
  return as(credentialsOf(hubKey));
}

function assume(change: Partial<AssumeRoleCommandInput> = {}, clients = hub()) {
  const input = { RoleArn: ROLE_ARN, RoleSessionName: 'run-1', ExternalId: EXTERNAL_ID, ...change };
  return clients.sts.send(new AssumeRoleCommand(input));
}

async function identity({ sts }: ReturnType<typeof as>) {
  const { Arn, Account, UserId } = await sts.send(new GetCallerIdentityCommand({}));
  return [Arn, Account, UserId];
}

function trust(Principal: unknown, Action = ['sts:AssumeRole'], Condition: unknown = {}) {
  const role = accountOf(world, MEMBER).roles.Reader;
  if (role)
    role.trustPolicy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action, Condition }] };
}
