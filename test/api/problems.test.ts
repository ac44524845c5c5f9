import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { API_PREFIX, ROUTE_NAMES, ROUTES, type Route } from '../../src/api/contract.ts';
import { problem } from '../../src/api/schemas.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { type Answer, NOBODY, type Sender, send, signIn, startTestApi, type TestApi } from './test-api.ts';

let api: TestApi;
let administrator: Sender;

beforeAll(async () => {
  api = await startTestApi();
  administrator = await signIn(api, { username: 'administrator' });
});
afterAll(() => api.stop());

const USER = { username: 'ada', password: 'a long enough password', role: 'reader' };
const CONNECTOR = { name: 'Prod', accountType: 'global', roleArn: 'arn:aws:iam::123456789012:role/Reader' };

describe('a field that is wrong is named, with what is wrong', () => {
  test.each([
    [
      '/users',
      { ...USER, pasword: 'x' },
      'unknown-field',
      'pasword',
      '"pasword" is not a field of this request. Did you mean "password"?',
    ],
    [
      '/users',
      { ...USER, colour: 1 },
      'unknown-field',
      'colour',
      '"colour" is not a field of this request. There are: username, password, role.',
    ],
    ['/users', { ...USER, role: undefined }, 'missing-field', 'role', '"role" is missing.'],
    [
      '/users',
      { ...USER, role: 'king' },
      'invalid-field',
      'role',
      '"role" must be "reader" or "operator" or "administrator"; it is "king".',
    ],
    [
      '/users',
      { ...USER, role: null },
      'invalid-field',
      'role',
      '"role" must be "reader" or "operator" or "administrator".',
    ],
    ['/users', { ...USER, username: '' }, 'invalid-field', 'username', '"username" is empty.'],
    [
      '/users',
      { ...USER, username: 'a b' },
      'invalid-field',
      'username',
      '"username" may have only letters, digits and _ . @ + -.',
    ],
    ['/users', { ...USER, username: 7 }, 'invalid-field', 'username', '"username" must be text, not a number.'],
    [
      '/users',
      { ...USER, password: 'short' },
      'invalid-field',
      'password',
      '"password" has 5 characters; at least 12 are needed.',
    ],
    [
      '/users',
      { ...USER, username: 'nul\0' },
      'invalid-field',
      'username',
      '"username" has a character or a name that cannot be stored.',
    ],
    [
      '/tokens',
      { name: 'ci', role: 'reader', expiresAt: 'tomorrow' },
      'invalid-field',
      'expiresAt',
      '"expiresAt" must be a time in ISO 8601, such as 2030-01-31T12:00:00Z.',
    ],
    [
      '/tokens',
      { name: 'ci', role: 'reader', expiresAt: '2001-01-01T00:00:00Z' },
      'invalid-field',
      'expiresAt',
      '"expiresAt" is in the past.',
    ],
    [
      '/tokens',
      { name: 'a\nb', role: 'reader' },
      'invalid-field',
      'name',
      '"name" may not have line breaks or control characters.',
    ],
    [
      '/connectors',
      { ...CONNECTOR, pollingMinutes: 5 },
      'invalid-field',
      'pollingMinutes',
      '"pollingMinutes" is 5; it must be at least 60.',
    ],
    [
      '/connectors',
      { ...CONNECTOR, pollingMinutes: 60.5 },
      'invalid-field',
      'pollingMinutes',
      '"pollingMinutes" must be a whole number; it is 60.5.',
    ],
    [
      '/connectors',
      { ...CONNECTOR, regions: [] },
      'invalid-field',
      'regions',
      '"regions" has 0 entries; at least 1 must be given.',
    ],
    [
      '/connectors',
      { ...CONNECTOR, regions: ['us-east-1', 7] },
      'invalid-field',
      'regions[1]',
      '"regions[1]" must be text, not a number.',
    ],
    [
      '/connectors',
      { ...CONNECTOR, tags: { 'cost centre': 1 } },
      'invalid-field',
      'tags["cost centre"]',
      '"tags["cost centre"]" must be text, not a number.',
    ],
    [
      '/connectors',
      { ...CONNECTOR, apps: ['cloudview'] },
      'invalid-field',
      'apps[0]',
      '"apps[0]" must be "cloud-view" or "asset-view"; it is "cloudview".',
    ],
    [
      '/connectors',
      { ...CONNECTOR, enabled: 'yes' },
      'invalid-field',
      'enabled',
      '"enabled" must be true or false, not text.',
    ],
    [
      '/connectors',
      { ...CONNECTOR, externalId: 'a b' },
      'invalid-external-id',
      'externalId',
      'It has white space at position 2, which AWS does not allow.',
    ],
    [
      '/connectors',
      { ...CONNECTOR, externalId: 'a\u{1f600}' },
      'invalid-external-id',
      'externalId',
      'It has the character "\u{1f600}" at position 2, which AWS does not allow.',
    ],
    [
      '/connectors',
      { ...CONNECTOR, regions: ['us-east-1', 'nul\0'] },
      'invalid-field',
      'regions[1]',
      '"regions[1]" has a character or a name that cannot be stored.',
    ],
    [
      '/connectors',
      { ...CONNECTOR, regions: [`us-${'a'.repeat(28)}-1`] },
      'invalid-field',
      'regions[0]',
      '"regions[0]" has 33 characters; at most 32 are allowed.',
    ],
    [
      '/connectors',
      { ...CONNECTOR, roleArn: ' arn' },
      'invalid-role-arn',
      'roleArn',
      'There is white space before or after the ARN.',
    ],
    [
      '/base-accounts',
      {
        title: 'x',
        accountType: 'global',
        accountId: '1234-5678-9012',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 's',
      },
      'invalid-account-id',
      'accountId',
      '"1234-5678-9012" has hyphens; write 123456789012.',
    ],
  ])('POST %s %o', async (path, body, code, field, detail) => {
    const answer = await post(path, body);
    expectProblem(answer, { status: 400, code });
    expect(answer.body).toMatchObject({ field, detail, errors: [{ field, code, detail }] });
  });

  test.each([
    ['limit=0', 'invalid-field', 'limit', '"limit" is 0; it must be at least 1.'],
    ['limit=100000', 'invalid-field', 'limit', `"limit" is 100000; it must be at most ${LIMITS.listItemsMax}.`],
    ['limit=ten', 'invalid-field', 'limit', '"limit" must be a number, not text.'],
    ['limit=', 'invalid-field', 'limit', '"limit" is empty.'],
    ['limit=1.5', 'invalid-field', 'limit', '"limit" must be a whole number; it is 1.5.'],
    [
      'limit=5&limit=6',
      'invalid-field',
      'limit',
      '"limit" must be a number; it is a list or was given more than once.',
    ],
    ['page=2', 'unknown-field', 'page', '"page" is not a field of this request. There are: limit, cursor.'],
  ])('GET /users?%s', async (query, code, field, detail) => {
    const answer = await get(`/users?${query}`);
    expectProblem(answer, { status: 400, code });
    expect(answer.body).toMatchObject({ field, detail });
  });
});

