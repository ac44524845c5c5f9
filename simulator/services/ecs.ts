import type * as EcsClient from '@aws-sdk/client-ecs';
import type { Call } from '../service.ts';
import type { OperationsOf } from './operations.ts';
import { oneOf, outOfRange, pageOf, raise, type Stored, stocked } from './stocked.ts';

const PAGES = {
  max: 100,
  wrongSize: outOfRange({ code: 'InvalidParameterException', name: 'maxResults', max: 100 }),
  wrongToken: { code: 'InvalidParameterException', message: 'Invalid token.' },
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/: what is described and not there is a failure beside the others */
export const ecs = {
  ListClusters(call) {
    const { maxResults, nextToken } = call.input;
    const page = pageOf(call, stocked(call, 'AWS::ECS::Cluster'), { ...PAGES, size: maxResults, token: nextToken });
    return { clusterArns: page.items.map(one => one.clusterArn ?? ''), nextToken: page.nextToken };
  },
  DescribeClusters(call) {
    const { clusters = ['default'], include = [] } = call.input;
    if (clusters.length > 100)
      raise({ code: 'InvalidParameterException', message: 'Clusters can contain at most 100 items.' });
    const all = stocked(call, 'AWS::ECS::Cluster');
    const found = all.filter(
      one => clusters.includes(one.clusterArn ?? '') || clusters.includes(one.clusterName ?? ''),
    );
    return {
      clusters: found.map(one => ({
        ...one,
        tags: include.includes('TAGS') ? one.tags : [],
        settings: include.includes('SETTINGS') ? one.settings : [],
      })),
      failures: failures(
        clusters,
        found.flatMap(one => [one.clusterArn, one.clusterName]),
      ),
    };
  },
  ListServices(call) {
    const { cluster, maxResults, nextToken } = call.input;
    const { clusterArn } = clusterNamed(call, cluster);
    const within = stocked(call, 'AWS::ECS::Service').filter(one => one.clusterArn === clusterArn);
    const page = pageOf(call, within, { ...PAGES, size: maxResults, usual: 10, token: nextToken, scope: clusterArn });
    return { serviceArns: page.items.map(one => one.serviceArn ?? ''), nextToken: page.nextToken };
  },
  DescribeServices(call) {
    const { cluster, services = [], include = [] } = call.input;
    const { clusterArn } = clusterNamed(call, cluster);
    if (services.length > 10)
      raise({ code: 'InvalidParameterException', message: 'Services can contain at most 10 items.' });
    const within = stocked(call, 'AWS::ECS::Service').filter(one => one.clusterArn === clusterArn);
    const found = within.filter(
      one => services.includes(one.serviceArn ?? '') || services.includes(one.serviceName ?? ''),
    );
    return {
      services: found.map(one => ({ ...one, tags: include.includes('TAGS') ? one.tags : [] })),
      failures: failures(
        services,
        found.flatMap(one => [one.serviceArn, one.serviceName]),
      ),
    };
  },
} satisfies OperationsOf<typeof EcsClient>;

function clusterNamed(call: Call<unknown>, name = 'default'): Stored<'AWS::ECS::Cluster'> {
  const missing = { code: 'ClusterNotFoundException', message: 'Cluster not found.' };
  return oneOf(stocked(call, 'AWS::ECS::Cluster'), one => one.clusterArn === name || one.clusterName === name, missing);
}

function failures(wanted: readonly string[], found: readonly (string | undefined)[]) {
  return wanted.filter(name => !found.includes(name)).map(arn => ({ arn, reason: 'MISSING' }));
}
