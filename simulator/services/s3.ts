import type * as S3Client from '@aws-sdk/client-s3';
import type { Call } from '../service.ts';
import type { OperationsOf } from './operations.ts';
import { oneOf, pageOf, raise, type Stored, stocked } from './stocked.ts';

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html: pages, and with them the buckets' regions, only
 * when a page size is asked for. A bucket is asked for in its own region; another one answers with a redirect.
 */
export const s3 = {
  ListBuckets(call) {
    const { MaxBuckets, ContinuationToken, Prefix = '', BucketRegion } = call.input;
    const all = stocked(call, 'AWS::S3::Bucket').filter(
      one => one.Name?.startsWith(Prefix) && (BucketRegion === undefined || one.BucketRegion === BucketRegion),
    );
    const paged = MaxBuckets !== undefined || ContinuationToken !== undefined;
    const page = pageOf(call, all, {
      size: MaxBuckets,
      max: 10_000,
      token: ContinuationToken,
      scope: [Prefix, BucketRegion],
      wrongSize: { code: 'InvalidArgument', message: 'Argument max-buckets must be an integer between 1 and 10000' },
      wrongToken: { code: 'InvalidArgument', message: 'The continuation token provided is incorrect' },
    });
    return {
      Buckets: page.items.map(({ BucketRegion: region, ...one }) => ({
        ...one,
        ...(paged ? { BucketRegion: region } : {}),
      })),
      Owner: all[0]?.Owner,
      ContinuationToken: page.nextToken,
    };
  },
  GetBucketTagging(call) {
    const { Tags = [] } = bucketNamed(call);
    if (Tags.length === 0) raise({ code: 'NoSuchTagSet', message: 'The TagSet does not exist', status: 404 });
    return { TagSet: Tags };
  },
  GetBucketPolicy(call) {
    const { Policy } = bucketNamed(call);
    return {
      Policy: Policy ?? raise({ code: 'NoSuchBucketPolicy', message: 'The bucket policy does not exist', status: 404 }),
    };
  },
  GetBucketAcl(call) {
    const { Owner, Grants = [] } = bucketNamed(call);
    return { Owner, Grants };
  },
  GetPublicAccessBlock(call) {
    const { PublicAccessBlock } = bucketNamed(call);
    const message = 'The public access block configuration was not found';
    return {
      PublicAccessBlockConfiguration:
        PublicAccessBlock ?? raise({ code: 'NoSuchPublicAccessBlockConfiguration', message, status: 404 }),
    };
  },
  GetBucketVersioning(call) {
    const { Versioning } = bucketNamed(call);
    return Versioning === undefined || Versioning === 'Off' ? {} : { Status: Versioning };
  },
  GetBucketEncryption(call) {
    const { Encryption } = bucketNamed(call);
    const message = 'The server side encryption configuration was not found';
    return {
      ServerSideEncryptionConfiguration:
        Encryption ?? raise({ code: 'ServerSideEncryptionConfigurationNotFoundError', message, status: 404 }),
    };
  },
} satisfies OperationsOf<typeof S3Client>;

/** What S3's actions are called where they are not named as the operations. */
export const S3_ACTIONS: Readonly<Record<string, string>> = {
  ListBuckets: 'ListAllMyBuckets',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  GetBucketEncryption: 'GetEncryptionConfiguration',
};

export function s3Resource(call: Call<unknown>): string {
  const { input, caller } = call;
  const name = typeof input === 'object' && input !== null && 'Bucket' in input ? String(input.Bucket) : undefined;
  return name === undefined ? '*' : `arn:${caller.partition}:s3:::${name}`;
}

function bucketNamed(call: Call<{ Bucket?: string | undefined }>): Stored<'AWS::S3::Bucket'> {
  const missing = { code: 'NoSuchBucket', message: 'The specified bucket does not exist', status: 404 };
  const bucket = oneOf(stocked(call, 'AWS::S3::Bucket'), one => one.Name === call.input.Bucket, missing);
  if (bucket.BucketRegion !== undefined && bucket.BucketRegion !== call.region) {
    const message = `The authorization header is malformed; the region '${call.region}' is wrong; expecting '${bucket.BucketRegion}'`;
    raise({ code: 'AuthorizationHeaderMalformed', message });
  }
  return bucket;
}
