import * as Ec2Client from '@aws-sdk/client-ec2';
import * as IamClient from '@aws-sdk/client-iam';
import * as OrganizationsClient from '@aws-sdk/client-organizations';
import * as StsClient from '@aws-sdk/client-sts';
import type { StaticOperationSchema } from '@smithy/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../service.ts';
import { jsonProtocol } from './json-protocol.ts';
import type { WireAnswer, WireRequest } from './protocol.ts';
import { ec2Protocol, queryProtocol } from './query-protocol.ts';
import { operationShape, type Shape, type StructShape } from './shape.ts';

/**
 * Every operation of the four clients, simulated or not: what the SDK sends is read back as what was given to it, and what
 * the simulator answers is read by the SDK as what was answered.
 */
const SERVICES = [
  {
    name: 'sts',
    client: StsClient,
    Client: StsClient.STSClient,
    protocol: queryProtocol({ xmlNamespace: 'https://sts' }),
  },
  {
    name: 'iam',
    client: IamClient,
    Client: IamClient.IAMClient,
    protocol: queryProtocol({ xmlNamespace: 'https://iam' }),
  },
  {
    name: 'ec2',
    client: Ec2Client,
    Client: Ec2Client.EC2Client,
    protocol: ec2Protocol({ xmlNamespace: 'http://ec2' }),
  },
  {
    name: 'organizations',
    client: OrganizationsClient,
    Client: OrganizationsClient.OrganizationsClient,
    protocol: jsonProtocol({ targetPrefix: 'AWSOrganizationsV20161128' }),
  },
] as const;

interface Operation {
  name: string;
  schema: StaticOperationSchema;
  Command: new (input: unknown) => unknown;
}

describe.each(SERVICES)('$name', ({ client, Client, protocol }) => {
  const operations = operationsOf(client);

  it('reads the input that the SDK sends', async () => {
    const wire = new CapturedWire();
    const sdk = makeClient(Client, wire);
    await fc.assert(
      fc.asyncProperty(operationAnd(operations, 'input'), async ({ operation, value }) => {
        wire.answer = protocol.encode(operationShape(operation.schema), {}, 'request-1');
        await sdk.send(new operation.Command(value));
        const request = wire.request;
        expect(request && protocol.operationOf(request)).toBe(operation.name);
        // Not equal: the SDK puts in idempotency tokens of its own.
        expect(request && protocol.decode(operationShape(operation.schema), request)).toMatchObject(value);
      }),
      { numRuns: 150 },
    );
  });

  it('writes output that the SDK reads', async () => {
    const wire = new CapturedWire();
    const sdk = makeClient(Client, wire);
    await fc.assert(
      fc.asyncProperty(operationAnd(operations, 'output'), async ({ operation, value }) => {
        wire.answer = protocol.encode(operationShape(operation.schema), value, 'request-1');
        const { $metadata, ...output } = await sdk.send(new operation.Command(minimalInput(operation)));
        expect(output).toEqual(value);
        expect($metadata).toMatchObject({ httpStatusCode: 200, requestId: 'request-1' });
      }),
      { numRuns: 150 },
    );
  });

  it('writes errors that the SDK reads', async () => {
    const wire = new CapturedWire();
    const sdk = makeClient(Client, wire);
    const [operation] = operations;
    if (!operation) throw new Error('no operation');
    const error = new AwsError({ code: 'SomethingNew', message: 'It\'s <not> "right" & never was', status: 418 });
    wire.answer = protocol.encodeError(error, 'request-2');
    const thrown = await sdk.send(new operation.Command(minimalInput(operation))).catch((one: unknown) => one);
    expect(thrown).toMatchObject({
      name: 'SomethingNew',
      message: error.message,
      $metadata: { httpStatusCode: 418, requestId: 'request-2' },
    });
  });
});

function operationsOf(client: Record<string, unknown>): Operation[] {
  return Object.entries(client).flatMap(([key, schema]) => {
    const name = key.slice(0, -1);
    const Command = client[`${name}Command`];
    return isOperation(schema) && isCommand(Command) ? [{ name, schema, Command }] : [];
  });
}

function isOperation(value: unknown): value is StaticOperationSchema {
  return Array.isArray(value) && value[0] === 9;
}

function isCommand(value: unknown): value is Operation['Command'] {
  return typeof value === 'function';
}

