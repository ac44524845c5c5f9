import type { Service } from '@aws-sdk/client-ecs';
import { assetType } from './asset-type.ts';
import { batchDetail } from './detail.ts';
import { ECS_CLUSTERS } from './ecs-cluster.ts';
import { ecsTags } from './ecs-tags.ts';
import { listing, listingWithin } from './listing.ts';
import { sampleArn } from './sample.ts';

/** Services of ECS clusters. */
export const ecsService = assetType<Service>({
  assetType: 'AWS::ECS::Service',
  label: 'ECS service',
  plural: 'ECS services',
  scope: 'regional',
  list: listingWithin(
    ECS_CLUSTERS,
    ({ clusterArn }) =>
      listing('ecs', 'ListServices', {
        input: token => ({ cluster: clusterArn, maxResults: 100, nextToken: token }),
        next: answer => answer.nextToken,
        items: answer => answer.serviceArns?.map((serviceArn): Service => ({ serviceArn, clusterArn })),
      }),
    {},
  ),
  details: [
    batchDetail('ecs', 'DescribeServices', {
      fields: '*',
      batchMax: 10,
      // A page has the services of one cluster.
      input: (services: readonly Service[]) => ({
        cluster: services[0]?.clusterArn,
        services: services.flatMap(one => one.serviceArn ?? []),
        include: ['TAGS' as const],
      }),
      value: (answer, service) => answer.services?.find(one => one.serviceArn === service.serviceArn),
    }),
  ],
  id: service => service.serviceArn,
  arn: service => service.serviceArn,
  name: service => service.serviceName,
  state: service => service.status,
  tags: service => ecsTags(service.tags),
  properties: [
    { name: 'ecsCluster', label: 'ECS cluster', path: 'clusterArn', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'launchType', label: 'Launch type', path: 'launchType', kind: 'text', column: true },
    { name: 'desiredSize', label: 'Desired size', path: 'desiredCount', kind: 'number', column: true },
    {
      name: 'taskDefinition',
      label: 'Task definition',
      path: 'taskDefinition',
      kind: 'text',
      column: true,
      inSearch: 'own',
    },
    {
      name: 'subnetId',
      label: 'Subnet',
      path: 'networkConfiguration.awsvpcConfiguration.subnets[]',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    {
      name: 'securityGroupId',
      label: 'Security group',
      path: 'networkConfiguration.awsvpcConfiguration.securityGroups[]',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'role', label: 'Role', path: 'roleArn', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'createdAt', label: 'Created', path: 'createdAt', kind: 'time', column: true },
  ],
  leftOut: {
    tags: 'they are the asset’s tags',
    events: 'a log of a hundred lines that moves on all the time',
    deployments: 'they tell how a change goes on, minute by minute',
    taskSets: 'they tell how a change goes on, too',
    runningCount: 'a measurement that differs each time, not a fact about the service',
    pendingCount: 'a measurement, too',
  },
  sample: {
    serviceArn: sampleArn('ecs', 'service/orders/web'),
    serviceName: 'web',
    clusterArn: sampleArn('ecs', 'cluster/orders'),
    status: 'ACTIVE',
    desiredCount: 2,
    runningCount: 2,
    pendingCount: 0,
    launchType: 'FARGATE',
    platformVersion: 'LATEST',
    platformFamily: 'Linux',
    taskDefinition: sampleArn('ecs', 'task-definition/web:7'),
    deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
    createdAt: new Date('2026-01-15T09:30:00Z'),
    loadBalancers: [],
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: ['subnet-0a1b2c3d4e5f60001'],
        securityGroups: ['sg-0a1b2c3d4e5f60001'],
        assignPublicIp: 'DISABLED',
      },
    },
    schedulingStrategy: 'REPLICA',
    enableECSManagedTags: true,
    events: [
      { id: '1', createdAt: new Date('2026-01-15T09:40:00Z'), message: '(service web) has reached a steady state.' },
    ],
    tags: [{ key: 'Owner', value: 'web@example.com' }],
  },
});
