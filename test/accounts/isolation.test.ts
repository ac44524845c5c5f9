import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { addAccessKey } from '../../simulator/world/build.ts';
import { createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { createConnector } from '../../src/accounts/connectors.ts';
import type { AccountsDeps } from '../../src/accounts/deps.ts';
import { platformIdentity } from '../../src/accounts/hubs.ts';
import { reach } from '../../src/accounts/reach.ts';
import { type Aws, closeAws, openAws } from '../../src/aws/aws.ts';
import { call, prompt } from '../../src/aws/call.ts';
import { ec2Client } from '../../src/aws/clients.ts';
import { proveHub } from '../../src/aws/identity.ts';
import { systemIds } from '../../src/domain/ids.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  keyOf,
  must,
  OTHER_HUB,
  PLATFORM,
  PRODUCTION,
  SECURITY,
  startCauseway,
} from './support.ts';

let causeway: Causeway;
let directory: string;
const actor = 'user:ada';

beforeAll(async () => {
  causeway = await startCauseway();
  directory = await mkdtemp(path.join(tmpdir(), 'causeway-aws-'));
});
beforeEach(() => causeway.reset());
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  await causeway.stop();
  await rm(directory, { recursive: true });
});

/** A machine whose environment and profiles are full of another identity's settings, all of them working ones. */
async function poison(): Promise<void> {
  const key = addAccessKey(causeway.world, OTHER_HUB, { userName: 'causeway' });
  const config = path.join(directory, 'config');
  const credentials = path.join(directory, 'credentials');
  const lines = `
aws_access_key_id = ${key.id}
aws_secret_access_key = ${key.secret}
region = ap-southeast-2
endpoint_url = http://127.0.0.1:9
services = trap
use_fips_endpoint = true
max_attempts = 7`;
  const services =
    '[services trap]\nsts =\n  endpoint_url = http://127.0.0.1:9\nec2 =\n  endpoint_url = http://127.0.0.1:9\n';
  await writeFile(config, `[default]${lines}\n[profile trap]${lines}\n${services}`);
  await writeFile(credentials, `[default]${lines}\n[trap]${lines}\n`);
  const variables = {
    AWS_ACCESS_KEY_ID: key.id,
    AWS_SECRET_ACCESS_KEY: key.secret,
    AWS_SESSION_TOKEN: 'stray',
    AWS_PROFILE: 'trap',
    AWS_DEFAULT_PROFILE: 'trap',
    AWS_REGION: 'ap-southeast-2',
    AWS_DEFAULT_REGION: 'ap-southeast-2',
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9',
    AWS_ENDPOINT_URL_EC2: 'http://127.0.0.1:9',
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_STS_REGIONAL_ENDPOINTS: 'legacy',
    AWS_MAX_ATTEMPTS: '7',
    AWS_RETRY_MODE: 'adaptive',
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

const runOf = (deps: AccountsDeps, connectorId: string) =>
  reach(deps, { connectorId, purpose: { kind: 'run', runId: 'r1', trigger: 'schedule' } });

describe('the machine’s own AWS settings', () => {
  it('are not used by any call: not their keys, profiles, regions, endpoints or retries', async () => {
    await poison();
    const deps = { ...causeway.deps, aws: freshAws(causeway.deps.aws) };
    const connector = must(await createConnector(deps, { input: connectorInput(PRODUCTION), actor }));
    const { session } = must(await runOf(deps, connector.id));
    const client = await ec2Client(deps.aws, session, 'eu-west-1');
    const regions = await call(
      deps.aws,
      signal => client.send(new DescribeRegionsCommand({}), { abortSignal: signal }),
      {
        service: 'ec2',
        operation: 'DescribeRegions',
        signedBy: 'session',
        budget: prompt(deps.clock, { totalMs: 5_000 }),
      },
    );
    expect(must(regions).Regions?.length).toBeGreaterThan(5);
    must(await createBaseAccount(deps, { input: baseAccountInput(keyOf(causeway, SECURITY)), actor }));
    const calls = causeway.callLog.calls();
    expect(new Set(calls.map(({ service, region, accountId }) => `${service} ${region} ${accountId}`))).toEqual(
      new Set([
        `iam us-east-1 ${PRODUCTION}`,
        `sts us-east-1 ${PLATFORM}`,
        `ec2 eu-west-1 ${PRODUCTION}`,
        `sts us-east-1 ${SECURITY}`,
      ]),
    );
    closeAws(deps.aws);
  });

  it('do not stand in for a hub that is missing', async () => {
    await poison();
    const deps = { ...causeway.deps, platformAccounts: {} };
    const { id } = must(await createConnector(deps, { input: connectorInput(PRODUCTION), actor }));
    expect(await runOf(deps, id)).toMatchObject({ ok: false, fault: { code: 'no-hub' } });
    expect(causeway.callLog.calls()).toEqual([]);
  });

  it('are used where a platform account says so, if they are that account’s', async () => {
    const { accessKeyId, secretAccessKey } = keyOf(causeway, PLATFORM);
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
    const credentials = { kind: 'default-chain' } as const;
    const named = { ...causeway.deps, platformAccounts: { global: { accountId: PLATFORM, credentials } } };
    const { id } = must(await createConnector(named, { input: connectorInput(PRODUCTION), actor }));
    expect(must(await runOf(named, id)).hub).toEqual({ kind: 'platform-account', accountId: PLATFORM });
    const misnamed = { ...named, platformAccounts: { global: { accountId: OTHER_HUB, credentials } } };
    expect(await runOf(misnamed, id)).toMatchObject({ ok: false, fault: { code: 'other-account-key' } });
  });

  it('that hold no credentials are a fault where a platform account names them', async () => {
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/nonexistent');
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE']) vi.stubEnv(name, undefined);
    const platformAccounts = { global: { accountId: PLATFORM, credentials: { kind: 'default-chain' } as const } };
    const hub = platformIdentity({ platformAccounts }, 'global');
    if (!hub) throw new Error('no hub');
    const proved = await proveHub(causeway.deps.aws, hub, prompt(causeway.clock, { totalMs: 5_000 }));
    expect(proved).toMatchObject({ ok: false, fault: { code: 'no-hub-credentials' } });
  });

  function freshAws({ clock, ids, endpoints }: Aws): Aws {
    return openAws({ clock, ids, endpoints });
  }
});

describe('without an endpoint in the configuration', () => {
  it.each([
    ['global', 'sts.us-east-1.amazonaws.com'],
    ['us-govcloud', 'sts.us-gov-west-1.amazonaws.com'],
    ['china', 'sts.cn-north-1.amazonaws.com.cn'],
  ] as const)('%s is asked at its own regional endpoint, whatever the environment says', async (accountType, host) => {
    await poison();
    const { handler, hosts } = noticing();
    const aws = {
      ...openAws({ clock: causeway.clock, ids: systemIds, endpoints: { byService: {} } }),
      requestHandler: handler,
    };
    const account = causeway.deps.platformAccounts.global;
    const hub = account && platformIdentity({ platformAccounts: { [accountType]: account } }, accountType);
    if (!hub) throw new Error('no hub');
    await proveHub(aws, hub, { ...prompt(causeway.clock, { totalMs: 1_000 }), triesMax: 1 });
    expect(hosts).toEqual([`https://${host}`]);
  });

  /** The SDK's HTTP handler, which notes where a request would go and does not send it. */
  function noticing() {
    const hosts: string[] = [];
    const handler = new NodeHttpHandler();
    handler.handle = async request => {
      hosts.push(`${request.protocol}//${request.hostname}`);
      throw Object.assign(new Error('not sent'), { code: 'ECONNREFUSED' });
    };
    return { handler, hosts };
  }
});

describe('an endpoint that is not AWS', () => {
  const prove = async (endpoint: string, totalMs = 3_000) => {
    const aws = openAws({ clock: causeway.clock, ids: systemIds, endpoints: { byService: { sts: endpoint } } });
    const hub = platformIdentity(causeway.deps, 'global');
    if (!hub) throw new Error('no hub');
    try {
      return await proveHub(aws, hub, prompt(causeway.clock, { totalMs }));
    } finally {
      closeAws(aws);
    }
  };

  it('is unreachable when nothing listens there', async () => {
    expect(await prove('http://127.0.0.1:9')).toMatchObject({
      ok: false,
      fault: { code: 'aws-unreachable', detail: expect.stringContaining('ECONNREFUSED') },
    });
  });

  it('is unreachable when it has no address', async () => {
    expect(await prove('http://sts.invalid')).toMatchObject({ ok: false, fault: { code: 'aws-unreachable' } });
  });

  it('is unreachable when it speaks no TLS', async () => {
    await withServer(
      createServer(socket => socket.end('SSH-2.0-OpenSSH\r\n')),
      async port => {
        expect(await prove(`https://127.0.0.1:${port}`)).toMatchObject({
          ok: false,
          fault: { code: 'aws-unreachable' },
        });
      },
    );
  });

  it('is a time-out when it never answers', async () => {
    await withServer(
      createServer(() => {}),
      async port => {
        const before = performance.now();
        expect(await prove(`http://127.0.0.1:${port}`, 500)).toMatchObject({
          ok: false,
          fault: { code: 'aws-timeout' },
        });
        expect(performance.now() - before).toBeLessThan(2_000);
      },
    );
  });
});

async function withServer(
  server: ReturnType<typeof createServer>,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', socket => sockets.add(socket));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no TCP address');
    await use(address.port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise(resolve => server.close(resolve));
  }
}
