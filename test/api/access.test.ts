import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Access, API_PREFIX, ROUTE_NAMES, ROUTES } from '../../src/api/contract.ts';
import { ROLES, type Role } from '../../src/domain/role.ts';
import { NOBODY, newToken, type Sender, send, signIn, startTestApi, type TestApi } from './test-api.ts';

/** Who may call what, said once more and by hand: an access that is changed in the table by mistake shows here. */
const MAY: Readonly<Record<Access, readonly Who[]>> = {
  public: [
    'anonymous',
    'reader session',
    'operator session',
    'administrator session',
    'reader token',
    'operator token',
    'administrator token',
  ],
  session: ['reader session', 'operator session', 'administrator session'],
  reader: [
    'reader session',
    'operator session',
    'administrator session',
    'reader token',
    'operator token',
    'administrator token',
  ],
  operator: ['operator session', 'administrator session', 'operator token', 'administrator token'],
  administrator: ['administrator session', 'administrator token'],
};

type Who = 'anonymous' | `${Role} ${'session' | 'token'}`;

let api: TestApi;
const senders = new Map<Who, Sender>([['anonymous', NOBODY]]);

beforeAll(async () => {
  api = await startTestApi();
  const administrator = await signIn(api, { username: 'administrator' });
  for (const role of ROLES) {
    senders.set(`${role} session`, await signIn(api, { username: role }));
    senders.set(`${role} token`, await newToken(api, { administrator, role }));
  }
});
afterAll(() => api.stop());

test.each(ROUTE_NAMES)('%s lets in whom its row names and nobody else', async name => {
  for (const [who, sender] of senders) {
    const answer = await sendHarmless(name, sender);
    const admitted = MAY[ROUTES[name].access].includes(who);
    expect({ name, who, refused: REFUSALS.has(answer.body?.code) }).toEqual({ name, who, refused: !admitted });
    expect(answer.status, `${name} for ${who}`).toSatisfy(status => (admitted ? status < 500 : true));
    if (!admitted) expect(answer.status).toBe(who === 'anonymous' ? 401 : 403);
  }
});

const CHANGES = ROUTE_NAMES.filter(name => ROUTES[name].method !== 'GET' && ROUTES[name].access !== 'public');

test.each(CHANGES)('%s is refused with a session cookie but without its CSRF token', async name => {
  const cookie = senders.get('administrator session')?.headers.cookie ?? '';
  const another = (await signIn(api, { username: 'administrator' })).headers['x-csrf-token'] ?? '';
  for (const token of [undefined, '', 'wrong', another]) {
    const headers = { cookie, ...(token === undefined ? {} : { 'x-csrf-token': token }) };
    const answer = await sendHarmless(name, { headers });
    expect([answer.status, answer.body.code]).toEqual([403, 'csrf-token-invalid']);
  }
});

test('the administrators of the table are what the product says', () => {
  const only = (access: Access) => ROUTE_NAMES.filter(name => ROUTES[name].access === access).sort();
  expect(only('public')).toEqual(['getOpenApi', 'signIn']);
  expect(only('session')).toEqual(['changeOwnPassword', 'getSession', 'signOut']);
  expect(only('administrator')).toEqual([
    'changeAlertChannel',
    'changeBaseAccount',
    'changeUser',
    'createAlertChannel',
    'createBaseAccount',
    'createUser',
    'decideKeyRotation',
    'deleteAlertChannel',
    'deleteBaseAccount',
    'deleteUser',
    'forgetEarlierCredentials',
    'getAlertChannel',
    'listAlertChannels',
    'listAlertDeliveries',
    'listAudit',
    'listUsers',
    'previewBaseAccount',
    'previewBaseAccountChange',
    'rollBackBaseAccount',
    'startKeyRotation',
    'testAlertChannel',
    'verifyAudit',
  ]);
  // What a reader changes is the reader's own; evaluating a policy and advising on it change nothing.
  const changes = only('reader').filter(name => ROUTES[name].method !== 'GET');
  expect(changes).toEqual(['adviseTrust', 'createToken', 'deleteToken', 'evaluateTrust']);
});

test('a path outside the table is not found for anybody', async () => {
  for (const path of ['/api/v1/', '/api/v1/nothing', '/api/v1/users/', '/api/v2/users', '/api']) {
    const answer = await send(api, NOBODY, { path });
    expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'not-found']);
  }
});

const REFUSALS = new Set(['not-signed-in', 'not-allowed', 'csrf-token-invalid']);

/** A request that passes or fails the access check, and if it passes changes nothing: its ids and fields do not exist. */
function sendHarmless(name: (typeof ROUTE_NAMES)[number], sender: Sender) {
  const { method, path } = ROUTES[name];
  const url = API_PREFIX + path.replaceAll(/:\w+/g, '0198c2a4-7c1e-7d3a-9b52-0f6a4e1d2c3b');
  // Signing out would end the session that the next requests need.
  const harmless = name === 'signOut' ? '?harmless=1' : '';
  return send(api, sender, { method, path: url + harmless, ...(method === 'GET' ? {} : { body: { harmless: true } }) });
}
