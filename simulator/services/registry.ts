import * as AutoScalingClient from '@aws-sdk/client-auto-scaling';
import * as CloudFrontClient from '@aws-sdk/client-cloudfront';
import * as LogsClient from '@aws-sdk/client-cloudwatch-logs';
import * as DynamoDBClient from '@aws-sdk/client-dynamodb';
import * as Ec2Client from '@aws-sdk/client-ec2';
import * as EcsClient from '@aws-sdk/client-ecs';
import * as EksClient from '@aws-sdk/client-eks';
import * as ClassicClient from '@aws-sdk/client-elastic-load-balancing';
import * as V2Client from '@aws-sdk/client-elastic-load-balancing-v2';
import * as IamClient from '@aws-sdk/client-iam';
import * as KmsClient from '@aws-sdk/client-kms';
import * as LambdaClient from '@aws-sdk/client-lambda';
import * as OrganizationsClient from '@aws-sdk/client-organizations';
import * as RdsClient from '@aws-sdk/client-rds';
import * as S3Client from '@aws-sdk/client-s3';
import * as SageMakerClient from '@aws-sdk/client-sagemaker';
import * as SnsClient from '@aws-sdk/client-sns';
import * as SqsClient from '@aws-sdk/client-sqs';
import * as StsClient from '@aws-sdk/client-sts';
import type { StaticOperationSchema } from '@smithy/types';
import type { Call, ServiceName } from '../service.ts';
import { jsonProtocol } from '../wire/json-protocol.ts';
import type { Protocol } from '../wire/protocol.ts';
import { ec2Protocol, queryProtocol } from '../wire/query-protocol.ts';
import { restJsonProtocol, restXmlProtocol } from '../wire/rest-protocol.ts';
import { type OperationShape, operationShape } from '../wire/shape.ts';
import { autoScaling } from './auto-scaling.ts';
import { cloudfront } from './cloudfront.ts';
import { dynamodb } from './dynamodb.ts';
import { ec2 } from './ec2.ts';
import { ecs } from './ecs.ts';
import { eks } from './eks.ts';
import { iamResource } from './iam/resource.ts';
import { iam } from './iam.ts';
import { kms } from './kms.ts';
import { lambda } from './lambda.ts';
import { loadBalancersClassic, loadBalancersV2 } from './load-balancers.ts';
import { logs } from './logs.ts';
import { organizations } from './organizations.ts';
import { rds } from './rds.ts';
import { S3_ACTIONS, s3, s3Resource } from './s3.ts';
import { sagemaker } from './sagemaker.ts';
import { sns } from './sns.ts';
import { sqs } from './sqs.ts';
import { sts } from './sts.ts';

/** A service as the server needs it. */
export interface Service {
  name: ServiceName;
  protocol: Protocol;
  /** The API version that query requests name; tells the services apart where a request is not signed. */
  version: string;
  /** Simulated operations by name. */
  operations: ReadonlyMap<string, SimulatedOperation>;
  /** Whether AWS has the operation, simulated or not. */
  has(operation: string): boolean;
  /** The IAM actions of operations that are not named as they are. */
  actions: Readonly<Record<string, string>>;
  /** Operations that are called without a signature: their input holds another proof. */
  unsigned: readonly string[];
  /** The resource that the caller must be allowed to act on; undefined where the operation authorises the caller itself. */
  resourceOf(call: Call<unknown>): string | undefined;
}

export interface SimulatedOperation {
  shape: OperationShape;
  /**
   * Written as a method, which TypeScript compares loosely: `call.input` was decoded by the schema that the operation's
   * own input type comes from.
   */
  run(call: Call<unknown>): unknown;
}

