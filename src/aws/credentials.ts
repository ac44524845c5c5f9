import type { Hub } from '../domain/hub.ts';
import type { PartitionFacts } from '../domain/partition.ts';
import { ok, type Result } from '../domain/result.ts';

/** What a request is signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type CredentialsProvider = () => Promise<Credentials>;

/** What we act as in a hub. */
export interface HubIdentity {
  /** Names this identity in caches: other credentials are another id. */
  readonly id: string;
  readonly hub: Hub;
  readonly facts: PartitionFacts;
  readonly credentials: HubCredentials;
}

export type HubCredentials =
  /** `openSecret` is asked before every assumption and fails once the identity is deleted, so that nothing outlives it. */
  | { readonly kind: 'access-key'; readonly accessKeyId: string; openSecret(): Promise<Result<string>> }
  /** The machine's own identity; only where the configuration of a platform account names it. */
  | { readonly kind: 'default-chain' };

/** The credentials a client of this hub signs with. A secret is opened here, just before it is needed. */
export async function hubCredentials({ credentials, facts }: HubIdentity): Promise<Result<CredentialsProvider>> {
  if (credentials.kind === 'default-chain') return ok(await defaultChain(facts.stsRegion));
  const secret = await credentials.openSecret();
  if (!secret.ok) return secret;
  const identity = { accessKeyId: credentials.accessKeyId, secretAccessKey: secret.value };
  return ok(async () => identity);
}

/** The one place that looks at the machine's environment, profiles and metadata service; loaded when a hub names it. */
async function defaultChain(region: string): Promise<CredentialsProvider> {
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  return fromNodeProviderChain({ clientConfig: { region } });
}
