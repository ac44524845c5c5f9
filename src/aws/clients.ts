import type { IAMClient } from '@aws-sdk/client-iam';
import { ok, type Result } from '../domain/result.ts';
import { type Aws, clientSettings } from './aws.ts';
import { type CredentialsProvider, type HubIdentity, hubCredentials } from './credentials.ts';
import type { PaceBucket } from './pace.ts';

/** IAM as a hub's own identity. The secret is asked for each time, so that a deleted identity is never used again. */
export async function hubIamClient(aws: Aws, hub: HubIdentity): Promise<Result<IAMClient>> {
  const credentials = await hubCredentials(aws, hub);
  if (!credentials.ok) return credentials;
  return ok(await iamClient(aws, { key: hub.id, region: hub.facts.stsRegion, credentials: credentials.value }));
}

/** Whose quotas the calls count against that a hub makes as itself, at STS and IAM. */
export function hubPace({ hub, facts }: HubIdentity): PaceBucket {
  return { accountId: hub.accountId, region: facts.stsRegion };
}

/** IAM signs for one region of each partition, which is the one whose STS is used: https://docs.aws.amazon.com/general/latest/gr/iam-service.html */
async function iamClient(
  aws: Aws,
  { key, region, credentials }: { key: string; region: string; credentials: CredentialsProvider },
): Promise<IAMClient> {
  const known = aws.iamClients.get(key);
  if (known) return known;
  const { IAMClient } = await import('@aws-sdk/client-iam');
  const client = new IAMClient(clientSettings(aws, { service: 'iam', region, credentials }));
  aws.iamClients.set(key, client);
  return client;
}
