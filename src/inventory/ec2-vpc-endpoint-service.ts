import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';
import { SAMPLE_REGION, sampleArn } from './sample.ts';

/** Services that this account offers to others by PrivateLink; not those of AWS and others that it could use. */
export const ec2VpcEndpointService = assetType({
  assetType: 'AWS::EC2::VPCEndpointService',
  label: 'VPC endpoint service',
  plural: 'VPC endpoint services',
  scope: 'regional',
  list: listing('ec2', 'DescribeVpcEndpointServiceConfigurations', {
    ...EC2_PAGES,
    raw: ['ServiceConfigurations'],
    items: answer => answer.ServiceConfigurations,
  }),
  id: service => service.ServiceId,
  state: service => service.ServiceState,
  tags: service => tagsOf(service.Tags),
  properties: [
    { name: 'serviceName', label: 'Service', path: 'serviceName', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'serviceType', label: 'Service type', path: 'serviceType[].serviceType', kind: 'text', column: true },
    {
      name: 'acceptanceRequired',
      label: 'Acceptance required',
      path: 'acceptanceRequired',
      kind: 'boolean',
      column: true,
    },
    {
      name: 'privateDnsName',
      label: 'Private DNS name',
      path: 'privateDnsName',
      kind: 'text',
      column: false,
      inSearch: 'shared',
    },
    { name: 'availabilityZone', label: 'Availability Zone', path: 'availabilityZones[]', kind: 'text', column: false },
    { name: 'loadBalancerArn', label: 'Load balancer', path: 'networkLoadBalancerArns[]', kind: 'text', column: false },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    ServiceId: 'vpce-svc-0a1b2c3d4e5f60001',
    ServiceName: `com.amazonaws.vpce.${SAMPLE_REGION}.vpce-svc-0a1b2c3d4e5f60001`,
    ServiceType: [{ ServiceType: 'Interface' }],
    ServiceState: 'Available',
    AvailabilityZones: [`${SAMPLE_REGION}a`, `${SAMPLE_REGION}b`],
    AcceptanceRequired: true,
    ManagesVpcEndpoints: false,
    NetworkLoadBalancerArns: [sampleArn('elasticloadbalancing', 'loadbalancer/net/orders-link/0a1b2c3d4e5f6001')],
    SupportedIpAddressTypes: ['ipv4'],
    BaseEndpointDnsNames: [`vpce-svc-0a1b2c3d4e5f60001.${SAMPLE_REGION}.vpce.amazonaws.com`],
    PrivateDnsName: 'orders.internal.example.com',
    PrivateDnsNameConfiguration: { State: 'verified', Type: 'TXT', Name: '_1a2b3c' },
    Tags: [{ Key: 'Name', Value: 'orders-link' }],
  },
});
