import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { startSimulation } from '../../simulator/simulation.ts';
import { type Guide, sampleOrganisation } from '../../simulator/world/sample-organisation.ts';
import type { User, World } from '../../simulator/world/world.ts';
import type { Client } from '../../src/cli/client.ts';
import type { Database } from '../../src/store/database.ts';
import { createTestDatabase } from '../support/database.ts';
import { writePlatformAccounts } from '../support/platform-file.ts';
import { ADMIN_PASSWORD, signedIn, startServer } from '../support/server-process.ts';

test('no secret is in the database, the logs or the audit log', { timeout: 90_000 }, async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'causeway-secrets-'));
  const { world, guide } = sampleOrganisation({ seed: 7, now: new Date() });
  const aws = await startSimulation({ makeWorld: () => world });
  const { global: hubOfSample } = guide.hubs;
  if (hubOfSample) allowedToRotate(world, hubOfSample);
  await using database = await createTestDatabase({ migrated: false });
  const masterKey = randomBytes(32).toString('base64');
  const { global: platform } = guide.platformAccounts;
  const { global: hub } = guide.hubs;
  if (!platform || !hub) throw new Error('the sample organisation has Global hubs');
  try {
    await using server = await startServer({
      DATABASE_URL: database.connectionString,
      CAUSEWAY_MASTER_KEY: masterKey,
      CAUSEWAY_DATA_DIR: directory,
      AWS_ENDPOINT_URL: aws.endpoint,
      CAUSEWAY_PLATFORM_ACCOUNTS: writePlatformAccounts(directory, { global: platform }),
      CAUSEWAY_LOG_LEVEL: 'debug',
    });
    const client = await signedIn(server.url);
    const { replies, secrets } = await exerciseEverySecret(client, guide);
    const sessions = Object.values(world.sessions);
    const made = allowedToRotate(world, hub).accessKeys;
    expect(made.map(({ id }) => id)).not.toContain(hub.accessKeyId);
    expect(sessions.length, 'roles were assumed').toBeGreaterThan(0);

    const kept = `${await everythingIn(database.db)}\n${server.output()}\n${replies}`;
    expect(kept).toContain(hub.accountId);
    for (const secret of [
      platform.secretAccessKey,
      masterKey,
      ADMIN_PASSWORD,
      ...secrets,
      ...made.map(key => key.secret),
      ...sessions.flatMap(one => [one.secret, one.token]),
    ]) {
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64'),
        Buffer.from(secret).toString('hex'),
        encodeURIComponent(secret),
      ]) {
        expect(kept.includes(form), 'a secret was found').toBe(false);
      }
    }
  } finally {
    await aws.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});

/** The hub's user, with the right to replace its own key. */
function allowedToRotate(world: World, { accountId, accessKeyId }: { accountId: string; accessKeyId: string }): User {
  const users = Object.values(world.accounts[accountId]?.users ?? {});
  const user =
    users.find(one => one.inlinePolicies.RotateOwnKey) ??
    users.find(one => one.accessKeys.some(key => key.id === accessKeyId));
  if (!user) throw new Error('the hub has a user');
  const statement = { Effect: 'Allow', Action: 'iam:*AccessKey*', Resource: '*' };
  user.inlinePolicies.RotateOwnKey = { Version: '2012-10-17', Statement: [statement] };
  return user;
}

/** Uses secrets rightly and wrongly; answers every reply, but for the one that shows an API token this once. */
async function exerciseEverySecret(client: Client, guide: Guide): Promise<{ replies: string; secrets: string[] }> {
  const { global: hub } = guide.hubs;
  const member = guide.connectors.find(({ name }) => name === 'Production');
  if (!hub || !member) throw new Error('the sample organisation has a hub and Production');
  const replies: unknown[] = [];
  const { title, accountId, accessKeyId, secretAccessKey } = hub;
  const wrongSecret = `wrong${secretAccessKey.slice(5)}`;
  const body = { title, accountType: 'global', accountId, accessKeyId } as const;
  replies.push(await client.call('createBaseAccount', { body: { ...body, secretAccessKey: wrongSecret } }));
  const created = await client.call('createBaseAccount', { body: { ...body, secretAccessKey } });
  if (!created.ok) throw new Error(JSON.stringify(created));
  replies.push(
    created,
    await client.call('changeBaseAccount', {
      params: { id: created.value.id },
      body: { accessKeyId, secretAccessKey },
    }),
  );
  const { name, accountType, roleArn, externalId } = member;
  const connector = await client.call('createConnector', { body: { name, accountType, roleArn, externalId } });
  if (!connector.ok) throw new Error(JSON.stringify(connector));
  const params = { id: connector.value.id };
  replies.push(
    connector,
    await client.call('checkConnector', { params }),
    await client.call('checkBaseAccount', { params: { id: created.value.id } }),
  );
  replies.push(...(await rotate(client, created.value.id)));
  const token = await client.call('createToken', { body: { name: 'machine', role: 'reader' } });
  if (!token.ok) throw new Error(JSON.stringify(token));
  replies.push(
    await client.call('listTokens', { query: {} }),
    await client.call('listAudit', { query: { limit: 1_000 } }),
  );
  for (;;) {
    const now = await client.call('getConnector', { params });
    replies.push(now);
    if (now.ok && now.value.state === 'ok') break;
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  return { replies: JSON.stringify(replies), secrets: [secretAccessKey, wrongSecret, token.value.token] };
}

/** Replaces the key by one that Causeway makes itself; answers what was to be read of it. */
async function rotate(client: Client, id: string): Promise<unknown[]> {
  const params = { id };
  const replies: unknown[] = [await client.call('startKeyRotation', { params })];
  for (;;) {
    const rotation = await client.call('getKeyRotation', { params });
    replies.push(rotation, await client.call('getBaseAccount', { params }));
    if (rotation.ok && rotation.value.state === 'done') return replies;
    if (rotation.ok && rotation.value.state === 'blocked') throw new Error(JSON.stringify(rotation.value.fault));
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}

/** Every row of every table of every schema that is ours, as text. */
async function everythingIn(db: Database): Promise<string> {
  const tables = await sql<{ name: string }>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_schema in ('public', 'queue') and table_type = 'BASE TABLE'
  `.execute(db);
  const dumps = await Promise.all(
    tables.rows.map(async ({ name }) => {
      const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.raw(name)} t`.execute(db);
      return rows.map(({ row }) => row).join('\n');
    }),
  );
  return dumps.join('\n');
}
