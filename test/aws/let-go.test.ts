import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { closeAws, openAws } from '../../src/aws/aws.ts';
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
