import type { FastifyReply, FastifyRequest } from 'fastify';
import { fault } from '../domain/faults.ts';
import { API_PREFIX, ROUTE_NAMES, ROUTES } from './contract.ts';
import { sendFaults } from './fault-reply.ts';

/** Answers a request that no route took: 405 where only the method is wrong, else 404. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?')[0] ?? '';
  const methods = methodsOf(path);
  if (methods.length === 0)
    return sendFaults(reply, [fault('not-found', `There is nothing at ${path.slice(0, 200)}.`)]);
  const allowed = methods.join(', ');
  void reply.header('allow', allowed);
  return sendFaults(reply, [
    fault('method-not-allowed', `${request.method} is not possible here; there are ${allowed}.`),
  ]);
}

/** The methods of the API's routes at a path, in the form of the Allow header. */
function methodsOf(path: string): string[] {
  const methods = ROUTE_NAMES.map(name => ROUTES[name])
    .filter(route => patternOf(API_PREFIX + route.path).test(path))
    .map(({ method }) => method);
  return [...new Set(methods.flatMap(method => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`);
}
