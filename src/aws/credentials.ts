import type { KeylessSource } from '../domain/credentials.ts';
import type { Hub } from '../domain/hub.ts';
import type { PartitionFacts } from '../domain/partition.ts';
import { ok, type Result } from '../domain/result.ts';
import type { Aws } from './aws.ts';
import { keylessProvider } from './keyless.ts';

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
  /** What acts in the same hub by now, for a session that was opened before its key was replaced; null when nothing does. */
  readonly successor?: () => Promise<HubIdentity | null>;
}

/** `openSecret` and `confirm` are asked before every assumption and fail once the identity is deleted, so that nothing outlives it. */
export type HubCredentials =
  | { readonly kind: 'access-key'; readonly accessKeyId: string; openSecret(): Promise<Result<string>> }
  | (KeylessSource & { confirm(): Promise<Result<void>> })
  /** Whatever identity the machine has; only where the configuration of a platform account names it. */
  | { readonly kind: 'default-chain' };

/** The credentials a client of this hub signs with. A secret is opened here, just before it is needed. */
export async function hubCredentials(
  aws: Aws,
  { id, credentials, facts }: HubIdentity,
): Promise<Result<CredentialsProvider>> {
  switch (credentials.kind) {
    case 'default-chain':
      return ok(await defaultChain(facts.stsRegion));
    case 'access-key': {
      const secret = await credentials.openSecret();
      if (!secret.ok) return secret;
      const identity = { accessKeyId: credentials.accessKeyId, secretAccessKey: secret.value };
      return ok(async () => identity);
    }
    default: {
      const confirmed = await credentials.confirm();
      return confirmed.ok ? ok(keylessProvider(aws, { id, facts, source: credentials })) : confirmed;
    }
  }
}

/** The one place that lets the SDK look at the machine's environment, profiles and metadata; loaded when a hub names it. */
async function defaultChain(region: string): Promise<CredentialsProvider> {
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  return fromNodeProviderChain({ clientConfig: { region } });
}
