import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetBucketPolicyCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import type { HttpRequest } from '@smithy/types';
import { expect, test } from 'vitest';
import { keepOrder } from './kept-order.ts';

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
    const [usual, kept]: [object[], object[]] = [[], []];
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

/** Settings of a client that writes down what it would send, but for what depends on the time or is random. */
function recorder(sent: object[]) {
  return {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' },
    maxAttempts: 1,
    requestHandler: {
      async handle({ method, hostname, path, query, body, headers }: HttpRequest): Promise<never> {
        const { authorization = '' } = headers;
        const signed = authorization.replace(/\/\d{8}\/|Signature=.*/g, '');
        sent.push({ method, hostname, path, query, body, headers: Object.keys(headers), signed });
        throw new Error('nothing is sent');
      },
    },
  };
}
