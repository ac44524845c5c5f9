import type * as KmsClient from '@aws-sdk/client-kms';
import type { Call } from '../service.ts';
import type { OperationsOf } from './operations.ts';
import { oneOf, outOfRange, pageOf, type Stored, stocked } from './stocked.ts';

const pages = (max: number) => ({
  usual: Math.min(max, 100),
  max,
  wrongSize: outOfRange({ code: 'ValidationException', name: 'limit', max }),
  wrongToken: { code: 'InvalidMarkerException', message: 'Could not deserialize marker' },
});

/** https://docs.aws.amazon.com/kms/latest/APIReference/: pages of keys up to 1,000, of aliases 100, of tags 50 */
export const kms = {
  ListKeys(call) {
    const { Limit, Marker } = call.input;
    const page = pageOf(call, stocked(call, 'AWS::KMS::Key'), { ...pages(1_000), size: Limit, token: Marker });
    return { Keys: page.items, NextMarker: page.nextToken, Truncated: page.nextToken !== undefined };
  },
  DescribeKey(call) {
    const { KeyId = '', ...key } = keyNamed(call, call.input.KeyId);
    return { KeyMetadata: { ...key, KeyId } };
  },
  ListAliases(call) {
    const { KeyId, Limit, Marker } = call.input;
    const keys = KeyId === undefined ? stocked(call, 'AWS::KMS::Key') : [keyNamed(call, KeyId)];
    const aliases = keys.flatMap(key => key.Aliases ?? []);
    const page = pageOf(call, aliases, { ...pages(100), size: Limit, token: Marker, scope: KeyId });
    return { Aliases: page.items, NextMarker: page.nextToken, Truncated: page.nextToken !== undefined };
  },
  ListResourceTags(call) {
    const { KeyId, Limit, Marker } = call.input;
    const page = pageOf(call, keyNamed(call, KeyId).Tags ?? [], {
      ...pages(50),
      size: Limit,
      token: Marker,
      scope: KeyId,
    });
    return { Tags: page.items, NextMarker: page.nextToken, Truncated: page.nextToken !== undefined };
  },
} satisfies OperationsOf<typeof KmsClient>;

/** By id or ARN. */
function keyNamed(call: Call<unknown>, name: string | undefined): Stored<'AWS::KMS::Key'> {
  const missing = { code: 'NotFoundException', message: `Key '${name}' does not exist` };
  return oneOf(stocked(call, 'AWS::KMS::Key'), one => one.KeyId === name || one.KeyArn === name, missing);
}
