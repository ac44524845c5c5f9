import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeInstancesCommand, EC2Client, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FaultEffect } from './faults.ts';
import { type Simulation, startSimulation } from './simulation.ts';
import { accountOf, addAccessKey, addUser } from './world/build.ts';
import { GENERATED_PLATFORM_ACCOUNT_ID, generatedExternalId, generateWorld } from './world/generate.ts';
import type { World } from './world/world.ts';

const MEMBER = '200000000001';
const ROLE_ARN = `arn:aws:iam::${MEMBER}:role/CausewayReadOnly`;

let aws: Simulation;

beforeAll(async () => {
  aws = await startSimulation({ makeWorld });
});
beforeEach(() => aws.faults.clear());
afterAll(() => aws.stop());

describe('a scripted fault as a real client sees it', () => {
  test.each<[FaultEffect, { name: string; $metadata: { httpStatusCode: number } }]>([
    [{ kind: 'throttle' }, failure('RequestLimitExceeded', 503)],
    [{ kind: 'deny', by: 'scp' }, failure('UnauthorizedOperation', 403)],
    [{ kind: 'server-error', error: 'internal' }, failure('InternalError', 500)],
    [{ kind: 'server-error', error: 'unavailable' }, failure('Unavailable', 503)],
    [{ kind: 'region-off' }, failure('AuthFailure', 401)],
  ])('%o', async (effect, expected) => {
    strike(effect);
    await expect(describeInstances()).rejects.toMatchObject(expected);
  });

  test('a dropped connection is a broken one', async () => {
    strike({ kind: 'drop' });
    await expect(describeInstances()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('a call that is never answered ends when the client gives up', async () => {
    strike({ kind: 'hang' });
    await expect(describeInstances({ abortSignal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  test('a slow answer is a right one, late', async () => {
    strike({ kind: 'slow', delayMs: 120 });
    const before = performance.now();
    expect((await describeInstances()).Reservations).not.toEqual([]);
    expect(performance.now() - before).toBeGreaterThan(110);
  });

  test('a page that is cut off is a complete HTTP answer with half a document', async () => {
    strike({ kind: 'truncate' });
    await expect(describeInstances()).rejects.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });

  test('empty pages in between lose nothing and have tokens that differ', async () => {
    const all = await idsByPage();
    aws.faults.put({ id: 'empty', match: { operation: 'DescribeInstances' }, effect: { kind: 'empty-page' }, to: 3 });
    const tokens = new Set<string>();
    const pages = await idsByPage(token => tokens.add(token));
    expect(pages.slice(0, 3)).toEqual([[], [], []]);
    expect(pages.flat()).toEqual(all.flat());
    expect(tokens.size).toBe(pages.length - 1);
  });

  test('strikes the hub’s own calls too, aimed at one role', async () => {
    aws.faults.put({ id: 'sts', match: { resource: ROLE_ARN }, effect: { kind: 'throttle' }, times: 1 });
    await expect(assumeRole()).rejects.toMatchObject({ name: 'Throttling', $metadata: { httpStatusCode: 400 } });
    expect((await assumeRole()).Credentials?.SessionToken).toBeTruthy();
  });
});

describe('the call log', () => {
  test('tells who called what where and how it ended', async () => {
    await describeInstances();
    strike({ kind: 'throttle' });
    await describeInstances().catch(() => undefined);
    const [good, bad] = aws.callLog.calls().slice(-2);
    const call = { service: 'ec2', operation: 'DescribeInstances', region: 'us-east-1', accountId: MEMBER };
    expect(good).toMatchObject({ ...call, callerArn: `arn:aws:iam::${MEMBER}:user/reader`, status: 200 });
    expect(good).not.toHaveProperty('error');
    expect(bad).toMatchObject({ ...call, status: 503, error: 'RequestLimitExceeded' });
  });

  test('tells which role was asked for', async () => {
    await assumeRole();
    expect(aws.callLog.calls().at(-1)).toMatchObject({ operation: 'AssumeRole', resource: ROLE_ARN });
  });
});

describe('the control API over HTTP', () => {
  test('changes what the next AWS call answers', async () => {
    const path = `/_control/accounts/${MEMBER}/instances`;
    const launched = await fetch(aws.endpoint + path, { method: 'POST', body: '{"region": "us-east-1"}' });
    expect(launched.status).toBe(201);
    const ids = (await idsByPage()).flat();
    expect(await launched.json()).toMatchObject({ instanceIds: [ids.at(-1)] });
  });

  test('answers refusals as JSON', async () => {
    const refused = await fetch(`${aws.endpoint}/_control/accounts/0/instances`, { method: 'POST', body: '{}' });
    expect(refused.status).toBe(404);
    expect(await refused.json()).toMatchObject({ code: 'not-found', remedy: expect.any(String) });
  });
});

describe('a world file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'causeway-simulation-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('carries changes and sessions over a restart', async () => {
    const options = { makeWorld, worldFile: join(folder, 'world.json') };
    const first = await startSimulation(options);
    const { Credentials } = await assumeRole(first);
    const session = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    await fetch(`${first.endpoint}/_control/churn`, { method: 'POST', body: '{"share": 1}' });
    await first.stop();

    const second = await startSimulation({ ...options, makeWorld: () => expect.unreachable('the file has a world') });
    const ec2 = new EC2Client({ region: 'us-east-1', endpoint: second.endpoint, credentials: session, maxAttempts: 1 });
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    await second.stop();
    const tags = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ Tags = [] }) => Tags));
    expect(tags.length).toBeGreaterThan(0);
    expect(tags.every(own => own.some(({ Key }) => Key === 'Touched'))).toBe(true);
  });
});

function failure(name: string, httpStatusCode: number) {
  return { name, $metadata: { httpStatusCode } };
}

function strike(effect: FaultEffect) {
  aws.faults.put({ id: 'strike', match: { accountId: MEMBER }, effect, times: 1 });
}

function makeWorld(): World {
  const now = new Date();
  const world = generateWorld({ seed: 21, now, accounts: 1, instances: 40, regions: ['us-east-1'] });
  const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ec2:*', Resource: '*' }] };
  addUser(world, MEMBER, { name: 'reader', inlinePolicies: { all } });
  addAccessKey(world, MEMBER, { userName: 'reader' });
  return world;
}

function credentialsOf({ world }: Simulation, accountId: string, userName: string) {
  const key = accountOf(world, accountId).users[userName]?.accessKeys[0];
  return { accessKeyId: key?.id ?? '', secretAccessKey: key?.secret ?? '' };
}

function ec2Client(): EC2Client {
  const credentials = credentialsOf(aws, MEMBER, 'reader');
  return new EC2Client({ region: 'us-east-1', endpoint: aws.endpoint, credentials, maxAttempts: 1 });
}

function describeInstances(options: { abortSignal?: AbortSignal } = {}) {
  return ec2Client().send(new DescribeInstancesCommand({ MaxResults: 1_000 }), options);
}

async function idsByPage(onToken: (token: string) => void = () => undefined): Promise<(string | undefined)[][]> {
  const pages: (string | undefined)[][] = [];
  for await (const page of paginateDescribeInstances({ client: ec2Client(), pageSize: 10 }, {})) {
    if (page.NextToken) onToken(page.NextToken);
    pages.push(
      (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId)),
    );
  }
  return pages;
}

function assumeRole(simulation = aws) {
  const credentials = credentialsOf(simulation, GENERATED_PLATFORM_ACCOUNT_ID, 'causeway-platform');
  const sts = new STSClient({ region: 'us-east-1', endpoint: simulation.endpoint, credentials, maxAttempts: 1 });
  const ExternalId = generatedExternalId(MEMBER);
  return sts.send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'test', ExternalId }));
}
