import type { AccessKeyMetadata, MFADevice, UserDetail } from '@aws-sdk/client-iam';
import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { detail } from './detail.ts';
import { decodedPolicies, iamListing } from './iam-listing.ts';
import { sampleArn } from './sample.ts';

type IamUser = UserDetail & {
  readonly AccessKeys?: AccessKeyMetadata[] | undefined;
  readonly MFADevices?: MFADevice[] | undefined;
  readonly PasswordEnabled?: boolean | undefined;
  readonly PasswordLastUsed?: Date | undefined;
};

/** IAM users with their policies, groups, access keys (never secrets: AWS tells them once), MFA devices and password. */
export const iamUser = assetType<IamUser>({
  assetType: 'AWS::IAM::User',
  label: 'IAM user',
  plural: 'IAM users',
  scope: 'global',
  list: iamListing('User', answer =>
    answer.UserDetailList?.map(user => ({ ...user, UserPolicyList: decodedPolicies(user.UserPolicyList) })),
  ),
  details: [
    detail('iam', 'ListAccessKeys', {
      fields: ['AccessKeys'],
      input: userOf,
      value: answer => ({ AccessKeys: answer.AccessKeyMetadata }),
    }),
    detail('iam', 'ListMFADevices', {
      fields: ['MFADevices'],
      input: userOf,
      value: answer => ({ MFADevices: answer.MFADevices }),
    }),
    detail('iam', 'GetLoginProfile', {
      fields: ['PasswordEnabled'],
      input: userOf,
      value: () => ({ PasswordEnabled: true }),
      notFound: { PasswordEnabled: false },
    }),
    detail('iam', 'GetUser', {
      fields: ['PasswordLastUsed'],
      input: userOf,
      value: answer => ({ PasswordLastUsed: answer.User?.PasswordLastUsed }),
    }),
  ],
  id: user => user.UserName,
  arn: user => user.Arn,
  name: user => user.UserName,
  tags: user => tagsOf(user.Tags),
  properties: [
    { name: 'passwordEnabled', label: 'Has a password', path: 'passwordEnabled', kind: 'boolean', column: true },
    { name: 'passwordLastUsed', label: 'Password last used', path: 'passwordLastUsed', kind: 'time', column: true },
    {
      name: 'accessKeyId',
      label: 'Access key',
      path: 'accessKeys[].accessKeyId',
      kind: 'text',
      column: false,
      inSearch: 'own',
    },
    { name: 'accessKeyStatus', label: 'Access key status', path: 'accessKeys[].status', kind: 'text', column: true },
    { name: 'mfaDevice', label: 'MFA device', path: 'mFADevices[].serialNumber', kind: 'text', column: false },
    { name: 'group', label: 'Group', path: 'groupList[]', kind: 'text', column: true, inSearch: 'shared' },
    {
      name: 'attachedPolicy',
      label: 'Attached policy',
      path: 'attachedManagedPolicies[].policyName',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'inlinePolicy', label: 'Inline policy', path: 'userPolicyList[].policyName', kind: 'text', column: false },
    { name: 'iamPath', label: 'Path', path: 'path', kind: 'text', column: false },
    { name: 'iamId', label: 'Unique ID', path: 'userId', kind: 'text', column: false, inSearch: 'own' },
    { name: 'createdAt', label: 'Created', path: 'createDate', kind: 'time', column: true },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    UserName: 'orders-deploy',
    UserId: 'AIDAEXAMPLE0000000001',
    Arn: sampleArn('iam', 'user/orders-deploy', { region: '' }),
    Path: '/',
    CreateDate: new Date('2026-01-15T09:30:00Z'),
    UserPolicyList: [
      {
        PolicyName: 'deploy',
        PolicyDocument:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}]}',
      },
    ],
    GroupList: ['deployers'],
    AttachedManagedPolicies: [
      {
        PolicyName: 'ReadOnlyAccess',
        PolicyArn: sampleArn('iam', 'policy/ReadOnlyAccess', { region: '', accountId: 'aws' }),
      },
    ],
    AccessKeys: [
      {
        UserName: 'orders-deploy',
        AccessKeyId: 'AKIAEXAMPLE000000001',
        Status: 'Active',
        CreateDate: new Date('2026-01-15T09:31:00Z'),
      },
    ],
    MFADevices: [
      {
        UserName: 'orders-deploy',
        SerialNumber: sampleArn('iam', 'mfa/orders-deploy', { region: '' }),
        EnableDate: new Date('2026-01-15T09:32:00Z'),
      },
    ],
    PasswordEnabled: true,
    PasswordLastUsed: new Date('2026-01-20T08:00:00Z'),
    Tags: [{ Key: 'Owner', Value: 'web@example.com' }],
  },
});

function userOf(user: IamUser) {
  return { UserName: user.UserName };
}
