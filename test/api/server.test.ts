import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import Fastify from 'fastify';
import { sql } from 'kysely';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { handlersOf } from '../../src/api/handlers.ts';
import { registerRoutes } from '../../src/api/register-routes.ts';
import { startApiServer } from '../../src/api/server.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { silentLog } from '../../src/log.ts';
import { openDatabase } from '../../src/store/database.ts';
import {
  NOBODY,
  newToken,
  PASSWORD,
  type Sender,
  send,
  signIn,
  startTestApi,
  type TestApi,
  testApi,
} from './test-api.ts';

let api: TestApi;
let administrator: Sender;
const webDir = mkdtempSync(path.join(tmpdir(), 'causeway-web-'));

beforeAll(async () => {
  mkdirSync(path.join(webDir, 'assets'));
  writeFileSync(path.join(webDir, 'index.html'), '<!doctype html><title>Causeway</title>');
  writeFileSync(path.join(webDir, 'assets', 'main-1a2b3c.js'), 'export {};');
  writeFileSync(path.join(webDir, '.secret'), 'hidden');
  api = await startTestApi({ webDir });
  administrator = await signIn(api, { username: 'administrator' });
});
afterAll(async () => {
  await api.stop();
  rmSync(webDir, { recursive: true });
});

describe('every reply', () => {
  test.each(['/', '/api/v1/session', '/api/v1/openapi.json', '/healthz', '/nothing'])(
    'of %s narrows what a browser may do',
    async url => {
      const { headers } = await send(api, NOBODY, { path: url });
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('server') ?? headers.get('x-powered-by')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  test('of the API is never stored', async () => {
    for (const sender of [NOBODY, administrator]) {
      expect((await send(api, sender, { path: '/api/v1/users' })).headers.get('cache-control')).toBe('no-store');
    }
  });

  test('has a request id of the server’s own', async () => {
    const { headers } = await send(api, NOBODY, {
      path: '/healthz',
      headers: { 'x-request-id': 'mine\u0009', 'request-id': 'mine' },
    });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-/);
  });
});

describe('the name a server is called by', () => {
  test.each([
    ['localhost', 200],
    ['127.0.0.1:8080', 200],
    ['[::1]:8080', 200],
    ['LOCALHOST:1', 200],
    ['causeway.example', 421],
    ['evil.example:8080', 421],
    ['localhost.evil.example', 421],
    ['127.0.0.1.evil.example', 421],
  ])('%s gets %d on loopback', async (host, status) => {
    for (const url of ['/', '/api/v1/openapi.json']) {
      expect((await raw(api.url, { path: url, headers: { host } })).status).toBe(status);
    }
  });

  test('may be configured, and then holds beyond loopback too', async () => {
    const server = await startApiServer(api.deps, { host: '127.0.0.1', port: 0, allowedHosts: ['Causeway.example'] });
    const statusOf = async (host: string) =>
      (await raw(server.url, { path: '/api/v1/openapi.json', headers: { host } })).status;
    expect(await statusOf('causeway.example:8080')).toBe(200);
    expect(await statusOf('other.example')).toBe(421);
    await server.close();
  });

  test('does not matter to health checks, which come by address', async () => {
    expect((await raw(api.url, { path: '/healthz', headers: { host: '10.1.2.3:8080' } })).status).toBe(200);
  });
});

describe('forwarding headers', () => {
  const forwarded = {
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-host': 'causeway.example',
  };
  const body = JSON.stringify({ username: 'reader', password: PASSWORD });
  const signInThrough = (url: string) =>
    raw(url, {
      method: 'POST',
      path: '/api/v1/session',
      headers: { ...forwarded, 'content-type': 'application/json' },
      body,
    });

  test('are ignored from anybody', async () => {
    const { status, headers } = await signInThrough(api.url);
    expect(status).toBe(200);
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(String(headers['set-cookie'])).not.toContain('Secure');
    expect(await lastAddress()).toBe('127.0.0.1');
  });

  test('are believed from a trusted proxy, and TLS in front makes cookies secure and is insisted on', async () => {
    const server = await startApiServer(api.deps, {
      host: '127.0.0.1',
      port: 0,
      allowedHosts: ['causeway.example'],
      trustedProxies: ['127.0.0.1'],
    });
    const { status, headers } = await signInThrough(server.url);
    expect(status).toBe(200);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
    expect(String(headers['set-cookie'])).toContain('; Secure');
    expect(await lastAddress()).toBe('203.0.113.9');
    await server.close();
  });

  async function lastAddress(): Promise<string> {
    const audit = await send(api, administrator, { path: '/api/v1/audit?limit=1' });
    return audit.body.items[0].detail.address;
  }
});

describe('the web client', () => {
  const page = { headers: { accept: 'text/html,*/*;q=0.8' } };

  test.each(['/', '/connectors', '/connectors/0198c2a4', '/assets/i-0abc.def?query=x'])('is at %s', async url => {
    const answer = await send(api, NOBODY, { path: url, ...page });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(answer.body).toContain('<title>Causeway</title>');
    expect(answer.headers.get('content-type')).toContain('text/html');
  });

  test('has hashed files that browsers keep', async () => {
    const answer = await send(api, NOBODY, { path: '/assets/main-1a2b3c.js' });
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).toContain('javascript');
  });

  test.each([
    '/assets/main-gone.js',
    '/api/v1/nothing',
    '/.secret',
    '/../package.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/',
  ])('is not at %s', async url => {
    const answer = await raw(api.url, { path: url, headers: {} });
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([404, 'not-found']);
  });

  test.each([
    ['a range beyond its end', { range: 'bytes=999999-' }],
    ['a condition that it does not meet', { 'if-match': '"x"' }],
  ])('is not told as a bug when asked for with %s', async (_, headers) => {
    const answer = await send(api, NOBODY, { path: '/assets/main-1a2b3c.js', headers });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-request']);
  });

  test('is not what a wrong API path answers, even to a browser', async () => {
    expect((await send(api, NOBODY, { path: '/api/v1/nothing', ...page })).status).toBe(404);
  });

  test('is missing without stopping the API when it is not built', async () => {
    const server = await startApiServer(api.deps, { host: '127.0.0.1', port: 0, webDir: path.join(webDir, 'none') });
    expect((await send(server, NOBODY, { path: '/', ...page })).status).toBe(404);
    expect((await send(server, NOBODY, { path: '/healthz' })).status).toBe(200);
    await server.close();
  });
});

