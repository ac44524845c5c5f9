import type { Cluster } from '@aws-sdk/client-eks';
import { assetType } from './asset-type.ts';
import { detail } from './detail.ts';
import { listing } from './listing.ts';
import { sampleArn } from './sample.ts';

/** The names of a region's clusters; node groups and Fargate profiles are listed by cluster. */
export const EKS_CLUSTERS = listing('eks', 'ListClusters', {
  input: token => ({ maxResults: 100, nextToken: token }),
  next: answer => answer.nextToken,
  items: answer => answer.clusters?.map((name): Cluster => ({ name })),
});

export const eksCluster = assetType<Cluster>({
  assetType: 'AWS::EKS::Cluster',
  label: 'EKS cluster',
  plural: 'EKS clusters',
  scope: 'regional',
  list: EKS_CLUSTERS,
  details: [
    detail('eks', 'DescribeCluster', {
      fields: '*',
      input: (cluster: Cluster) => ({ name: cluster.name }),
      value: answer => answer.cluster ?? {},
    }),
  ],
  id: cluster => cluster.name,
  arn: cluster => cluster.arn,
  name: cluster => cluster.name,
  state: cluster => cluster.status,
  tags: cluster => cluster.tags ?? {},
  properties: [
    {
      name: 'kubernetesVersion',
      label: 'Kubernetes version',
      path: 'version',
      kind: 'text',
      column: true,
      inSearch: 'shared',
    },
    { name: 'platformVersion', label: 'Platform version', path: 'platformVersion', kind: 'text', column: false },
    { name: 'endpoint', label: 'Endpoint', path: 'endpoint', kind: 'text', column: false, inSearch: 'own' },
    {
      name: 'publicEndpoint',
      label: 'Public endpoint',
      path: 'resourcesVpcConfig.endpointPublicAccess',
      kind: 'boolean',
      column: true,
    },
    {
      name: 'publicCidr',
      label: 'Public from',
      path: 'resourcesVpcConfig.publicAccessCidrs[]',
      kind: 'text',
      column: false,
    },
    { name: 'vpcId', label: 'VPC', path: 'resourcesVpcConfig.vpcId', kind: 'text', column: true, inSearch: 'shared' },
    {
      name: 'subnetId',
      label: 'Subnet',
      path: 'resourcesVpcConfig.subnetIds[]',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'role', label: 'Role', path: 'roleArn', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'createdAt', label: 'Created', path: 'createdAt', kind: 'time', column: true },
  ],
  leftOut: {
    tags: 'they are the asset’s tags',
    certificateAuthority: 'a certificate of a thousand letters that says nothing about the cluster',
  },
  sample: {
    name: 'orders',
    arn: sampleArn('eks', 'cluster/orders'),
    createdAt: new Date('2026-01-15T09:30:00Z'),
    version: '1.33',
    endpoint: 'https://0A1B2C3D4E5F60010A1B2C3D4E5F6001.gr7.example.com',
    roleArn: sampleArn('iam', 'role/orders-cluster', { region: '' }),
    resourcesVpcConfig: {
      subnetIds: ['subnet-0a1b2c3d4e5f60001'],
      securityGroupIds: ['sg-0a1b2c3d4e5f60001'],
      clusterSecurityGroupId: 'sg-0a1b2c3d4e5f60002',
      vpcId: 'vpc-0a1b2c3d4e5f60001',
      endpointPublicAccess: true,
      endpointPrivateAccess: true,
      publicAccessCidrs: ['203.0.113.0/24'],
    },
    kubernetesNetworkConfig: { serviceIpv4Cidr: '172.20.0.0/16', ipFamily: 'ipv4' },
    logging: { clusterLogging: [{ types: ['api', 'audit'], enabled: true }] },
    identity: { oidc: { issuer: 'https://oidc.example.com/id/0A1B2C3D4E5F60010A1B2C3D4E5F6001' } },
    status: 'ACTIVE',
    certificateAuthority: { data: 'LS0tLS1CRUdJTi==' },
    platformVersion: 'eks.9',
    tags: { Owner: 'platform@example.com' },
  },
});
