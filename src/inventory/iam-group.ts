import { assetType } from './asset-type.ts';
import { decodedPolicies, iamListing } from './iam-listing.ts';
import { sampleArn } from './sample.ts';

/** IAM groups with their policies. Groups cannot have tags. */
export const iamGroup = assetType({
  assetType: 'AWS::IAM::Group',
  label: 'IAM group',
  plural: 'IAM groups',
  scope: 'global',
  list: iamListing('Group', answer =>
    answer.GroupDetailList?.map(group => ({ ...group, GroupPolicyList: decodedPolicies(group.GroupPolicyList) })),
  ),
  id: group => group.GroupName,
  arn: group => group.Arn,
  name: group => group.GroupName,
  properties: [
    {
      name: 'attachedPolicy',
      label: 'Attached policy',
      path: 'attachedManagedPolicies[].policyName',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
    { name: 'inlinePolicy', label: 'Inline policy', path: 'groupPolicyList[].policyName', kind: 'text', column: true },
    { name: 'iamPath', label: 'Path', path: 'path', kind: 'text', column: false },
    { name: 'iamId', label: 'Unique ID', path: 'groupId', kind: 'text', column: false, inSearch: 'own' },
    { name: 'createdAt', label: 'Created', path: 'createDate', kind: 'time', column: true },
  ],
  leftOut: {},
  sample: {
    GroupName: 'deployers',
    GroupId: 'AGPAEXAMPLE0000000001',
    Arn: sampleArn('iam', 'group/deployers', { region: '' }),
    Path: '/',
    CreateDate: new Date('2026-01-15T09:30:00Z'),
    GroupPolicyList: [
      {
        PolicyName: 'read-artifacts',
        PolicyDocument:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}',
      },
    ],
    AttachedManagedPolicies: [
      {
        PolicyName: 'ReadOnlyAccess',
        PolicyArn: sampleArn('iam', 'policy/ReadOnlyAccess', { region: '', accountId: 'aws' }),
      },
    ],
  },
});
