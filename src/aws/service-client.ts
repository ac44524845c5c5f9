import { AsyncLocalStorage } from 'node:async_hooks';
import { alsoGiveBack, type RawRequest } from '../inventory/raw.ts';
import type { ServiceName } from '../inventory/services.ts';
import { type Aws, clientSettings } from './aws.ts';
import { type AnswerRoom, asksForCompressed, freeBytes } from './compressed.ts';
import type { CredentialsProvider } from './credentials.ts';
import { formSigner } from './form-signer.ts';
import { keepOrder } from './kept-order.ts';
import { lightenCalls } from './light-calls.ts';
import type { MemberSession } from './session.ts';
import { readQuickly } from './xml/quick-deserializer.ts';

/** A client of one service in one region, for the sessions of all accounts. Do not destroy it: connections are shared. */
export interface ServiceClient {
  /**
   * Sends an operation signed by this session. Where the service's answers are read here, items that `raw` says are known
   * are left out of the answer, and a large answer holds room in memory until its `GIVE_BACK` is called
   * (src/inventory/raw.ts); elsewhere all are in it. Throws what the SDK throws.
   */
  send(
    session: Pick<MemberSession, 'credentials'>,
    call: { operation: string; input: unknown; signal: AbortSignal; stop?: AbortSignal; raw?: RawRequest | undefined },
  ): Promise<unknown>;
}

/**
 * The client of a service in a region; the same one again while it is among those used last. Clients are not made per
 * account: the first call of a client takes four times as long as the others (measured, 6.9 ms against 1.7 ms), and
 * thousands of accounts would have tens of thousands of them.
 */
export async function serviceClient(aws: Aws, service: ServiceName, region: string): Promise<ServiceClient> {
  const key = `${service}/${region}`;
  const known = aws.serviceClients.get(key);
  if (known) return known;
  // Loaded when first needed: what only serves the web and the API never pays for it.
  const { module, Client } = await SERVICES[service]();
  const client = new Client({
    ...clientSettings(aws, { service: service.replaceAll('-', '_'), region, credentials: credentialsOfTheCall }),
    // AWS-compatible endpoints of other makes have no host name per bucket.
    ...(service === 'ec2'
      ? { requestHandler: asksForCompressed(aws.requestHandler, { slots: aws.largeAnswers, roomOfCall }) }
      : {}),
    ...(service === 'ec2' && isAtRoot(aws)
      ? { signer: formSigner({ credentials: credentialsOfTheCall, service, region }) }
      : {}),
    ...(service === 's3' ? { forcePathStyle: hasOwnEndpoint(aws) } : {}),
  });
  if (service === 'ec2') lightenCalls(client);
  else keepOrder(client);
  // Its listings are the bulk of what is read, and the SDK's parser takes most of the time that they take.
  if (service === 'ec2') readQuickly(client, () => callUnderWay.getStore()?.call?.raw);
  const made: ServiceClient = {
    async send({ credentials }, { operation, input, signal, stop = signal, raw }) {
      const Command = module[`${operation}Command`];
      if (!isCommandClass(Command)) throw new Error(`the SDK client of ${service} has no operation ${operation}`);
      const command = new Command(input);
      const room: AnswerRoom = { wanted: raw !== undefined, stop };
      const underWay: UnderWay = { call: { credentials, raw, room } };
      try {
        const answer = await callUnderWay.run(underWay, () => client.send(command, { abortSignal: signal }));
        if (room.giveBack) alsoGiveBack(answer, room.giveBack);
        return answer;
      } catch (error) {
        room.giveBack?.();
        throw error;
      } finally {
        freeBytes(room);
        underWay.call = undefined;
      }
    },
  };
  aws.serviceClients.set(key, made);
  return made;
}

/** Loads the SDK's clients of these services, so that no run has to wait for that. */
export async function loadClients(services: readonly ServiceName[]): Promise<void> {
  for (const service of new Set(services)) await SERVICES[service]();
}

/** Who signs the call that is being made, and what its answer is compared with. A call outside of `send` has nobody and fails: there is no default. */
const callUnderWay = new AsyncLocalStorage<UnderWay>();

