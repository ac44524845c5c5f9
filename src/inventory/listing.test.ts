import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LIMITS } from '../domain/limits.ts';
import { ok, type Result } from '../domain/result.ts';
import type { AwsCalls } from './define.ts';
import { EC2_PAGES } from './ec2-pages.ts';
import { listing } from './listing.ts';

/** EC2 as it must not be: simulated AWS keeps the promises about tokens that are broken here. */
let server: Server;
let client: EC2Client;
let tokenAfter: (page: number) => string | undefined;
/** The answer's body, where it is no listing. */
let instead: string | undefined;
/** The requests' parameters, in order. */
let asked: URLSearchParams[];

beforeEach(async () => {
  asked = [];
  instead = undefined;
  server = createServer(async (request, response) => {
    asked.push(new URLSearchParams(Buffer.concat(await request.toArray()).toString()));
    const token = tokenAfter(asked.length);
    const words = token === undefined ? '' : `<nextToken>${token}</nextToken>`;
    response.end(instead ?? `<DescribeVpcsResponse><vpcSet/>${words}</DescribeVpcsResponse>`);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  client = new EC2Client({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${portOf(server.address())}`,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
});
afterEach(async () => {
  client.destroy();
  await new Promise(resolve => server.close(resolve));
});

test('a listing goes on through empty pages, with each token as it was given, to the page without one', async () => {
  tokenAfter = page => (page < 4 ? `token ${page}` : undefined);
  expect((await pages()).map(page => page.ok)).toEqual([true, true, true, true]);
  expect(asked.map(request => request.get('NextToken'))).toEqual([null, 'token 1', 'token 2', 'token 3']);
  for (const request of asked) expect(request.get('MaxResults')).toBe(String(LIMITS.pageItemsMax));
});

test('an empty token ends a listing as none does', async () => {
  tokenAfter = () => '';
  expect(await pages()).toMatchObject([{ ok: true }]);
});

test('a token that comes twice ends the listing with a fault, so that it does not count as complete', async () => {
  tokenAfter = page => (page === 1 ? 'a' : 'b');
  expect((await pages()).at(-1)).toMatchObject({ ok: false, fault: { code: 'too-many-pages' } });
  expect(asked).toHaveLength(3);
});

test('a listing without an end is given up, and does not count as complete either', async () => {
  tokenAfter = page => `token ${page}`;
  expect((await pages(20)).at(-1)).toMatchObject({ ok: false, fault: { code: 'too-many-pages' } });
  expect(asked).toHaveLength(20);
});

test.each([
  ['no body', ''],
  ['the page of a proxy', '<html><head><title>Sign in</title></head><body>Sign in.</body></html>'],
  ['another operation’s answer', '<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>'],
])('%s with status 200 is no complete listing, and so no word that everything is gone', async (_claim, body) => {
  instead = body;
  expect(await pages()).toMatchObject([{ ok: false, fault: { code: 'incomplete-answer' } }]);
});

async function pages(pagesMax?: number) {
  const calls: AwsCalls = lying;
  const { pages } = listing('ec2', 'DescribeVpcs', {
    ...EC2_PAGES,
    items: answer => answer.Vpcs,
    ...(pagesMax === undefined ? {} : { pagesMax }),
  });
  const found = [];
  for await (const page of pages(calls)) found.push(page);
  return found;
}

/** Sends the one operation that is asked for here. */
async function lying(_service: unknown, _operation: unknown, input: unknown): Promise<Result<never>>;
async function lying(_service: unknown, _operation: unknown, input: unknown): Promise<Result<unknown>> {
  return ok(await client.send(new DescribeVpcsCommand(Object(input))));
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
