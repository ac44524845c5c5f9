import type { DistributionSummary, LoggingConfig, Tag } from '@aws-sdk/client-cloudfront';
import { assetType } from './asset-type.ts';
import { tagsOf } from './attributes.ts';
import { detail } from './detail.ts';
import { listing } from './listing.ts';
import { SAMPLE_ACCOUNT, sampleArn } from './sample.ts';

type Distribution = Partial<DistributionSummary> & {
  readonly Logging?: LoggingConfig | undefined;
  readonly DefaultRootObject?: string | undefined;
  readonly Tags?: Tag[] | undefined;
};

/** CloudFront distributions, of all regions at once. */
export const cloudfrontDistribution = assetType<Distribution>({
  assetType: 'AWS::CloudFront::Distribution',
  label: 'CloudFront distribution',
  plural: 'CloudFront distributions',
  scope: 'global',
  list: listing('cloudfront', 'ListDistributions', {
    input: token => ({ MaxItems: 100, Marker: token }),
    next: answer => answer.DistributionList?.NextMarker,
    // Left out when the quantity is 0.
    items: answer => answer.DistributionList && (answer.DistributionList.Items ?? []),
  }),
  details: [
    detail('cloudfront', 'GetDistributionConfig', {
      fields: ['Logging', 'DefaultRootObject'],
      input: (one: Distribution) => ({ Id: one.Id }),
      value: answer => ({
        Logging: answer.DistributionConfig?.Logging,
        DefaultRootObject: answer.DistributionConfig?.DefaultRootObject,
      }),
    }),
    detail('cloudfront', 'ListTagsForResource', {
      fields: ['Tags'],
      input: (one: Distribution) => ({ Resource: one.ARN }),
      value: answer => ({ Tags: answer.Tags?.Items }),
    }),
  ],
  id: one => one.Id,
  arn: one => one.ARN,
  // The domain name is what people know it by; it can have a comment, and has no name of its own.
  name: one => one.Aliases?.Items?.[0] ?? one.DomainName,
  state: one => one.Status,
  tags: one => tagsOf(one.Tags),
  properties: [
    { name: 'dnsName', label: 'DNS name', path: 'domainName', kind: 'text', column: true, inSearch: 'dns' },
    { name: 'alias', label: 'Alias', path: 'aliases.items[]', kind: 'text', column: true, inSearch: 'own' },
    { name: 'enabled', label: 'Enabled', path: 'enabled', kind: 'boolean', column: true },
    {
      name: 'origin',
      label: 'Origin',
      path: 'origins.items[].domainName',
      kind: 'text',
      column: true,
      inSearch: 'own',
    },
    { name: 'comment', label: 'Comment', path: 'comment', kind: 'text', column: false, inSearch: 'own' },
    { name: 'priceClass', label: 'Price class', path: 'priceClass', kind: 'text', column: false },
    { name: 'webAcl', label: 'Web ACL', path: 'webACLId', kind: 'text', column: false, inSearch: 'shared' },
    {
      name: 'viewerProtocol',
      label: 'Viewer protocol',
      path: 'defaultCacheBehavior.viewerProtocolPolicy',
      kind: 'text',
      column: false,
    },
    {
      name: 'tlsVersion',
      label: 'Lowest TLS version',
      path: 'viewerCertificate.minimumProtocolVersion',
      kind: 'text',
      column: false,
    },
    { name: 'loggingBucket', label: 'Log bucket', path: 'logging.bucket', kind: 'text', column: false },
    { name: 'modifiedAt', label: 'Modified', path: 'lastModifiedTime', kind: 'time', column: false },
  ],
  leftOut: {
    Tags: 'they are the asset’s tags',
    'Origins.Items.CustomHeaders': 'their values are often shared secrets',
  },
  sample: {
    Id: 'E1A2B3C4D5F6G7',
    ARN: sampleArn('cloudfront', 'distribution/E1A2B3C4D5F6G7', { region: '' }),
    Status: 'Deployed',
    LastModifiedTime: new Date('2026-01-15T09:30:00Z'),
    DomainName: 'd1a2b3c4d5f6g7.cloudfront.net',
    Aliases: { Quantity: 1, Items: ['shop.example.com'] },
    Origins: {
      Quantity: 1,
      Items: [
        {
          Id: 'archive',
          DomainName: `orders-archive-${SAMPLE_ACCOUNT}.s3.amazonaws.com`,
          OriginPath: '',
          CustomHeaders: {
            Quantity: 1,
            Items: [{ HeaderName: 'X-Origin-Verify', HeaderValue: 'not for the inventory' }],
          },
          ConnectionAttempts: 3,
          ConnectionTimeout: 10,
        },
      ],
    },
    DefaultCacheBehavior: { TargetOriginId: 'archive', ViewerProtocolPolicy: 'redirect-to-https', Compress: true },
    CacheBehaviors: { Quantity: 0 },
    CustomErrorResponses: { Quantity: 0 },
    Comment: 'Shop',
    PriceClass: 'PriceClass_100',
    Enabled: true,
    ViewerCertificate: {
      CloudFrontDefaultCertificate: false,
      MinimumProtocolVersion: 'TLSv1.2_2021',
      SSLSupportMethod: 'sni-only',
    },
    Restrictions: { GeoRestriction: { RestrictionType: 'none', Quantity: 0 } },
    WebACLId: '',
    HttpVersion: 'http2and3',
    IsIPV6Enabled: true,
    Staging: false,
    Logging: {
      Enabled: true,
      IncludeCookies: false,
      Bucket: `logs-${SAMPLE_ACCOUNT}.s3.amazonaws.com`,
      Prefix: 'shop/',
    },
    DefaultRootObject: 'index.html',
    Tags: [{ Key: 'Owner', Value: 'web@example.com' }],
  },
});
