import type { Cluster } from '@aws-sdk/client-ecs';
import { assetType } from './asset-type.ts';
import { batchDetail } from './detail.ts';
import { ecsTags } from './ecs-tags.ts';
import { listing } from './listing.ts';
import { sampleArn } from './sample.ts';

/** The ARNs of a region's clusters; services are listed by cluster. */
export const ECS_CLUSTERS = listing('ecs', 'ListClusters', {
  input: token => ({ maxResults: 100, nextToken: token }),
  next: answer => answer.nextToken,
  items: answer => answer.clusterArns?.map((clusterArn): Cluster => ({ clusterArn })),
});

const ARN = sampleArn('ecs', 'cluster/orders');

export const ecsCluster = assetType<Cluster>({
  assetType: 'AWS::ECS::Cluster',
  label: 'ECS cluster',
  plural: 'ECS clusters',
  scope: 'regional',
  list: ECS_CLUSTERS,
  details: [
    batchDetail('ecs', 'DescribeClusters', {
      fields: '*',
      batchMax: 100,
      input: (clusters: readonly Cluster[]) => ({
        clusters: clusters.flatMap(one => one.clusterArn ?? []),
        include: ['TAGS' as const, 'SETTINGS' as const, 'CONFIGURATIONS' as const],
      }),
      value: (answer, cluster) => answer.clusters?.find(one => one.clusterArn === cluster.clusterArn),
    }),
  ],
  id: cluster => cluster.clusterArn,
  arn: cluster => cluster.clusterArn,
  name: cluster => cluster.clusterName,
  state: cluster => cluster.status,
  tags: cluster => ecsTags(cluster.tags),
  properties: [
    { name: 'services', label: 'Services', path: 'activeServicesCount', kind: 'number', column: true },
    {
      name: 'containerInstances',
      label: 'Container instances',
      path: 'registeredContainerInstancesCount',
      kind: 'number',
      column: true,
    },
    { name: 'capacityProvider', label: 'Capacity provider', path: 'capacityProviders[]', kind: 'text', column: true },
    { name: 'setting', label: 'Setting', path: 'settings[].name', kind: 'text', column: false },
  ],
  leftOut: {
    tags: 'they are the asset’s tags',
    runningTasksCount: 'a measurement that differs each time, not a fact about the cluster',
    pendingTasksCount: 'a measurement, too',
    statistics: 'measurements, too',
  },
  sample: {
    clusterArn: ARN,
    clusterName: 'orders',
    status: 'ACTIVE',
    registeredContainerInstancesCount: 0,
    runningTasksCount: 4,
    pendingTasksCount: 0,
    activeServicesCount: 1,
    capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    defaultCapacityProviderStrategy: [],
    settings: [{ name: 'containerInsights', value: 'enabled' }],
    tags: [{ key: 'Owner', value: 'web@example.com' }],
  },
});
