import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConnector } from '../../src/accounts/connectors.ts';
import { connectorInput, must } from '../accounts/support.ts';
import { type Sender, send, signIn, startTestApi, type TestApi } from './test-api.ts';

let api: TestApi;
let operator: Sender;

beforeAll(async () => {
  api = await startTestApi();
  operator = await signIn(api, { username: 'operator' });
});
afterAll(() => api.stop());

const get = (path: string) => send(api, operator, { path: `/api/v1${path}` });
const post = (path: string) => send(api, operator, { method: 'POST', path: `/api/v1${path}` });

test('a migration is listed for each account type, and its connectors by page, state and search', async () => {
  const input = connectorInput('222222222222');
  const { id } = must(await createConnector(api.deps, { input, actor: 'system' }));
  const all = await get('/trust-migrations');
  expect(all.body.items).toMatchObject([
    { accountType: 'global', targetHub: null, baseAccountId: null, totals: { onTarget: 0, unknown: 1 }, recheck: null },
    { accountType: 'us-govcloud', totals: { unknown: 0 } },
    { accountType: 'china' },
  ]);
  expect((await get('/trust-migrations/global')).body).toEqual(all.body.items[0]);
  const listed = await get('/trust-migrations/global/connectors?state=unknown&search=member&limit=1');
  expect(listed.body).toMatchObject({
    items: [{ connectorId: id, roleArn: input.roleArn, state: 'unknown', evidence: null, policyKnown: false }],
    nextCursor: null,
  });
  expect((await get('/trust-migrations/global/connectors?state=moving')).body.items).toEqual([]);
  expect(await get('/trust-migrations/mars')).toMatchObject({ status: 404 });
});

test('edits are given in every format, and say which roles they leave out', async () => {
  for (const format of ['aws-cli', 'cloudformation', 'stack-set', 'terraform']) {
    const { status, body } = await get(`/trust-migrations/global/edits?format=${format}`);
    expect([status, body.files, body.roles]).toEqual([200, [], 0]);
    expect(body.leftOut).toMatchObject([{ because: expect.stringContaining('neither a base account nor a platform') }]);
  }
  expect(await get('/trust-migrations/global/edits')).toMatchObject({ status: 400 });
});

test('a re-check is started once, read, cancelled, and told with its migration', async () => {
  const started = await post('/trust-migrations/global/recheck');
  expect(started).toMatchObject({
    status: 201,
    body: {
      accountType: 'global',
      state: 'running',
      total: 1,
      done: 0,
      requestedBy: 'user:operator',
      finishedAt: null,
    },
  });
  const { id } = started.body;
  const again = await post('/trust-migrations/global/recheck');
  expect(again).toMatchObject({ status: 409, body: { code: 'recheck-in-progress' } });
  expect((await get(`/rechecks/${id}`)).body).toEqual(started.body);
  const cancelled = await post(`/rechecks/${id}/cancel`);
  expect(cancelled).toMatchObject({ status: 200, body: { id, state: 'cancelled', finishedAt: expect.any(String) } });
  expect((await get('/trust-migrations/global')).body.recheck).toEqual(cancelled.body);
  expect(await get(`/rechecks/${crypto.randomUUID()}`)).toMatchObject({ status: 404, body: { code: 'not-found' } });
});
