import { parseOptions } from '@node-rs/argon2';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../test/support/database.ts';
import { systemClock } from '../domain/clock.ts';
import { systemIds } from '../domain/ids.ts';
import { listAudit } from '../store/audit.ts';
import { findUserByName } from '../store/users.ts';
import type { PeopleDeps } from './callers.ts';
import { hashPassword, NOBODYS_HASH, passwordFits } from './passwords.ts';
import { createUser, ensureFirstAdministrator } from './people.ts';
import { signIn } from './sign-in.ts';

const PASSWORD = 'correct horse battery staple';

test('the first start makes an administrator with the password given', async () => {
  const deps = await freshDeps();
  expect(await ensureFirstAdministrator(deps, { password: PASSWORD })).toEqual({
    ok: true,
    value: { username: 'admin' },
  });
  expect(await signIn(deps, { username: 'admin', password: PASSWORD, address: '127.0.0.1' })).toMatchObject({
    ok: true,
    value: { user: { role: 'administrator' } },
  });
  expect(await listAudit(deps.db, { before: null, limit: 9 })).toMatchObject([
    { action: 'session.began', actor: 'user:admin' },
    { action: 'user.created', actor: 'system', subject: 'user:admin' },
  ]);
});

test('the first start without a password makes one up that works', async () => {
  const deps = await freshDeps();
  const made = await ensureFirstAdministrator(deps, {});
  const password = made.ok ? (made.value?.generatedPassword ?? '') : '';
  expect(password).toMatch(/^[\w-]{24}$/);
  expect(await signIn(deps, { username: 'admin', password, address: '127.0.0.1' })).toMatchObject({ ok: true });
});

test('a later start makes nobody and changes no password', async () => {
  const deps = await freshDeps();
  await createUser(deps, { username: 'ada', password: PASSWORD, role: 'reader' }, 'system');
  expect(await ensureFirstAdministrator(deps, { password: PASSWORD })).toEqual({ ok: true, value: undefined });
  expect(await findUserByName(deps.db, 'admin')).toBeUndefined();
});

test('two processes that start at once make one administrator', async () => {
  const deps = await freshDeps();
  const made = await Promise.all([ensureFirstAdministrator(deps, {}), ensureFirstAdministrator(deps, {})]);
  expect(made.filter(result => result.ok && result.value)).toHaveLength(1);
});

test('a first password that is too short is a fault that names its setting and not the password', async () => {
  const deps = await freshDeps();
  const made = await ensureFirstAdministrator(deps, { password: 'hunter2' });
  expect(made).toMatchObject({ ok: false, fault: { code: 'invalid-setting', subject: 'CAUSEWAY_ADMIN_PASSWORD' } });
  expect(JSON.stringify(made)).not.toContain('hunter2');
});

test('passwords are hashed by argon2id, at the cost that an unknown name has too', async () => {
  const hash = await hashPassword(PASSWORD);
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(parseOptions(hash)).toEqual(parseOptions(NOBODYS_HASH));
  expect(await passwordFits(PASSWORD, hash)).toBe(true);
  expect(await passwordFits(`${PASSWORD} `, hash)).toBe(false);
  expect(await passwordFits('causeway-nobody-has-this-password', undefined)).toBe(false);
});

async function freshDeps(): Promise<PeopleDeps> {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  return { db: database.db, clock: systemClock, ids: systemIds };
}
