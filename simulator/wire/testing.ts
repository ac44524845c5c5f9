import type { StaticOperationSchema } from '@smithy/types';
import fc from 'fast-check';
import type { WireAnswer, WireRequest } from './protocol.ts';
import { type Member, operationShape, type Shape, type StructShape } from './shape.ts';

/** For tests of protocols: the SDK's clients on a wire that is looked at, and values of any shape. */

export interface Operation {
  name: string;
  schema: StaticOperationSchema;
  Command: new (input: unknown) => unknown;
}

export function operationsOf(client: Record<string, unknown>): Operation[] {
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

export function makeClient(Client: new (config: SdkConfig) => unknown, wire: CapturedWire): Sdk {
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
export class CapturedWire {
  request: WireRequest | undefined;
  answer: WireAnswer = { status: 200, headers: {}, body: '' };

  async handle(request: {
    method: string;
    path: string;
    query?: Record<string, string | string[] | null>;
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
      query: queryText(request.query ?? {}),
      headers,
      body:
        typeof request.body === 'string'
          ? Buffer.from(request.body)
          : Buffer.concat(request.body ? [request.body] : []),
    };
    const { status, body } = this.answer;
    return { response: { statusCode: status, headers: { ...this.answer.headers }, body: bytesOf(body) } };
  }
}

function bytesOf(body: WireAnswer['body']): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : Buffer.concat([...body]);
}

function queryText(query: Record<string, string | string[] | null>): string {
  const parts = Object.entries(query).flatMap(([name, value]) => [value ?? ''].flat().map(one => [name, one]));
  return parts.map(([name = '', value = '']) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
}

export function operationAnd(
  operations: Operation[],
  side: 'input' | 'output',
): fc.Arbitrary<{ operation: Operation; value: object }> {
  return fc
    .constantFrom(...operations)
    .chain(operation => structOf(operationShape(operation.schema)[side], 5).map(value => ({ operation, value })));
}

/** SDK middlewares may look at required members, so they are filled. */
export function minimalInput(operation: Operation): unknown {
  return fc.sample(valuesOf(operationShape(operation.schema).input, 1), { numRuns: 1, seed: 1 })[0];
}

/** A value for every required member: paths of REST services cannot be made without. */
export function requiredInput(operation: Operation): object {
  const { members } = operationShape(operation.schema).input;
  const required = members.filter(member => member.required || member.binding?.in === 'path');
  return Object.fromEntries(
    required.map(member => [member.name, fc.sample(memberOf(member, 3), { numRuns: 1, seed: 1 })[0]]),
  );
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
      fc.tuple(...members.map(member => memberOf(member, depth - 1).map(value => [member.name, value]))),
    )
    .map(entries => Object.fromEntries(entries));
}

/** Headers hold no more than plain letters here, as AWS's do; the SDK looks at the form of bucket names. */
function memberOf({ name, shape, binding }: Member, depth: number): fc.Arbitrary<unknown> {
  if (name === 'Bucket' && binding?.in === 'path') return fc.stringMatching(/^[a-z][a-z0-9-]{1,12}[a-z0-9]$/);
  const inHeader = binding?.in === 'header' && shape.kind === 'string';
  return inHeader ? fc.stringMatching(/^[a-zA-Z0-9]{1,12}$/) : valuesOf(shape, depth);
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
