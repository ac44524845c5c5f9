import { type ReplyOf, type RequestOf, ROUTES, type RouteName } from '../api/contract.ts';
import type { Problem } from '../api/schemas.ts';
import type { FaultCode } from '../domain/faults.ts';

/** A request that did not succeed, in the words of the API; `unreachable` is the browser's own: no answer came. */
export class CallFailed extends Error {
  readonly problem: Omit<Problem, 'code'> & { readonly code: FaultCode | 'unreachable' };

  constructor(problem: CallFailed['problem']) {
    super(`${problem.title}: ${problem.detail}`);
    this.name = 'CallFailed';
    this.problem = problem;
  }

  /** What is wrong with a field of the request or with a part of it, in words; undefined when nothing is. */
  onField(field: string): string | undefined {
    const { errors, field: first, detail, remedy } = this.problem;
    const all = errors ?? (first === undefined ? [] : [{ field: first, detail, remedy }]);
    const wrong = all.find(error => isPartOf(error.field, field));
    return wrong && `${wrong.detail} ${wrong.remedy}`;
  }
}

/** `regions[2]` and `tags.Owner` are parts of `regions` and `tags`. */
function isPartOf(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}[`) || path.startsWith(`${field}.`);
}

let csrfToken = '';

/**
 * Calls one route of the API and answers its reply.
 * @throws CallFailed — the only thing it throws, besides the abort of `signal`.
 */
export async function call<Name extends RouteName>(
  name: Name,
  request: RequestOf<Name>,
  signal?: AbortSignal,
): Promise<ReplyOf<Name>> {
  const { method } = ROUTES[name];
  const { params, query, body }: Parts = request;
  const response = await fetch(`/api/v1${pathOf(ROUTES[name].path, params)}${queryOf(query)}`, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'x-csrf-token': csrfToken }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new CallFailed(unreachable(0));
  });
  if (!response.ok) throw new CallFailed(await problemOf(response));
  const reply = response.status === 204 ? undefined : await response.json();
  if (name === 'signIn' || name === 'getSession') csrfToken = reply.csrfToken;
  return reply;
}

interface Parts {
  readonly params?: Record<string, unknown>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
}

function pathOf(path: string, params: Parts['params'] = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function queryOf(query: Parts['query'] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  return search.size === 0 ? '' : `?${search}`;
}

async function problemOf(response: Response): Promise<CallFailed['problem']> {
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) return response.json();
  return unreachable(response.status);
}

function unreachable(status: number): CallFailed['problem'] {
  return {
    type: 'about:blank',
    code: 'unreachable',
    title: 'Causeway does not answer',
    status,
    detail:
      status === 0
        ? 'The browser could not reach the Causeway server.'
        : `Something between the browser and Causeway answered with status ${status}.`,
    remedy: 'Check that the server runs and that the network reaches it, then try again.',
    requestId: '',
  };
}
