/**
 * The AWS services that asset types are read from, by the name of the SDK's client package (`client-rds` is `rds`), with
 * what differs between that name and the others that AWS uses. A new service is one row here, one in src/aws/clients.ts
 * and one dependency.
 */
export interface ServiceModules {
  'auto-scaling': typeof import('@aws-sdk/client-auto-scaling');
  cloudfront: typeof import('@aws-sdk/client-cloudfront');
  'cloudwatch-logs': typeof import('@aws-sdk/client-cloudwatch-logs');
  dynamodb: typeof import('@aws-sdk/client-dynamodb');
  ec2: typeof import('@aws-sdk/client-ec2');
  ecs: typeof import('@aws-sdk/client-ecs');
  eks: typeof import('@aws-sdk/client-eks');
  'elastic-load-balancing': typeof import('@aws-sdk/client-elastic-load-balancing');
  'elastic-load-balancing-v2': typeof import('@aws-sdk/client-elastic-load-balancing-v2');
  iam: typeof import('@aws-sdk/client-iam');
  kms: typeof import('@aws-sdk/client-kms');
  lambda: typeof import('@aws-sdk/client-lambda');
  rds: typeof import('@aws-sdk/client-rds');
  s3: typeof import('@aws-sdk/client-s3');
  sagemaker: typeof import('@aws-sdk/client-sagemaker');
  sns: typeof import('@aws-sdk/client-sns');
  sqs: typeof import('@aws-sdk/client-sqs');
}

export type ServiceName = keyof ServiceModules;

/** How IAM policies and AWS's denials begin the names of a service's actions, where it is not the package's name. */
const ACTION_PREFIXES: { readonly [Service in ServiceName]?: string } = {
  'auto-scaling': 'autoscaling',
  'cloudwatch-logs': 'logs',
  'elastic-load-balancing': 'elasticloadbalancing',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
};

/** The IAM action of an operation; for most it is named as the operation. */
export function actionOf(service: ServiceName, operation: string): string {
  return `${ACTION_PREFIXES[service] ?? service}:${operation}`;
}

/** The operations of a service, such as `DescribeInstances`. */
export type OperationOf<Service extends ServiceName> = keyof {
  [Name in keyof ServiceModules[Service] as OperationName<Name>]: Name;
} &
  string;

type OperationName<Name> = Name extends '$Command'
  ? never
  : Name extends `${infer Operation}Command`
    ? Operation
    : never;

/** What an operation takes. */
export type InputOf<Service extends ServiceName, Operation extends string> =
  ServiceModules[Service] extends Record<`${Operation}Command`, CommandClass<infer Input, unknown>> ? Input : never;

/** What it answers. */
export type OutputOf<Service extends ServiceName, Operation extends string> =
  ServiceModules[Service] extends Record<`${Operation}Command`, CommandClass<infer _, infer Output>> ? Output : never;

interface CommandClass<Input, Output> {
  new (
    input: never,
  ): {
    readonly input: Input;
    resolveMiddleware(...parts: never): (...request: never) => Promise<{ output: Output }>;
  };
}
