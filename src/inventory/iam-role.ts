import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { decodedDocument, decodedPolicies, iamListing } from './iam-listing.ts';
import { SAMPLE_REGION, sampleArn } from './sample.ts';

/** IAM roles with trust policy, policies and last use. */
export const iamRole = assetType({
  assetType: 'AWS::IAM::Role',
  label: 'IAM role',
  plural: 'IAM roles',
  scope: 'global',
  list: iamListing('Role', answer =>
    answer.RoleDetailList?.map(role => ({
      ...role,
      AssumeRolePolicyDocument: decodedDocument(role.AssumeRolePolicyDocument),
      RolePolicyList: decodedPolicies(role.RolePolicyList),
    })),
  ),
  id: role => role.RoleName,
  arn: role => role.Arn,
  name: role => role.RoleName,
  tags: role => tagsOf(role.Tags),
  properties: [
    { name: 'lastUsedAt', label: 'Last used', path: 'roleLastUsed.lastUsedDate', kind: 'time', column: true },
    {
      name: 'attachedPolicy',
      label: 'Attached policy',
      path: 'attachedManagedPolicies[].policyName',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
    { name: 'inlinePolicy', label: 'Inline policy', path: 'rolePolicyList[].policyName', kind: 'text', column: false },
    { name: 'trustPolicy', label: 'Trust policy', path: 'assumeRolePolicyDocument', kind: 'text', column: false },
    {
      name: 'instanceProfile',
      label: 'Instance profile',
      path: 'instanceProfileList[].arn',
      kind: 'text',
      column: false,
    },
    { name: 'iamPath', label: 'Path', path: 'path', kind: 'text', column: true },
    { name: 'iamId', label: 'Unique ID', path: 'roleId', kind: 'text', column: false, inSearch: 'own' },
    { name: 'createdAt', label: 'Created', path: 'createDate', kind: 'time', column: true },
  ],
  // A role's own instance profiles repeat the whole role, trust policy and all.
  leftOut: { Tags: 'they are the asset’s tags', 'InstanceProfileList.Roles': 'it is the role itself again' },
  sample: {
    RoleName: 'orders-import',
    RoleId: 'AROAEXAMPLE0000000001',
    Arn: sampleArn('iam', 'role/service/orders-import', { region: '' }),
    Path: '/service/',
    CreateDate: new Date('2026-01-15T09:30:00Z'),
    AssumeRolePolicyDocument:
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
    InstanceProfileList: [
      {
        Path: '/',
        InstanceProfileName: 'orders-import',
        InstanceProfileId: 'AIPAEXAMPLE0000000001',
        Arn: sampleArn('iam', 'instance-profile/orders-import', { region: '' }),
        CreateDate: new Date('2026-01-15T09:30:00Z'),
        Roles: [],
      },
    ],
    RolePolicyList: [
      {
        PolicyName: 'import',
        PolicyDocument:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}]}',
      },
    ],
    AttachedManagedPolicies: [
      {
        PolicyName: 'ReadOnlyAccess',
        PolicyArn: sampleArn('iam', 'policy/ReadOnlyAccess', { region: '', accountId: 'aws' }),
      },
    ],
    RoleLastUsed: { LastUsedDate: new Date('2026-01-20T04:00:00Z'), Region: SAMPLE_REGION },
    Tags: [{ Key: 'Owner', Value: 'data@example.com' }],
  },
});