interface SdkConfig {
  region: string;
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  requestHandler: CapturedWire;
  maxAttempts: number;
}

interface Sdk {
  send(command: unknown): Promise<Record<string, unknown>>;
}

function makeClient(Client: new (config: SdkConfig) => unknown, wire: CapturedWire): Sdk {
  const client = new Client({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: wire,
    maxAttempts: 1,
  });
  if (!isSdk(client)) throw new Error('not an SDK client');
  return client;
}

function isSdk(client: unknown): client is Sdk {
  return typeof client === 'object' && client !== null && 'send' in client;
}

/** Stands where the SDK's HTTP client would: keeps the request and gives back a prepared answer. */
class CapturedWire {
  request: WireRequest | undefined;
  answer: WireAnswer = { status: 200, headers: {}, body: '' };

  async handle(request: {
    method: string;
    path: string;
    headers: Record<string, string>;
    body?: string | Uint8Array;
  }): Promise<{ response: unknown }> {
    const { method, path } = request;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([key, value]) => [key.toLowerCase(), value]),
    );
    this.request = {
      method,
      path,
      query: '',
      headers,
      body:
        typeof request.body === 'string'
          ? Buffer.from(request.body)
          : Buffer.concat(request.body ? [request.body] : []),
    };
    const { status, body } = this.answer;
    return { response: { statusCode: status, headers: { ...this.answer.headers }, body: Buffer.from(body) } };
  }
}

function operationAnd(
  operations: Operation[],
  side: 'input' | 'output',
): fc.Arbitrary<{ operation: Operation; value: object }> {
  return fc
    .constantFrom(...operations)
    .chain(operation => structOf(operationShape(operation.schema)[side], 5).map(value => ({ operation, value })));
}

/** SDK middlewares may look at required members, so they are filled. */
function minimalInput(operation: Operation): unknown {
  return fc.sample(valuesOf(operationShape(operation.schema).input, 1), { numRuns: 1, seed: 1 })[0];
}

/** Values of a shape to some depth; what the wire cannot tell apart (absent and empty) is left out. */
function valuesOf(shape: Shape, depth: number): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      return text();
    case 'number':
      return fc.integer({ min: -1_000_000, max: 1_000_000 });
    case 'boolean':
      return fc.boolean();
    case 'blob':
      return fc.uint8Array({ minLength: 1, maxLength: 12 });
    case 'timestamp':
      // Whole seconds: STS and IAM print no more.
      return fc.integer({ min: 0, max: 4_000_000_000 }).map(seconds => new Date(seconds * 1_000));
    case 'document':
      return fc.constant({ a: 1 });
    case 'list':
      return fc.array(valuesOf(shape.item, depth - 1), { minLength: 1, maxLength: 3 });
    case 'map':
      return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), valuesOf(shape.value, depth - 1), {
        minKeys: 1,
        maxKeys: 3,
      });
    case 'struct':
      return structOf(shape, depth);
  }
}

function structOf(shape: StructShape, depth: number): fc.Arbitrary<object> {
  const fillable = shape.members.filter(member => canBeFilled(member.shape, depth - 1));
  // A dozen members of the hundreds that some structs have; a struct without any cannot be told from none.
  return fc
    .shuffledSubarray(fillable, { minLength: Math.min(1, fillable.length), maxLength: Math.min(12, fillable.length) })
    .chain(members =>
      fc.tuple(...members.map(member => valuesOf(member.shape, depth - 1).map(value => [member.name, value]))),
    )
    .map(entries => Object.fromEntries(entries));
}

function canBeFilled(shape: Shape, depth: number): boolean {
  switch (shape.kind) {
    case 'struct':
      return depth > 0 && shape.members.some(member => canBeFilled(member.shape, depth - 1));
    case 'list':
      return canBeFilled(shape.item, depth - 1);
    case 'map':
      return canBeFilled(shape.value, depth - 1);
    default:
      return true;
  }
}

/** Not blank: the SDK's XML reader takes white space alone for nothing, as AWS never sends it. */
function text(): fc.Arbitrary<string> {
  return fc
    .string({
      minLength: 1,
      maxLength: 20,
      unit: fc.constantFrom(...('abcXYZ019 <>&"\'+%=;:/\\é漢🎈'.match(/./gu) ?? [])),
    })
    .map(one => one.trim())
    .filter(one => one !== '');
}
