import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { simulateAws } from './main.ts';
import { clientsOf } from './testing.ts';

test('the command tells an endpoint and a key that work', async () => {
  const lines: string[] = [];
  const options = { port: 0, host: '127.0.0.1', accounts: 2, instances: 10, log: (line: string) => lines.push(line) };
  const aws = await simulateAws(options);
  const told = (name: string) => new RegExp(`${name}=(\\S+)`).exec(lines.join('\n'))?.[1] ?? '';
  const { sts } = clientsOf({
    endpoint: told('AWS_ENDPOINT_URL'),
    credentials: { accessKeyId: told('AWS_ACCESS_KEY_ID'), secretAccessKey: told('AWS_SECRET_ACCESS_KEY') },
  });
  const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
  await aws.stop();
  expect(Arn).toBe('arn:aws:iam::100000000001:user/causeway-platform');
  expect(told('AWS_ENDPOINT_URL')).toBe(aws.endpoint);
});

test('the command serves a fleet, and lets answers wait', async () => {
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const aws = await simulateAws({ port: 0, host: '127.0.0.1', accounts: 3, fleet: 'uniform', latencyMs: 300, log });
  const told = (name: string) => new RegExp(`${name}=(\\S+)`).exec(lines.join('\n'))?.[1] ?? '';
  const { sts } = clientsOf({
    endpoint: aws.endpoint,
    credentials: { accessKeyId: told('AWS_ACCESS_KEY_ID'), secretAccessKey: told('AWS_SECRET_ACCESS_KEY') },
  });
  const from = performance.now();
  await sts.send(new GetCallerIdentityCommand({}));
  const ms = performance.now() - from;
  await aws.stop();
  expect(lines[0]).toContain('4 accounts, 51000 instances');
  // Timers may fire a little early.
  expect(ms).toBeGreaterThan(290);
});