/** A new service is one row. */
export const SERVICES: readonly Service[] = [
  service({
    name: 'sts',
    client: StsClient,
    operations: sts,
    version: '2011-06-15',
    protocol: queryProtocol({ xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/' }),
    unsigned: ['AssumeRoleWithWebIdentity'],
    // GetCallerIdentity needs no permission at all; the ways of assuming a role ask its trust policy.
    resourceOf: call => (/^(GetCallerIdentity|AssumeRole.*)$/.test(call.operation) ? undefined : '*'),
  }),
  service({
    name: 'iam',
    client: IamClient,
    operations: iam,
    version: '2010-05-08',
    protocol: queryProtocol({ xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/' }),
    resourceOf: iamResource,
  }),
  service({
    name: 'ec2',
    client: Ec2Client,
    operations: ec2,
    version: '2016-11-15',
    protocol: ec2Protocol({ xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/', immutableShapes: ['Instance'] }),
  }),
  service({
    name: 'organizations',
    client: OrganizationsClient,
    operations: organizations,
    version: '2016-11-28',
    protocol: jsonProtocol({ targetPrefix: 'AWSOrganizationsV20161128' }),
  }),
  service({
    name: 'rds',
    client: RdsClient,
    operations: rds,
    version: '2014-10-31',
    protocol: queryProtocol({ xmlNamespace: 'http://rds.amazonaws.com/doc/2014-10-31/' }),
  }),
  service({
    name: 'autoscaling',
    client: AutoScalingClient,
    operations: autoScaling,
    version: '2011-01-01',
    protocol: queryProtocol({ xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/' }),
  }),
  service({
    name: 'elasticloadbalancing',
    client: ClassicClient,
    operations: loadBalancersClassic,
    version: '2012-06-01',
    protocol: queryProtocol({ xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/' }),
  }),
  service({
    name: 'elasticloadbalancing',
    client: V2Client,
    operations: loadBalancersV2,
    version: '2015-12-01',
    protocol: queryProtocol({ xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/' }),
  }),
  service({
    name: 'sns',
    client: SnsClient,
    operations: sns,
    version: '2010-03-31',
    protocol: queryProtocol({ xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/' }),
  }),
  service({
    name: 'sqs',
    client: SqsClient,
    operations: sqs,
    version: '2012-11-05',
    protocol: jsonProtocol({
      targetPrefix: 'AmazonSQS',
      version: '1.0',
      queryErrors: { QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue' },
    }),
  }),
  service({
    name: 'dynamodb',
    client: DynamoDBClient,
    operations: dynamodb,
    version: '2012-08-10',
    protocol: jsonProtocol({ targetPrefix: 'DynamoDB_20120810', version: '1.0' }),
  }),
  service({
    name: 'kms',
    client: KmsClient,
    operations: kms,
    version: '2014-11-01',
    protocol: jsonProtocol({ targetPrefix: 'TrentService' }),
  }),
  service({
    name: 'ecs',
    client: EcsClient,
    operations: ecs,
    version: '2014-11-13',
    protocol: jsonProtocol({ targetPrefix: 'AmazonEC2ContainerServiceV20141113' }),
  }),
  service({
    name: 'sagemaker',
    client: SageMakerClient,
    operations: sagemaker,
    version: '2017-07-24',
    protocol: jsonProtocol({ targetPrefix: 'SageMaker' }),
  }),
  service({
    name: 'logs',
    client: LogsClient,
    operations: logs,
    version: '2014-03-28',
    protocol: jsonProtocol({ targetPrefix: 'Logs_20140328' }),
  }),
  service({
    name: 'lambda',
    client: LambdaClient,
    operations: lambda,
    version: '2015-03-31',
    protocol: restJsonProtocol(schemasOf(LambdaClient), { messageKey: 'Message' }),
  }),
  service({
    name: 'eks',
    client: EksClient,
    operations: eks,
    version: '2017-11-01',
    protocol: restJsonProtocol(schemasOf(EksClient)),
  }),
  service({
    name: 's3',
    client: S3Client,
    operations: s3,
    version: '2006-03-01',
    protocol: restXmlProtocol(schemasOf(S3Client), {
      xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
      s3: true,
    }),
    resourceOf: s3Resource,
    actions: S3_ACTIONS,
  }),
  service({
    name: 'cloudfront',
    client: CloudFrontClient,
    operations: cloudfront,
    version: '2020-05-31',
    protocol: restXmlProtocol(schemasOf(CloudFrontClient), {
      xmlNamespace: 'http://cloudfront.amazonaws.com/doc/2020-05-31/',
    }),
  }),
];

/** Every operation that a client has. */
function schemasOf(client: Record<string, unknown>): StaticOperationSchema[] {
  return Object.values(client).filter(isOperationSchema);
}

function service({
  client,
  operations,
  resourceOf = () => '*',
  unsigned = [],
  actions = {},
  ...row
}: Omit<Service, 'operations' | 'has' | 'resourceOf' | 'unsigned' | 'actions'> & {
  /** The SDK client's module: it exports a schema for every operation, named as the operation with a `$` behind. */
  client: Record<string, unknown>;
  operations: Record<string, SimulatedOperation['run']>;
  resourceOf?: Service['resourceOf'];
  unsigned?: Service['unsigned'];
  actions?: Service['actions'];
}): Service {
  const schemaOf = (operation: string) => {
    const schema = client[`${operation}$`];
    return isOperationSchema(schema) ? schema : undefined;
  };
  const simulated = Object.entries(operations).map(([name, run]): [string, SimulatedOperation] => {
    const schema = schemaOf(name);
    if (!schema) throw new Error(`the SDK client of ${row.name} has no operation ${name}`);
    return [name, { shape: operationShape(schema), run }];
  });
  const has = (operation: string) => schemaOf(operation) !== undefined;
  return { ...row, resourceOf, unsigned, actions, operations: new Map(simulated), has };
}

/** 9 is the SDK's number for an operation. */
function isOperationSchema(value: unknown): value is StaticOperationSchema {
  return Array.isArray(value) && value[0] === 9;
}
