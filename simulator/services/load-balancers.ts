import type * as ClassicClient from '@aws-sdk/client-elastic-load-balancing';
import type * as V2Client from '@aws-sdk/client-elastic-load-balancing-v2';
import type { OperationsOf } from './operations.ts';
import { oneOf, pageOf, stocked } from './stocked.ts';

const PAGES = {
  max: 400,
  wrongSize: { code: 'ValidationError', message: 'PageSize must be between 1 and 400' },
  wrongToken: { code: 'ValidationError', message: 'Invalid marker' },
};

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/ */
export const loadBalancersClassic = {
  DescribeLoadBalancers(call) {
    const { LoadBalancerNames: names, PageSize, Marker } = call.input;
    const all = stocked(call, 'AWS::ElasticLoadBalancing::LoadBalancer');
    const named = names?.length
      ? names.map(name => oneOf(all, one => one.LoadBalancerName === name, missing(name)))
      : all;
    const page = pageOf(call, named, { ...PAGES, size: PageSize, token: Marker });
    return { LoadBalancerDescriptions: page.items, NextMarker: page.nextToken };
  },
  DescribeTags(call) {
    const all = stocked(call, 'AWS::ElasticLoadBalancing::LoadBalancer');
    return {
      TagDescriptions: (call.input.LoadBalancerNames ?? []).map(LoadBalancerName => ({
        LoadBalancerName,
        Tags: oneOf(all, one => one.LoadBalancerName === LoadBalancerName, missing(LoadBalancerName)).Tags ?? [],
      })),
    };
  },
} satisfies OperationsOf<typeof ClassicClient>;

function missing(name: string) {
  return { code: 'LoadBalancerNotFound', message: `There is no ACTIVE Load Balancer named '${name}'` };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/ */
export const loadBalancersV2 = {
  DescribeLoadBalancers(call) {
    const { LoadBalancerArns: arns, PageSize, Marker } = call.input;
    const all = stocked(call, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    const named = arns?.length ? arns.map(arn => oneOf(all, one => one.LoadBalancerArn === arn, missingArn(arn))) : all;
    const page = pageOf(call, named, { ...PAGES, size: PageSize, token: Marker });
    return { LoadBalancers: page.items, NextMarker: page.nextToken };
  },
  DescribeTags(call) {
    const all = stocked(call, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    return {
      TagDescriptions: (call.input.ResourceArns ?? []).map(ResourceArn => ({
        ResourceArn,
        Tags: oneOf(all, one => one.LoadBalancerArn === ResourceArn, missingArn(ResourceArn)).Tags ?? [],
      })),
    };
  },
  DescribeListeners(call) {
    const { LoadBalancerArn: arn = '', PageSize, Marker } = call.input;
    const all = stocked(call, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    const { Listeners = [] } = oneOf(all, one => one.LoadBalancerArn === arn, missingArn(arn));
    const page = pageOf(call, Listeners, { ...PAGES, size: PageSize, token: Marker, scope: arn });
    return { Listeners: page.items, NextMarker: page.nextToken };
  },
} satisfies OperationsOf<typeof V2Client>;

function missingArn(arn: string) {
  return { code: 'LoadBalancerNotFound', message: `One or more load balancers not found: ${arn}` };
}
