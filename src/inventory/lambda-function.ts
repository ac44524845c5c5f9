import type { AliasConfiguration, FunctionConfiguration, FunctionUrlConfig } from '@aws-sdk/client-lambda';
import { assetType } from './asset-type.ts';
import { detail } from './detail.ts';
import { listing } from './listing.ts';
import { SAMPLE_REGION, sampleArn } from './sample.ts';

type LambdaFunction = FunctionConfiguration & {
  readonly Policy?: string | undefined;
  readonly Aliases?: AliasConfiguration[] | undefined;
  readonly FunctionUrlConfigs?: FunctionUrlConfig[] | undefined;
  readonly Tags?: Record<string, string> | undefined;
};

/** Lambda functions with resource policy, aliases and URLs. */
export const lambdaFunction = assetType<LambdaFunction>({
  assetType: 'AWS::Lambda::Function',
  label: 'Lambda function',
  plural: 'Lambda functions',
  scope: 'regional',
  list: listing('lambda', 'ListFunctions', {
    input: token => ({ MaxItems: 50, Marker: token }),
    next: answer => answer.NextMarker,
    items: answer => answer.Functions,
  }),
  details: [
    detail('lambda', 'ListTags', {
      fields: ['Tags'],
      input: (one: LambdaFunction) => ({ Resource: one.FunctionArn }),
      value: answer => ({ Tags: answer.Tags }),
    }),
    detail('lambda', 'GetPolicy', {
      fields: ['Policy'],
      input: (one: LambdaFunction) => ({ FunctionName: one.FunctionName }),
      value: answer => ({ Policy: answer.Policy }),
      notFound: {},
    }),
    detail('lambda', 'ListAliases', {
      fields: ['Aliases'],
      input: (one: LambdaFunction) => ({ FunctionName: one.FunctionName }),
      value: answer => ({ Aliases: answer.Aliases }),
    }),
    detail('lambda', 'ListFunctionUrlConfigs', {
      fields: ['FunctionUrlConfigs'],
      input: (one: LambdaFunction) => ({ FunctionName: one.FunctionName }),
      value: answer => ({ FunctionUrlConfigs: answer.FunctionUrlConfigs }),
    }),
  ],
  id: one => one.FunctionName,
  arn: one => one.FunctionArn,
  name: one => one.FunctionName,
  state: one => one.State,
  tags: one => one.Tags ?? {},
  properties: [
    { name: 'runtime', label: 'Runtime', path: 'runtime', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'memoryMiB', label: 'Memory (MiB)', path: 'memorySize', kind: 'number', column: true },
    { name: 'timeoutSeconds', label: 'Time-out (s)', path: 'timeout', kind: 'number', column: false },
    { name: 'handler', label: 'Handler', path: 'handler', kind: 'text', column: false },
    { name: 'role', label: 'Role', path: 'role', kind: 'text', column: true, inSearch: 'shared' },
    { name: 'description', label: 'Description', path: 'description', kind: 'text', column: false, inSearch: 'own' },
    { name: 'vpcId', label: 'VPC', path: 'vpcConfig.vpcId', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'architecture', label: 'Architecture', path: 'architectures[]', kind: 'text', column: false },
    {
      name: 'url',
      label: 'URL',
      path: 'functionUrlConfigs[].functionUrl',
      kind: 'text',
      column: false,
      inSearch: 'own',
    },
    {
      name: 'urlAuthType',
      label: 'URL authorisation',
      path: 'functionUrlConfigs[].authType',
      kind: 'text',
      column: false,
    },
    { name: 'kmsKey', label: 'KMS key', path: 'kMSKeyArn', kind: 'text', column: false, inSearch: 'shared' },
    { name: 'packageType', label: 'Package', path: 'packageType', kind: 'text', column: false },
  ],
  leftOut: {
    Tags: 'they are the asset’s tags',
    Environment: 'environment variables hold secrets',
  },
  sample: {
    FunctionName: 'orders-import',
    FunctionArn: sampleArn('lambda', 'function:orders-import'),
    Runtime: 'nodejs24.x',
    Role: sampleArn('iam', 'role/orders-import', { region: '' }),
    Handler: 'index.handler',
    CodeSize: 1_234_567,
    Description: 'Imports orders',
    Timeout: 30,
    MemorySize: 512,
    LastModified: '2026-01-15T09:30:00.000+0000',
    CodeSha256: 'x2uBCd4F7h0jK3mN6pQ9sT2vW5yZ8aB1cD4eF7gH0iJ=',
    Version: '$LATEST',
    Environment: { Variables: { DATABASE_PASSWORD: 'not for the inventory' } },
    TracingConfig: { Mode: 'Active' },
    RevisionId: '1234abcd-12ab-34cd-56ef-1234567890ab',
    PackageType: 'Zip',
    Architectures: ['arm64'],
    EphemeralStorage: { Size: 512 },
    Policy: '{"Version":"2012-10-17","Id":"default","Statement":[]}',
    Aliases: [{ Name: 'live', FunctionVersion: '7', AliasArn: sampleArn('lambda', 'function:orders-import:live') }],
    FunctionUrlConfigs: [
      {
        FunctionUrl: `https://a1b2c3d4.lambda-url.${SAMPLE_REGION}.on.aws/`,
        FunctionArn: sampleArn('lambda', 'function:orders-import'),
        CreationTime: '2026-01-15T09:30:00.000Z',
        LastModifiedTime: '2026-01-15T09:30:00.000Z',
        AuthType: 'AWS_IAM',
      },
    ],
    VpcConfig: {
      VpcId: 'vpc-0a1b2c3d4e5f60001',
      SubnetIds: ['subnet-0a1b2c3d4e5f60001'],
      SecurityGroupIds: ['sg-0a1b2c3d4e5f60001'],
    },
    KMSKeyArn: sampleArn('kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab'),
    Tags: { Owner: 'data@example.com' },
  },
});
