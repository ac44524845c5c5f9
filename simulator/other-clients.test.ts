import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedAws, startSimulatedAws } from './server.ts';
import { EXTERNAL_ID, HUB, hubAndMember, MEMBER, ROLE_ARN } from './testing.ts';
import { accountOf, addAccessKey, addOrganization } from './world/build.ts';
import { fillRegion } from './world/generate.ts';
import { readPolicy } from './world/policies.ts';
import type { AccessKey } from './world/world.ts';

/**
 * Clients that share no code with the JavaScript SDK, so that simulated AWS does not merely agree with itself. Causeway
 * does not need them; where they are missing these tests say so and are skipped.
 */
const HAS_BOTO3 = runs('python3', ['-c', 'import boto3']);
const HAS_CLI = runs('aws', ['--version']);

let aws: SimulatedAws;
let hubKey: AccessKey;
let rootKey: AccessKey;

beforeAll(async () => {
  const made = hubAndMember();
  hubKey = made.hubKey;
  rootKey = addAccessKey(made.world, HUB);
  addOrganization(made.world, { managementAccountId: HUB, memberAccountIds: [MEMBER] });
  fillRegion({
    seed: 1,
    now: new Date(),
    account: accountOf(made.world, MEMBER),
    region: 'eu-west-1',
    count: 60,
  });
  aws = await startSimulatedAws({ world: made.world });
});
afterAll(() => aws.close());

describe.skipIf(!HAS_BOTO3)(HAS_BOTO3 ? 'boto3' : 'boto3 (skipped: python3 cannot import boto3)', () => {
  it('reads a member account through the hub', async () => {
    const { identity, regions, instances, pages, role } = await python(`
hub = boto3.client('sts')
credentials = hub.assume_role(RoleArn='${ROLE_ARN}', RoleSessionName='run-1', ExternalId='${EXTERNAL_ID}')['Credentials']
session = boto3.Session(credentials['AccessKeyId'], credentials['SecretAccessKey'], credentials['SessionToken'])
pages = list(session.client('ec2', 'eu-west-1').get_paginator('describe_instances').paginate(PaginationConfig={'PageSize': 25}))
answer = {
  'identity': session.client('sts').get_caller_identity()['Arn'],
  'regions': len(session.client('ec2').describe_regions()['Regions']),
  'instances': sum(len(r['Instances']) for p in pages for r in p['Reservations']),
  'pages': len(pages),
  'role': session.client('iam').get_role(RoleName='Reader')['Role']['AssumeRolePolicyDocument']['Statement'][0]['Action'],
}`);
    expect(identity).toBe(`arn:aws:sts::${MEMBER}:assumed-role/Reader/run-1`);
    expect(regions).toBe(17);
    expect(instances).toBe(60);
    expect(pages).toBeGreaterThan(1);
    expect(role).toBe('sts:AssumeRole');
  });

  it('sends structures, lists and tags', async () => {
    const answer = await python(
      `
iam = boto3.client('iam')
iam.create_user(UserName='new', Path='/team/', Tags=[{'Key': 'a', 'Value': 'b & <c>'}, {'Key': 'd', 'Value': 'é'}])
iam.put_user_policy(UserName='new', PolicyName='Read', PolicyDocument=${JSON.stringify(JSON.stringify(readPolicy()))})
answer = {
  'tags': iam.get_user(UserName='new')['User']['Tags'],
  'policy': iam.get_user_policy(UserName='new', PolicyName='Read')['PolicyDocument'],
  'accounts': [a['Id'] for a in boto3.client('organizations').list_accounts()['Accounts']],
}`,
      rootKey,
    );
    expect(answer).toEqual({
      tags: [
        { Key: 'a', Value: 'b & <c>' },
        { Key: 'd', Value: 'é' },
      ],
      policy: readPolicy(),
      accounts: expect.arrayContaining([HUB, MEMBER]),
    });
  });

  it('presigns requests that are accepted', async () => {
    const { url } = await python(`
url = boto3.client('sts').generate_presigned_url('get_caller_identity', HttpMethod='GET')
answer = {'url': url}`);
    expect(await (await fetch(String(url))).text()).toContain(`<Arn>arn:aws:iam::${HUB}:user/causeway</Arn>`);
  });

  it('reads the errors of every dialect', async () => {
    const answer = await python(`
from botocore.exceptions import ClientError
def error(call):
  try:
    call()
  except ClientError as e:
    return [e.response['Error']['Code'], e.response['ResponseMetadata']['HTTPStatusCode']]
wrong = boto3.Session('${hubKey.id}', 'wrong', region_name='us-east-1')
answer = {
  'refused': error(lambda: boto3.client('sts').assume_role(RoleArn='${ROLE_ARN}', RoleSessionName='run-1')),
  'sts': error(wrong.client('sts').get_caller_identity),
  'ec2': error(wrong.client('ec2').describe_regions),
  'organizations': error(wrong.client('organizations').list_accounts),
}`);
    expect(answer).toEqual({
      refused: ['AccessDenied', 403],
      sts: ['SignatureDoesNotMatch', 403],
      ec2: ['AuthFailure', 401],
      organizations: ['InvalidSignatureException', 400],
    });
  });
});

describe.skipIf(!HAS_CLI)(HAS_CLI ? 'the AWS CLI' : 'the AWS CLI (skipped: there is no command aws)', () => {
  it('assumes a role and reads', async () => {
    const assumed = await cli(
      ...['sts', 'assume-role', '--role-arn', ROLE_ARN, '--role-session-name', 'run-1', '--external-id', EXTERNAL_ID],
    );
    expect(JSON.parse(assumed).AssumedRoleUser.Arn).toBe(`arn:aws:sts::${MEMBER}:assumed-role/Reader/run-1`);
  });

  it('says what was refused', async () => {
    await expect(cli('iam', 'list-users')).rejects.toThrow(
      /An error occurred \(AccessDenied\) when calling the ListUsers operation: User: .* because no identity-based policy allows the iam:ListUsers action/,
    );
  });
});

function runs(command: string, args: string[]): boolean {
  return spawnSync(command, args, { timeout: 20_000 }).status === 0;
}

async function python(script: string, key = hubKey): Promise<Record<string, unknown>> {
  const program = `import boto3, json\n${script}\nprint(json.dumps(answer))`;
  const { stdout } = await promisify(execFile)('python3', ['-c', program], { env: environment(key) });
  return JSON.parse(stdout);
}

async function cli(...args: string[]): Promise<string> {
  return (await promisify(execFile)('aws', [...args, '--output', 'json'], { env: environment(hubKey) })).stdout;
}

/** Nothing of this machine's own AWS configuration reaches the client. */
function environment(key: AccessKey): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_') && !/_proxy$/i.test(name));
  return {
    ...Object.fromEntries(own),
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: key.id,
    AWS_SECRET_ACCESS_KEY: key.secret,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_MAX_ATTEMPTS: '1',
  };
}
