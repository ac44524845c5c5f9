import type { Listener, LoadBalancer, Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { batchDetail, detail } from './detail.ts';
import { listing } from './listing.ts';
import { SAMPLE_REGION, sampleArn } from './sample.ts';

type Balancer = LoadBalancer & { readonly Listeners?: Listener[] | undefined; readonly Tags?: Tag[] | undefined };

const ARN = sampleArn('elasticloadbalancing', 'loadbalancer/app/orders-web/0a1b2c3d4e5f6001');

/** Application, network and gateway load balancers, with their listeners. */
export const loadBalancerV2 = assetType<Balancer>({
  assetType: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
  label: 'Load balancer',
  plural: 'Load balancers',
  scope: 'regional',
  list: listing('elastic-load-balancing-v2', 'DescribeLoadBalancers', {
    input: token => ({ PageSize: 400, Marker: token }),
    next: answer => answer.NextMarker,
    items: answer => answer.LoadBalancers,
  }),
  details: [
    batchDetail('elastic-load-balancing-v2', 'DescribeTags', {
      fields: ['Tags'],
      batchMax: 20,
      input: (balancers: readonly Balancer[]) => ({
        ResourceArns: balancers.flatMap(one => one.LoadBalancerArn ?? []),
      }),
      value: (answer, balancer) => {
        const found = answer.TagDescriptions?.find(one => one.ResourceArn === balancer.LoadBalancerArn);
        return found && { Tags: found.Tags };
      },
    }),
    detail('elastic-load-balancing-v2', 'DescribeListeners', {
      fields: ['Listeners'],
      input: (balancer: Balancer) => ({ LoadBalancerArn: balancer.LoadBalancerArn, PageSize: 400 }),
      value: answer => ({ Listeners: answer.Listeners }),
    }),
  ],
  id: balancer => balancer.LoadBalancerArn,
  arn: balancer => balancer.LoadBalancerArn,
  name: balancer => balancer.LoadBalancerName,
  state: balancer => balancer.State?.Code,
  tags: balancer => tagsOf(balancer.Tags),
  properties: [
    { name: 'balancerType', label: 'Balancer type', path: 'type', kind: 'text', column: true },
    { name: 'scheme', label: 'Scheme', path: 'scheme', kind: 'text', column: true },
    { name: 'dnsName', label: 'DNS name', path: 'dNSName', kind: 'text', column: true, inSearch: 'dns' },
    { name: 'vpcId', label: 'VPC', path: 'vpcId', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'listenerPort', label: 'Listener port', path: 'listeners[].port', kind: 'number', column: false },
    { name: 'listenerProtocol', label: 'Listener protocol', path: 'listeners[].protocol', kind: 'text', column: false },
    {
      name: 'subnetId',
      label: 'Subnet',
      path: 'availabilityZones[].subnetId',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
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
  leftOut: {
    Tags: 'they are the asset’s tags',
    'Listeners.DefaultActions.AuthenticateOidcConfig': 'it can have a client secret',
  },
  sample: {
    LoadBalancerArn: ARN,
    LoadBalancerName: 'orders-web',
    DNSName: `orders-web-1234567890.${SAMPLE_REGION}.elb.amazonaws.com`,
    CanonicalHostedZoneId: 'Z35SXDOTRQ7X7K',
    CreatedTime: new Date('2026-01-15T09:30:00Z'),
    Scheme: 'internet-facing',
    VpcId: 'vpc-0a1b2c3d4e5f60001',
    State: { Code: 'active' },
    Type: 'application',
    AvailabilityZones: [
      { ZoneName: `${SAMPLE_REGION}a`, SubnetId: 'subnet-0a1b2c3d4e5f60001', LoadBalancerAddresses: [] },
    ],
    SecurityGroups: ['sg-0a1b2c3d4e5f60001'],
    IpAddressType: 'ipv4',
    Listeners: [
      {
        ListenerArn: ARN.replace('loadbalancer/app', 'listener/app').concat('/1a2b3c4d5e6f7001'),
        LoadBalancerArn: ARN,
        Port: 443,
        Protocol: 'HTTPS',
        SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
      },
    ],
    Tags: [{ Key: 'Owner', Value: 'web@example.com' }],
  },
});
