import { DescribeInstancesCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { factsOfAccountType } from '../../src/domain/partition.ts';
import { type Simulation, startSimulation } from '../simulation.ts';
import type { HubCredentials } from './hub.ts';
import { type GuideConnector, sampleOrganisation } from './sample-organisation.ts';

const sample = sampleOrganisation({ seed: 1, now: new Date() });
const { guide } = sample;
const platform = guide.platformAccounts.global;
const hub = guide.hubs.global;
const govPlatform = guide.platformAccounts['us-govcloud'];
const govHub = guide.hubs['us-govcloud'];

let aws: Simulation;

beforeAll(async () => {
  aws = await startSimulation({ makeWorld: () => sample.world, faultScript: sample.faultScript });
});
afterAll(() => aws.stop());

test.each([platform, hub, govPlatform, govHub])('the key of %o is that of the account it says', async identity => {
  const region = identity?.userArn.includes('aws-us-gov') ? 'us-gov-west-1' : 'us-east-1';
  const { Account, Arn } = await stsOf(identity, region).send(new GetCallerIdentityCommand({}));
  expect(Account).toBe(identity?.accountId);
  expect(Arn).toBe(identity?.userArn);
});

describe('who may assume a connector’s role', () => {
  test.each([
    ['Production', true, true],
    ['Development', true, true],
    ['Staging', true, false],
    ['Payments', true, true],
    ['Data Platform', true, true],
    ['Networking', true, true],
    ['Shared Services', true, true],
    ['Sandbox', true, false],
    ['Northwind (acquired)', false, false],
    ['New Venture', false, false],
    ['Gov Production', true, true],
    ['Gov Development', false, true],
  ])('%s: platform account %s, base account %s', async (name, byPlatform, byHub) => {
    const connector = connectorNamed(name);
    const isGov = connector.accountType === 'us-govcloud';
    expect(await isAdmitted(isGov ? govPlatform : platform, connector)).toBe(byPlatform);
    expect(await isAdmitted(isGov ? govHub : hub, connector)).toBe(byHub);
  });

  test('everyone asks for the external ID but the Sandbox', async () => {
    const open: string[] = [];
    for (const connector of guide.connectors) {
      const identity = connector.accountType === 'us-govcloud' ? govPlatform : platform;
      if (await isAdmitted(identity, { ...connector, externalId: 'another-id' })) open.push(connector.name);
    }
    expect(open).toEqual(['Sandbox']);
  });
});

describe('what a connector’s role sees', () => {
  test('Production: all its instances', async () => {
    const ec2 = await ec2Of('Production', 'us-east-1');
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ MaxResults: 1_000 }));
    expect(Reservations.flatMap(({ Instances = [] }) => Instances)).toHaveLength(260);
  });

  test('Shared Services: nothing in Frankfurt, by a service control policy', async () => {
    const ec2 = await ec2Of('Shared Services', 'eu-central-1');
    await expect(ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      message: expect.stringContaining('explicit deny in a service control policy'),
    });
    const elsewhere = await ec2Of('Shared Services', 'us-east-1');
    expect((await elsewhere.send(new DescribeInstancesCommand({}))).Reservations).not.toEqual([]);
  });

  test('Networking: instances, but no subnets', async () => {
    const ec2 = await ec2Of('Networking', 'us-east-1');
    expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations).not.toEqual([]);
    await expect(ec2.send(new DescribeSubnetsCommand({}))).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      message: expect.stringContaining('no identity-based policy allows the ec2:DescribeSubnets action'),
    });
  });

  test('Payments: throttled in Sydney whenever it asks', async () => {
    const ec2 = await ec2Of('Payments', 'ap-southeast-2');
    for (let i = 0; i < 3; i += 1) {
      await expect(ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({ name: 'RequestLimitExceeded' });
    }
  });

  test('Data Platform: its opt-in regions, which others cannot reach', async () => {
    const ec2 = await ec2Of('Data Platform', 'eu-central-2');
    expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations).not.toEqual([]);
    const other = await ec2Of('Production', 'eu-central-2');
    await expect(other.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({ name: 'AuthFailure' });
  });
});

function connectorNamed(name: string): GuideConnector {
  const connector = guide.connectors.find(one => one.name === name);
  if (!connector) throw new Error(`no sample connector ${name}`);
  return connector;
}

function stsOf(identity: HubCredentials | undefined, region: string): STSClient {
  const { accessKeyId = '', secretAccessKey = '' } = identity ?? {};
  return new STSClient({
    region,
    endpoint: aws.endpoint,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
}

function assume(identity: HubCredentials | undefined, { accountType, roleArn, externalId }: GuideConnector) {
  const request = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'sample', ExternalId: externalId });
  return stsOf(identity, factsOfAccountType(accountType).stsRegion).send(request);
}

async function isAdmitted(identity: HubCredentials | undefined, connector: GuideConnector): Promise<boolean> {
  try {
    await assume(identity, connector);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    return false;
  }
}

async function ec2Of(name: string, region: string): Promise<EC2Client> {
  const { Credentials } = await assume(platform, connectorNamed(name));
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  return new EC2Client({ region, endpoint: aws.endpoint, credentials, maxAttempts: 1 });
}
