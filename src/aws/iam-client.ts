import type { IAMClient } from '@aws-sdk/client-iam';
import { mapped, type Result } from '../domain/result.ts';
import { type Aws, clientSettings } from './aws.ts';
import { type HubIdentity, hubCredentials } from './credentials.ts';

/** IAM as a hub's identity, about itself. A new client each time: it is rarely needed. Do not destroy it. */
export async function iamClient(aws: Aws, hub: HubIdentity): Promise<Result<IAMClient>> {
  // Loaded when first needed, as the module is large.
  const { IAMClient } = await import('@aws-sdk/client-iam');
  // IAM is one service per partition; its requests are signed for the region that its STS calls go to.
  const region = hub.facts.stsRegion;
  return mapped(await hubCredentials(aws, hub), credentials => {
    return new IAMClient(clientSettings(aws, { service: 'iam', region, credentials }));
  });
}
