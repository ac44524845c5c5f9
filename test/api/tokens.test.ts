import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/domain/role.ts';
import { type Answer, PASSWORD, type Sender, send, signIn, startTestApi, type TestApi } from './test-api.ts';

/** An API token can never do more than the person who made it, at any time. */

let api: TestApi;
let administrator: Sender;

beforeAll(async () => {
  api = await startTestApi();
  administrator = await signIn(api, { username: 'administrator' });
});
afterAll(() => api.stop());

describe('making a token', () => {
  test.each<[Role, readonly Role[], readonly Role[]]>([
    ['reader', ['reader'], ['operator', 'administrator']],
    ['operator', ['reader', 'operator'], ['administrator']],
    ['administrator', ['reader', 'operator', 'administrator'], []],
  ])('as %s gives at most that role', async (username, given, refused) => {
    const session = await signIn(api, { username });
    for (const role of given) {
      const { body } = await makeToken(session, { role });
      expect(body).toMatchObject({ role, createdBy: username });
    }
    for (const role of refused) expectTooMuch(await makeToken(session, { role }), { own: username, role });
  });

  test('with a token gives at most that token’s role, and belongs to the same user', async () => {
    const operator = senderOf(await makeToken(administrator, { role: 'operator' }));
    expectTooMuch(await makeToken(operator, { role: 'administrator' }), { own: 'operator', role: 'administrator' });
    const child = await makeToken(operator, { role: 'operator' });
    expect(child).toMatchObject({ status: 201, body: { role: 'operator', createdBy: 'administrator' } });
    expect(await statusOf(senderOf(child), ASSET_TYPES)).toBe(200);
  });
});

test('a token cannot prolong itself by making another', async () => {
  const end = new Date(Date.now() + 3_600_000).toISOString();
  const later = new Date(Date.now() + 7_200_000).toISOString();
  const parent = senderOf(await makeToken(administrator, { role: 'reader', expiresAt: end }));
  expect(await makeToken(parent, { role: 'reader' })).toMatchObject({ status: 201, body: { expiresAt: end } });
  const refused = await makeToken(parent, { role: 'reader', expiresAt: later });
  expect(refused).toMatchObject({ status: 400, body: { code: 'invalid-field', field: 'expiresAt' } });
});

describe('a token loses at once what its user loses:', () => {
  test('a demoted user’s does what the user may still do, and gives no more', async () => {
    const { id, token } = await userWithToken('administrator');
    expect(await statusOf(token, USERS)).toBe(200);
    expect((await changeUser(id, { role: 'operator' })).status).toBe(200);
    const refused = await send(api, token, { path: USERS });
    expect(refused).toMatchObject({
      status: 403,
      body: { detail: 'This needs the role administrator; yours is operator.' },
    });
    expect(await statusOf(token, ASSET_TYPES)).toBe(200);
    expectTooMuch(await makeToken(token, { role: 'administrator' }), { own: 'operator', role: 'administrator' });
    await changeUser(id, { role: 'administrator' });
    expect(await statusOf(token, USERS)).toBe(200);
  });

  test('a promoted user’s stays what it was made as', async () => {
    const { id, token } = await userWithToken('reader');
    await changeUser(id, { role: 'administrator' });
    expect(await statusOf(token, USERS)).toBe(403);
  });

  test('a disabled user’s does nothing until the user is enabled again', async () => {
    const { id, username, token } = await userWithToken('operator');
    expect((await changeUser(id, { disabled: true })).status).toBe(200);
    expect(await send(api, token, { path: ASSET_TYPES })).toMatchObject({
      status: 401,
      body: { code: 'not-signed-in', detail: `The user "${username}", who made this API token, is disabled.` },
    });
    await changeUser(id, { disabled: false });
    expect(await statusOf(token, ASSET_TYPES)).toBe(200);
  });

  test('a deleted user’s is deleted, and so is one that was made with it', async () => {
    const { id, username, token } = await userWithToken('operator');
    const child = senderOf(await makeToken(token, { role: 'reader' }));
    expect(await statusOf(child, ASSET_TYPES)).toBe(200);
    expect((await send(api, administrator, { method: 'DELETE', path: `${USERS}/${id}` })).status).toBe(204);
    expect([await statusOf(token, ASSET_TYPES), await statusOf(child, ASSET_TYPES)]).toEqual([401, 401]);
    expect((await tokensOf(administrator)).filter(({ createdBy }) => createdBy === username)).toEqual([]);
  });

  test('a token that its user makes while being deleted is refused or deleted, too', async () => {
    const { id, username, token } = await userWithToken('reader');
    const [deleted, ...made] = await Promise.all([
      send(api, administrator, { method: 'DELETE', path: `${USERS}/${id}` }),
      ...Array.from({ length: 8 }, () => makeToken(token, { role: 'reader' })),
    ]);
    expect(deleted.status).toBe(204);
    for (const { status } of made) expect([201, 401]).toContain(status);
    expect((await tokensOf(administrator)).filter(({ createdBy }) => createdBy === username)).toEqual([]);
  });
});

