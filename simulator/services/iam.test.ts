import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountSummaryCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  ListAccessKeysCommand,
  ListAccountAliasesCommand,
  ListAttachedRolePoliciesCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  paginateListUsers,
  SimulatePrincipalPolicyCommand,
  type SimulatePrincipalPolicyRequest,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
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
} from '../testing.ts';
import { accountOf, addAccessKey, addAccount, addManagedPolicy, addOrganization, addUser } from '../world/build.ts';
import { assumeRolePolicy, readPolicy, trustPolicy } from '../world/policies.ts';
import type { AccessKey, World } from '../world/world.ts';

const USER_ARN = `arn:aws:iam::${HUB}:user/causeway`;

let aws: SimulatedAws;
let world: World;
let hubKey: AccessKey;
/** Root users: what is tried here is IAM, not its permissions. */
let hub: ReturnType<typeof as>;
let member: ReturnType<typeof as>;

beforeEach(async () => {
  ({ world, hubKey } = hubAndMember());
  aws = await startSimulatedAws({ world });
  hub = as(credentialsOf(addAccessKey(world, HUB)));
  member = as(credentialsOf(addAccessKey(world, MEMBER)));
});
afterEach(() => aws.close());

describe('users', () => {
  it('are listed page by page, each once', async () => {
    for (let i = 0; i < 25; i += 1) addUser(world, HUB, { name: `user-${String(i).padStart(2, '0')}` });
    const pages: number[] = [];
    const names: (string | undefined)[] = [];
    for await (const { Users = [] } of paginateListUsers({ client: hub.iam, pageSize: 10 }, {})) {
      pages.push(Users.length);
      names.push(...Users.map(user => user.UserName));
    }
    expect(pages).toEqual([10, 10, 6]);
    expect(names).toEqual(Object.keys(accountOf(world, HUB).users).toSorted());
  });

  it('that vanish between two pages make no other be skipped', async () => {
    for (const name of ['a', 'b', 'c', 'd']) addUser(world, HUB, { name });
    const first = await hub.iam.send(new ListUsersCommand({ MaxItems: 2 }));
    await hub.iam.send(new DeleteUserCommand({ UserName: 'a' }));
    const second = await hub.iam.send(new ListUsersCommand({ Marker: first.Marker }));
    expect(second.Users?.map(user => user.UserName)).toEqual(['c', 'causeway', 'd']);
  });

  it('are found by name, or as the caller itself', async () => {
    const own = as(credentialsOf(hubKey));
    allow('iam:*');
    const { User } = await own.iam.send(new GetUserCommand({}));
    expect(User).toMatchObject({ UserName: 'causeway', Arn: `arn:aws:iam::${HUB}:user/causeway`, Path: '/' });
    expect(User?.UserId).toMatch(/^AIDA[A-Z2-7]{17}$/);
    expect(User?.CreateDate).toBeInstanceOf(Date);
    await expect(hub.iam.send(new GetUserCommand({ UserName: 'nobody' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'The user with name nobody cannot be found.',
      $metadata: { httpStatusCode: 404 },
    });
    expect((await hub.iam.send(new GetUserCommand({}))).User?.Arn).toBe(`arn:aws:iam::${HUB}:root`);
  });

  it('are made once and removed when nothing hangs on them', async () => {
    await hub.iam.send(new CreateUserCommand({ UserName: 'new', Path: '/team/' }));
    await expect(hub.iam.send(new CreateUserCommand({ UserName: 'new' }))).rejects.toMatchObject({
      name: 'EntityAlreadyExistsException',
    });
    const PolicyDocument = JSON.stringify(readPolicy());
    await hub.iam.send(new PutUserPolicyCommand({ UserName: 'new', PolicyName: 'Read', PolicyDocument }));
    expect((await hub.iam.send(new ListUserPoliciesCommand({ UserName: 'new' }))).PolicyNames).toEqual(['Read']);
    const got = await hub.iam.send(new GetUserPolicyCommand({ UserName: 'new', PolicyName: 'Read' }));
    expect(JSON.parse(decodeURIComponent(got.PolicyDocument ?? ''))).toEqual(readPolicy());
    await expect(hub.iam.send(new DeleteUserCommand({ UserName: 'new' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
      message: 'Cannot delete entity, must delete policies first.',
    });
  });
});

describe('access keys', () => {
  it('are two at most', async () => {
    const made = await hub.iam.send(new CreateAccessKeyCommand({ UserName: 'causeway' }));
    expect(made.AccessKey).toMatchObject({ UserName: 'causeway', Status: 'Active' });
    await expect(hub.iam.send(new CreateAccessKeyCommand({ UserName: 'causeway' }))).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for AccessKeysPerUser: 2',
      $metadata: { httpStatusCode: 409 },
    });
  });

  it('can be rotated by their own user', async () => {
    const own = as(credentialsOf(hubKey));
    await expect(own.iam.send(new CreateAccessKeyCommand({}))).rejects.toThrow(
      `User: arn:aws:iam::${HUB}:user/causeway is not authorized to perform: iam:CreateAccessKey on resource: arn:aws:iam::${HUB}:user/causeway because no identity-based policy allows the iam:CreateAccessKey action`,
    );
    allow('iam:*AccessKey*');
    const { AccessKey } = await own.iam.send(new CreateAccessKeyCommand({}));
    const next = as({ accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' });
    await next.iam.send(new UpdateAccessKeyCommand({ AccessKeyId: hubKey.id, Status: 'Inactive' }));
    await expect(own.sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    await next.iam.send(new DeleteAccessKeyCommand({ AccessKeyId: hubKey.id }));
    const { AccessKeyMetadata } = await next.iam.send(new ListAccessKeysCommand({}));
    expect(AccessKeyMetadata?.map(key => key.AccessKeyId)).toEqual([AccessKey?.AccessKeyId]);
  });

  it('remember their last use', async () => {
    const used = () => hub.iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: hubKey.id }));
    expect((await used()).AccessKeyLastUsed).toEqual({ ServiceName: 'N/A', Region: 'N/A' });
    await as(credentialsOf(hubKey), 'eu-west-1').sts.send(new GetCallerIdentityCommand({}));
    expect(await used()).toMatchObject({
      UserName: 'causeway',
      AccessKeyLastUsed: { ServiceName: 'sts', Region: 'eu-west-1', LastUsedDate: expect.any(Date) },
    });
    await expect(member.iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: hubKey.id }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});

describe('roles', () => {
  it('show their trust policy', async () => {
    const { Role } = await member.iam.send(new GetRoleCommand({ RoleName: 'Reader' }));
    expect(Role).toMatchObject({ Arn: ROLE_ARN, MaxSessionDuration: 3_600, RoleId: expect.stringMatching(/^AROA/) });
    expect(document(Role?.AssumeRolePolicyDocument)).toEqual(
      trustPolicy({ partition: 'aws', accountIds: [HUB], externalId: EXTERNAL_ID }),
    );
    expect((await member.iam.send(new ListRolesCommand({}))).Roles).toHaveLength(1);
  });

  it('have inline and attached policies', async () => {
    expect((await member.iam.send(new ListRolePoliciesCommand({ RoleName: 'Reader' }))).PolicyNames).toEqual(['Read']);
    const read = await member.iam.send(new GetRolePolicyCommand({ RoleName: 'Reader', PolicyName: 'Read' }));
    expect(document(read.PolicyDocument)).toEqual(readPolicy());
    const PolicyArn = 'arn:aws:iam::aws:policy/SecurityAudit';
    await member.iam.send(new AttachRolePolicyCommand({ RoleName: 'Reader', PolicyArn }));
    expect(
      (await member.iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'Reader' }))).AttachedPolicies,
    ).toEqual([{ PolicyName: 'SecurityAudit', PolicyArn }]);
  });

  it('trust an account by its root ARN, however it was written', async () => {
    await updateTrust({ AWS: HUB });
    expect(await storedPrincipal()).toBe(`arn:aws:iam::${HUB}:root`);
  });

  it.each<[claim: string, policyDocument: string, message: string | RegExp]>([
    ['no JSON', '{', 'This policy contains invalid Json'],
    ['a misspelt element', JSON.stringify({ Version: '2012-10-17', Statment: [] }), 'Syntax errors in policy.'],
    ['no principal', statement({ Principal: undefined }), 'Missing required field Principal'],
    ['a resource', statement({ Resource: '*' }), 'Has prohibited field Resource'],
    [
      'another service’s action',
      statement({ Action: 'ec2:RunInstances' }),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      'an unknown account',
      statement({ Principal: { AWS: '999999999999' } }),
      'Invalid principal in policy: "AWS":"999999999999"',
    ],
    [
      'an unknown user',
      statement({ Principal: { AWS: `arn:aws:iam::${HUB}:user/nobody` } }),
      `Invalid principal in policy: "AWS":"arn:aws:iam::${HUB}:user/nobody"`,
    ],
    [
      'another partition',
      statement({ Principal: { AWS: `arn:aws-cn:iam::${HUB}:root` } }),
      /^Invalid principal in policy/,
    ],
    ['an orphaned id', statement({ Principal: { AWS: 'AIDAAAAAAAAAAAAAAAAAA' } }), /^Invalid principal in policy/],
    [
      'an unknown operator',
      statement({ Condition: { StringEqual: { 'sts:ExternalId': 'x' } } }),
      'Invalid Condition type : StringEqual.',
    ],
  ])('refuse a trust policy with %s', async (_claim, PolicyDocument, message) => {
    const update = member.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'Reader', PolicyDocument }));
    await expect(update).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  it('do not trust a user that was made anew under the same name', async () => {
    const arn = `arn:aws:iam::${HUB}:user/causeway`;
    const id = accountOf(world, HUB).users.causeway?.id;
    await updateTrust({ AWS: arn });
    await expect(assume(hubKey)).resolves.toBeDefined();
    accountOf(world, HUB).users.causeway!.accessKeys = []; // the user exists: hubAndMember made it
    accountOf(world, HUB).users.causeway!.inlinePolicies = {}; // so that it can be deleted
    await hub.iam.send(new DeleteUserCommand({ UserName: 'causeway' }));
    expect(await storedPrincipal()).toBe(id);
    addUser(world, HUB, { name: 'causeway', inlinePolicies: { Assume: assumeRolePolicy() } });
    const newKey = addAccessKey(world, HUB, { userName: 'causeway' });
    await expect(assume(newKey)).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await storedPrincipal()).toBe(id);
    // Saving the policy again with the ARN binds it to the new user.
    await updateTrust({ AWS: arn });
    await expect(assume(newKey)).resolves.toBeDefined();
  });

  it('are made and removed', async () => {
    const AssumeRolePolicyDocument = statement({});
    const made = await member.iam.send(
      new CreateRoleCommand({ RoleName: 'New', AssumeRolePolicyDocument, Path: '/a/' }),
    );
    expect(made.Role?.Arn).toBe(`arn:aws:iam::${MEMBER}:role/a/New`);
    const PolicyDocument = JSON.stringify(readPolicy());
    await member.iam.send(new PutRolePolicyCommand({ RoleName: 'New', PolicyName: 'Read', PolicyDocument }));
    await expect(member.iam.send(new DeleteRoleCommand({ RoleName: 'New' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    delete accountOf(world, MEMBER).roles.New?.inlinePolicies.Read;
    await member.iam.send(new DeleteRoleCommand({ RoleName: 'New' }));
    await expect(member.iam.send(new GetRoleCommand({ RoleName: 'New' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });

  it('refuse an inline policy with a principal', async () => {
    const put = member.iam.send(
      new PutRolePolicyCommand({ RoleName: 'Reader', PolicyName: 'Bad', PolicyDocument: statement({ Resource: '*' }) }),
    );
    await expect(put).rejects.toThrow('Policy document should not specify a principal.');
  });
});

describe('managed policies', () => {
  it('are AWS’s and the account’s own', async () => {
    addManagedPolicy(world, MEMBER, { name: 'Own', path: '/team/', document: readPolicy() });
    const arn = `arn:aws:iam::${MEMBER}:policy/team/Own`;
    const local = await member.iam.send(new ListPoliciesCommand({ Scope: 'Local' }));
    expect(local.Policies?.map(policy => policy.Arn)).toEqual([arn]);
    expect((await member.iam.send(new GetPolicyCommand({ PolicyArn: arn }))).Policy?.PolicyName).toBe('Own');
    const version = await member.iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: 'v1' }));
    expect(document(version.PolicyVersion?.Document)).toEqual(readPolicy());
    const all = await member.iam.send(new ListPoliciesCommand({}));
    expect(all.Policies?.map(policy => policy.Arn)).toContain('arn:aws:iam::aws:policy/ReadOnlyAccess');
  });

  it('count for permissions', async () => {
    addManagedPolicy(world, HUB, {
      name: 'Summary',
      document: JSON.parse(statement({ Principal: undefined, Action: 'iam:GetAccountSummary', Resource: '*' })),
    });
    const own = as(credentialsOf(hubKey));
    await expect(own.iam.send(new GetAccountSummaryCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
    accountOf(world, HUB).users.causeway?.attachedPolicyArns.push(`arn:aws:iam::${HUB}:policy/Summary`);
    expect((await own.iam.send(new GetAccountSummaryCommand({}))).SummaryMap).toMatchObject({ Users: 1, Roles: 0 });
    await expect(own.iam.send(new ListAccountAliasesCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
    accountOf(world, HUB).users.causeway?.attachedPolicyArns.push('arn:aws:iam::aws:policy/IAMReadOnlyAccess');
    expect((await own.iam.send(new ListAccountAliasesCommand({}))).AccountAliases).toEqual(['hub']);
  });
});

describe('SimulatePrincipalPolicy', () => {
  const ask = (input: Omit<SimulatePrincipalPolicyRequest, 'PolicySourceArn'>, by = hub) =>
    by.iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn: USER_ARN, ...input }));

  it('tells what a role may do', async () => {
    const { EvaluationResults = [] } = await member.iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: ROLE_ARN,
        ActionNames: ['ec2:DescribeInstances', 'ec2:RunInstances'],
      }),
    );
    expect(EvaluationResults).toMatchObject([
      {
        EvalActionName: 'ec2:DescribeInstances',
        EvalDecision: 'allowed',
        MatchedStatements: [{ SourcePolicyId: 'role_Reader_Read' }],
      },
      { EvalActionName: 'ec2:RunInstances', EvalDecision: 'implicitDeny', MatchedStatements: [] },
    ]);
    expect(EvaluationResults[0]).not.toHaveProperty('ResourceSpecificResults');
    expect(EvaluationResults[0]).not.toHaveProperty('OrganizationsDecisionDetail');
  });

  it('gives one result for each action with one for each resource in it, and the strictest of them outside', async () => {
    const user = accountOf(world, HUB).users.causeway;
    if (!user) throw new Error('the hub has no user');
    const only = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE_ARN };
    user.inlinePolicies.Assume = { Version: '2012-10-17', Statement: [only] };
    const other = `arn:aws:iam::${MEMBER}:role/Other`;
    const { EvaluationResults } = await ask({ ActionNames: ['sts:AssumeRole'], ResourceArns: [ROLE_ARN, other] });
    expect(EvaluationResults).toMatchObject([
      {
        EvalDecision: 'implicitDeny',
        MatchedStatements: [],
        ResourceSpecificResults: [
          {
            EvalResourceName: ROLE_ARN,
            EvalResourceDecision: 'allowed',
            MatchedStatements: [{ SourcePolicyId: 'user_causeway_Assume' }],
          },
          { EvalResourceName: other, EvalResourceDecision: 'implicitDeny', MatchedStatements: [] },
        ],
      },
    ]);
  });

  it('says that the organisation does not allow it, and names none of its policies', async () => {
    addAccount(world, { id: '999999999999', name: 'Management' });
    const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'sts:*', Resource: '*' }] };
    addOrganization(world, {
      managementAccountId: '999999999999',
      memberAccountIds: [HUB],
      serviceControlPolicies: { [HUB]: [deny] },
    });
    const { EvaluationResults } = await ask({ ActionNames: ['sts:AssumeRole', 'ec2:RunInstances'] });
    expect(EvaluationResults).toMatchObject([
      {
        EvalDecision: 'explicitDeny',
        MatchedStatements: [],
        OrganizationsDecisionDetail: { AllowedByOrganizations: false },
      },
      { EvalDecision: 'implicitDeny', OrganizationsDecisionDetail: { AllowedByOrganizations: true } },
    ]);
  });

  it('is denied to whoever may not ask, and knows a user only by its path', async () => {
    await expect(ask({ ActionNames: ['sts:AssumeRole'] }, as(credentialsOf(hubKey)))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${USER_ARN} is not authorized to perform: iam:SimulatePrincipalPolicy on resource: ${USER_ARN} because no identity-based policy allows the iam:SimulatePrincipalPolicy action`,
    });
    const user = accountOf(world, HUB).users.causeway;
    if (!user) throw new Error('the hub has no user');
    user.path = '/machines/';
    await expect(ask({ ActionNames: ['sts:AssumeRole'] })).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });
});

function as(credentials: ClientOptions['credentials'], region = 'us-east-1') {
  return clientsOf({ endpoint: aws.url, credentials, region });
}

function assume(key: AccessKey) {
  const input = { RoleArn: ROLE_ARN, RoleSessionName: 'run-1' };
  return as(credentialsOf(key)).sts.send(new AssumeRoleCommand(input));
}

function updateTrust(Principal: unknown) {
  const PolicyDocument = statement({ Principal });
  return member.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'Reader', PolicyDocument }));
}

async function storedPrincipal() {
  const { Role } = await member.iam.send(new GetRoleCommand({ RoleName: 'Reader' }));
  return document(Role?.AssumeRolePolicyDocument).Statement[0].Principal.AWS;
}

function document(encoded: string | undefined) {
  return JSON.parse(decodeURIComponent(encoded ?? ''));
}

function statement(change: Record<string, unknown>): string {
  const one = { Effect: 'Allow', Principal: { AWS: HUB }, Action: 'sts:AssumeRole', ...change };
  return JSON.stringify({ Version: '2012-10-17', Statement: [one] });
}

/** Lets the hub's user do something more. */
function allow(action: string) {
  const user = accountOf(world, HUB).users.causeway;
  if (!user) throw new Error('the hub has no user');
  user.inlinePolicies.More = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: `arn:aws:iam::${HUB}:user/causeway` }],
  };
}
