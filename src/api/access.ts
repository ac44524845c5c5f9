import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { type Caller, callerOfCookie, callerOfToken, type PeopleDeps } from '../accounts/callers.ts';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { roleSuffices } from '../domain/role.ts';
import type { Access } from './contract.ts';

export const SESSION_COOKIE = 'causeway_session';

/**
 * Who makes the request, if that caller has the access that the route demands; null where the route is public. The only
 * place that decides it. Faults: not-signed-in, csrf-token-invalid, not-allowed.
 *
 * A request with an Authorization header never falls back to its cookie: who sends a token means the token.
 */
export async function admit(deps: PeopleDeps, request: FastifyRequest, access: Access): Promise<Result<Caller | null>> {
  if (access === 'public') return ok(null);
  const found = await identify(deps, request);
  if (!found.ok) return found;
  const caller = found.value;
  if (caller.kind === 'session' && !SAFE_METHODS.has(request.method) && !hasCsrfToken(request, caller.csrfToken)) {
    return failed(fault('csrf-token-invalid', 'The header x-csrf-token is not the one of this session.'));
  }
  if (access === 'session') {
    if (caller.kind === 'session') return found;
    return failed(
      fault('not-allowed', 'This is about sessions, and an API token has none.', {
        remedy: 'Sign in with a user name and a password.',
      }),
    );
  }
  if (roleSuffices(caller.role, access)) return found;
  return failed(fault('not-allowed', `This needs the role ${access}; yours is ${caller.role}.`));
}

/** Methods that change nothing, so that a forged request does no harm. */
const SAFE_METHODS = new Set(['GET', 'HEAD']);

async function identify(deps: PeopleDeps, request: FastifyRequest): Promise<Result<Caller>> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1];
    if (token) return await callerOfToken(deps, token);
    return failed(fault('not-signed-in', 'The Authorization header is not "Bearer <token>".'));
  }
  const cookie = request.cookies[SESSION_COOKIE];
  if (cookie) return await callerOfCookie(deps, cookie);
  return failed(fault('not-signed-in', 'The request has neither a session cookie nor an API token.'));
}

function hasCsrfToken(request: FastifyRequest, expected: string): boolean {
  const sent = Buffer.from(String(request.headers['x-csrf-token'] ?? ''));
  const wanted = Buffer.from(expected);
  return sent.length === wanted.length && timingSafeEqual(sent, wanted);
}
