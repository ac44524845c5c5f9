import type { FargateProfile } from '@aws-sdk/client-eks';
import { assetType } from './asset-type.ts';
import { detail } from './detail.ts';
import { EKS_CLUSTERS } from './eks-cluster.ts';
import { listing, listingWithin } from './listing.ts';
import { sampleArn } from './sample.ts';

/** Fargate profiles of EKS clusters; named within their cluster, so the id has both names, as CloudFormation's. */
export const eksFargateProfile = assetType<FargateProfile>({
  assetType: 'AWS::EKS::FargateProfile',
  label: 'EKS Fargate profile',
  plural: 'EKS Fargate profiles',
  scope: 'regional',
  list: listingWithin(
    EKS_CLUSTERS,
    ({ name: clusterName }) =>
      listing('eks', 'ListFargateProfiles', {
        input: token => ({ clusterName, maxResults: 100, nextToken: token }),
        next: answer => answer.nextToken,
        items: answer =>
          answer.fargateProfileNames?.map(
            (fargateProfileName): FargateProfile => ({ clusterName, fargateProfileName }),
          ),
      }),
    {},
  ),
  details: [
    detail('eks', 'DescribeFargateProfile', {
      fields: '*',
      input: ({ clusterName, fargateProfileName }: FargateProfile) => ({ clusterName, fargateProfileName }),
      value: answer => answer.fargateProfile ?? {},
    }),
  ],
  id: profile => `${profile.clusterName}/${profile.fargateProfileName}`,
  arn: profile => profile.fargateProfileArn,
  name: profile => profile.fargateProfileName,
  state: profile => profile.status,
  tags: profile => profile.tags ?? {},
  properties: [
    { name: 'eksCluster', label: 'EKS cluster', path: 'clusterName', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'namespace', label: 'Namespace', path: 'selectors[].namespace', kind: 'text', column: true },
    { name: 'subnetId', label: 'Subnet', path: 'subnets[]', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'role', label: 'Role', path: 'podExecutionRoleArn', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'createdAt', label: 'Created', path: 'createdAt', kind: 'time', column: true },
  ],
  leftOut: { tags: 'they are the asset’s tags' },
  sample: {
    clusterName: 'orders',
    fargateProfileName: 'batch',
    fargateProfileArn: sampleArn('eks', 'fargateprofile/orders/batch/1234abcd-12ab-34cd-56ef-1234567890ab'),
    createdAt: new Date('2026-01-15T09:30:00Z'),
    podExecutionRoleArn: sampleArn('iam', 'role/orders-pods', { region: '' }),
    subnets: ['subnet-0a1b2c3d4e5f60001'],
    selectors: [{ namespace: 'batch' }],
    status: 'ACTIVE',
    tags: { Owner: 'platform@example.com' },
  },
});