describe('metrics', () => {
  test('tell durations by route and counts, to this machine and to readers', async () => {
    const reader = await newToken(api, { administrator, role: 'reader' });
    await send(api, reader, { path: '/api/v1/connectors' });
    for (const headers of [{}, { host: 'causeway.internal', ...reader.headers }]) {
      const answer = await raw(api.url, { path: '/metrics', headers });
      // A foreign name is refused before anything else on loopback.
      if ('host' in headers) expect(answer.status).toBe(421);
      else
        expect(answer.text).toMatch(
          /causeway_http_request_duration_seconds_count\{route="listConnectors",status="200"\} 1\n/,
        );
    }
    const { text } = await raw(api.url, { path: '/metrics', headers: {} });
    expect(text).toContain('\ncauseway_database_up 1\n');
    expect(text).toContain('process_cpu_seconds_total');
  });

  test('are not for strangers behind a proxy on this machine', async () => {
    for (const header of ['x-forwarded-for', 'forwarded', 'via']) {
      const answer = await raw(api.url, { path: '/metrics', headers: { [header]: '203.0.113.9' } });
      expect([header, answer.status]).toEqual([header, 401]);
    }
    const reader = await newToken(api, { administrator, role: 'reader' });
    const answer = await raw(api.url, { path: '/metrics', headers: { via: '1.1 proxy', ...reader.headers } });
    expect(answer.status).toBe(200);
  });

  test.each([{ trustedProxies: ['127.0.0.1'] }, { allowedHosts: ['causeway.internal'] }])(
    'are only for readers where %o tells of a proxy, though it gives nobody away',
    async options => {
      const server = await startApiServer(api.deps, { host: '127.0.0.1', port: 0, ...options });
      onTestFinished(() => server.close());
      const reader = await newToken(api, { administrator, role: 'reader' });
      expect((await raw(server.url, { path: '/metrics', headers: {} })).status).toBe(401);
      expect((await raw(server.url, { path: '/metrics', headers: reader.headers })).status).toBe(200);
    },
  );
});

