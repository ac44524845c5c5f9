import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetBucketPolicyCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { HttpResponse } from '@smithy/core/protocols';
import type { HttpRequest } from '@smithy/types';
import { expect, test } from 'vitest';
import { keepOrder } from './kept-order.ts';
import { lightenCalls } from './light-calls.ts';

/** Written as a method, which TypeScript compares loosely: the commands are of the client's module. */
interface Client {
  send(command: object): Promise<unknown>;
}

const CLIENTS: readonly { name: string; open(settings: ReturnType<typeof recorder>): Client; commands(): object[] }[] =
  [
    {
      name: 'EC2',
      open: settings => new EC2Client(settings),
      commands: () => [new DescribeInstancesCommand({ MaxResults: 5 })],
    },
    {
      name: 'S3',
      open: settings => new S3Client(settings),
      commands: () => [new ListBucketsCommand({}), new GetBucketPolicyCommand({ Bucket: 'one' })],
    },
    { name: 'Lambda', open: settings => new LambdaClient(settings), commands: () => [new ListFunctionsCommand({})] },
  ];

test.each(CLIENTS)(
  'a client of $name whose order is kept sends what others send, at each of its calls',
  async ({ open, commands }) => {
    const [usual, kept]: [Sent[], Sent[]] = [[], []];
    const plain = open(recorder(usual));
    const quick = open(recorder(kept));
    keepOrder(quick);
    for (const client of [plain, quick, plain, quick]) {
      for (const command of commands()) await expect(client.send(command)).rejects.toThrow('nothing is sent');
    }
    expect(kept).toEqual(usual);
    expect(kept.length).toBe(2 * commands().length);
  },
);

test('a lightened client sends what others send, but for what tells of retries', async () => {
  const [usual, light]: [Sent[], Sent[]] = [[], []];
  const plain = new EC2Client(recorder(usual));
  const quick = new EC2Client(recorder(light));
  lightenCalls(quick);
  for (const client of [plain, quick, plain, quick]) {
    await expect(client.send(new DescribeInstancesCommand({ MaxResults: 5 }))).rejects.toThrow('nothing is sent');
  }
  const ofRetries = ['amz-sdk-invocation-id', 'amz-sdk-request'];
  const without = usual.map(({ headers, signed, ...sent }) => ({
    ...sent,
    headers: headers.filter(name => !ofRetries.includes(name)),
    signed: ofRetries.reduce((names, name) => names.replace(`${name};`, ''), signed),
  }));
  expect(light).toEqual(without);
  expect(light.length).toBe(2);
});

test('a lightened client goes by the time that AWS answers with', async () => {
  const aheadMs = 3_600_000;
  const dates: string[] = [];
  const client = new EC2Client({
    ...recorder([]),
    requestHandler: {
      async handle({ headers }: HttpRequest) {
        dates.push(headers['x-amz-date'] ?? '');
        const date = new Date(Date.now() + aheadMs).toUTCString();
        return { response: new HttpResponse({ statusCode: 200, headers: { date }, body: Buffer.from('') }) };
      },
    },
  });
  lightenCalls(client);
  for (let call = 0; call < 2; call++) await client.send(new DescribeInstancesCommand({ MaxResults: 5 }));
  const [before = 0, after = 0] = dates.map(signingTimeMs);
  expect(Math.abs(after - before - aheadMs)).toBeLessThan(60_000);
});

function signingTimeMs(date: string): number {
  return Date.parse(date.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'));
}

interface Sent {
  readonly headers: readonly string[];
  readonly signed: string;
}

/** Settings of a client that writes down what it would send, but for what depends on the time or is random. */
function recorder(sent: Sent[]) {
  return {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' },
    maxAttempts: 1,
    requestHandler: {
      async handle({ method, hostname, path, query, body, headers }: HttpRequest): Promise<never> {
        const { authorization = '' } = headers;
        const signed = authorization.replace(/\/\d{8}\/|Signature=.*/g, '');
        const request = { method, hostname, path, query, body, headers: Object.keys(headers), signed };
        sent.push(request);
        throw new Error('nothing is sent');
      },
    },
  };
}