test('everything that is wrong is told at once', async () => {
  const answer = await post('/connectors', { accountType: 'mars', pollingMinutes: 1, polling: 2 });
  expectProblem(answer, { status: 400, code: 'missing-field' });
  expect(answer.body.errors.map((error: { field: string; code: string }) => [error.field, error.code])).toEqual([
    ['name', 'missing-field'],
    ['accountType', 'invalid-field'],
    ['roleArn', 'missing-field'],
    ['pollingMinutes', 'invalid-field'],
    ['polling', 'unknown-field'],
  ]);
});

test('a secret that does not fit is not told back', async () => {
  const secretAccessKey = `${'wJalrXUtnFEMI'.repeat(30)}`;
  const answer = await post('/base-accounts', {
    secretAccessKey,
    accessKeyId: 'not an access key id',
    password: 'hunter2hunter2',
  });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).not.toMatch(/wJalrXUtnFEMI|hunter2|not an access/);
});

describe('a body that cannot be read', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['cut off', '{"username": "ada", "password": "hunter2hunter2', 'The body is not JSON'],
    ['a list', '[]', 'The body is a list; a JSON object is needed.'],
    ['null', 'null', 'The body is null; a JSON object is needed.'],
    ['text', '"ada"', 'The body is a string; a JSON object is needed.'],
    ['empty', '', 'The request has no body; a JSON object is needed.'],
    ['not UTF-8', Uint8Array.from([0x7b, 0xff, 0x7d]), 'The body is not text in UTF-8.'],
    [
      'nested too deep',
      `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      `The body is nested deeper than ${LIMITS.jsonDepthMax} levels.`,
    ],
  ])('is %s', async (_, raw, detail) => {
    const answer = await send(api, administrator, {
      method: 'POST',
      path: '/api/v1/users',
      raw,
      headers: { 'content-type': 'application/json' },
    });
    expectProblem(answer, { status: 400, code: 'invalid-json' });
    expect(answer.body.detail).toContain(detail);
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
  });

  test('has a key named __proto__', async () => {
    const answer = await send(api, administrator, {
      method: 'POST',
      path: '/api/v1/users',
      raw: '{"__proto__": {"role": "reader"}}',
    });
    expectProblem(answer, { status: 400, code: 'invalid-field' });
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])(
    'is %s',
    async type => {
      const answer = await send(api, administrator, {
        method: 'POST',
        path: '/api/v1/users',
        raw: 'a=b',
        headers: { 'content-type': type },
      });
      expectProblem(answer, { status: 415, code: 'unsupported-media-type' });
    },
  );

  test('is too large', async () => {
    const answer = await post('/users', { ...USER, username: 'x'.repeat(LIMITS.bodyBytesMax) });
    expectProblem(answer, { status: 413, code: 'body-too-large' });
  });

  test('is where none belongs', async () => {
    expectProblem(await post('/audit/verify', { quick: true }), { status: 400, code: 'unknown-field' });
    expect((await post('/audit/verify', {})).status).toBe(200);
    expect((await post('/audit/verify', undefined)).status).toBe(200);
  });
});

test('an anonymous caller is refused before the body is read', async () => {
  const answer = await send(api, NOBODY, { method: 'POST', path: '/api/v1/users', raw: '{{{' });
  expectProblem(answer, { status: 401, code: 'not-signed-in' });
  expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="causeway"');
});

test('a wrong method is told the right ones', async () => {
  for (const [method, path, allow] of [
    ['PUT', '/users', 'GET, HEAD, POST'],
    ['GET', '/audit/verify', 'POST'],
    ['POST', '/users/0198c2a4-7c1e-7d3a-9b52-0f6a4e1d2c3b', 'PATCH, DELETE'],
    ['OPTIONS', '/session', 'POST, GET, HEAD, DELETE'],
  ] as const) {
    const answer = await send(api, administrator, { method, path: API_PREFIX + path });
    expectProblem(answer, { status: 405, code: 'method-not-allowed' });
    expect(answer.headers.get('allow')).toBe(allow);
  }
});

test('what no route takes is refused without a look at its body', async () => {
  const json = { 'content-type': 'application/json' };
  for (const [method, path, status, code] of [
    ['POST', '/nothing', 404, 'not-found'],
    ['POST', '/api/v1/nothing', 404, 'not-found'],
    ['PUT', '/api/v1/users', 405, 'method-not-allowed'],
    ['POST', '/healthz', 404, 'not-found'],
  ] as const) {
    for (const raw of ['{', '', '{"__proto__": 1}']) {
      expectProblem(await send(api, NOBODY, { method, path, raw, headers: json }), { status, code });
    }
  }
});

test('a value that is cut off in what is told of it stays readable text', async () => {
  const accountId = `${'x'.repeat(39)}\u{1f600}`;
  const secret = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's' };
  const answer = await post('/base-accounts', { title: 'x', accountType: 'global', accountId, ...secret });
  expectProblem(answer, { status: 400, code: 'invalid-account-id' });
  expect(answer.body.detail.isWellFormed()).toBe(true);
});

describe('what is no request at all is a problem, too', () => {
  const host = 'Host: localhost\r\n';
  test.each([
    ['a method that does not exist', `FOO / HTTP/1.1\r\n${host}\r\n`, 400, 'invalid-request'],
    ['no HTTP', '\0\0\0\r\n\r\n', 400, 'invalid-request'],
    ['an endless query', `GET /?q=${'a'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`, 431, 'headers-too-large'],
    ['a QUERY without its type', `QUERY /api/v1/users HTTP/1.1\r\n${host}\r\n`, 415, 'unsupported-media-type'],
  ])('%s', async (_, bytes, status, code) => {
    const [head = '', body = ''] = (await exchange(bytes)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head.toLowerCase()).toContain('content-type: application/problem+json');
    const read = problem.parse(JSON.parse(body));
    expect(read).toMatchObject({ status, code });
  });
});

test('an id that cannot exist is not found', async () => {
  for (const id of ['abc', '1', '%00', "'; drop table users --", 'a'.repeat(200)]) {
    const answer = await send(api, administrator, {
      method: 'DELETE',
      path: `/api/v1/users/${encodeURIComponent(id)}`,
    });
    expectProblem(answer, { status: 404, code: 'not-found' });
  }
});

test('a path that is no valid URL is not found', async () => {
  const answer = await rawGet('/api/v1/users/%zz');
  expect(answer.status).toBe(404);
  expect(JSON.parse(answer.text).code).toBe('not-found');
});

const PAGED = ROUTE_NAMES.filter(name => {
  const route: Route = ROUTES[name];
  return route.query !== undefined && 'shape' in route.query && Object.hasOwn(Object(route.query.shape), 'cursor');
});

test('there are lists to page through', () => expect(PAGED).toContain('listConnectors'));

test.each(PAGED)('%s refuses cursors that nobody handed out', async name => {
  const path = ROUTES[name].path.replaceAll(/:\w+/g, '0198c2a4-7c1e-7d3a-9b52-0f6a4e1d2c3b');
  for (const cursor of [
    '',
    'x',
    '%00',
    '\u{1f600}',
    encoded(null),
    encoded([]),
    encoded([1]),
    encoded(['x', 'y', 'z', 'z']),
  ]) {
    const place = name === 'listNotFresh' ? '&region=us-east-1&assetType=AWS::EC2::Instance' : '';
    const answer = await get(`${path}?cursor=${encodeURIComponent(cursor)}${place}`);
    expect([cursor, answer.body.code]).toEqual([cursor, expect.stringMatching(/^(invalid-cursor|not-found)$/)]);
  }
});

test.each(PAGED)('%s takes no harm from the cursor of another list or a forged one', async name => {
  const path = ROUTES[name].path.replaceAll(/:\w+/g, '0198c2a4-7c1e-7d3a-9b52-0f6a4e1d2c3b');
  const forged = [
    ...[
      '12',
      '0198c2a4-7c1e-7d3a-9b52-0f6a4e1d2c3b',
      encoded(['x']),
      encoded(['x', 'y']),
      encoded(['\0']),
      encoded(['\0', '\0']),
    ],
    ...['users', 'tokens', 'audit'].flatMap(list =>
      ['\0', "'", 1, 1.5, -1, 1e300].map(at => encoded({ v: 1, list, at })),
    ),
  ];
  for (const cursor of forged) {
    const place = name === 'listNotFresh' ? '&region=us-east-1&assetType=AWS::EC2::Instance' : '';
    const answer = await get(`${path}?cursor=${encodeURIComponent(cursor)}${place}`);
    expect([cursor, answer.status]).toEqual([cursor, expect.toSatisfy((status: number) => status < 500)]);
  }
});

test('a bug tells nothing but its request id', async () => {
  const broken = await startTestApi();
  try {
    const session = await signIn(broken, { username: 'administrator' });
    const { db } = broken.database;
    await db.schema.alterTable('audit_head').renameTo('audit_tail').execute();
    const answer = await send(broken, session, { method: 'POST', path: '/api/v1/audit/verify' });
    expectProblem(answer, { status: 500, code: 'internal-error' });
    expect(JSON.stringify(answer.body)).not.toMatch(/audit_|relation|\.ts|at /);
    expect(answer.body.detail).toContain(answer.headers.get('x-request-id'));
  } finally {
    await broken.stop();
  }
});

function post(path: string, body: unknown): Promise<Answer> {
  return send(api, administrator, { method: 'POST', path: API_PREFIX + path, body });
}

function get(path: string): Promise<Answer> {
  return send(api, administrator, { path: API_PREFIX + path });
}

/** Every problem has the whole form of RFC 9457, ours on top of it, and is never cached. */
function expectProblem(answer: Answer, { status, code }: { status: number; code: string }) {
  expect(answer.body).toMatchObject({ status, code });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(problem.strict().parse(answer.body)).toEqual(answer.body);
  expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'));
  expect(answer.body.type).toBe(`urn:causeway:fault:${code}`);
  expect(answer.body.remedy).not.toBe('');
}

function encoded(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** fetch() would mend the path. */
function rawGet(path: string): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const { hostname, port } = new URL(api.url);
  const request = httpRequest({ hostname, port, path }, response => {
    let text = '';
    response.setEncoding('utf8').on('data', chunk => {
      text += chunk;
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
  });
  request.on('error', reject).end();
  return promise;
}

/** What the server answers to bytes, until it hangs up or has nothing more to say. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.end(bytes);
  return await text(socket);
}
