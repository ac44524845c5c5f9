import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const MASTER_KEY = { CAUSEWAY_MASTER_KEY: 'a key' };

test.each([
  ['PORT', { PORT: '70000' }],
  ['AWS_ENDPOINT_URL', { AWS_ENDPOINT_URL: 'localhost' }],
  ['CAUSEWAY_LOG_LEVEL', { CAUSEWAY_LOG_LEVEL: 'loud' }],
  ['CAUSEWAY_TRUSTED_PROXIES', { CAUSEWAY_TRUSTED_PROXIES: '10.0.0.1, proxy' }],
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

test('trusted proxies are addresses and networks', () => {
  const config = readConfig({ CAUSEWAY_TRUSTED_PROXIES: '10.0.0.1, 10.1.0.0/16 ,fd00::/8,::1' });
  expect(config).toMatchObject({ value: { trustedProxies: ['10.0.0.1', '10.1.0.0/16', 'fd00::/8', '::1'] } });
});
