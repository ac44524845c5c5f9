import * as Ec2Client from '@aws-sdk/client-ec2';
import * as IamClient from '@aws-sdk/client-iam';
import * as OrganizationsClient from '@aws-sdk/client-organizations';
import * as StsClient from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../service.ts';
import { jsonProtocol } from './json-protocol.ts';
import { ec2Protocol, queryProtocol } from './query-protocol.ts';
import { operationShape } from './shape.ts';
import { CapturedWire, makeClient, minimalInput, operationAnd, operationsOf } from './testing.ts';

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
