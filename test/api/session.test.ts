import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as people from '../../src/accounts/people.ts';
import { LIMITS } from '../../src/domain/limits.ts';
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

beforeAll(async () => {
  api = await startTestApi();
  administrator = await signIn(api, { username: 'administrator' });
});
afterAll(() => api.stop());

describe('a session', () => {
  test('begins with a cookie that scripts and other sites cannot use, and is told who it is', async () => {
    const { answer, headers } = await signIn(api, { username: 'OPERATOR' });
    expect(answer.status).toBe(200);
    expect(answer.body.user).toMatchObject({ username: 'operator', role: 'operator', disabled: false });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^causeway_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    const read = await send(api, { headers }, { path: '/api/v1/session' });
    expect(read.body).toEqual(answer.body);
  });

  test('ends when it is signed out of, whoever keeps the cookie', async () => {
    const session = await signIn(api, { username: 'reader' });
    const answer = await send(api, session, { method: 'DELETE', path: '/api/v1/session' });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toMatch(/^causeway_session=; .*Expires=Thu, 01 Jan 1970/);
    expect(await isAlive(session)).toBe(false);
  });

  test('ends after its idle time, and lives as long as it is used', async () => {
    const own = await testApi();
    const [idle, used] = [await signIn(own, { username: 'reader' }), await signIn(own, { username: 'reader' })];
    for (const minutes of [LIMITS.sessionIdleMinutes / 2, LIMITS.sessionIdleMinutes / 2 + 1]) {
      own.advance({ minutes });
      expect(await isAlive(used, own)).toBe(true);
    }
    expect(await isAlive(idle, own)).toBe(false);
  });

  test('ends after its longest time, however much it is used', async () => {
    const own = await testApi();
    const session = await signIn(own, { username: 'reader' });
    const half = LIMITS.sessionIdleMinutes / 2;
    for (let minutes = half; minutes < LIMITS.sessionHoursMax * 60; minutes += half) {
      own.advance({ minutes: half });
      expect(await isAlive(session, own)).toBe(true);
    }
    own.advance({ minutes: half });
    expect(await isAlive(session, own)).toBe(false);
  });

  test('is stored so that a stolen dump opens nothing', async () => {
    const session = await signIn(api, { username: 'reader' });
    const secret = session.headers.cookie?.split('=')[1] ?? '';
    const dump = await dumpOf(api);
    expect(dump).toContain('"reader"');
    expect(dump).not.toContain(secret);
    expect(dump).not.toContain(Buffer.from(secret).toString('hex'));
    expect(dump).not.toContain(PASSWORD);
  });

  test('with a forged, empty or doubled cookie is none', async () => {
    for (const cookie of [
      'causeway_session=',
      'causeway_session=abc',
      `causeway_session=${'a'.repeat(43)}`,
      'causeway_session=%00',
    ]) {
      const answer = await send(api, { headers: { cookie } }, { path: '/api/v1/session' });
      expect([cookie, answer.status, answer.body.code]).toEqual([cookie, 401, 'not-signed-in']);
    }
  });

  test.each([
    ['the password', { password: 'another long password' }],
    ['the role', { role: 'operator' }],
    ['disabled', { disabled: true }],
  ])('ends when an administrator changes %s of its user', async (_, change) => {
    const { id, username } = await createUser();
    const sessions = [await signIn(api, { username }), await signIn(api, { username })];
    expect((await changeUser(id, change)).status).toBe(200);
    for (const session of sessions) expect(await isAlive(session)).toBe(false);
  });

  test('ends when its user is deleted', async () => {
    const { id, username } = await createUser();
    const session = await signIn(api, { username });
    expect((await send(api, administrator, { method: 'DELETE', path: `/api/v1/users/${id}` })).status).toBe(204);
    expect(await isAlive(session)).toBe(false);
    expect((await signIn(api, { username })).answer.body.code).toBe('wrong-credentials');
  });

  test('stays when its user changes the password, and the user’s other sessions end', async () => {
    const { username } = await createUser();
    const [here, elsewhere] = [await signIn(api, { username }), await signIn(api, { username })];
    const change = (currentPassword: string) =>
      send(api, here, {
        method: 'POST',
        path: '/api/v1/session/password',
        body: { currentPassword, newPassword: 'a new long password' },
      });
    expect((await change('not the password')).body).toMatchObject({
      code: 'wrong-credentials',
      field: 'currentPassword',
    });
    expect((await change(PASSWORD)).status).toBe(204);
    expect([await isAlive(here), await isAlive(elsewhere)]).toEqual([true, false]);
    expect((await signIn(api, { username })).answer.status).toBe(401);
    expect((await signIn(api, { username, password: 'a new long password' })).answer.status).toBe(200);
  });
});

