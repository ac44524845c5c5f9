import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeAws, openAws } from '../../src/aws/aws.ts';
import { call, prompt } from '../../src/aws/call.ts';
import { serviceClient } from '../../src/aws/service-client.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { systemIds } from '../../src/domain/ids.ts';

/** An endpoint that answers as it is told, and notes what it was asked for. */
const page = Buffer.from('<R xmlns="x"><vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet></R>');
let answer: { status: number; headers: Record<string, string>; body: Buffer };
let asked: string | undefined;
const server = createServer((request, response) => {
  asked = request.headers['accept-encoding'];
  request.resume();
  response.writeHead(answer.status, answer.headers).end(answer.body);
});
let aws: ReturnType<typeof openAws>;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const endpoints = { all: `http://127.0.0.1:${address.port}`, byService: {} };
  aws = openAws({ clock: systemClock, ids: systemIds, endpoints });
});
afterAll(() => {
  closeAws(aws);
  server.close();
});

async function listVpcs() {
  const client = await serviceClient(aws, 'ec2', 'eu-west-1');
  const credentials = async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'secret' });
  return await call(aws, signal => client.send({ credentials }, { operation: 'DescribeVpcs', input: {}, signal }), {
    service: 'ec2',
    operation: 'DescribeVpcs',
    signedBy: 'session',
    pace: { accountId: '111111111111', region: 'eu-west-1' },
    budget: { ...prompt(systemClock, { totalMs: 5_000 }), triesMax: 1 },
  });
}

test('a listing is asked for compressed, and read whether it comes so or not', async () => {
  answer = { status: 200, headers: { 'content-encoding': 'gzip' }, body: gzipSync(page) };
  expect(await listVpcs()).toMatchObject({ ok: true, value: { Vpcs: [{ VpcId: 'vpc-1' }] } });
  expect(asked).toBe('gzip');
  answer = { status: 200, headers: {}, body: page };
  expect(await listVpcs()).toMatchObject({ ok: true, value: { Vpcs: [{ VpcId: 'vpc-1' }] } });
});

test('large answers that arrive together are each read', async () => {
  const ids = Array.from({ length: 2_000 }, () => randomBytes(16).toString('hex'));
  const items = ids.map(id => `<item><vpcId>${id}</vpcId></item>`).join('');
  const body = gzipSync(`<R xmlns="x"><vpcSet>${items}</vpcSet></R>`);
  expect(body.length).toBeGreaterThan(16 * 1024);
  answer = { status: 200, headers: { 'content-encoding': 'gzip' }, body };
  const wanted = { ok: true, value: { Vpcs: ids.map(VpcId => ({ VpcId })) } };
  for (const read of await Promise.all(Array.from({ length: 10 }, listVpcs))) expect(read).toMatchObject(wanted);
});

test('a compressed answer that is damaged or cut off is an answer that could not be read to its end', async () => {
  const whole = gzipSync(page);
  for (const body of [whole.subarray(0, 40), Buffer.from('no gzip'), Buffer.concat([whole.subarray(0, 20), page])]) {
    answer = { status: 200, headers: { 'content-encoding': 'gzip' }, body };
    expect(await listVpcs()).toMatchObject({ ok: false, fault: { code: 'incomplete-answer' } });
  }
});

test('an answer that unpacks to more than any page has is not unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(140 * 1024 * 1024, '<item></item>'), { level: 1 });
  answer = { status: 200, headers: { 'content-encoding': 'gzip' }, body: bomb };
  expect(await listVpcs()).toMatchObject({ ok: false, fault: { code: 'incomplete-answer' } });
});

test('a refusal that comes compressed is told as it is', async () => {
  const error =
    '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>No.</Message></Error></Errors></Response>';
  answer = { status: 403, headers: { 'content-encoding': 'gzip' }, body: gzipSync(error) };
  expect(await listVpcs()).toMatchObject({ ok: false, fault: { code: 'access-denied' } });
});
