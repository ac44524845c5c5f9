import type { Prng } from './prng.ts';

/** Prefixes of the ids that IAM gives (IAM user guide, "Unique identifiers"). */
export type IamIdPrefix = 'AKIA' | 'ASIA' | 'AIDA' | 'AROA' | 'ANPA';

export type ResourceIdPrefix =
  | 'i'
  | 'r'
  | 'vpc'
  | 'subnet'
  | 'eni'
  | 'eni-attach'
  | 'vol'
  | 'sg'
  | 'ami'
  | 'dopt'
  | 'eipalloc';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Twenty characters for a key (AKIA, ASIA), twenty-one for a principal, as AWS's are. */
export function iamId(prng: Prng, prefix: IamIdPrefix): string {
  return prefix + prng.text(prefix === 'AKIA' || prefix === 'ASIA' ? 16 : 17, BASE32);
}

export function secretAccessKey(prng: Prng): string {
  return prng.text(40, BASE64);
}

/** Such as i-0a1b2c3d4e5f67890: seventeen hex digits that begin with 0. */
export function resourceId(prng: Prng, prefix: ResourceIdPrefix): string {
  return `${prefix}-0${prng.hex(16)}`;
}

/** Such as o-a1b2c3d4e5. */
export function organizationId(prng: Prng): string {
  return `o-${prng.text(10, 'abcdefghijklmnopqrstuvwxyz0123456789')}`;
}