describe('signing in', () => {
  test('tells no difference between a wrong name, a wrong password and a disabled user', async () => {
    const { id, username } = await createUser();
    await changeUser(id, { disabled: true });
    const answers = [
      (await signIn(api, { username: 'nobody' })).answer,
      (await signIn(api, { username: 'reader', password: 'not the password' })).answer,
      (await signIn(api, { username })).answer,
    ];
    for (const answer of answers) {
      const { requestId: _, ...told } = answer.body;
      expect(answer.status).toBe(401);
      expect(told).toEqual({ ...answers[0]?.body, requestId: undefined, code: 'wrong-credentials' });
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
  });

  test('takes as long for an unknown name as for a wrong password', async () => {
    const own = await testApi();
    const fastest = { reader: Number.POSITIVE_INFINITY, nobody: Number.POSITIVE_INFINITY };
    // In turn, so that a busy machine slows both; the fastest of each, because only what is left out makes one fast.
    for (let tries = 0; tries < 8; tries++) {
      for (const username of ['reader', 'nobody'] as const) {
        const start = performance.now();
        await signIn(own, { username, password: 'not the password' });
        fastest[username] = Math.min(fastest[username], performance.now() - start);
      }
    }
    expect(fastest.nobody / fastest.reader).toBeGreaterThan(0.4);
  });

  test('is refused after ten wrong tries within a minute, by whichever process, and possible again after it', async () => {
    const own = await testApi();
    const { startApiServer } = await import('../../src/api/server.ts');
    const second = await startApiServer(own.deps, { host: '127.0.0.1', port: 0 });
    try {
      for (let tries = 0; tries < LIMITS.loginTriesPerMinute; tries++) {
        const server = tries % 2 === 0 ? own : second;
        expect((await signIn(server, { username: 'reader', password: 'wrong' })).answer.status).toBe(401);
      }
      for (const server of [own, second]) {
        const { answer } = await signIn(server, { username: 'reader' });
        expect(answer.body.code).toBe('too-many-requests');
        expect(answer.status).toBe(429);
        expect(Number(answer.headers.get('retry-after'))).toSatisfy(seconds => seconds > 0 && seconds <= 60);
      }
      expect((await signIn(own, { username: 'operator' })).answer.status).toBe(200);
      own.advance({ minutes: 1.1 });
      expect((await signIn(own, { username: 'reader' })).answer.status).toBe(200);
    } finally {
      await second.close();
    }
  });

  test('counts tries that are sent at once', async () => {
    const own = await testApi();
    const answers = await Promise.all(
      Array.from({ length: 15 }, () => signIn(own, { username: 'reader', password: 'wrong' })),
    );
    const statuses = answers.map(({ answer }) => answer.status);
    expect(statuses.filter(status => status === 401)).toHaveLength(LIMITS.loginTriesPerMinute);
    expect(statuses.filter(status => status === 429)).toHaveLength(15 - LIMITS.loginTriesPerMinute);
  });

  test('of many names from one address is refused', async () => {
    const own = await testApi();
    const statuses: number[] = [];
    for (let tries = 0; tries <= LIMITS.loginTriesPerMinutePerAddress; tries++) {
      statuses.push((await signIn(own, { username: `name${tries}`, password: 'wrong' })).answer.status);
    }
    expect(statuses.lastIndexOf(401)).toBe(LIMITS.loginTriesPerMinutePerAddress - 1);
    expect(statuses.at(-1)).toBe(429);
  });

  test('successfully is never limited', async () => {
    const own = await testApi();
    for (let tries = 0; tries < LIMITS.loginTriesPerMinute * 2; tries++) {
      expect((await signIn(own, { username: 'reader' })).answer.status).toBe(200);
    }
  });
});

describe('a token', () => {
  test('works until it is deleted, and is shown once', async () => {
    const token = await newToken(api, { administrator, role: 'reader' });
    expect(token.token).toMatch(/^cwy_[\w-]{43}$/);
    const listed = await send(api, token, { path: '/api/v1/connectors' });
    expect(listed.status).toBe(200);
    const tokens = await send(api, administrator, { path: '/api/v1/tokens' });
    const own = tokens.body.items.find((item: { id: string }) => item.id === token.id);
    expect(own).toMatchObject({ role: 'reader', createdBy: 'administrator', lastUsedAt: expect.any(String) });
    expect(JSON.stringify(tokens.body)).not.toContain(token.token);
    expect(await dumpOf(api)).not.toContain(token.token);
    expect((await send(api, administrator, { method: 'DELETE', path: `/api/v1/tokens/${token.id}` })).status).toBe(204);
    expect((await send(api, token, { path: '/api/v1/connectors' })).status).toBe(401);
    expect((await send(api, administrator, { method: 'DELETE', path: `/api/v1/tokens/${token.id}` })).status).toBe(404);
  });

  test('expires', async () => {
    const own = await testApi();
    const sender = await signIn(own, { username: 'administrator' });
    const expiresAt = new Date(Date.now() + 30 * 60_000).toISOString();
    const token = await newToken(own, { administrator: sender, role: 'reader', expiresAt });
    expect((await send(own, token, { path: '/api/v1/connectors' })).status).toBe(200);
    own.advance({ minutes: 31 });
    const answer = await send(own, token, { path: '/api/v1/connectors' });
    expect(answer.status).toBe(401);
    expect(answer.body.detail).toContain(`expired at ${expiresAt}`);
  });

  test('that is wrong is not saved by a good cookie', async () => {
    for (const authorization of [
      'Bearer cwy_wrong',
      'Bearer',
      'Basic YTpi',
      'cwy_x',
      'Bearer a b',
      `Bearer ${'x'.repeat(4000)}`,
    ]) {
      const answer = await send(
        api,
        { headers: { ...administrator.headers, authorization } },
        { path: '/api/v1/session' },
      );
      expect([authorization, answer.status]).toEqual([authorization, 401]);
    }
  });
});

describe('users', () => {
  test('have names that are unique, whatever the case', async () => {
    const { username } = await createUser();
    const answer = await send(api, administrator, {
      method: 'POST',
      path: '/api/v1/users',
      body: { username: username.toUpperCase(), password: PASSWORD, role: 'reader' },
    });
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([409, 'duplicate-username', 'username']);
  });

  test('are listed in pages, each once', async () => {
    const own = await testApi();
    const sender = await signIn(own, { username: 'administrator' });
    const names: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null; pages++) {
      const page = await send(own, sender, { path: `/api/v1/users?limit=2${cursor && `&cursor=${cursor}`}` });
      names.push(...page.body.items.map((user: { username: string }) => user.username));
      cursor = page.body.nextCursor;
      expect(pages).toBeLessThan(3);
    }
    expect(names).toEqual(['administrator', 'operator', 'reader']);
  });

  test('never lose their last administrator', async () => {
    const own = await testApi();
    const sender = await signIn(own, { username: 'administrator' });
    const { id } = (await send(own, sender, { path: '/api/v1/session' })).body.user;
    for (const request of [
      { method: 'DELETE', path: `/api/v1/users/${id}` },
      { method: 'PATCH', path: `/api/v1/users/${id}`, body: { role: 'operator' } },
      { method: 'PATCH', path: `/api/v1/users/${id}`, body: { disabled: true } },
    ]) {
      const answer = await send(own, sender, request);
      expect([request.method, answer.status, answer.body.code]).toEqual([request.method, 409, 'last-administrator']);
    }
  });

  test('keep one of two administrators who demote each other at the same moment', async () => {
    const own = await testApi();
    const sender = await signIn(own, { username: 'administrator' });
    const first = (await send(own, sender, { path: '/api/v1/session' })).body.user;
    const second = (
      await send(own, sender, {
        method: 'POST',
        path: '/api/v1/users',
        body: { username: 'second', password: PASSWORD, role: 'administrator' },
      })
    ).body;
    // Below the access check, which would refuse the second one if the first has been demoted by then.
    const changes = await Promise.all(
      [first, second].map(({ id }) =>
        people.changeUser(own.deps, { id, change: { role: 'reader' }, actor: 'user:administrator' }),
      ),
    );
    expect(changes.map(change => (change.ok ? 'demoted' : change.fault.code)).sort()).toEqual([
      'demoted',
      'last-administrator',
    ]);
  });

  test('are changed with an audit entry that holds no secret', async () => {
    const own = await testApi();
    const sender = await signIn(own, { username: 'administrator' });
    const password = 'a secret nobody may see';
    const body = { username: 'ada', password, role: 'reader' };
    const { id } = (await send(own, sender, { method: 'POST', path: '/api/v1/users', body })).body;
    await send(own, sender, {
      method: 'PATCH',
      path: `/api/v1/users/${id}`,
      body: { password: `${password}!`, role: 'operator' },
    });
    await send(own, sender, { method: 'PATCH', path: `/api/v1/users/${id}`, body: {} });
    await send(own, sender, { method: 'DELETE', path: `/api/v1/users/${id}` });
    const audit = await send(own, sender, { path: '/api/v1/audit?limit=3' });
    expect(
      audit.body.items.map(({ actor, action, subject, detail }: Record<string, unknown>) => ({
        actor,
        action,
        subject,
        detail,
      })),
    ).toEqual([
      { actor: 'user:administrator', action: 'user.deleted', subject: 'user:ada', detail: { id, role: 'operator' } },
      {
        actor: 'user:administrator',
        action: 'user.changed',
        subject: 'user:ada',
        detail: { id, password: 'changed', role: { before: 'reader', after: 'operator' } },
      },
      { actor: 'user:administrator', action: 'user.created', subject: 'user:ada', detail: { id, role: 'reader' } },
    ]);
    expect(JSON.stringify((await send(own, sender, { path: '/api/v1/audit?limit=1000' })).body)).not.toContain(
      password,
    );
    const verdict = await send(own, sender, { method: 'POST', path: '/api/v1/audit/verify' });
    expect(verdict.body).toEqual({
      intact: true,
      entries: expect.any(Number),
      brokenAtSeq: null,
      lastHash: audit.body.items[0].hash,
    });
  });
});

