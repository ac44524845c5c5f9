import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ASSET_TYPES } from '../src/inventory/registry.ts';
import { type Simulation, startSimulation } from './simulation.ts';
import { accountOf } from './world/build.ts';
import { isVisible } from './world/instance-state.ts';
import { GLOBAL_TYPES, type ResourceType } from './world/resource-types.ts';
import { sampleOrganisation } from './world/sample-organisation.ts';
import { resourcesOf, stockOf } from './world/stock.ts';

/**
 * An independent client's view: boto3 has its own signing, serialising and parsing. Python and boto3 are not part of the
 * project; where they are absent these tests are skipped and say so.
 */
const run = promisify(execFile);
const version = await run('python3', ['-c', 'import boto3; print(boto3.__version__)']).then(
  ({ stdout }) => stdout.trim(),
  () => undefined,
);
if (version === undefined)
  process.stderr.write('SKIPPED: python3 with boto3 is not installed; nothing compared with it\n');

const { world, faultScript, guide } = sampleOrganisation({ seed: 1, now: new Date() });
world.stock = stockOf(ASSET_TYPES, { most: 4 });

let aws: Simulation;

beforeAll(async () => {
  aws = await startSimulation({ makeWorld: () => world, faultScript });
});
afterAll(() => aws.stop());

describe.skipIf(version === undefined)(`boto3 ${version ?? ''}`, () => {
  test('assumes a role, finds its regions and reads every instance as the world has it', async () => {
    const seen = await python(`
      ec2 = client('ec2')
      regions = [region['RegionName'] for region in ec2.describe_regions()['Regions']]
      instances = {}
      for region in regions:
          for size in (5, 1000) if region == 'eu-west-1' else (100,):
              pages = client('ec2', region).get_paginator('describe_instances').paginate(PaginationConfig={'PageSize': size})
              instances[region] = [one for page in pages for group in page['Reservations'] for one in group['Instances']]
      answer(instances)
    `);
    const member = world.accounts['222222222222'];
    const wanted = Object.entries(member?.ec2 ?? {}).map(([region, state]) => [
      region,
      state.instances
        .filter(instance => isVisible(instance, new Date()))
        .map(({ reservationId, terminatedAt, ...instance }) => instance),
    ]);
    const found = Object.entries(Object(seen)).filter(
      ([, instances]) => Array.isArray(instances) && instances.length > 0,
    );
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
    expect(Object.keys(Object(seen))).toHaveLength(17);
  });

  test('reads the fields of networks', async () => {
    const seen = await python(`
      ec2 = client('ec2')
      answer({'vpcs': ec2.describe_vpcs()['Vpcs'], 'subnets': ec2.describe_subnets()['Subnets']})
    `);
    const region = world.accounts['222222222222']?.ec2['us-east-1'];
    expect(seen).toEqual({ vpcs: region?.vpcs, subnets: region?.subnets });
  });

  test('reads services of every protocol as the world has them', async () => {
    const seen = await python(`
      buckets = client('s3').list_buckets(MaxBuckets=1)
      bucket = buckets['Buckets'][0]
      own = client('s3', bucket['BucketRegion'])
      functions = client('lambda').list_functions()['Functions']
      distribution = client('cloudfront').list_distributions()['DistributionList']['Items'][0]
      answer({
          'bucket': bucket['Name'],
          'more': 'ContinuationToken' in buckets,
          'policy': own.get_bucket_policy(Bucket=bucket['Name'])['Policy'],
          'grantee': own.get_bucket_acl(Bucket=bucket['Name'])['Grants'][0]['Grantee']['Type'],
          'functions': [one['FunctionName'] for one in functions],
          'clusters': client('eks').list_clusters()['clusters'],
          'tables': client('dynamodb').list_tables()['TableNames'],
          'queues': client('sqs').list_queues().get('QueueUrls', []),
          'topics': [one['TopicArn'] for one in client('sns').list_topics()['Topics']],
          'databases': [one['Endpoint']['Port'] for one in client('rds').describe_db_instances()['DBInstances']],
          'keys': [one['KeyArn'] for one in client('kms').list_keys()['Keys']],
          'balancers': [one['DNSName'] for one in client('elbv2').describe_load_balancers()['LoadBalancers']],
          'distribution': distribution['Origins']['Items'][0]['DomainName'],
          'users': len(client('iam').get_account_authorization_details(Filter=['User'])['UserDetailList']),
      })
    `);
    const account = accountOf(world, '222222222222');
    const in1 = <Type extends ResourceType>(type: Type) =>
      resourcesOf(world, { account, region: GLOBAL_TYPES.has(type) ? 'global' : 'us-east-1', type });
    const buckets = in1('AWS::S3::Bucket');
    expect(seen).toEqual({
      bucket: buckets[0]?.Name,
      more: buckets.length > 1,
      policy: buckets[0]?.Policy,
      grantee: 'CanonicalUser',
      functions: in1('AWS::Lambda::Function').map(one => one.FunctionName),
      clusters: in1('AWS::EKS::Cluster').map(one => one.name),
      tables: in1('AWS::DynamoDB::Table').map(one => one.TableName),
      queues: in1('AWS::SQS::Queue').map(one => one.QueueUrl),
      topics: in1('AWS::SNS::Topic').map(one => one.TopicArn),
      databases: in1('AWS::RDS::DBInstance').map(one => one.Endpoint?.Port),
      keys: in1('AWS::KMS::Key').map(one => one.KeyArn),
      balancers: in1('AWS::ElasticLoadBalancingV2::LoadBalancer').map(one => one.DNSName),
      distribution: in1('AWS::CloudFront::Distribution')[0]?.Origins?.Items?.[0]?.DomainName,
      users: in1('AWS::IAM::User').length,
    });
  });

  test('sees refusals under AWS’s names', async () => {
    const seen = await python(`
      def error_of(call):
          try:
              call()
          except botocore.exceptions.ClientError as error:
              return [error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode']]
      answer({
          'not enabled': error_of(client('ec2', 'me-south-1').describe_instances),
          'bad filter': error_of(lambda: client('ec2').describe_instances(Filters=[{'Name': 'x', 'Values': ['y']}])),
          'no organisation rights': error_of(client('organizations').list_accounts),
          'wrong external id': error_of(lambda: session('wrong')),
      })
    `);
    expect(seen).toEqual({
      'not enabled': ['AuthFailure', 401],
      'bad filter': ['InvalidParameterValue', 400],
      'no organisation rights': ['AccessDeniedException', 400],
      'wrong external id': ['AccessDenied', 403],
    });
  });

  test('waits out throttling by itself when it ends', async () => {
    aws.faults.put({
      id: 'twice',
      match: { accountId: '222222222222', operation: 'DescribeVpcs' },
      effect: { kind: 'throttle' },
      times: 2,
    });
    const seen = await python(`
      answer(len(client('ec2').describe_vpcs()['Vpcs']) > 0)
    `);
    expect(seen).toBe(true);
    const calls = aws.callLog.calls().filter(({ operation }) => operation === 'DescribeVpcs');
    expect(calls.slice(-3).map(({ error }) => error)).toEqual([
      'RequestLimitExceeded',
      'RequestLimitExceeded',
      undefined,
    ]);
  });
});

