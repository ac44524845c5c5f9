import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startSimulation } from '../../simulator/simulation.ts';
import { accountOf, roleArn } from '../../simulator/world/build.ts';
import { GENERATED_PLATFORM_ACCOUNT_ID, generatedExternalId, generateWorld } from '../../simulator/world/generate.ts';
import { CONNECTOR_ROLE_NAME } from '../../simulator/world/policies.ts';
import { createPrng } from '../../simulator/world/prng.ts';
import type { World } from '../../simulator/world/world.ts';
import type { Client } from '../../src/cli/client.ts';
import { writePlatformAccounts } from '../support/platform-file.ts';
import { type ServerProcess, signedIn, startServer } from '../support/server-process.ts';

const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const ACCOUNTS = 50;
const KILLS = 10;

test(`a server killed ten times while it syncs 50 accounts ends with the world exactly (KILL_SEED=${SEED})`, {
  timeout: 240_000,
}, async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'causeway-kills-'));
  const world = generateWorld({ seed: SEED, now: new Date(), accounts: ACCOUNTS, instances: 1_500 });
  await using aws = Object.assign(await startSimulation({ makeWorld: () => world }), {
    [Symbol.asyncDispose]: () => aws.stop(),
  });
  const random = createPrng(SEED, 'kills');
  let server: ServerProcess | undefined;
  try {
    const env = {
      CAUSEWAY_DATA_DIR: directory,
      AWS_ENDPOINT_URL: aws.endpoint,
      CAUSEWAY_PLATFORM_ACCOUNTS: writePlatformAccounts(directory, { global: platformOf(world) }),
    };
    server = await startServer(env);
    await connectAll(await signedIn(server.url), world);
    for (let kill = 0; kill < KILLS; kill++) {
      await new Promise(resolve => setTimeout(resolve, random.int(50, 1_500)));
      await server.kill();
      server = await startServer(env);
    }
    const client = await signedIn(server.url);
    await untilSynced(client);
    expect(await seenInstances(client, '')).toEqual(trueInstances(world));
    expect(await seenInstances(client, 'gone:true'), 'falsely gone').toEqual([]);
  } finally {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});

function platformOf(world: World) {
  const user = accountOf(world, GENERATED_PLATFORM_ACCOUNT_ID).users['causeway-platform'];
  const key = user?.accessKeys[0];
  if (!key) throw new Error('a generated world has a platform account with a key');
  return { accountId: GENERATED_PLATFORM_ACCOUNT_ID, accessKeyId: key.id, secretAccessKey: key.secret };
}

async function connectAll(client: Client, world: World): Promise<void> {
  for (const account of Object.values(world.accounts)) {
    const role = account.roles[CONNECTOR_ROLE_NAME];
    if (!role) continue;
    const created = await client.call('createConnector', {
      body: {
        name: account.name,
        accountType: 'global',
        roleArn: roleArn(account, role),
        externalId: generatedExternalId(account.id),
      },
    });
    expect(created.ok, JSON.stringify(created)).toBe(true);
  }
}

async function untilSynced(client: Client): Promise<void> {
  for (;;) {
    const page = await client.call('listConnectors', { query: { limit: 1_000 } });
    if (!page.ok) throw new Error(JSON.stringify(page));
    expect(page.value.items).toHaveLength(ACCOUNTS);
    if (page.value.items.every(connector => connector.state === 'ok')) return;
    await new Promise(resolve => setTimeout(resolve, 500));
  }
}

/** One line an instance, sorted; a duplicate would show as a second line. */
async function seenInstances(client: Client, condition: string): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const query = ['type:AWS::EC2::Instance', condition].filter(term => term !== '').join(' and ');
    const page = await client.call('listAssets', {
      query: { query, limit: 1_000, ...(cursor === undefined ? {} : { cursor }) },
    });
    if (!page.ok) throw new Error(JSON.stringify(page));
    seen.push(
      ...page.value.items.map(
        asset => `${asset.accountId} ${asset.region} ${asset.nativeId} ${asset.state} ${asset.goneAt}`,
      ),
    );
    cursor = page.value.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return seen.sort();
}

function trueInstances(world: World): string[] {
  return Object.values(world.accounts)
    .flatMap(account =>
      Object.entries(account.ec2).flatMap(([region, { instances }]) =>
        instances.map(instance => `${account.id} ${region} ${instance.InstanceId} ${instance.State?.Name} null`),
      ),
    )
    .sort();
}
