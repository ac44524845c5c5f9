import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT, SAMPLE_REGION } from './sample.ts';

/** Elastic IP addresses. DescribeAddresses has no pages: an account has few per region. */
export const ec2ElasticIp = assetType({
  assetType: 'AWS::EC2::EIP',
  label: 'Elastic IP',
  plural: 'Elastic IPs',
  scope: 'regional',
  list: listing('ec2', 'DescribeAddresses', {
    input: () => ({}),
    raw: ['Addresses'],
    items: answer => answer.Addresses,
  }),
  id: address => address.AllocationId ?? address.PublicIp,
  state: address => (address.AssociationId === undefined ? 'unassociated' : 'associated'),
  tags: address => tagsOf(address.Tags),
  properties: [
    { name: 'publicIp', label: 'Public IP', path: 'publicIp', kind: 'text', column: true, inSearch: 'own' },
    { name: 'privateIp', label: 'Private IP', path: 'privateIpAddress', kind: 'text', column: true, inSearch: 'own' },
    { name: 'attachedTo', label: 'Attached to', path: 'instanceId', kind: 'text', column: true, inSearch: 'id' },
    {
      name: 'networkInterfaceId',
      label: 'Network interface',
      path: 'networkInterfaceId',
      kind: 'text',
      column: false,
      inSearch: 'id',
    },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    AllocationId: 'eipalloc-0a1b2c3d4e5f60001',
    AssociationId: 'eipassoc-0a1b2c3d4e5f60001',
    Domain: 'vpc',
    InstanceId: 'i-0a1b2c3d4e5f60001',
    NetworkBorderGroup: SAMPLE_REGION,
    NetworkInterfaceId: 'eni-0a1b2c3d4e5f60001',
    NetworkInterfaceOwnerId: SAMPLE_ACCOUNT,
    PrivateIpAddress: '10.20.0.14',
    PublicIp: '203.0.113.14',
    PublicIpv4Pool: 'amazon',
    Tags: [{ Key: 'Name', Value: 'orders-gateway' }],
  },
});
