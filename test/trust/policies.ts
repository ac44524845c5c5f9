import { parseTrustPolicy } from '../../src/trust/parse-policy.ts';
import type { TrustPolicy } from '../../src/trust/policy.ts';

export const HUB_ACCOUNT = '111122223333';
export const ROLE_ACCOUNT = '444455556666';
export const HUB = `arn:aws:iam::${HUB_ACCOUNT}:user/hub`;
export const ACCOUNT = `arn:aws:iam::${HUB_ACCOUNT}:root`;
export const ROLE = `arn:aws:iam::${ROLE_ACCOUNT}:role/Reader`;
export const EXTERNAL_ID = 'causeway-7Qm2vX9pL4tR8sWz';

export function policy(...statements: object[]) {
  return { Version: '2012-10-17', Statement: statements };
}

export function allow(AWS: string | readonly string[], condition?: object) {
  const base = { Effect: 'Allow', Principal: AWS === '*' ? '*' : { AWS }, Action: 'sts:AssumeRole' };
  return condition ? { ...base, Condition: condition } : base;
}

export function read(document: unknown): TrustPolicy {
  const parsed = parseTrustPolicy(document);
  if (!parsed.ok) throw new Error(parsed.fault.detail);
  return parsed.value;
}
