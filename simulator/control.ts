import { fault } from '../src/domain/faults.ts';
import { changeAccessKey, changeAccount, readAccount } from './control/accounts.ts';
import {
  type ControlAnswer,
  type Controlled,
  type ControlRequest,
  created,
  done,
  found,
  type Handler,
  refused,
} from './control/answers.ts';
import { deleteFault, deleteFaults, listFaults, putFault, putFaults } from './control/fault-rules.ts';
import { parseBody } from './control/fields.ts';
import { beginEpoch, fleetTruth } from './control/fleet.ts';
import { changeInstance, churn, launchInstances, listInstances, terminateInstance } from './control/instances.ts';
import { deleteRole, putRole, putTrustPolicy } from './control/roles.ts';
import { createAccessKey, putUserPolicy } from './control/users.ts';
import { isVirtualClock } from './virtual-clock.ts';

/** The server passes everything below /_control/ here instead of treating it as an AWS request. */
export type HandleControl = (request: ControlRequest) => Promise<ControlAnswer>;

export type { ControlAnswer, Controlled, ControlRequest } from './control/answers.ts';

/**
 * The way to change simulated AWS from outside while it runs: JSON in and out, unsigned, for callers on this machine only.
 * Refusals have the shape of Causeway's own: {code, title, detail, field?, remedy}.
 */
export function createControl(simulation: Controlled): HandleControl {
  return async request => {
    for (const route of ROUTES) {
      const values = route.method === request.method ? matchPath(route.path, request.path) : undefined;
      if (!values) continue;
      const answer = await route.handle({ simulation, request, values });
      if (request.method !== 'GET' && answer.status < 300) simulation.changed();
      return answer;
    }
    const known = ROUTES.map(({ method, path }) => `${method} ${ROOT}${path}`).join(', ');
    return refused(fault('not-found', `There is no ${request.method} ${request.path}. There are: ${known}.`));
  };
}

const ROOT = '/_control';

interface Route {
  method: string;
  /** Below /_control; parts that begin with `:` are values. */
  path: string;
  handle: Handler;
}

const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/', handle: summarise },
  { method: 'POST', path: '/reset', handle: reset },
  { method: 'POST', path: '/clock', handle: advanceClock },
  { method: 'PUT', path: '/propagation', handle: putPropagation },
  { method: 'PUT', path: '/listing-delay', handle: putListingDelay },
  { method: 'POST', path: '/fleet/epochs', handle: beginEpoch },
  { method: 'GET', path: '/fleet/truth', handle: fleetTruth },
  { method: 'GET', path: '/calls', handle: listCalls },
  { method: 'GET', path: '/call-counts', handle: ({ simulation }) => found({ items: simulation.callLog.counts() }) },
  { method: 'DELETE', path: '/calls', handle: forgetCalls },
  { method: 'GET', path: '/faults', handle: listFaults },
  { method: 'PUT', path: '/faults', handle: putFaults },
  { method: 'DELETE', path: '/faults', handle: deleteFaults },
  { method: 'PUT', path: '/faults/:id', handle: putFault },
  { method: 'DELETE', path: '/faults/:id', handle: deleteFault },
  { method: 'POST', path: '/churn', handle: churn },
  { method: 'GET', path: '/accounts/:accountId', handle: readAccount },
  { method: 'PATCH', path: '/accounts/:accountId', handle: changeAccount },
  { method: 'GET', path: '/accounts/:accountId/instances', handle: listInstances },
  { method: 'POST', path: '/accounts/:accountId/instances', handle: launchInstances },
  { method: 'PATCH', path: '/accounts/:accountId/instances/:instanceId', handle: changeInstance },
  { method: 'DELETE', path: '/accounts/:accountId/instances/:instanceId', handle: terminateInstance },
  { method: 'PUT', path: '/accounts/:accountId/roles/:roleName', handle: putRole },
  { method: 'DELETE', path: '/accounts/:accountId/roles/:roleName', handle: deleteRole },
  { method: 'PUT', path: '/accounts/:accountId/roles/:roleName/trust-policy', handle: putTrustPolicy },
  { method: 'PATCH', path: '/accounts/:accountId/access-keys/:accessKeyId', handle: changeAccessKey },
  { method: 'POST', path: '/accounts/:accountId/users/:userName/access-keys', handle: createAccessKey },
  { method: 'PUT', path: '/accounts/:accountId/users/:userName/policies/:policyName', handle: putUserPolicy },
];

