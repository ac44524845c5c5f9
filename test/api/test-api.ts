import { onTestFinished } from 'vitest';
import { createUser } from '../../src/accounts/people.ts';
import { createVault } from '../../src/accounts/vault.ts';
import type { ApiDeps } from '../../src/api/handlers.ts';
import { type ApiServerOptions, startApiServer } from '../../src/api/server.ts';
import { closeAws, openAws } from '../../src/aws/aws.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { systemIds } from '../../src/domain/ids.ts';
import { ROLES, type Role } from '../../src/domain/role.ts';
import { startQueue } from '../../src/jobs/queue.ts';
import { type Log, silentLog } from '../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

export const PASSWORD = 'correct horse battery staple';

export interface TestApi {
  readonly url: string;
  readonly deps: ApiDeps;
  readonly database: TestDatabase;
  /** Lets the server's clock jump ahead. */
  advance(by: { minutes: number }): void;
  stop(): Promise<void>;
}

interface Options extends Partial<ApiServerOptions> {
  readonly log?: Log;
  /** Where AWS is; by default nowhere. */
  readonly awsUrl?: string;
}

/** The real server on a database of its own, with a user of every role named as the role; replies are checked. */
export async function startTestApi({
  log = silentLog,
  awsUrl = 'http://127.0.0.1:1',
  ...options
}: Options = {}): Promise<TestApi> {
  const database = await createTestDatabase();
  const { db, connectionString } = database;
  const clock = movableClock();
  const ids = systemIds;
  const aws = openAws({ clock, ids, endpoints: { all: awsUrl, byService: {} } });
  const queue = await startQueue({ connectionString, log });
  const vault = createVault([{ version: 'test', bytes: Buffer.alloc(32, 7) }]);
  const deps: ApiDeps = { db, clock, ids, log, vault, platformAccounts: {}, aws, queue };
  for (const role of ROLES) await createUser(deps, { username: role, password: PASSWORD, role }, 'system');
  const server = await startApiServer(deps, { host: '127.0.0.1', port: 0, checkReplies: true, ...options });
  return {
    url: server.url,
    deps,
    database,
    advance: ({ minutes }) => clock.advance(minutes * 60_000),
    async stop() {
      await server.close();
      await queue.stop();
      closeAws(aws);
      await database.drop();
    },
  };
}

/** The same, ended with the test that asks for it. */
export async function testApi(options: Options = {}): Promise<TestApi> {
  const api = await startTestApi(options);
  onTestFinished(() => api.stop());
  return api;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // What a test expects of a body it says with expect().
  // biome-ignore lint/suspicious/noExplicitAny: the body of a reply under test may be anything
  readonly body: any;
}

/** Who sends a request: nobody, a session, or a token. */
export interface Sender {
  readonly headers: Readonly<Record<string, string>>;
}

export const NOBODY: Sender = { headers: {} };

export async function send(
  { url }: Pick<TestApi, 'url'>,
  sender: Sender,
  request: {
    method?: string;
    path: string;
    body?: unknown;
    raw?: string | Uint8Array;
    headers?: Record<string, string>;
  },
): Promise<Answer> {
  const { method = 'GET', path, body, raw, headers = {} } = request;
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url + path, {
    method,
    headers: { ...(sent === undefined ? {} : { 'content-type': 'application/json' }), ...sender.headers, ...headers },
    ...(sent === undefined ? {} : { body: sent }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : text };
}

export async function signIn(
  api: Pick<TestApi, 'url'>,
  { username, password = PASSWORD }: { username: string; password?: string },
): Promise<Sender & { answer: Answer }> {
  const answer = await send(api, NOBODY, { method: 'POST', path: '/api/v1/session', body: { username, password } });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  return { answer, headers: { cookie, 'x-csrf-token': answer.body.csrfToken ?? '' } };
}

export async function newToken(
  api: Pick<TestApi, 'url'>,
  { administrator, role, expiresAt }: { administrator: Sender; role: Role; expiresAt?: string },
): Promise<Sender & { id: string; token: string }> {
  const body = { name: `the ${role}'s`, role, ...(expiresAt ? { expiresAt } : {}) };
  const answer = await send(api, administrator, { method: 'POST', path: '/api/v1/tokens', body });
  const { id, token } = answer.body;
  return { id, token, headers: { authorization: `Bearer ${token}` } };
}

function movableClock(): Clock & { advance(ms: number): void } {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    monotonicMs: () => performance.now() + ahead,
    advance: ms => {
      ahead += ms;
    },
  };
}
