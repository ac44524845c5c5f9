import type { ManagedPolicyDetail } from '@aws-sdk/client-iam';
import { assetType } from './asset-type.ts';
import { decodedDocument, iamListing } from './iam-listing.ts';
import { sampleArn } from './sample.ts';

type IamPolicy = ManagedPolicyDetail & { readonly DefaultDocument?: string | undefined };

/** Managed policies of the account itself, with the document in force; those of AWS are the same everywhere. */
export const iamPolicy = assetType<IamPolicy>({
  assetType: 'AWS::IAM::ManagedPolicy',
  label: 'IAM policy',
  plural: 'IAM policies',
  scope: 'global',
  list: iamListing('LocalManagedPolicy', answer =>
    answer.Policies?.map(policy => ({
      ...policy,
      DefaultDocument: decodedDocument(policy.PolicyVersionList?.find(version => version.IsDefaultVersion)?.Document),
    })),
  ),
  id: policy => policy.Arn,
  arn: policy => policy.Arn,
  name: policy => policy.PolicyName ?? policy.Arn?.split('/').at(-1),
  properties: [
    { name: 'attachments', label: 'Attached (times)', path: 'attachmentCount', kind: 'number', column: true },
    { name: 'defaultVersion', label: 'Version in force', path: 'defaultVersionId', kind: 'text', column: true },
    { name: 'policyDocument', label: 'Document', path: 'defaultDocument', kind: 'text', column: false },
    { name: 'iamPath', label: 'Path', path: 'path', kind: 'text', column: false },
    { name: 'iamId', label: 'Unique ID', path: 'policyId', kind: 'text', column: false, inSearch: 'own' },
    { name: 'createdAt', label: 'Created', path: 'createDate', kind: 'time', column: true },
    { name: 'updatedAt', label: 'Updated', path: 'updateDate', kind: 'time', column: false },
  ],
  leftOut: { PolicyVersionList: 'up to five documents; the one in force is kept as defaultDocument' },
  sample: {
    PolicyName: 'orders-read',
    PolicyId: 'ANPAEXAMPLE0000000001',
    Arn: sampleArn('iam', 'policy/orders-read', { region: '' }),
    Path: '/',
    DefaultVersionId: 'v1',
    AttachmentCount: 0,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: new Date('2026-01-15T09:30:00Z'),
    UpdateDate: new Date('2026-01-15T09:30:00Z'),
    DefaultDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}',
  },
});
