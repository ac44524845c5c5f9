import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openClient } from '../../src/cli/client.ts';
import { createTestDatabase } from '../support/database.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { signIn, startServer, startWork } from '../support/server-process.ts';
import { count } from '../sync-sim/bed.ts';
import { NOTHING_WRONG, openFleet, until } from './fleet.ts';

test('two servers that start at once on an empty database share it: a session made at one works and ends at both', {
  timeout: 120_000,
}, async () => {
  await using database = await createTestDatabase({ migrated: false });
  const directory = mkdtempSync(path.join(tmpdir(), 'causeway-servers-'));
  const env = {
    DATABASE_URL: database.connectionString,
    CAUSEWAY_MASTER_KEY: randomBytes(32).toString('base64'),
    CAUSEWAY_DATA_DIR: directory,
  };
  try {
    const servers = await Promise.all([1, 2].map(() => startServer(env, ['--no-work'])));
    const [a, b] = servers;
    if (!a || !b) throw new Error('there are two servers');
    await using _a = a;
    await using _b = b;
    expect(await count(database.db, 'users')).toBe(1);
    const credentials = await signIn(a.url);
    const [atA, atB] = [a, b].map(({ url }) => openClient({ url, credentials }));
    expect(await atB?.call('getSession', {})).toMatchObject({ ok: true, value: { user: { username: 'admin' } } });
    expect(await atB?.call('signOut', {})).toMatchObject({ ok: true });
    expect(await atA?.call('getSession', {})).toMatchObject({ ok: false });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a rolling restart gives every run back, and who comes next goes on with them', { timeout: 120_000 }, async () => {
  await using fleet = await openFleet({ seed: 5, accounts: 10 });
  const { bed } = fleet;
  bed.aws.faults.put({ id: 'slow', match: {}, effect: { kind: 'slow', delayMs: 150 } });
  await using old = await startServer(fleet.env);
  await using worker = await startWork(fleet.env);
  await fleet.requestRuns();
  await until(async () => (await count(bed.db, "runs where state = 'running'")) > 5);
  await using young = await startServer(fleet.env, ['--no-work']);
  expect(await old.stop()).toBe(0);
  expect(await worker.stop()).toBe(0);
  // Given back, and not left to be missed when their heartbeats stay away.
  expect(await count(bed.db, "queue.job where state = 'active'")).toBe(0);
  await using heir = await startWork(fleet.env);
  await fleet.untilRunsAreOver();
  for (const one of [young, heir]) expect(await one.stop()).toBe(0);
  expect(await fleet.findings([])).toEqual(NOTHING_WRONG);
});

test('a worker that loses its database, and then the network to it, goes on when it is back', {
  timeout: 200_000,
}, async () => {
  await using fleet = await openFleet({ seed: 6, accounts: 8 });
  const { bed } = fleet;
  bed.aws.faults.put({ id: 'slow', match: {}, effect: { kind: 'slow', delayMs: 400 } });
  await using proxy = await startDatabaseProxy({ connectionString: bed.connectionString });
  await using worker = await startWork({ ...fleet.env, DATABASE_URL: proxy.connectionString });
  await fleet.requestRuns();
  await until(async () => (await count(bed.db, "runs where state = 'running'")) > 5);
  proxy.away();
  await sleep(2_000);
  proxy.back();
  await until(async () => (await count(bed.db, "runs where state = 'running' and fence > 1")) > 0);

  proxy.stall();
  await using other = await startWork(fleet.env);
  await until(async () => (await count(bed.db, "runs where state = 'running' and fence > 2")) > 0);
  proxy.flow();
  bed.aws.faults.clear();
  await fleet.untilRunsAreOver();
  for (const one of [worker, other]) expect(await one.stop()).toBe(0);
  expect(await fleet.findings([])).toEqual(NOTHING_WRONG);
});
