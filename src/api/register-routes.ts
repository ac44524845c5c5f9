import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, PeopleDeps } from '../accounts/callers.ts';
import type { SignedIn } from '../accounts/sign-in.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Result } from '../domain/result.ts';
import type { Log } from '../log.ts';
import { admit, SESSION_COOKIE } from './access.ts';
import { API_PREFIX, ROUTE_NAMES, ROUTES, type Route, type RouteName } from './contract.ts';
import { sendFaults } from './fault-reply.ts';
import { readInput, readJson } from './input.ts';
import type { Call, Handlers } from './routes.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access check; null on public routes. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** The row of the route table; also the name under which the route is measured. */
    routeName?: RouteName;
  }
}

export interface RegisterOptions {
  readonly deps: PeopleDeps & { readonly log: Log };
  readonly handlers: Handlers;
  /** Checks every reply against its schema. Costs half of a list route's rate, so for tests only. */
  readonly checkReplies: boolean;
}

/**
 * Registers each row of the route table with its handler, and nothing else: a row without a handler, a handler without a
 * row, and a route that is registered here by other means stop the server at start.
 */
export function registerRoutes(api: FastifyInstance, options: RegisterOptions): void {
  const { deps, handlers } = options;
  assertComplete(handlers);
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: FastifyRequest, bytes: Buffer) =>
    readJson(bytes),
  );
  api.decorateRequest('caller', null);
  api.addHook('onRoute', ({ url, config }) => {
    if (!config?.routeName) throw new Error(`${url} is not in the route table`);
  });
  api.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    const { routeName } = request.routeOptions.config;
    if (!routeName) throw new Error('a route outside the route table was called');
    const admitted = await admit(deps, request, ROUTES[routeName].access);
    if (!admitted.ok) return sendFaults(reply, [admitted.fault]);
    request.caller = admitted.value;
  });
  for (const name of ROUTE_NAMES) registerRoute(api, name, options);
}

function registerRoute<Name extends RouteName>(api: FastifyInstance, name: Name, options: RegisterOptions): void {
  const { method, path, status }: Route = ROUTES[name];
  const handle = options.handlers[name];
  api.route({
    method,
    url: path,
    config: { routeName: name },
    handler: async (request, reply) => {
      const read = readInput(name, { params: request.params, query: request.query, body: bodyOf(request) });
      if (!read.ok) return sendFaults(reply, read.faults);
      const result = await handle(read.input, callOf(request, reply, options.deps.log));
      if (!result.ok) return sendFaults(reply, [result.fault]);
      if (options.checkReplies) assertFits(name, result.value);
      if (status === 204) return reply.code(status).send();
      return reply
        .code(status)
        .header('content-type', 'application/json; charset=utf-8')
        .serializer(JSON.stringify)
        .send(result.value);
    },
  });
}

function callOf(request: FastifyRequest, reply: FastifyReply, log: Log): Call {
  return {
    caller: request.caller,
    actor: request.caller?.actor ?? 'system',
    address: request.ip,
    log: log.child({ requestId: request.id }),
    setSession: session => setSessionCookie(request, reply, session),
  };
}

/**
 * Strict: no other site's page makes the browser send it. The first page needs no session, and what that page fetches is
 * same-site, so links from elsewhere still work.
 */
function setSessionCookie(request: FastifyRequest, reply: FastifyReply, session: SignedIn | null): void {
  const secure = request.protocol === 'https';
  const attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
  if (session) {
    void reply.setCookie(SESSION_COOKIE, session.cookie, { ...attributes, maxAge: LIMITS.sessionHoursMax * 3_600 });
  } else {
    void reply.clearCookie(SESSION_COOKIE, attributes);
  }
}

/** What the content type parser made; the parser's type is lost on the way through Fastify. */
function bodyOf(request: FastifyRequest): Result<unknown> | undefined {
  const { body } = request;
  return isResult(body) ? body : undefined;
}

function isResult(body: unknown): body is Result<unknown> {
  return typeof body === 'object' && body !== null && 'ok' in body;
}

function assertComplete(handlers: Handlers): void {
  const unknown = Object.keys(handlers).filter(name => !ROUTE_NAMES.some(known => known === name));
  const missing = ROUTE_NAMES.filter(name => !(name in handlers));
  if (missing.length + unknown.length === 0) return;
  throw new Error(
    `routes without a handler: ${missing.join(', ') || 'none'}; handlers without a route below ${API_PREFIX}: ${unknown.join(', ') || 'none'}`,
  );
}

function assertFits(name: RouteName, value: unknown): void {
  const { reply }: Route = ROUTES[name];
  if (!reply) {
    if (value !== undefined) throw new Error(`${name} answers nothing, but its handler gave something`);
    return;
  }
  const sent: unknown = JSON.parse(JSON.stringify(value));
  // Parsing leaves out what the schema does not know, so a difference is a field that must not be told.
  if (!isDeepStrictEqual(sent, reply.parse(sent))) throw new Error(`${name} answers with fields that its schema lacks`);
}