async function isAlive(session: Sender, server: TestApi = api): Promise<boolean> {
  return (
    (await send(server, { headers: { cookie: session.headers.cookie ?? '' } }, { path: '/api/v1/session' })).status ===
    200
  );
}

let made = 0;

async function createUser(): Promise<{ id: string; username: string }> {
  const body = { username: `user${++made}`, password: PASSWORD, role: 'reader' };
  const answer = await send(api, administrator, { method: 'POST', path: '/api/v1/users', body });
  expect(answer.status).toBe(201);
  return answer.body;
}

function changeUser(id: string, body: object) {
  return send(api, administrator, { method: 'PATCH', path: `/api/v1/users/${id}`, body });
}

/** Every row about people, as a dump would have them. */
async function dumpOf({ database }: TestApi): Promise<string> {
  const tables = await Promise.all(
    ['users', 'sessions', 'api_tokens', 'audit_log', 'sign_in_tries'].map(table =>
      sql`select to_jsonb(t) as row from ${sql.table(table)} t`.execute(database.db),
    ),
  );
  return JSON.stringify(tables.map(({ rows }) => rows));
}

test('nobody signs in without a password', async () => {
  const answer = await send(api, NOBODY, {
    method: 'POST',
    path: '/api/v1/session',
    body: { username: 'reader', password: '' },
  });
  expect([answer.status, answer.body.field]).toEqual([400, 'password']);
});
