import * as AutoScaling from '@aws-sdk/client-auto-scaling';
import * as CloudFront from '@aws-sdk/client-cloudfront';
import * as Logs from '@aws-sdk/client-cloudwatch-logs';
import * as DynamoDB from '@aws-sdk/client-dynamodb';
import * as Ecs from '@aws-sdk/client-ecs';
import * as Eks from '@aws-sdk/client-eks';
import * as Classic from '@aws-sdk/client-elastic-load-balancing';
import * as V2 from '@aws-sdk/client-elastic-load-balancing-v2';
import * as Kms from '@aws-sdk/client-kms';
import * as Lambda from '@aws-sdk/client-lambda';
import * as Rds from '@aws-sdk/client-rds';
import * as S3 from '@aws-sdk/client-s3';
import * as SageMaker from '@aws-sdk/client-sagemaker';
import * as Sns from '@aws-sdk/client-sns';
import * as Sqs from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../service.ts';
import { operationShape } from '../wire/shape.ts';
import { CapturedWire, makeClient, operationAnd, operationsOf, requiredInput } from '../wire/testing.ts';
import { SERVICES } from './registry.ts';

/** Every simulated operation of the services that only an inventory needs: what the SDK sends is read, and what is answered is read by it. */
const CLIENTS = [
  ['autoscaling', '2011-01-01', AutoScaling, AutoScaling.AutoScalingClient],
  ['cloudfront', '2020-05-31', CloudFront, CloudFront.CloudFrontClient],
  ['logs', '2014-03-28', Logs, Logs.CloudWatchLogsClient],
  ['dynamodb', '2012-08-10', DynamoDB, DynamoDB.DynamoDBClient],
  ['ecs', '2014-11-13', Ecs, Ecs.ECSClient],
  ['eks', '2017-11-01', Eks, Eks.EKSClient],
  ['elasticloadbalancing', '2012-06-01', Classic, Classic.ElasticLoadBalancingClient],
  ['elasticloadbalancing', '2015-12-01', V2, V2.ElasticLoadBalancingV2Client],
  ['kms', '2014-11-01', Kms, Kms.KMSClient],
  ['lambda', '2015-03-31', Lambda, Lambda.LambdaClient],
  ['rds', '2014-10-31', Rds, Rds.RDSClient],
  ['s3', '2006-03-01', S3, S3.S3Client],
  ['sagemaker', '2017-07-24', SageMaker, SageMaker.SageMakerClient],
  ['sns', '2010-03-31', Sns, Sns.SNSClient],
  ['sqs', '2012-11-05', Sqs, Sqs.SQSClient],
] as const;

describe.each(CLIENTS)('%s %s', (name, version, client, Client) => {
  const service = SERVICES.find(one => one.name === name && one.version === version);
  if (!service) throw new Error(`${name} ${version} is not simulated`);
  const { protocol } = service;
  const operations = operationsOf(client).filter(operation => service.operations.has(operation.name));

  it('reads the input that the SDK sends', async () => {
    const wire = new CapturedWire();
    const sdk = makeClient(Client, wire);
    await fc.assert(
      fc.asyncProperty(operationAnd(operations, 'input'), async ({ operation, value }) => {
        const shape = operationShape(operation.schema);
        wire.answer = protocol.encode(shape, {}, 'request-1');
        const full = { ...requiredInput(operation), ...value };
        await sdk.send(new operation.Command(full));
        const { request } = wire;
        expect(request && protocol.operationOf(request)).toBe(operation.name);
        expect(request && protocol.decode(shape, request)).toMatchObject(value);
      }),
      { numRuns: 60 },
    );
  });

  it('writes output that the SDK reads', async () => {
    const wire = new CapturedWire();
    const sdk = makeClient(Client, wire);
    await fc.assert(
      fc.asyncProperty(operationAnd(operations, 'output'), async ({ operation, value }) => {
        wire.answer = protocol.encode(operationShape(operation.schema), value, 'request-1');
        const { $metadata, ...output } = await sdk.send(new operation.Command(requiredInput(operation)));
        // A body that is one struct is read as that struct, even when there was nothing in it.
        expect(output).toMatchObject(value);
        expect($metadata).toMatchObject({ requestId: 'request-1' });
      }),
      { numRuns: 60 },
    );
  });

  it('writes errors that the SDK reads', async () => {
    const wire = new CapturedWire();
    const sdk = makeClient(Client, wire);
    for (const operation of operations) {
      const error = new AwsError({ code: 'SomethingNew', message: 'It\'s <not> "right" & never was', status: 418 });
      wire.answer = protocol.encodeError(error, 'request-2');
      const thrown = await sdk.send(new operation.Command(requiredInput(operation))).catch((one: unknown) => one);
      expect(thrown).toMatchObject({
        name: 'SomethingNew',
        message: error.message,
        $metadata: { httpStatusCode: 418, requestId: 'request-2' },
      });
    }
  });
});
