import type { Nodegroup } from '@aws-sdk/client-eks';
import { assetType } from './asset-type.ts';
import { detail } from './detail.ts';
import { EKS_CLUSTERS } from './eks-cluster.ts';
import { listing, listingWithin } from './listing.ts';
import { sampleArn } from './sample.ts';

/** Node groups of EKS clusters; named within their cluster, so the id has both names, as CloudFormation's. */
export const eksNodegroup = assetType<Nodegroup>({
  assetType: 'AWS::EKS::Nodegroup',
  label: 'EKS node group',
  plural: 'EKS node groups',
  scope: 'regional',
  list: listingWithin(
    EKS_CLUSTERS,
    ({ name: clusterName }) =>
      listing('eks', 'ListNodegroups', {
        input: token => ({ clusterName, maxResults: 100, nextToken: token }),
        next: answer => answer.nextToken,
        items: answer => answer.nodegroups?.map((nodegroupName): Nodegroup => ({ clusterName, nodegroupName })),
      }),
    {},
  ),
  details: [
    detail('eks', 'DescribeNodegroup', {
      fields: '*',
      input: ({ clusterName, nodegroupName }: Nodegroup) => ({ clusterName, nodegroupName }),
      value: answer => answer.nodegroup ?? {},
    }),
  ],
  id: group => `${group.clusterName}/${group.nodegroupName}`,
  arn: group => group.nodegroupArn,
  name: group => group.nodegroupName,
  state: group => group.status,
  tags: group => group.tags ?? {},
  verbatim: ['labels'],
  properties: [
    { name: 'eksCluster', label: 'EKS cluster', path: 'clusterName', kind: 'text', column: true, inSearch: 'shared' },
    {
      name: 'kubernetesVersion',
      label: 'Kubernetes version',
      path: 'version',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
    {
      name: 'instanceType',
      label: 'Instance type',
      path: 'instanceTypes[]',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
    { name: 'capacityType', label: 'Capacity', path: 'capacityType', kind: 'text', column: false },
    { name: 'minSize', label: 'Smallest size', path: 'scalingConfig.minSize', kind: 'number', column: false },
    { name: 'maxSize', label: 'Largest size', path: 'scalingConfig.maxSize', kind: 'number', column: false },
    { name: 'desiredSize', label: 'Desired size', path: 'scalingConfig.desiredSize', kind: 'number', column: true },
    { name: 'amiType', label: 'AMI type', path: 'amiType', kind: 'text', column: false },
    { name: 'subnetId', label: 'Subnet', path: 'subnets[]', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'role', label: 'Role', path: 'nodeRole', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'createdAt', label: 'Created', path: 'createdAt', kind: 'time', column: true },
  ],
  leftOut: { tags: 'they are the asset’s tags' },
  sample: {
    clusterName: 'orders',
    nodegroupName: 'general',
    nodegroupArn: sampleArn('eks', 'nodegroup/orders/general/1234abcd-12ab-34cd-56ef-1234567890ab'),
    version: '1.33',
    releaseVersion: '1.33.1-20260110',
    createdAt: new Date('2026-01-15T09:30:00Z'),
    modifiedAt: new Date('2026-01-15T09:30:00Z'),
    status: 'ACTIVE',
    capacityType: 'ON_DEMAND',
    scalingConfig: { minSize: 1, maxSize: 6, desiredSize: 3 },
    instanceTypes: ['m7g.large'],
    subnets: ['subnet-0a1b2c3d4e5f60001'],
    amiType: 'AL2023_ARM_64_STANDARD',
    nodeRole: sampleArn('iam', 'role/orders-node', { region: '' }),
    labels: { Pool: 'general' },
    resources: { autoScalingGroups: [{ name: 'eks-general' }] },
    diskSize: 50,
    health: { issues: [] },
    tags: { Owner: 'platform@example.com' },
  },
});
