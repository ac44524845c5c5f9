import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Client } from '../../src/cli/client.ts';
import { signedIn, startServer } from '../support/server-process.ts';

const SCRIPT = fileURLToPath(new URL('./other-emulator.py', import.meta.url));

/** moto: an AWS emulator that is not ours, with Python's boto3 as the eye. Not needed to develop; used where it is at hand. */
const present = spawnSync('python3', ['-c', 'import boto3, moto.server']).status === 0;
if (!present)
  process.stderr.write(
    'SKIPPED: no python3 with boto3 and moto[server]; nothing was compared with another AWS emulator.\n',
  );

test.skipIf(!present)(
  'against another AWS emulator, a base account, connectors and instances equal what boto3 sees',
  { timeout: 400_000 },
  async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'causeway-emulator-'));
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    const emulator = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
      stdio: 'ignore',
    });
    try {
      await untilAnswers(endpoint);
      const { hub, members, seen } = fixture.parse(
        JSON.parse(execFileSync('python3', [SCRIPT, endpoint], { encoding: 'utf8' })),
      );
      expect(seen.length).toBeGreaterThan(8);

      await using server = await startServer({ CAUSEWAY_DATA_DIR: directory, AWS_ENDPOINT_URL: endpoint });
      const client = await signedIn(server.url);
      const base = await client.call('createBaseAccount', { body: { title: 'Hub', accountType: 'global', ...hub } });
      expect(base, JSON.stringify(base)).toMatchObject({ ok: true, value: { proof: { outcome: 'ok' } } });
      for (const account of members) {
        const roleArn = `arn:aws:iam::${account}:role/Reader`;
        const made = await client.call('createConnector', { body: { name: account, accountType: 'global', roleArn } });
        if (!made.ok) throw new Error(JSON.stringify(made));
        await expect
          .poll(async () => stateOf(await client.call('getConnector', { params: { id: made.value.id } })), {
            timeout: 180_000,
            interval: 500,
          })
          .toBe('ok');
      }
      expect(await regionsRead(client)).toEqual(expect.arrayContaining(['eu-west-1', 'us-east-1']));
      expect((await regionsRead(client)).filter(region => /^(us-gov|cn)-/.test(region))).toEqual([]);
      const page = await client.call('listAssets', { query: { query: 'type:AWS::EC2::Instance', limit: 1_000 } });
      if (!page.ok) throw new Error(JSON.stringify(page));
      const found = page.value.items.map(({ accountId, region, attributes, tags, nativeId }) => ({
        accountId,
        region,
        nativeId,
        tags,
        attributes,
      }));
      expect(byId(found)).toEqual(byId(seen.map(asCauseway)));
    } finally {
      emulator.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    }
  },
);

const fixture = z.object({
  hub: z.object({ accountId: z.string(), accessKeyId: z.string(), secretAccessKey: z.string() }),
  members: z.array(z.string()),
  seen: z.array(z.object({ account: z.string(), region: z.string(), instance: z.record(z.string(), z.unknown()) })),
});

function asCauseway({ account, region, instance }: z.infer<typeof fixture>['seen'][number]) {
  const { Tags, ...rest } = instance;
  const tags = z.array(z.object({ Key: z.string(), Value: z.string() })).parse(Tags ?? []);
  return {
    accountId: account,
    region,
    nativeId: z.string().parse(instance.InstanceId),
    tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
    attributes: lowerFirst(rest),
  };
}

/** boto3's answer with attribute names as Causeway writes them and times as ISO text. */
function lowerFirst(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerFirst);
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/.test(value))
    return new Date(value).toISOString();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.charAt(0).toLowerCase() + name.slice(1), lowerFirst(inner)]),
  );
}

function byId<Item extends { nativeId: string }>(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => a.nativeId.localeCompare(b.nativeId));
}

/** The emulator lists regions of every partition; those of others are not this connector's to read. */
async function regionsRead(client: Client): Promise<string[]> {
  const connectors = await client.call('listConnectors', { query: {} });
  if (!connectors.ok) throw new Error(JSON.stringify(connectors));
  const regions = new Set<string>();
  for (const { lastRun } of connectors.value.items) {
    const run = lastRun && (await client.call('getRun', { params: { id: lastRun.id } }));
    if (run?.ok) for (const { region } of run.value.scopes) regions.add(region);
  }
  return [...regions].sort();
}

function stateOf(reply: { ok: true; value: { state: string } } | { ok: false }): string {
  return reply.ok ? reply.value.state : 'unknown';
}

async function untilAnswers(endpoint: string): Promise<void> {
  await expect
    .poll(
      () =>
        fetch(endpoint).then(
          () => true,
          () => false,
        ),
      { timeout: 20_000, interval: 100 },
    )
    .toBe(true);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('a listening server has a port');
  return address.port;
}
