import { API_PREFIX, type ReplyOf, type RequestOf, ROUTES, type Route, type RouteName } from '../api/contract.ts';
import { problem } from '../api/schemas.ts';
import { LIMITS } from '../domain/limits.ts';
import { EXIT, type ExitCode, type Failure, type Outcome, refuse } from './outcome.ts';

/** The API, one function for all routes: what is sent and what comes back is typed by the route's row in the contract. */
export interface Client {
  readonly url: string;
  call<Name extends RouteName>(name: Name, request: RequestOf<Name>): Promise<Outcome<ReplyOf<Name>>>;
}

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'session'; readonly cookie: string; readonly csrfToken: string };

/** @param onCookie told the session cookie when the server sets one (signing in). */
export function openClient({
  url,
  credentials,
  onCookie = () => {},
}: {
  url: string;
  credentials: Credentials;
  onCookie?: (cookie: string) => void;
}): Client {
  return {
    url,
    async call(name, request) {
      const { method, path } = ROUTES[name];
      const { params, query, body }: Parts = request;
      const address = `${url.replace(/\/+$/, '')}${API_PREFIX}${pathOf(path, params)}${queryOf(query)}`;
      const response = await send(address, {
        method,
        // A redirect could carry the token to another server.
        redirect: 'manual',
        signal: AbortSignal.timeout(LIMITS.clientTimeoutMs),
        headers: {
          accept: 'application/json',
          ...headersOf(credentials),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (response instanceof Error) return refuse(unreachable(url, response));
      if (!response.ok) return refuse(await failureOf(response, url));
      for (const cookie of response.headers.getSetCookie()) onCookie(cookie.split(';')[0] ?? '');
      return await replyOf(ROUTES[name], response, url);
    },
  };
}

interface Parts {
  readonly params?: Record<string, unknown>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
}

/** The response; or the error of a connection that failed, because `fetch` throws for that and for nothing else. */
async function send(address: string, init: RequestInit): Promise<Response | Error> {
  try {
    return await fetch(address, init);
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return error;
    throw error;
  }
}

function pathOf(path: string, params: Parts['params'] = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function queryOf(query: Parts['query'] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? '' : `?${search}`;
}

function headersOf(credentials: Credentials): Record<string, string> {
  switch (credentials.kind) {
    case 'none':
      return {};
    case 'token':
      return { authorization: `Bearer ${credentials.token}` };
    case 'session':
      return { cookie: credentials.cookie, 'x-csrf-token': credentials.csrfToken };
  }
}

/** The reply, in the form that the route table promises; a server of another version may answer otherwise. */
async function replyOf<Reply>({ reply }: Route, response: Response, url: string): Promise<Outcome<Reply>> {
  const value = await jsonOf(response);
  if (!reply || reply.safeParse(value).success) return { ok: true, value };
  return refuse(value === undefined ? notCauseway(response, url) : otherVersion(url));
}

async function failureOf(response: Response, url: string): Promise<Failure> {
  const told = problem.safeParse(await jsonOf(response));
  if (!told.success) return notCauseway(response, url);
  const { status, title, detail, remedy, code, field, errors, aws, requestId } = told.data;
  return {
    exitCode: EXIT_OF_STATUS[status] ?? EXIT.failure,
    ...{ title, detail, remedy, code, requestId },
    ...(field === undefined ? {} : { field }),
    ...(errors === undefined ? {} : { errors }),
    ...(aws === undefined ? {} : { aws }),
  };
}

/** The body as JSON; undefined when it is none. */
async function jsonOf(response: Response) {
  try {
    return JSON.parse(await response.text());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function notCauseway({ status }: Response, url: string): Failure {
  return {
    exitCode: EXIT.unreachable,
    title: 'This is not Causeway',
    detail: `${url} answered with status ${status}, and not in the way Causeway does.`,
    remedy: 'Check the URL; something between here and Causeway may be answering instead.',
  };
}

function otherVersion(url: string): Failure {
  return {
    exitCode: EXIT.failure,
    title: 'The answer is not understood',
    detail: `${url} answered in a form that this version of the command line does not know.`,
    remedy: 'Use the command line of the same version as the server.',
  };
}

function unreachable(url: string, error: Error): Failure {
  const cause = error.cause instanceof Error ? error.cause.message : error.message;
  return {
    exitCode: EXIT.unreachable,
    title: 'Causeway cannot be reached',
    detail: `${url} does not answer (${cause || error.name}).`,
    remedy: 'Check that the server runs, and the URL: --url, CAUSEWAY_URL, or the one given to "causeway login".',
  };
}

const EXIT_OF_STATUS: Readonly<Record<number, ExitCode>> = {
  400: EXIT.usage,
  401: EXIT.notSignedIn,
  403: EXIT.notSignedIn,
  404: EXIT.notFound,
  409: EXIT.conflict,
};
