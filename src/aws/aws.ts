import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Clock } from '../domain/clock.ts';
import type { Ids } from '../domain/ids.ts';
import { LIMITS } from '../domain/limits.ts';
import { createTotals, type Totals } from '../domain/totals.ts';
import { type BoundedMap, createBoundedMap } from './bounded-map.ts';
import type { CredentialsProvider } from './credentials.ts';
import type { Caller } from './identity.ts';
import type { KeylessSlot } from './keyless.ts';
import type { MachineSettings } from './machine.ts';
import { createPace, type Pace } from './pace.ts';
import type { ServiceClient } from './service-client.ts';
import type { SessionSlot } from './session.ts';
import { Sha256 } from './sha256.ts';
import { createSlots, type Slots } from './slots.ts';

/**
 * The way to AWS of one process: connections, clients and sessions that are reused. Everything in it is bounded, and
 * nothing in it comes from the machine's own AWS settings.
 */
export interface Aws {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly endpoints: AwsEndpoints;
  /** Every call waits for its turn here. */
  readonly pace: Pace;
  /** And the calls of runs for a slot, which are shared between the accounts. */
  readonly slots: Slots;
  /** And large answers for room in memory. */
  readonly largeAnswers: Slots;
  /** What this process did, for the metrics. */
  readonly totals: Totals;
  readonly machine: MachineSettings;
  /** Shared by all clients, so that connections are kept alive across them. Never destroy a client: it would take this along. */
  readonly requestHandler: NodeHttpHandler;
  /** By hub identity. */
  readonly stsClients: BoundedMap<STSClient>;
  /** Of the services that asset types are read from, by service and region; whose session signs is said with each call. */
  readonly serviceClients: BoundedMap<ServiceClient>;
  /** By hub identity. */
  readonly iamClients: BoundedMap<IAMClient>;
  /** By hub identity, role and external ID. */
  readonly sessions: BoundedMap<SessionSlot>;
  /** Whom STS said a hub identity to be, by hub identity; only those that answered as they should. */
  readonly provenHubs: BoundedMap<Caller>;
  /** Credentials of keyless hubs, by hub identity. */
  readonly keylessHubs: BoundedMap<KeylessSlot>;
}

/** Endpoints to use instead of AWS's own: `byService` (keyed `sts`, `ec2` …) goes before `all`. */
export interface AwsEndpoints {
  readonly all?: string | undefined;
  readonly byService: Readonly<Record<string, string>>;
}

/** Opens nothing yet: connections are made by the first call. */
export function openAws({
  clock,
  ids,
  endpoints,
  machine = {},
  quotaSharePercent = LIMITS.awsQuotaSharePercentDefault,
  callsInFlight = LIMITS.awsCallsInFlight,
}: Pick<Aws, 'clock' | 'ids' | 'endpoints'> &
  Partial<Pick<Aws, 'machine'>> & { quotaSharePercent?: number; callsInFlight?: number }): Aws {
  const sockets = { keepAlive: true, maxSockets: LIMITS.awsSocketsMax };
  return {
    clock,
    ids,
    endpoints,
    pace: createPace(clock, { sharePercent: quotaSharePercent }),
    slots: createSlots(callsInFlight),
    largeAnswers: createSlots(LIMITS.largeAnswersAtOnce),
    totals: createTotals(),
    machine,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: LIMITS.awsConnectTimeoutMs,
      requestTimeout: LIMITS.awsCallTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(sockets),
      httpsAgent: new HttpsAgent(sockets),
    }),
    stsClients: createBoundedMap({ entriesMax: LIMITS.awsClientsMax }),
    serviceClients: createBoundedMap({ entriesMax: LIMITS.serviceClientsMax }),
    iamClients: createBoundedMap({ entriesMax: LIMITS.awsClientsMax }),
    sessions: createBoundedMap({ entriesMax: LIMITS.awsSessionsMax }),
    provenHubs: createBoundedMap({ entriesMax: LIMITS.awsClientsMax }),
    keylessHubs: createBoundedMap({ entriesMax: LIMITS.awsClientsMax }),
  };
}

/** Closes idle connections and forgets every session and client. */
export function closeAws(aws: Aws): void {
  aws.stsClients.clear();
  aws.serviceClients.clear();
  aws.iamClients.clear();
  aws.sessions.clear();
  aws.provenHubs.clear();
  aws.keylessHubs.clear();
  aws.requestHandler.destroy();
}

/**
 * The settings that every client is made with. Each one that the SDK would otherwise look up in the environment or in
 * ~/.aws/config is given here, so that neither can choose a region, a profile, an endpoint or credentials (invariant
 * I11). Retries are ours (call.ts): the SDK's would multiply with them.
 */
export function clientSettings(
  aws: Aws,
  { service, region, credentials }: { service: string; region: string; credentials: CredentialsProvider },
) {
  const endpoint = aws.endpoints.byService[service] ?? aws.endpoints.all;
  return {
    region,
    credentials,
    ...(endpoint === undefined ? {} : { endpoint }),
    ignoreConfiguredEndpointUrls: true,
    requestHandler: aws.requestHandler,
    sha256: Sha256,
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    authSchemePreference: emptyList(),
    sigv4aSigningRegionSet: emptyList(),
    // Shown in CloudTrail's userAgent, so that an account's owner recognises these calls.
    userAgentAppId: 'causeway',
  } as const;
}

/** The SDK's types want a list that could be changed. */
function emptyList(): string[] {
  return [];
}
