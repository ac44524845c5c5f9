import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT } from './sample.ts';

/** Internet gateways. DescribeInternetGateways gives no ARN; its state is that of the attachment. */
export const ec2InternetGateway = assetType({
  assetType: 'AWS::EC2::InternetGateway',
  label: 'Internet gateway',
  plural: 'Internet gateways',
  scope: 'regional',
  list: listing('ec2', 'DescribeInternetGateways', {
    ...EC2_PAGES,
    raw: ['InternetGateways'],
    items: answer => answer.InternetGateways,
  }),
  id: gateway => gateway.InternetGatewayId,
  state: gateway => (gateway.Attachments?.length ? gateway.Attachments[0]?.State : 'detached'),
  tags: gateway => tagsOf(gateway.Tags),
  owner: gateway => gateway.OwnerId,
  properties: [
    { name: 'vpcId', label: 'VPC', path: 'attachments[].vpcId', kind: 'text', column: true, inSearch: 'shared' },
  ],
  leftOut: { Tags: 'they are the asset’s tags' },
  sample: {
    InternetGatewayId: 'igw-0a1b2c3d4e5f60001',
    OwnerId: SAMPLE_ACCOUNT,
    Attachments: [{ VpcId: 'vpc-0a1b2c3d4e5f60001', State: 'attached' }],
    Tags: [{ Key: 'Name', Value: 'orders' }],
  },
});