test('without its database a server says so, changes nothing, and goes on by itself when it is back', async () => {
  const own = await testApi();
  const session = await signIn(own, { username: 'administrator' });
  const wire = await cuttableWire(own.database.connectionString);
  const db = openDatabase({ connectionString: wire.connectionString, log: silentLog });
  const server = await startApiServer({ ...own.deps, db }, { host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await server.close();
    await db.destroy();
    await wire.cut();
  });
  const requests = [
    { path: '/readyz' },
    { path: '/api/v1/users' },
    { method: 'POST', path: '/api/v1/session', body: { username: 'administrator', password: PASSWORD } },
  ];
  for (const request of requests) expect((await send(server, session, request)).status).toBe(200);
  await wire.cut();
  for (const request of requests) {
    const answer = await send(server, session, request);
    expect([request.path, answer.status, answer.body.code]).toEqual([request.path, 503, 'database-unavailable']);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(JSON.stringify(answer.body)).not.toMatch(/127\.0\.0\.1|ECONN|postgres/);
  }
  expect((await send(server, NOBODY, { path: '/healthz' })).status).toBe(200);
  expect((await raw(server.url, { path: '/metrics', headers: {} })).text).toContain('\ncauseway_database_up 0\n');
  await wire.mend();
  for (const request of requests) expect((await send(server, session, request)).status).toBe(200);
});

test('a statement that is broken off is told as such, not as a bug', async () => {
  const reader = await newToken(api, { administrator, role: 'administrator' });
  const { db } = api.database;
  const answer = await db.transaction().execute(async transaction => {
    await sql`lock table audit_head`.execute(transaction);
    const verifying = send(api, reader, { method: 'POST', path: '/api/v1/audit/verify' });
    await expect
      .poll(async () => {
        const waiting = sql`
          select pg_cancel_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query like '%audit_head%'
        `;
        return (await waiting.execute(db)).rows.length;
      })
      .toBe(1);
    return await verifying;
  });
  expect([answer.status, answer.body.code]).toEqual([503, 'request-timeout']);
});

test('a client that runs away is slowed down', async () => {
  const server = await startApiServer(api.deps, { host: '127.0.0.1', port: 0, requestsPerMinuteMax: 5 });
  const answers = [];
  for (let requests = 0; requests < 7; requests++)
    answers.push(await send(server, NOBODY, { path: '/api/v1/openapi.json' }));
  expect(answers.map(answer => answer.status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
  expect(answers.at(-1)?.body.code).toBe('too-many-requests');
  expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
  await server.close();
});

test('no secret of a request reaches the log', async () => {
  let written = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += chunk;
      done();
    },
  });
  const own = await testApi({ log: pino({ level: 'debug' }, stream) });
  const session = await signIn(own, { username: 'administrator' });
  const token = await newToken(own, { administrator: session, role: 'administrator' });
  const secrets = ['wrong but secret', 'a very secret password', 'secret-access-key-of-hub'];
  await signIn(own, { username: 'reader', password: secrets[0] ?? '' });
  await send(own, token, {
    method: 'POST',
    path: '/api/v1/users',
    body: { username: 'ada', password: secrets[1], role: 'reader' },
  });
  await send(own, token, {
    method: 'POST',
    path: '/api/v1/base-accounts',
    body: { title: 'x', secretAccessKey: secrets[2] },
  });
  await send(own, token, {
    method: 'POST',
    path: `/api/v1/session?password=${secrets[2]}`,
    raw: `{"password": "${secrets[2]}`,
  });
  await own.database.db.schema.dropTable('audit_log').execute();
  await send(own, token, {
    method: 'POST',
    path: '/api/v1/users',
    body: { username: 'bob', password: secrets[1], role: 'reader' },
  });
  expect(written).toContain('request failed by a bug');
  expect(written).toContain('"route":"createUser"');
  for (const secret of [
    ...secrets,
    token.token,
    session.headers.cookie?.split('=')[1] ?? '',
    session.headers['x-csrf-token'] ?? '',
    PASSWORD,
  ]) {
    expect(written).not.toContain(secret);
  }
});