describe('the tokens of others', () => {
  test('are invisible and cannot be deleted, but by administrators', async () => {
    const [owner, other] = [await userWithToken('operator'), await userWithToken('operator')];
    const path = `/api/v1/tokens/${owner.tokenId}`;
    expect((await tokensOf(other.token)).map(({ id }) => id)).toEqual([other.tokenId]);
    const refused = await send(api, other.token, { method: 'DELETE', path });
    expect([refused.status, refused.body.code]).toEqual([404, 'not-found']);
    expect(await statusOf(owner.token, ASSET_TYPES)).toBe(200);

    const all = (await tokensOf(administrator)).map(({ id }) => id);
    expect(all).toEqual(expect.arrayContaining([owner.tokenId, other.tokenId]));
    expect((await send(api, administrator, { method: 'DELETE', path })).status).toBe(204);
    expect(await statusOf(owner.token, ASSET_TYPES)).toBe(401);
  });

  test('are invisible to an administrator’s token of a lesser role', async () => {
    const { tokenId } = await userWithToken('reader');
    const token = senderOf(await makeToken(administrator, { role: 'operator' }));
    const seen = await tokensOf(token);
    expect(new Set(seen.map(({ createdBy }) => createdBy))).toEqual(new Set(['administrator']));
    expect((await send(api, token, { method: 'DELETE', path: `/api/v1/tokens/${tokenId}` })).status).toBe(404);
  });
});

test('a token of one’s own is deleted with the session or the token itself', async () => {
  const { username, tokenId, token } = await userWithToken('reader');
  const session = await signIn(api, { username });
  const second = await makeToken(session, { role: 'reader' });
  const remove = (sender: Sender, id: string) => send(api, sender, { method: 'DELETE', path: `/api/v1/tokens/${id}` });
  expect((await remove(session, second.body.id)).status).toBe(204);
  expect((await remove(token, tokenId)).status).toBe(204);
  expect(await statusOf(token, ASSET_TYPES)).toBe(401);
});

test('the audit log names a token with its user, so that two of one name are told apart', async () => {
  const [ada, bob] = [await userWithToken('operator'), await userWithToken('operator')];
  for (const { token } of [ada, bob]) await makeToken(token, { role: 'reader', name: 'a/b' });
  const { body } = await send(api, administrator, { path: '/api/v1/audit?limit=2' });
  expect(body.items).toMatchObject(
    [bob, ada].map(({ username }) => ({
      actor: `token:${username}/machine`,
      action: 'token.created',
      subject: `token:${username}/a/b`,
    })),
  );
});

const USERS = '/api/v1/users';
const ASSET_TYPES = '/api/v1/asset-types';

let made = 0;

/** A new user with a token of the user's role; the session that made it is of no further use. */
async function userWithToken(role: Role) {
  const username = `person${++made}`;
  const body = { username, password: PASSWORD, role };
  const user = await send(api, administrator, { method: 'POST', path: USERS, body });
  const answer = await makeToken(await signIn(api, { username }), { role });
  const id: string = user.body.id;
  const tokenId: string = answer.body.id;
  return { id, username, tokenId, token: senderOf(answer) };
}

function makeToken(
  sender: Sender,
  { name = 'machine', ...token }: { role: Role; name?: string; expiresAt?: string },
): Promise<Answer> {
  return send(api, sender, { method: 'POST', path: '/api/v1/tokens', body: { name, ...token } });
}

function senderOf({ status, body }: Answer): Sender {
  expect(status).toBe(201);
  return { headers: { authorization: `Bearer ${body.token}` } };
}

function changeUser(id: string, change: object): Promise<Answer> {
  return send(api, administrator, { method: 'PATCH', path: `${USERS}/${id}`, body: change });
}

async function statusOf(sender: Sender, path: string): Promise<number> {
  return (await send(api, sender, { path })).status;
}

async function tokensOf(sender: Sender): Promise<{ id: string; createdBy: string }[]> {
  return (await send(api, sender, { path: '/api/v1/tokens?limit=1000' })).body.items;
}

function expectTooMuch({ status, body }: Answer, { own, role }: { own: Role; role: Role }): void {
  expect({ status, code: body.code, field: body.field, detail: body.detail }).toEqual({
    status: 403,
    code: 'not-allowed',
    field: 'role',
    detail: `An API token may do no more than who makes it: your role is ${own}, the token's would be ${role}.`,
  });
}
