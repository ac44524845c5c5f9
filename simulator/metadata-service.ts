import { createServer, type IncomingMessage } from 'node:http';
import { type Clock, systemClock } from '../src/domain/clock.ts';
import { roleArn } from './iam/arns.ts';
import { makeSession } from './services/sts/session.ts';
import { secretAccessKey } from './world/aws-ids.ts';
import { accountOf, drawPrng } from './world/build.ts';
import type { Role, World } from './world/world.ts';

export interface MetadataServiceOptions {
  world: World;
  /** The role of the instance profile and of the task; it exists in the world. */
  accountId: string;
  roleName: string;
  clock?: Clock;
  /** How long credentials live; AWS gives six hours. */
  sessionSeconds?: number;
}

/** What an EC2 instance or a container finds beside it: the services that give out credentials of its own role. */
export interface MetadataService {
  /** For AWS_EC2_METADATA_SERVICE_ENDPOINT. */
  endpoint: string;
  /** For AWS_CONTAINER_CREDENTIALS_FULL_URI, with `authorization` in the file or variable for its token. */
  containerUri: string;
  authorization: string;
  /** Method and path of every request, in their order. */
  requests: string[];
  /** Answers this status from now on; undefined: as it should. */
  failWith(status: number | undefined): void;
  /** Accepts only this token from now on, as EKS replaces it. */
  renewAuthorization(): string;
  close(): Promise<void>;
}

/**
 * Starts both services on one address of this machine. IMDS: version 2 only, as instances are launched today.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
export async function startMetadataService(options: MetadataServiceOptions): Promise<MetadataService> {
  const { world } = options;
  const secret = () => secretAccessKey(drawPrng(world));
  const state: State = { ...options, clock: options.clock ?? systemClock, tokens: new Map(), authorization: secret() };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const { status, body } = state.failure === undefined ? answer(request, state) : { status: state.failure, body: '' };
    response.writeHead(status, { 'content-type': 'text/plain' });
    response.end(body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the metadata service has no TCP address');
  const endpoint = `http://127.0.0.1:${address.port}`;
  return {
    endpoint,
    containerUri: `${endpoint}${CONTAINER_PATH}`,
    authorization: state.authorization,
    requests,
    failWith(status) {
      state.failure = status;
    },
    renewAuthorization() {
      state.authorization = secret();
      return state.authorization;
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface State extends MetadataServiceOptions {
  clock: Clock;
  /** IMDSv2 tokens that were given out, with their end. */
  tokens: Map<string, number>;
  authorization: string;
  failure?: number | undefined;
}

interface Reply {
  status: number;
  body: string;
}

const CONTAINER_PATH = '/v1/credentials';
const ROLES_PATH = '/latest/meta-data/iam/security-credentials/';

function answer(request: IncomingMessage, state: State): Reply {
  const path = request.url ?? '/';
  if (path === CONTAINER_PATH) return containerCredentials(request, state);
  if (path === '/latest/api/token') return newToken(request, state);
  const token = request.headers['x-aws-ec2-metadata-token'];
  const endsAt = state.tokens.get(typeof token === 'string' ? token : '');
  if (endsAt === undefined || endsAt <= state.clock.now().getTime()) return { status: 401, body: 'Unauthorized' };
  if (request.method !== 'GET') return { status: 405, body: '' };
  const role = roleOf(state);
  if (!role) return { status: 404, body: 'Not Found' };
  if (path === ROLES_PATH) return { status: 200, body: role.name };
  if (path !== `${ROLES_PATH}${role.name}`) return { status: 404, body: 'Not Found' };
  return {
    status: 200,
    body: JSON.stringify({ Code: 'Success', Type: 'AWS-HMAC', ...sessionOf(state, role, 'i-0abc1234') }),
  };
}

/** A token is asked for by PUT, for 1 second to 6 hours; a request that came through a proxy gets none. */
function newToken({ method, headers }: IncomingMessage, state: State): Reply {
  if (method !== 'PUT') return { status: 405, body: '' };
  if (headers['x-forwarded-for'] !== undefined) return { status: 403, body: 'Forbidden' };
  const seconds = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 21_600) return { status: 400, body: 'Bad Request' };
  const token = `AQAE${secretAccessKey(drawPrng(state.world))}==`;
  state.tokens.set(token, state.clock.now().getTime() + seconds * 1_000);
  return { status: 200, body: token };
}

function containerCredentials({ method, headers }: IncomingMessage, state: State): Reply {
  if (method !== 'GET') return { status: 405, body: '' };
  if (headers.authorization !== state.authorization) {
    return { status: 403, body: JSON.stringify({ code: 'AccessDenied', message: 'the token is not valid' }) };
  }
  const role = roleOf(state);
  if (!role) return { status: 404, body: JSON.stringify({ code: 'NoRole', message: 'no role' }) };
  const arn = roleArn(accountOf(state.world, state.accountId), role);
  return { status: 200, body: JSON.stringify({ RoleArn: arn, ...sessionOf(state, role, 'task-0abc1234') }) };
}

function roleOf({ world, accountId, roleName }: State): Role | undefined {
  return accountOf(world, accountId).roles[roleName];
}

function sessionOf({ world, accountId, clock, sessionSeconds = 21_600 }: State, role: Role, sessionName: string) {
  const account = accountOf(world, accountId);
  const nowMs = clock.now().getTime();
  const session = makeSession(world, { account, role, sessionName, seconds: sessionSeconds, nowMs });
  return {
    LastUpdated: session.issuedAt,
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secret,
    Token: session.token,
    Expiration: session.expiresAt,
  };
}
