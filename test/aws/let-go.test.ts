import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { closeAws, openAws } from '../../src/aws/aws.ts';
import { createPace } from '../../src/aws/pace.ts';
import { serviceClient } from '../../src/aws/service-client.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { systemIds } from '../../src/domain/ids.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

test('what an answer is compared with is let go of after it, though the connection that was opened for it is kept', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.end('<R xmlns="x"><vpcSet/></R>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endpoints = { all: `http://127.0.0.1:${port}`, byService: {} };
  const aws = openAws({ clock: systemClock, ids: systemIds, endpoints });
  const client = await serviceClient(aws, 'ec2', 'eu-west-1');

  const list = async () => {
    const isKnown = () => false;
    await client.send(
      { credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'secret' }) },
      {
        operation: 'DescribeVpcs',
        input: {},
        signal: new AbortController().signal,
        raw: { path: ['Vpcs'], isKnown },
      },
    );
    return new WeakRef(isKnown);
  };
  const known = await list();
  await setImmediate();
  collectGarbage();
  expect(known.deref()).toBeUndefined();
  expect(await promisify(server.getConnections).call(server)).toBe(1);
  closeAws(aws);
  server.close();
});

test('the pace remembers a region without the answer that it was read from', async () => {
  const pace = createPace(systemClock, { sharePercent: 50 });
  const call = { accountId: '111122223333', service: 'ec2', operation: 'DescribeInstances' } as const;
  const ANSWERS = 200;
  const ANSWER_BYTES = 200_000;
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < ANSWERS; i += 1) {
    const answer = Buffer.alloc(ANSWER_BYTES, `ap-southeast-${i} `).toString('latin1');
    expect(await pace.turn({ ...call, region: answer.slice(0, 16) }, Number.POSITIVE_INFINITY)).toBe(true);
  }
  collectGarbage();
  expect(pace.buckets()).toBe(ANSWERS);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan((ANSWERS * ANSWER_BYTES) / 10);
});
