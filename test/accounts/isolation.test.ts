import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { addAccessKey } from '../../simulator/world/build.ts';
import { createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { createConnector } from '../../src/accounts/connectors.ts';
import type { AccountsDeps } from '../../src/accounts/deps.ts';
import { platformIdentity } from '../../src/accounts/hubs.ts';
import { reach } from '../../src/accounts/reach.ts';
import { type Aws, closeAws, openAws } from '../../src/aws/aws.ts';
import { prompt } from '../../src/aws/call.ts';
import { proveHub } from '../../src/aws/identity.ts';
import { systemIds } from '../../src/domain/ids.ts';
import { awsCalls } from '../../src/sync/calls.ts';
import { HUB_ROLE, openKeylessBed } from './keyless-support.ts';
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
let trap: Trap;
const actor = 'user:ada';

beforeAll(async () => {
  causeway = await startCauseway();
  trap = await openTrap();
  directory = await mkdtemp(path.join(tmpdir(), 'causeway-aws-'));
});
beforeEach(async () => {
  await causeway.reset();
  trap.hits.length = 0;
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  await trap.close();
  await causeway.stop();
  await rm(directory, { recursive: true });
});

interface Trap {
  readonly url: string;
  /** What somebody asked it for. */
  readonly hits: string[];
  close(): Promise<void>;
}

/** An address that nobody may ever ask, whatever the environment says. */
async function openTrap(): Promise<Trap> {
  const hits: string[] = [];
  const server = createHttpServer((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    response.writeHead(500).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the trap has no address');
  const close = () => new Promise<void>(resolve => server.close(() => resolve()));
  return { url: `http://127.0.0.1:${address.port}`, hits, close };
}

/** A machine whose environment and profiles are full of another identity's settings, all of them working ones. */
async function poison(): Promise<void> {
  const key = addAccessKey(causeway.world, OTHER_HUB, { userName: 'causeway' });
  const config = path.join(directory, 'config');
  const credentials = path.join(directory, 'credentials');
  const lines = `
aws_access_key_id = ${key.id}
aws_secret_access_key = ${key.secret}
region = ap-southeast-2
endpoint_url = ${trap.url}
ec2_metadata_service_endpoint = ${trap.url}
ec2_metadata_v1_disabled = false
services = trap
use_fips_endpoint = true
max_attempts = 7`;
  const services = `[services trap]\nsts =\n  endpoint_url = ${trap.url}\nec2 =\n  endpoint_url = ${trap.url}\n`;
  await writeFile(config, `[default]${lines}\n[profile trap]${lines}\n${services}`);
  await writeFile(credentials, `[default]${lines}\n[trap]${lines}\n`);
  await mkdir(path.join(directory, '.aws'), { recursive: true });
  for (const file of ['config', 'credentials']) {
    await copyFile(path.join(directory, file), path.join(directory, '.aws', file));
  }
  const token = path.join(directory, 'trap-token');
  await writeFile(token, 'eyJh.eyJp.c2ln');
  const variables = {
    HOME: directory,
    USERPROFILE: directory,
    AWS_ACCESS_KEY_ID: key.id,
    AWS_SECRET_ACCESS_KEY: key.secret,
    AWS_SESSION_TOKEN: 'stray',
    AWS_SECURITY_TOKEN: 'stray',
    AWS_CREDENTIAL_EXPIRATION: '2000-01-01T00:00:00Z',
    AWS_CREDENTIAL_SCOPE: 'ap-southeast-2',
    AWS_ACCOUNT_ID: OTHER_HUB,
    AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required',
    AWS_PROFILE: 'trap',
    AWS_DEFAULT_PROFILE: 'trap',
    AWS_SDK_LOAD_CONFIG: '1',
    AWS_REGION: 'ap-southeast-2',
    AWS_DEFAULT_REGION: 'ap-southeast-2',
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_ENDPOINT_URL: trap.url,
    AWS_ENDPOINT_URL_STS: trap.url,
    AWS_ENDPOINT_URL_EC2: trap.url,
    AWS_ENDPOINT_URL_IAM: trap.url,
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_STS_REGIONAL_ENDPOINTS: 'legacy',
    AWS_MAX_ATTEMPTS: '7',
    AWS_RETRY_MODE: 'adaptive',
    AWS_DEFAULTS_MODE: 'legacy',
    AWS_SDK_UA_APP_ID: 'trap',
    AWS_CA_BUNDLE: '/nonexistent',
    AWS_AUTH_SCHEME_PREFERENCE: 'sigv4a',
    AWS_SIGV4A_SIGNING_REGION_SET: '*',
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/trap',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${trap.url}/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'stray',
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    AWS_ROLE_ARN: `arn:aws:iam::${OTHER_HUB}:role/trap`,
    AWS_ROLE_SESSION_NAME: 'trap',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: trap.url,
    AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_EC2_METADATA_V1_DISABLED: 'false',
    AWS_EC2_INSTANCE_PROFILE_NAME: 'trap',
    AWS_METADATA_SERVICE_TIMEOUT: '1',
    AWS_METADATA_SERVICE_NUM_ATTEMPTS: '9',
    HTTP_PROXY: trap.url,
    HTTPS_PROXY: trap.url,
    ALL_PROXY: trap.url,
    http_proxy: trap.url,
    https_proxy: trap.url,
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
    const calls = awsCalls(deps, { session, region: 'eu-west-1', signal: new AbortController().signal });
    const regions = await calls('ec2', 'DescribeRegions', {});
    expect(must(regions).Regions?.length).toBeGreaterThan(5);
    must(await createBaseAccount(deps, { input: baseAccountInput(keyOf(causeway, SECURITY)), actor }));
    const made = causeway.callLog.calls();
    expect(new Set(made.map(({ service, region, accountId }) => `${service} ${region} ${accountId}`))).toEqual(
      new Set([
        `iam us-east-1 ${PRODUCTION}`,
        `sts us-east-1 ${PLATFORM}`,
        `ec2 eu-west-1 ${PRODUCTION}`,
        `sts us-east-1 ${SECURITY}`,
      ]),
    );
    expect(trap.hits).toEqual([]);
    closeAws(deps.aws);
  });

  it.each(['instance-profile', 'container-role', 'web-identity'] as const)(
    'do not change the kind %s: it asks only where the configuration says',
    async kind => {
      await using keyless = await openKeylessBed(causeway);
      await poison();
      const deps = keyless.deps();
      const base = must(await createBaseAccount(deps, { input: keyless.input(kind), actor }));
      expect(base.proof?.callerArn).toContain(`:assumed-role/${HUB_ROLE}/`);
      const { id } = must(await createConnector(deps, { input: connectorInput(PRODUCTION), actor }));
      expect(must(await runOf(deps, id)).hub).toEqual({ kind: 'base-account', accountId: SECURITY });
      expect(trap.hits).toEqual([]);
      // Besides the hub, the member with its session; who exchanges a token has no account yet.
      const accounts = causeway.callLog.calls().map(call => call.accountId ?? 'nobody');
      expect(accounts.filter(id => ![SECURITY, PRODUCTION, 'nobody'].includes(id))).toEqual([]);
    },
  );

  it.each(['instance-profile', 'container-role'] as const)(
    'do not send the kind %s through the proxy that Node gives to fetch when NODE_USE_ENV_PROXY is set',
    async kind => {
      await using keyless = await openKeylessBed(causeway);
      // Where Node puts it when it starts: https://nodejs.org/api/cli.html#node_use_env_proxy1
      const place = Symbol.for('undici.globalDispatcher.1');
      const before: unknown = Reflect.get(globalThis, place);
      const dispatch = vi.fn(() => {
        throw new TypeError('this went to the proxy');
      });
      Reflect.set(globalThis, place, { dispatch });
      const base = await createBaseAccount(keyless.deps(), { input: keyless.input(kind), actor });
      Reflect.set(globalThis, place, before);
      expect(base).toMatchObject({ ok: true });
      expect(dispatch).not.toHaveBeenCalled();
    },
  );

  it('are not what a container role asks, when the configuration has none', async () => {
    await using keyless = await openKeylessBed(causeway);
    await poison();
    const refused = await createBaseAccount(keyless.deps({}), { input: keyless.input('container-role'), actor });
    expect(refused).toMatchObject({ ok: false, fault: { code: 'no-hub-credentials' } });
    expect(trap.hits).toEqual([]);
    expect(causeway.callLog.calls()).toEqual([]);
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
