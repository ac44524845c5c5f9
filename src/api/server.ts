import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { isDatabaseUnavailable, isStatementTimeout } from '../store/database.ts';
import { answerClientError } from './client-error.ts';
import { API_PREFIX } from './contract.ts';
import { faultOfHttpError, sendFaults } from './fault-reply.ts';
import { type ApiDeps, handlersOf } from './handlers.ts';
import { registerHealth } from './health.ts';
import { registerMetrics } from './metrics.ts';
import { sendNotFound } from './not-found.ts';
import { registerRoutes } from './register-routes.ts';
import { registerSecurityHeaders } from './security-headers.ts';
import { registerWeb } from './web.ts';

export interface ApiServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Names by which the server may be reached, beyond the loopback names. */
  readonly allowedHosts?: readonly string[];
  /**
   * Addresses or networks of reverse proxies whose X-Forwarded-For, -Proto and -Host are believed. Without any, those
   * headers are ignored: anybody can send them.
   */
  readonly trustedProxies?: readonly string[];
  /** Directory of the built web client; without it only the API is served. */
  readonly webDir?: string;
  /** Checks every reply against its schema; for tests. */
  readonly checkReplies?: boolean;
  readonly requestsPerMinuteMax?: number;
}

export interface ApiServer {
  /** Such as `http://127.0.0.1:8080`, without a slash at the end. */
  readonly url: string;
  /** Takes no new request, lets those under way finish for up to `LIMITS.closeGraceMs`, then cuts them off. */
  close(): Promise<void>;
}

/** Serves API, web client, health and metrics. Rejects when the address cannot be listened on. */
export async function startApiServer(deps: ApiDeps, options: ApiServerOptions): Promise<ApiServer> {
  const app = await buildServer(deps, options);
  const url = await app.listen({ host: options.host, port: options.port });
  return { url, close: () => closeServer(app) };
}

async function buildServer(deps: ApiDeps, options: ApiServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    trustProxy: options.trustedProxies && options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    bodyLimit: LIMITS.bodyBytesMax,
    routerOptions: { maxParamLength: LIMITS.pathCharsMax },
    requestTimeout: LIMITS.requestTimeoutMs,
    handlerTimeout: LIMITS.handlerTimeoutMs,
    // A request id of the client's would let it write into our log and pass for another request.
    requestIdHeader: false,
    genReqId: () => deps.ids.uuid(),
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => answerError(deps, { error, request, reply }),
    clientErrorHandler: (error, socket) => answerClientError({ error, socket, requestId: deps.ids.uuid() }),
  });
  app.setErrorHandler((error, request, reply) => answerError(deps, { error, request, reply }));
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  app.addHook('onResponse', async (request, reply) => logRequest(deps, { request, reply }));
  closeConnectionsWhenClosing(app);
  ignoreBodies(app);
  await app.register(cookie);
  await limitRate(app, options.requestsPerMinuteMax ?? LIMITS.requestsPerMinuteMax);
  await registerSecurityHeaders(app, options);
  registerHealth(app, deps);
  // A proxy of which the settings tell may be on this machine and give nobody away.
  const isProxied = (options.trustedProxies?.length ?? 0) > 0 || (options.allowedHosts?.length ?? 0) > 0;
  registerMetrics(app, deps, { tokensOnly: isProxied });
  const handlers = handlersOf(deps);
  await app.register(
    (api, _options, done) => {
      registerRoutes(api, { deps, handlers, checkReplies: options.checkReplies ?? false });
      done();
    },
    { prefix: API_PREFIX },
  );
  if (options.webDir === undefined) app.setNotFoundHandler((request, reply) => sendNotFound(request, reply));
  else await registerWeb(app, { webDir: options.webDir, log: deps.log });
  return app;
}

/** Only routes of the API read a body; what no route takes is refused without a look at it. */
function ignoreBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
}

/** Per process and address: it stops a client that runs away, not an attack; tries to sign in are counted by the use case. */
async function limitRate(app: FastifyInstance, requestsPerMinuteMax: number): Promise<void> {
  await app.register(rateLimit, { global: false, max: requestsPerMinuteMax, timeWindow: 60_000 });
  const count = app.createRateLimit();
  app.addHook('onRequest', async (request, reply) => {
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    const detail = `This address sent more than ${requestsPerMinuteMax} requests within a minute.`;
    return sendFaults(reply, [fault('too-many-requests', detail, { retryAfterSeconds: counted.ttlInSeconds })]);
  });
}

/** The last resort for what was thrown: known troubles get their fault, anything else is a bug and tells nothing. */
function answerError(
  { log }: ApiDeps,
  { error, request, reply }: { error: unknown; request: FastifyRequest; reply: FastifyReply },
): void {
  const known = faultOfHttpError(error);
  if (known) {
    void sendFaults(reply, [known]);
  } else if (isDatabaseUnavailable(error)) {
    log.warn(
      { requestId: request.id, error: error instanceof Error ? error.message : 'unknown' },
      'database unavailable',
    );
    void sendFaults(reply, [fault('database-unavailable', 'The database does not answer.', { retryAfterSeconds: 5 })]);
  } else if (isStatementTimeout(error)) {
    log.warn({ requestId: request.id, route: request.routeOptions.config.routeName }, 'a statement took too long');
    void sendFaults(reply, [fault('request-timeout', 'The database took too long to answer.')]);
  } else {
    log.error(
      { requestId: request.id, method: request.method, path: pathOf(request), err: error },
      'request failed by a bug',
    );
    void sendFaults(reply, [fault('internal-error', `The log has more under the request id ${request.id}.`)]);
  }
}

/** Changes and failures are worth a line; reading is not, at the usual level. */
function logRequest({ log }: ApiDeps, { request, reply }: { request: FastifyRequest; reply: FastifyReply }): void {
  const { routeName } = request.routeOptions.config;
  if (!routeName) return;
  const facts = {
    requestId: request.id,
    route: routeName,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
    actor: request.caller?.actor,
    address: request.ip,
  };
  if (request.method === 'GET' && reply.statusCode < 500) log.debug(facts, 'request');
  else log.info(facts, 'request');
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '';
}

/** A connection that is kept open after its last reply would hold up the closing until it is cut off. */
function closeConnectionsWhenClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) void reply.header('connection', 'close');
  });
}

async function closeServer(app: FastifyInstance): Promise<void> {
  const cutOff = setTimeout(() => app.server.closeAllConnections(), LIMITS.closeGraceMs);
  await app.close();
  clearTimeout(cutOff);
}
