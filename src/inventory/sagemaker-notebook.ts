import type { DescribeNotebookInstanceOutput, Tag } from '@aws-sdk/client-sagemaker';
import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { detail } from './detail.ts';
import { listing } from './listing.ts';
import { SAMPLE_REGION, sampleArn } from './sample.ts';

type Notebook = DescribeNotebookInstanceOutput & { readonly Tags?: Tag[] | undefined };

export const sagemakerNotebook = assetType<Notebook>({
  assetType: 'AWS::SageMaker::NotebookInstance',
  label: 'SageMaker notebook',
  plural: 'SageMaker notebooks',
  scope: 'regional',
  list: listing('sagemaker', 'ListNotebookInstances', {
    input: token => ({ MaxResults: 100, NextToken: token }),
    next: answer => answer.NextToken,
    items: answer => answer.NotebookInstances,
  }),
  details: [
    detail('sagemaker', 'DescribeNotebookInstance', {
      fields: '*',
      input: (notebook: Notebook) => ({ NotebookInstanceName: notebook.NotebookInstanceName }),
      // The answer is the notebook itself, beside the SDK's own words about the call.
      value: ({ $metadata: _, ...notebook }) => notebook,
    }),
    detail('sagemaker', 'ListTags', {
      fields: ['Tags'],
      input: (notebook: Notebook) => ({ ResourceArn: notebook.NotebookInstanceArn, MaxResults: 100 }),
      value: answer => ({ Tags: answer.Tags }),
    }),
  ],
  id: notebook => notebook.NotebookInstanceName,
  arn: notebook => notebook.NotebookInstanceArn,
  name: notebook => notebook.NotebookInstanceName,
  state: notebook => notebook.NotebookInstanceStatus,
  tags: notebook => tagsOf(notebook.Tags),
  properties: [
    {
      name: 'instanceType',
      label: 'Instance type',
      path: 'instanceType',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
    { name: 'url', label: 'URL', path: 'url', kind: 'text', column: false, inSearch: 'own' },
    {
      name: 'directInternet',
      label: 'Direct internet access',
      path: 'directInternetAccess',
      kind: 'text',
      column: true,
    },
    { name: 'rootAccess', label: 'Root access', path: 'rootAccess', kind: 'text', column: true },
    { name: 'subnetId', label: 'Subnet', path: 'subnetId', kind: 'text', column: false, inSearch: 'shared' },
    {
      name: 'securityGroupId',
      label: 'Security group',
      path: 'securityGroups[]',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'sizeGiB', label: 'Size (GiB)', path: 'volumeSizeInGB', kind: 'number', column: false },
    { name: 'kmsKey', label: 'KMS key', path: 'kmsKeyId', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'role', label: 'Role', path: 'roleArn', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'createdAt', label: 'Created', path: 'creationTime', kind: 'time', column: true },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    NotebookInstanceName: 'orders-forecast',
    NotebookInstanceArn: sampleArn('sagemaker', 'notebook-instance/orders-forecast'),
    NotebookInstanceStatus: 'InService',
    Url: `orders-forecast.notebook.${SAMPLE_REGION}.sagemaker.aws`,
    InstanceType: 'ml.t3.medium',
    SubnetId: 'subnet-0a1b2c3d4e5f60001',
    SecurityGroups: ['sg-0a1b2c3d4e5f60001'],
    RoleArn: sampleArn('iam', 'role/orders-forecast', { region: '' }),
    KmsKeyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
    NetworkInterfaceId: 'eni-0a1b2c3d4e5f60001',
    CreationTime: new Date('2026-01-15T09:30:00Z'),
    LastModifiedTime: new Date('2026-01-15T09:30:00Z'),
    DirectInternetAccess: 'Disabled',
    VolumeSizeInGB: 50,
    RootAccess: 'Disabled',
    PlatformIdentifier: 'notebook-al2023-v1',
    Tags: [{ Key: 'Owner', Value: 'data@example.com' }],
  },
});
