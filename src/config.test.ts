import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const MASTER_KEY = { CAUSEWAY_MASTER_KEY: 'a key' };

test.each([
  ['PORT', { PORT: '70000' }],
  ['AWS_ENDPOINT_URL', { AWS_ENDPOINT_URL: 'localhost' }],
  ['CAUSEWAY_LOG_LEVEL', { CAUSEWAY_LOG_LEVEL: 'loud' }],
  ['CAUSEWAY_RUN_DAYS', { CAUSEWAY_RUN_DAYS: '-1' }],
  ['CAUSEWAY_RUN_DAYS', { CAUSEWAY_RUN_DAYS: '36501' }],
  ['CAUSEWAY_HISTORY_DAYS', { CAUSEWAY_HISTORY_DAYS: '1.5' }],
  ['CAUSEWAY_TRUSTED_PROXIES', { CAUSEWAY_TRUSTED_PROXIES: '10.0.0.1, proxy' }],
  ['CAUSEWAY_AWS_QUOTA_SHARE', { CAUSEWAY_AWS_QUOTA_SHARE: '0' }],
  ['CAUSEWAY_AWS_QUOTA_SHARE', { CAUSEWAY_AWS_QUOTA_SHARE: '100.5' }],
  ['CAUSEWAY_AWS_QUOTA_SHARE', { CAUSEWAY_AWS_QUOTA_SHARE: 'half' }],
  ['CAUSEWAY_EMPTY_SCOPES_EVERY', { CAUSEWAY_EMPTY_SCOPES_EVERY: '25' }],
  ['CAUSEWAY_TRUSTED_PROXIES', { CAUSEWAY_TRUSTED_PROXIES: '10.0.0.0/33' }],
  ['CAUSEWAY_TRUSTED_PROXIES', { CAUSEWAY_TRUSTED_PROXIES: '10.0.0.0/8/8' }],
  ['CAUSEWAY_TRUSTED_PROXIES', { CAUSEWAY_TRUSTED_PROXIES: '10.0.0.0/0' }],
  ['DATABASE_URL', { DATABASE_URL: 'postgres://u:hunter2@db:99999/x', ...MASTER_KEY }],
  ['DATABASE_URL', { DATABASE_URL: 'mysql://u:hunter2@db/x', ...MASTER_KEY }],
  ['DATABASE_URL', { DATABASE_URL: 'hunter2', ...MASTER_KEY }],
])('a setting that cannot be used is a fault that names %s: %o', (subject, env) => {
  const config = readConfig(env);
  expect(config).toMatchObject({ ok: false, fault: { code: 'invalid-setting', subject } });
  expect(JSON.stringify(config)).not.toContain('hunter2');
});

test.each([
  'postgres://u:p@db:5432/x',
  'postgresql://db/x?sslmode=require',
  'postgresql:///x?host=/run/postgresql&user=u',
  'postgresql://u:p@/x?host=/run/postgresql',
])('%s is a database', databaseUrl => {
  expect(readConfig({ DATABASE_URL: databaseUrl, ...MASTER_KEY })).toMatchObject({ ok: true, value: { databaseUrl } });
});

const ROLE = 'arn:aws:iam::111122223333:role/hub';

test.each([
  ['an access key', { kind: 'access-key', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'hunter2' }, true],
  ['an instance profile', { kind: 'instance-profile' }, true],
  ['a container role', { kind: 'container-role' }, true],
  ['a web identity', { kind: 'web-identity', roleArn: ROLE, tokenFile: '/t' }, true],
  ['the default chain', { kind: 'default-chain' }, true],
  ['no web identity without a role', { kind: 'web-identity', roleArn: `${ROLE}:`, tokenFile: '/t' }, false],
  ['no web identity without its file', { kind: 'web-identity', roleArn: ROLE }, false],
  ['no web identity with a file from nowhere', { kind: 'web-identity', roleArn: ROLE, tokenFile: 't' }, false],
  ['nothing else', { kind: 'hunter2' }, false],
])('a platform account may be %s', (_claim, credentials, expected) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'causeway-config-'));
  const file = path.join(directory, 'accounts.json');
  writeFileSync(file, JSON.stringify({ global: { accountId: '111122223333', credentials } }));
  const config = readConfig({ CAUSEWAY_PLATFORM_ACCOUNTS: file });
  rmSync(directory, { recursive: true });
  expect(config.ok).toBe(expected);
  if (!config.ok)
    expect(config.fault).toMatchObject({ code: 'invalid-setting', subject: 'CAUSEWAY_PLATFORM_ACCOUNTS' });
});

test('what ECS, EKS and EC2 set is read, and never keeps Causeway from starting', () => {
  const env = {
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: 'no path',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials',
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/var/run/token',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'no URL',
  };
  expect(readConfig(env)).toMatchObject({
    ok: true,
    value: {
      awsMachine: {
        containerRelativeUri: 'no path',
        containerFullUri: 'http://169.254.170.23/v1/credentials',
        containerTokenFile: '/var/run/token',
        metadataEndpoint: 'no URL',
      },
    },
  });
});

test.each([
  [{}, { runDays: 30, historyDays: 365 }],
  [
    { CAUSEWAY_RUN_DAYS: '7', CAUSEWAY_HISTORY_DAYS: '0' },
    { runDays: 7, historyDays: 0 },
  ],
])('runs and history are kept for the days that %o says', (env, retention) => {
  expect(readConfig(env)).toMatchObject({ ok: true, value: { retention } });
});

test('trusted proxies are addresses and networks', () => {
  const config = readConfig({ CAUSEWAY_TRUSTED_PROXIES: '10.0.0.1, 10.1.0.0/16 ,fd00::/8,::1' });
  expect(config).toMatchObject({ value: { trustedProxies: ['10.0.0.1', '10.1.0.0/16', 'fd00::/8', '::1'] } });
});
