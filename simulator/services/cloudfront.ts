import type * as CloudFrontClient from '@aws-sdk/client-cloudfront';
import type { Call } from '../service.ts';
import type { OperationsOf } from './operations.ts';
import { oneOf, raise, type Stored, stocked } from './stocked.ts';

/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListDistributions.html: pages of up to 100; the marker is the last id */
export const cloudfront = {
  ListDistributions(call) {
    const { Marker = '' } = call.input;
    const MaxItems = Number(call.input.MaxItems ?? 100);
    if (MaxItems < 1 || MaxItems > 100)
      raise({ code: 'InvalidArgument', message: 'MaxItems must be between 1 and 100' });
    const all = stocked(call, 'AWS::CloudFront::Distribution').toSorted((a, b) =>
      (a.Id ?? '') < (b.Id ?? '') ? -1 : 1,
    );
    const rest = all.filter(one => (one.Id ?? '') > Marker);
    const Items = call.emptyPage ? [] : rest.slice(0, MaxItems);
    const IsTruncated = Items.length < rest.length;
    const last = call.emptyPage ? `${Marker}0` : Items.at(-1)?.Id;
    return {
      DistributionList: {
        Marker,
        MaxItems,
        IsTruncated,
        Quantity: Items.length,
        Items,
        ...(IsTruncated ? { NextMarker: last } : {}),
      },
    };
  },
  GetDistributionConfig(call) {
    const {
      Id = '',
      Origins,
      DefaultCacheBehavior,
      Comment,
      Enabled,
      Logging,
      DefaultRootObject,
    } = distribution(call, one => one.Id === call.input.Id);
    return {
      DistributionConfig: {
        CallerReference: Id,
        Origins,
        DefaultCacheBehavior,
        Comment,
        Enabled,
        Logging,
        DefaultRootObject,
      },
      ETag: `E${Id.slice(1)}`,
    };
  },
  ListTagsForResource(call) {
    return { Tags: { Items: distribution(call, one => one.ARN === call.input.Resource).Tags ?? [] } };
  },
} satisfies OperationsOf<typeof CloudFrontClient>;

function distribution(
  call: Call<unknown>,
  isIt: (one: Stored<'AWS::CloudFront::Distribution'>) => boolean,
): Stored<'AWS::CloudFront::Distribution'> {
  const missing = { code: 'NoSuchDistribution', message: 'The specified distribution does not exist.', status: 404 };
  return oneOf(stocked(call, 'AWS::CloudFront::Distribution'), isIt, missing);
}