test('a server that closes finishes what is under way', async () => {
  let asked = () => {};
  const now = () => {
    asked();
    return api.deps.clock.now();
  };
  const deps = { ...api.deps, clock: { ...api.deps.clock, now } };
  const server = await startApiServer(deps, { host: '127.0.0.1', port: 0 });
  // Signing in asks the clock before it spends its time on the password.
  const begun = new Promise<void>(resolve => {
    asked = resolve;
  });
  const underWay = signIn(server, { username: 'reader' });
  await begun;
  const start = performance.now();
  const [{ answer }] = await Promise.all([underWay, server.close()]);
  expect(answer.status).toBe(200);
  expect(performance.now() - start).toBeLessThan(LIMITS.closeGraceMs / 2);
  await expect(send(server, NOBODY, { path: '/healthz' })).rejects.toThrow();
});

describe('a server does not start', () => {
  const register = (change: (handlers: Record<string, unknown>) => Record<string, unknown>) => {
    const handlers = handlersOf(api.deps);
    const changed = change({ ...handlers });
    // Only here are handlers of the wrong shape wanted.
    registerRoutes(Fastify(), {
      deps: api.deps,
      handlers: Object.assign(Object.create(null), changed),
      checkReplies: false,
    });
  };

  test('when a row of the route table has no handler', () => {
    expect(() => register(({ listAudit: _, ...rest }) => rest)).toThrow('routes without a handler: listAudit;');
  });

  test('when a handler has no row', () => {
    expect(() => register(handlers => ({ ...handlers, dropEverything: () => {} }))).toThrow('dropEverything');
  });
});

/** With the Host header and the path exactly as given, which fetch() does not allow. */
function raw(
  url: string,
  {
    method = 'GET',
    path: target,
    headers,
    body,
  }: { method?: string; path: string; headers: Record<string, string>; body?: string },
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    headers: IncomingHttpHeaders;
    text: string;
  }>();
  const { hostname, port } = new URL(url);
  const request = httpRequest({ hostname, port, method, path: target, headers }, response => {
    let text = '';
    response.setEncoding('utf8').on('data', chunk => {
      text += chunk;
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
  });
  request.on('error', reject).end(body);
  return promise;
}

/** The way to a database, with a place in it that can be cut. */
async function cuttableWire(connectionString: string) {
  const { host, port } = new pg.Client(connectionString);
  const sockets = new Set<Socket>();
  const wire = createServer(near => {
    const far = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}));
  });
  const listen = (at: number) => new Promise<void>(resolve => wire.listen(at, '127.0.0.1', resolve));
  await listen(0);
  const address = wire.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const url = new URL(connectionString);
  for (const name of ['host', 'port']) url.searchParams.delete(name);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  return {
    connectionString: url.href,
    async cut() {
      if (!wire.listening) return;
      const closed = new Promise(resolve => wire.close(resolve));
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await closed;
    },
    mend: () => listen(address.port),
  };
}
