import type { LoadBalancerDescription, Tag } from '@aws-sdk/client-elastic-load-balancing';
import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { batchDetail } from './detail.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT, SAMPLE_REGION } from './sample.ts';

type Balancer = LoadBalancerDescription & { readonly Tags?: Tag[] | undefined };

/** Classic load balancers. Their API gives neither ARN nor state. */
export const loadBalancerClassic = assetType<Balancer>({
  assetType: 'AWS::ElasticLoadBalancing::LoadBalancer',
  label: 'Classic load balancer',
  plural: 'Classic load balancers',
  scope: 'regional',
  list: listing('elastic-load-balancing', 'DescribeLoadBalancers', {
    input: token => ({ PageSize: 400, Marker: token }),
    next: answer => answer.NextMarker,
    items: answer => answer.LoadBalancerDescriptions,
  }),
  details: [
    batchDetail('elastic-load-balancing', 'DescribeTags', {
      fields: ['Tags'],
      batchMax: 20,
      input: (balancers: readonly Balancer[]) => ({
        LoadBalancerNames: balancers.flatMap(one => one.LoadBalancerName ?? []),
      }),
      value: (answer, balancer) => {
        const found = answer.TagDescriptions?.find(one => one.LoadBalancerName === balancer.LoadBalancerName);
        return found && { Tags: found.Tags };
      },
    }),
  ],
  id: balancer => balancer.LoadBalancerName,
  name: balancer => balancer.LoadBalancerName,
  tags: balancer => tagsOf(balancer.Tags),
  properties: [
    { name: 'scheme', label: 'Scheme', path: 'scheme', kind: 'text', column: true },
    { name: 'dnsName', label: 'DNS name', path: 'dNSName', kind: 'text', column: true, inSearch: 'dns' },
    { name: 'vpcId', label: 'VPC', path: 'vPCId', kind: 'text', column: true, inSearch: 'shared' },
    {
      name: 'attachedTo',
      label: 'Attached to',
      path: 'instances[].instanceId',
      kind: 'text',
      column: false,
      inSearch: 'id',
    },
    {
      name: 'listenerPort',
      label: 'Listener port',
      path: 'listenerDescriptions[].listener.loadBalancerPort',
      kind: 'number',
      column: false,
    },
    {
      name: 'listenerProtocol',
      label: 'Listener protocol',
      path: 'listenerDescriptions[].listener.protocol',
      kind: 'text',
      column: false,
    },
    { name: 'subnetId', label: 'Subnet', path: 'subnets[]', kind: 'text', column: false, inSearch: 'shared' },
    {
      name: 'securityGroupId',
      label: 'Security group',
      path: 'securityGroups[]',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'createdAt', label: 'Created', path: 'createdTime', kind: 'time', column: true },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    LoadBalancerName: 'orders-legacy',
    DNSName: `orders-legacy-1234567890.${SAMPLE_REGION}.elb.amazonaws.com`,
    CanonicalHostedZoneNameID: 'Z35SXDOTRQ7X7K',
    ListenerDescriptions: [
      {
        Listener: { Protocol: 'HTTP', LoadBalancerPort: 80, InstanceProtocol: 'HTTP', InstancePort: 8080 },
        PolicyNames: [],
      },
    ],
    AvailabilityZones: [`${SAMPLE_REGION}a`],
    Subnets: ['subnet-0a1b2c3d4e5f60001'],
    VPCId: 'vpc-0a1b2c3d4e5f60001',
    Instances: [{ InstanceId: 'i-0a1b2c3d4e5f60001' }],
    HealthCheck: { Target: 'HTTP:8080/', Interval: 30, Timeout: 5, UnhealthyThreshold: 2, HealthyThreshold: 10 },
    SourceSecurityGroup: { OwnerAlias: SAMPLE_ACCOUNT, GroupName: 'orders' },
    SecurityGroups: ['sg-0a1b2c3d4e5f60001'],
    CreatedTime: new Date('2019-03-04T09:30:00Z'),
    Scheme: 'internal',
    Tags: [{ Key: 'Owner', Value: 'web@example.com' }],
  },
});