/** The values of a path's parts, or undefined when the path is another. */
function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = partsOf(ROOT + pattern);
  const given = partsOf(path);
  if (wanted.length !== given.length) return undefined;
  const values: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const text = given[i] ?? '';
    if (part.startsWith(':')) values[part.slice(1)] = text;
    else if (part !== text) return undefined;
  }
  return values;
}

function partsOf(path: string): string[] {
  return path.split('/').flatMap(part => (part === '' ? [] : [decoded(part)]));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    // A malformed escape stays as it is: it names nothing.
    if (error instanceof URIError) return part;
    throw error;
  }
}

function summarise({ simulation: { world, clock, faults, callLog } }: Parameters<Handler>[0]): ControlAnswer {
  const accounts = Object.values(world.accounts).map(({ id, name, partition, state, roles, users, ec2 }) => ({
    id,
    name,
    partition,
    state,
    roles: Object.keys(roles),
    users: Object.keys(users),
    instances: Object.fromEntries(Object.entries(ec2).map(([region, { instances }]) => [region, instances.length])),
  }));
  return found({
    now: clock.now().toISOString(),
    clock: isVirtualClock(clock) ? 'virtual' : 'system',
    seed: world.seed,
    organizations: world.organizations.map(({ id, partition, managementAccountId }) => ({
      id,
      partition,
      managementAccountId,
    })),
    accounts,
    faults: faults.rules().length,
    calls: callLog.counts().reduce((sum, { calls }) => sum + calls, 0),
  });
}

/** Puts the world back to how it was at the start, with no calls counted; the fault script stays as it is. */
function reset({ simulation }: Parameters<Handler>[0]): ControlAnswer {
  Object.assign(simulation.world, simulation.remake());
  simulation.callLog.clear();
  return done();
}

function advanceClock({ simulation: { clock }, request }: Parameters<Handler>[0]): ControlAnswer {
  const fields = parseBody(request.body);
  const seconds = fields.optionalNumber('advanceSeconds', { min: 0, max: 10 * 365 * 24 * 3_600, whole: false }) ?? 0;
  const wrong = fields.end();
  if (wrong) return refused(wrong);
  if (!isVirtualClock(clock)) {
    return refused(fault('invalid-field', 'This simulated AWS runs on the system’s clock, which cannot be advanced.'));
  }
  clock.advance(seconds * 1_000);
  return created({ now: clock.now().toISOString() });
}

/** PUT {seconds}: how long STS takes to follow changes of roles that are made from now on. */
function putPropagation({ simulation: { world }, request }: Parameters<Handler>[0]): ControlAnswer {
  const fields = parseBody(request.body);
  const seconds = fields.optionalNumber('seconds', { min: 0, max: 3_600, whole: false }) ?? 0;
  const wrong = fields.end();
  if (wrong) return refused(wrong);
  world.propagationSeconds = seconds;
  return found({ seconds });
}

/** PUT {seconds}: how long EC2's listings take to follow what the control API does to instances from now on. */
function putListingDelay({ simulation: { world }, request }: Parameters<Handler>[0]): ControlAnswer {
  const fields = parseBody(request.body);
  const seconds = fields.optionalNumber('seconds', { min: 0, max: 3_600, whole: false }) ?? 0;
  const wrong = fields.end();
  if (wrong) return refused(wrong);
  world.listingDelaySeconds = seconds;
  return found({ seconds });
}

/** Newest first. Query: `operation`, `accountId`, `region`, `limit` (default 100). */
function listCalls({ simulation: { callLog }, request: { query } }: Parameters<Handler>[0]): ControlAnswer {
  const limit = Number(query.get('limit') ?? 100);
  const wanted = (['operation', 'accountId', 'region'] as const).filter(name => query.has(name));
  const items = callLog
    .calls()
    .filter(call => wanted.every(name => call[name] === query.get(name)))
    .toReversed()
    .slice(0, limit);
  return found({ items });
}

function forgetCalls({ simulation: { callLog } }: Parameters<Handler>[0]): ControlAnswer {
  callLog.clear();
  return done();
}
