import { execFile, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { closeAws, openAws } from '../../src/aws/aws.ts';
import { prompt } from '../../src/aws/call.ts';
import type { MemberSession } from '../../src/aws/session.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { systemIds } from '../../src/domain/ids.ts';
import { factsOfAccountType } from '../../src/domain/partition.ts';
import type { ObservedAsset } from '../../src/inventory/define.ts';
import { ASSET_TYPES } from '../../src/inventory/registry.ts';
import { awsCalls } from '../../src/sync/calls.ts';

const SCRIPT = fileURLToPath(new URL('./other-emulator.py', import.meta.url));

/** moto: an AWS emulator that is not ours, with Python's boto3 as the eye. Not needed to develop; used where it is at hand. */
const present = spawnSync('python3', ['-c', 'import boto3, moto.server']).status === 0;
if (!present) process.stderr.write('SKIPPED: no python3 with boto3 and moto[server]; no type was compared with it.\n');

const fixture = z.object({
  credentials: z.object({ AccessKeyId: z.string(), SecretAccessKey: z.string(), SessionToken: z.string() }),
  accountId: z.string(),
  seen: z.record(
    z.string(),
    z.array(
      z.object({
        id: z.string(),
        tags: z.record(z.string(), z.string()),
        attributes: z.record(z.string(), z.unknown()),
      }),
    ),
  ),
});

const emulated = present ? await emulate() : undefined;
afterAll(() => {
  if (!emulated) return;
  closeAws(emulated.aws);
  emulated.kill();
});

describe.skipIf(!emulated)('against another AWS emulator', () => {
  test.each(
    ASSET_TYPES.filter(type => type.assetType !== 'AWS::EC2::Instance').map(type => [type.assetType, type] as const),
  )('%s is what boto3 sees', async (assetType, type) => {
    if (!emulated) throw new Error('there is no emulator');
    const seen = emulated.seen[assetType] ?? [];
    expect(seen.length).toBeGreaterThan(0);
    const found: ObservedAsset[] = [];
    for await (const page of type.pages(emulated.calls)) {
      if (!page.ok) throw new Error(JSON.stringify(page.fault));
      found.push(...page.value.items());
    }
    const own = found.filter(asset => asset.ownerId === null || asset.ownerId === emulated.accountId);
    expect(own.map(asset => asset.nativeId).sort()).toEqual(seen.map(one => one.id).sort());
    const faults = own.flatMap(asset => Object.values(asset.unread ?? {}).map(fault => fault?.detail));
    expect(faults.filter(detail => !LACKS.test(detail ?? ''))).toEqual([]);
    for (const one of seen) {
      const asset = own.find(({ nativeId }) => nativeId === one.id);
      if (!faults.length) expect(asset?.tags).toEqual(one.tags);
      const kept = Object.entries(one.attributes).filter(([name]) => !isLeftOut(type.leftOut, name));
      expect(Object(lowerFirst(asset?.attributes))).toMatchObject(Object(lowerFirst(Object.fromEntries(kept))));
      expect(JSON.stringify(asset)).not.toContain('not for the inventory');
    }
  });
});

/** What moto answers to operations that it does not have. */
const LACKS = /could not be read to its end/;

/** Also of fields of which only a part is left out. */
function isLeftOut(leftOut: Readonly<Record<string, string>>, name: string): boolean {
  return (
    Object.keys(leftOut).some(path => path.split('.')[0] === name) || name === 'labels' || name === 'ResponseMetadata'
  );
}

/** boto3's answer with attribute names as Causeway writes them; times to the second, since microseconds are rounded in two ways. */
function lowerFirst(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerFirst);
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)$/.test(value)) {
    return new Date(value).toISOString().slice(0, 19);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.charAt(0).toLowerCase() + name.slice(1), lowerFirst(inner)]),
  );
}

async function emulate() {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const emulator = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  await vi.waitFor(() => fetch(endpoint), { timeout: 60_000, interval: 200 });
  const { stdout } = await promisify(execFile)('python3', [SCRIPT, endpoint], { maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: unknown) => {
      emulator.kill('SIGKILL');
      throw error;
    },
  );
  const { credentials, accountId, seen } = fixture.parse(JSON.parse(stdout));
  const aws = openAws({ clock: systemClock, ids: systemIds, endpoints: { all: endpoint, byService: {} } });
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = credentials;
  const session: MemberSession = {
    key: 'emulated',
    hub: { kind: 'platform-account', accountId: '123456789012' },
    facts: factsOfAccountType('global'),
    accountId,
    callerArn: '',
    assumedAt: new Date(),
    credentials: async () => ({ accessKeyId, secretAccessKey, sessionToken }),
  };
  const callBudget = () => ({ ...prompt(systemClock, { totalMs: 30_000 }), triesMax: 1 });
  const calls = awsCalls({ aws, callBudget }, { session, region: 'us-east-1', signal: new AbortController().signal });
  return { aws, accountId, seen, calls, kill: () => emulator.kill('SIGKILL') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('a listening server has a port');
  return address.port;
}
