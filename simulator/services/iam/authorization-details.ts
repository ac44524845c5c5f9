import type * as IamClient from '@aws-sdk/client-iam';
import { policyArn, roleArn, userArn } from '../../iam/arns.ts';
import type { Call } from '../../service.ts';
import type { PolicyDocument } from '../../world/world.ts';
import type { OperationsOf } from '../operations.ts';
import { oneOf, type Stored, stocked } from '../stocked.ts';
import { accessKeys } from './access-keys.ts';
import { encodedDocument, ownAccount, tagList } from './lookup.ts';
import { pageByMarker } from './marker.ts';
import { users } from './users.ts';

type Detail =
  | { kind: 'User'; user: Stored<'AWS::IAM::User'> }
  | { kind: 'Group'; group: Stored<'AWS::IAM::Group'> }
  | { kind: 'Role'; role: Stored<'AWS::IAM::Role'> }
  | { kind: 'LocalManagedPolicy'; policy: Stored<'AWS::IAM::ManagedPolicy'> };

/**
 * Everything of IAM in one listing, users first, and what is asked about single users of the stock: those that are the
 * account's own, with keys that work, are the other operations' business.
 */
export const authorizationDetails = {
  GetAccountAuthorizationDetails(call) {
    const wanted = call.input.Filter ?? [];
    const all = [...userDetails(call), ...groupDetails(call), ...roleDetails(call), ...policyDetails(call)];
    const asked = all.filter(one => wanted.length === 0 || wanted.some(kind => kind === one.kind));
    const { items, ...page } = pageByMarker(call, [...asked.entries()], ([index]) => String(index).padStart(6, '0'));
    const found = items.map(([, one]) => one);
    return {
      UserDetailList: found.flatMap(one => (one.kind === 'User' ? [withEncoded(one.user, 'UserPolicyList')] : [])),
      GroupDetailList: found.flatMap(one => (one.kind === 'Group' ? [withEncoded(one.group, 'GroupPolicyList')] : [])),
      RoleDetailList: found.flatMap(one => (one.kind === 'Role' ? [withEncoded(one.role, 'RolePolicyList')] : [])),
      Policies: found.flatMap(one => (one.kind === 'LocalManagedPolicy' ? [one.policy] : [])),
      ...page,
    };
  },
  ListAccessKeys(call) {
    const user = stockedUser(call);
    return user ? { AccessKeyMetadata: user.AccessKeys ?? [], IsTruncated: false } : accessKeys.ListAccessKeys(call);
  },
  ListMFADevices(call) {
    const user = stockedUser(call);
    if (!user) users.GetUser({ ...call, input: { UserName: call.input.UserName } });
    return { MFADevices: user?.MFADevices ?? [], IsTruncated: false };
  },
  GetLoginProfile(call) {
    const user = stockedUser(call);
    const message = `Login Profile for User ${call.input.UserName} cannot be found.`;
    const found = oneOf([user], one => one?.PasswordEnabled === true, { code: 'NoSuchEntity', message, status: 404 });
    return {
      LoginProfile: {
        UserName: found?.UserName ?? '',
        CreateDate: found?.CreateDate ?? '',
        PasswordResetRequired: false,
      },
    };
  },
  GetUser(call) {
    const user = stockedUser(call);
    if (!user) return users.GetUser(call);
    const { Path, UserName, UserId, Arn, CreateDate, Tags, PasswordLastUsed } = user;
    return {
      User: {
        Path: Path ?? '/',
        UserName: UserName ?? '',
        UserId: UserId ?? '',
        Arn: Arn ?? '',
        CreateDate: CreateDate ?? '',
        PasswordLastUsed,
        Tags,
      },
    };
  },
} satisfies OperationsOf<typeof IamClient>;

function stockedUser(call: Call<{ UserName?: string | undefined }>): Stored<'AWS::IAM::User'> | undefined {
  return stocked(call, 'AWS::IAM::User').find(one => one.UserName === call.input.UserName);
}

function userDetails(call: Call<unknown>): Detail[] {
  const account = ownAccount(call);
  const own = Object.values(account.users).map(user => ({
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: userArn(account, user),
    CreateDate: user.createdAt,
    UserPolicyList: inline(user.inlinePolicies),
    GroupList: [],
    AttachedManagedPolicies: attached(user.attachedPolicyArns),
    Tags: tagList(user.tags),
  }));
  return [...own, ...stocked(call, 'AWS::IAM::User')].map(user => ({ kind: 'User', user }));
}

function groupDetails(call: Call<unknown>): Detail[] {
  return stocked(call, 'AWS::IAM::Group').map(group => ({ kind: 'Group', group }));
}

function roleDetails(call: Call<unknown>): Detail[] {
  const account = ownAccount(call);
  const own = Object.values(account.roles).map(role => ({
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: roleArn(account, role),
    CreateDate: role.createdAt,
    AssumeRolePolicyDocument: JSON.stringify(role.trustPolicy),
    InstanceProfileList: [],
    RolePolicyList: inline(role.inlinePolicies),
    AttachedManagedPolicies: attached(role.attachedPolicyArns),
    Tags: tagList(role.tags),
    RoleLastUsed: {},
  }));
  return [...own, ...stocked(call, 'AWS::IAM::Role')].map(({ AssumeRolePolicyDocument: trust, ...role }) => ({
    kind: 'Role',
    role: { ...role, AssumeRolePolicyDocument: trust === undefined ? undefined : encodedDocument(trust) },
  }));
}

function policyDetails(call: Call<unknown>): Detail[] {
  const account = ownAccount(call);
  const own = Object.values(account.policies).map(policy => ({
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policyArn(account, policy),
    Path: policy.path,
    DefaultVersionId: 'v1',
    AttachmentCount: 0,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: policy.createdAt,
    UpdateDate: policy.createdAt,
    DefaultDocument: JSON.stringify(policy.document),
  }));
  return [...own, ...stocked(call, 'AWS::IAM::ManagedPolicy')].map(({ DefaultDocument, ...policy }) => ({
    kind: 'LocalManagedPolicy',
    policy: {
      ...policy,
      PolicyVersionList: [
        {
          VersionId: policy.DefaultVersionId,
          IsDefaultVersion: true,
          CreateDate: policy.UpdateDate,
          Document: encodedDocument(DefaultDocument ?? '{}'),
        },
      ],
    },
  }));
}

function inline(policies: Readonly<Record<string, PolicyDocument>>) {
  return Object.entries(policies).map(([PolicyName, document]) => ({
    PolicyName,
    PolicyDocument: typeof document === 'string' ? document : JSON.stringify(document),
  }));
}

function attached(arns: readonly string[]) {
  return arns.map(PolicyArn => ({ PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1), PolicyArn }));
}

/** IAM writes documents as in a URL. */
function withEncoded<
  Key extends string,
  One extends { [K in Key]?: { PolicyDocument?: string | undefined }[] | undefined },
>(one: One, key: Key): One {
  const policies = one[key]?.map(({ PolicyDocument, ...policy }) => ({
    ...policy,
    PolicyDocument: PolicyDocument === undefined ? undefined : encodedDocument(PolicyDocument),
  }));
  return { ...one, [key]: policies };
}