/**
 * Empty after the call: a connection that was opened for it keeps this for as long as it is open, and would keep all that is known
 * of the scope that was being read.
 */
interface UnderWay {
  call: { credentials: CredentialsProvider; raw: RawRequest | undefined; room: AnswerRoom } | undefined;
}

const roomOfCall = () => callUnderWay.getStore()?.call?.room;

/** `memoized` makes the SDK ask for every call and keep nothing. */
const credentialsOfTheCall: CredentialsProvider = Object.assign(
  async () => {
    const call = callUnderWay.getStore()?.call;
    if (!call) throw new Error('a call to AWS without a session to sign it');
    return await call.credentials();
  },
  { memoized: true },
);

function hasOwnEndpoint({ endpoints }: Aws): boolean {
  return endpoints.byService.s3 !== undefined || endpoints.all !== undefined;
}

/** AWS's own endpoints are. */
function isAtRoot({ endpoints }: Aws): boolean {
  const endpoint = endpoints.byService.ec2 ?? endpoints.all;
  return endpoint === undefined || URL.parse(endpoint)?.pathname === '/';
}

interface SdkModule {
  readonly module: Readonly<Record<string, unknown>>;
  readonly Client: new (
    settings: ReturnType<typeof clientSettings>,
  ) => {
    // Written as a method, which TypeScript compares loosely: `command` is of the same module.
    send(command: object, options: { abortSignal: AbortSignal }): Promise<unknown>;
  };
}

function isCommandClass(value: unknown): value is new (input: unknown) => object {
  return typeof value === 'function';
}

const SERVICES: { readonly [Service in ServiceName]: () => Promise<SdkModule> } = {
  'auto-scaling': async () => {
    const module = await import('@aws-sdk/client-auto-scaling');
    return { module, Client: module.AutoScalingClient };
  },
  cloudfront: async () => {
    const module = await import('@aws-sdk/client-cloudfront');
    return { module, Client: module.CloudFrontClient };
  },
  'cloudwatch-logs': async () => {
    const module = await import('@aws-sdk/client-cloudwatch-logs');
    return { module, Client: module.CloudWatchLogsClient };
  },
  dynamodb: async () => {
    const module = await import('@aws-sdk/client-dynamodb');
    return { module, Client: module.DynamoDBClient };
  },
  ec2: async () => {
    const module = await import('@aws-sdk/client-ec2');
    return { module, Client: module.EC2Client };
  },
  ecs: async () => {
    const module = await import('@aws-sdk/client-ecs');
    return { module, Client: module.ECSClient };
  },
  eks: async () => {
    const module = await import('@aws-sdk/client-eks');
    return { module, Client: module.EKSClient };
  },
  'elastic-load-balancing': async () => {
    const module = await import('@aws-sdk/client-elastic-load-balancing');
    return { module, Client: module.ElasticLoadBalancingClient };
  },
  'elastic-load-balancing-v2': async () => {
    const module = await import('@aws-sdk/client-elastic-load-balancing-v2');
    return { module, Client: module.ElasticLoadBalancingV2Client };
  },
  iam: async () => {
    const module = await import('@aws-sdk/client-iam');
    return { module, Client: module.IAMClient };
  },
  kms: async () => {
    const module = await import('@aws-sdk/client-kms');
    return { module, Client: module.KMSClient };
  },
  lambda: async () => {
    const module = await import('@aws-sdk/client-lambda');
    return { module, Client: module.LambdaClient };
  },
  rds: async () => {
    const module = await import('@aws-sdk/client-rds');
    return { module, Client: module.RDSClient };
  },
  s3: async () => {
    const module = await import('@aws-sdk/client-s3');
    return { module, Client: module.S3Client };
  },
  sagemaker: async () => {
    const module = await import('@aws-sdk/client-sagemaker');
    return { module, Client: module.SageMakerClient };
  },
  sns: async () => {
    const module = await import('@aws-sdk/client-sns');
    return { module, Client: module.SNSClient };
  },
  sqs: async () => {
    const module = await import('@aws-sdk/client-sqs');
    return { module, Client: module.SQSClient };
  },
};