/** Runs a script with `client(service, region)` of Production’s role, assumed by the platform account; reads its `answer`. */
async function python(script: string): Promise<unknown> {
  const connector = guide.connectors.find(({ name }) => name === 'Production');
  const identity = guide.platformAccounts.global;
  const preamble = `
import json, os, datetime, boto3, botocore
def session(external_id=os.environ['EXTERNAL_ID']):
    sts = boto3.client('sts', region_name='us-east-1')
    got = sts.assume_role(RoleArn=os.environ['ROLE_ARN'], RoleSessionName='boto3', ExternalId=external_id)['Credentials']
    return boto3.Session(got['AccessKeyId'], got['SecretAccessKey'], got['SessionToken'])
production = session()
def client(service, region='us-east-1'):
    return production.client(service, region_name=region)
def plain(value):
    if isinstance(value, datetime.datetime):
        return value.strftime('%Y-%m-%dT%H:%M:%S.') + f'{value.microsecond // 1000:03d}Z'
    raise TypeError(repr(value))
def answer(value):
    print(json.dumps(value, default=plain))
`;
  const indent = /^ */.exec(script.replace(/^\n/, ''))?.[0] ?? '';
  const lines = script.split('\n').map(line => (line.startsWith(indent) ? line.slice(indent.length) : line));
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: identity?.accessKeyId,
    AWS_SECRET_ACCESS_KEY: identity?.secretAccessKey,
    ROLE_ARN: connector?.roleArn,
    EXTERNAL_ID: connector?.externalId,
    no_proxy: '*',
  };
  const { stdout } = await run('python3', ['-c', preamble + lines.join('\n')], { env, maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout);
}
