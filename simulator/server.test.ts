import { DescribeRegionsCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { Sha256 } from '@smithy/core/checksum';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, describe, expect, it } from 'vitest';
import { createCallLog } from './call-log.ts';
import type { FaultOutcome, FaultRequest } from './faults.ts';
import { type SimulatedAws, type SimulatedAwsOptions, startSimulatedAws } from './server.ts';
import { clientsOf, credentialsOf, EXTERNAL_ID, HUB, hubAndMember, ROLE_ARN } from './testing.ts';
import { createVirtualClock } from './virtual-clock.ts';
import { addAccessKey } from './world/build.ts';
import type { AccessKey } from './world/world.ts';

let aws: SimulatedAws;
let hubKey: AccessKey;

afterEach(() => aws.close());

describe('one address', () => {
  it('serves every service and region', async () => {
    await start();
    const { sts, organizations, ec2 } = hub('eu-west-1');
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(HUB);
    await expect(ec2.send(new DescribeRegionsCommand({}))).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      message: `You are not authorized to perform this operation. User: arn:aws:iam::${HUB}:user/causeway is not authorized to perform: ec2:DescribeRegions because no identity-based policy allows the ec2:DescribeRegions action`,
      $metadata: { httpStatusCode: 403 },
    });
    await expect(organizations.send(new ListAccountsCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('tells the simulation’s time', async () => {
    await start({ clock: createVirtualClock(new Date('2031-02-03T04:05:06Z')) });
    expect((await fetch(aws.url)).headers.get('date')).toBe('Mon, 03 Feb 2031 04:05:06 GMT');
  });

  it('answers many requests at once', async () => {
    await start();
    const { sts } = hub();
    const answers = await Promise.all(Array.from({ length: 200 }, () => sts.send(new GetCallerIdentityCommand({}))));
    expect(new Set(answers.map(({ $metadata }) => $metadata.requestId)).size).toBe(200);
  });

  it('names an operation that AWS has and the simulator has not', async () => {
    await start();
    await expect(hub().sts.send(new GetSessionTokenCommand({}))).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'Simulated AWS does not have the operation GetSessionToken.',
    });
    await expect(hub().ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 }))).rejects.toThrow(/RunInstances/);
  });

  it('names an operation that AWS has not', async () => {
    await start();
    expect(await signedPost('sts', 'Action=GetLost&Version=2011-06-15')).toContain(
      '<Code>InvalidAction</Code><Message>Could not find operation GetLost for version 2011-06-15</Message>',
    );
    expect(await signedPost('ec2', 'Action=GetLost&Version=2016-11-15')).toContain(
      '<Code>InvalidAction</Code><Message>The action GetLost is not valid for this web service.</Message>',
    );
  });

  it('does not take one service’s request for another’s', async () => {
    await start();
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Other_20200101.ListAccounts' };
    expect(await signedPost('organizations', '{}', headers)).toContain('"__type":"UnknownOperationException"');
  });

  it('names a service that is not simulated', async () => {
    await start();
    expect(await signedPost('glacier', '')).toContain('Simulated AWS does not have the service glacier');
  });

  it('refuses a body that is too large', async () => {
    await start();
    const answer = await fetch(aws.url, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) });
    expect(answer.status).toBe(413);
  });

  it('answers InternalFailure when the simulator itself fails, and says so', async () => {
    const bugs: unknown[] = [];
    await start({ onBug: error => bugs.push(error) });
    Object.assign(aws.world.accounts[HUB]?.users.causeway ?? {}, { inlinePolicies: null });
    await expect(hub().iam.send(new ListUsersCommand({}))).rejects.toMatchObject({ name: 'InternalFailure' });
    expect(bugs).toHaveLength(1);
  });
});

describe('a fault script', () => {
  it('sees each authenticated request with what it is about', async () => {
    const seen: FaultRequest[] = [];
    await startWith(request => {
      seen.push(request);
      return { kind: 'pass' };
    });
    await assume();
    await expect(hub('moon-1').sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
    expect(seen).toEqual([
      {
        service: 'sts',
        operation: 'AssumeRole',
        region: 'us-east-1',
        accountId: HUB,
        callerArn: `arn:aws:iam::${HUB}:user/causeway`,
        resource: ROLE_ARN,
        paged: false,
      },
    ]);
  });

  it('makes an error in the service’s protocol', async () => {
    await startWith(() => ({ kind: 'error', code: 'Throttling', message: 'Rate exceeded', status: 400 }));
    await expect(assume()).rejects.toMatchObject({ name: 'Throttling', message: 'Rate exceeded' });
    expect(Object.keys(aws.world.sessions)).toEqual([]);
  });

  it('drops the connection', async () => {
    await startWith(() => ({ kind: 'drop' }));
    await expect(assume()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('leaves the client without an answer until it gives up', async () => {
    await startWith(() => ({ kind: 'hang' }));
    const requestHandler = new NodeHttpHandler({ requestTimeout: 100, throwOnRequestTimeout: true });
    const sts = new STSClient({ ...config(), requestHandler });
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('cuts the body off in the middle of the document', async () => {
    await startWith(() => ({ kind: 'truncate' }));
    const body = await signedPost('sts', 'Action=GetCallerIdentity&Version=2011-06-15');
    expect(body).toMatch(/^<\?xml/);
    expect(body).not.toContain('</GetCallerIdentityResponse>');
    await expect(hub().sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
  });

  it('makes a page empty and the next one whole', async () => {
    let calls = 0;
    await startWith(() => ({ kind: calls++ === 0 ? 'empty-page' : 'pass' }));
    const root = clientsOf({ endpoint: aws.url, credentials: credentialsOf(addAccessKey(aws.world, HUB)) });
    const first = await root.iam.send(new ListUsersCommand({}));
    expect(first).toMatchObject({ Users: [], IsTruncated: true });
    const second = await root.iam.send(new ListUsersCommand({ Marker: first.Marker }));
    expect(second.Users?.map(user => user.UserName)).toEqual(['causeway']);
  });

  it('delays an answer', async () => {
    await start({ decideFault: () => ({ delayMs: 120, outcome: { kind: 'pass' } }) });
    const started = performance.now();
    await assume();
    expect(performance.now() - started).toBeGreaterThan(100);
  });

  it('does not keep the server from closing', async () => {
    await startWith(() => ({ kind: 'hang' }));
    const sent = hub().sts.send(new GetCallerIdentityCommand({}));
    const refused = expect(sent).rejects.toThrow();
    await new Promise(resolve => setTimeout(resolve, 50));
    await aws.close();
    await refused;
    await start();
  });

  async function startWith(outcome: (request: FaultRequest) => FaultOutcome) {
    await start({ decideFault: request => ({ delayMs: 0, outcome: outcome(request) }) });
  }
});

it('the call log has who called what, and how it ended', async () => {
  const callLog = createCallLog();
  await start({ callLog });
  await assume();
  await expect(assume('wrong-id')).rejects.toThrow();
  await expect(hub('moon-1').sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
  const caller = { accountId: HUB, callerArn: `arn:aws:iam::${HUB}:user/causeway`, resource: ROLE_ARN };
  expect(callLog.calls()).toMatchObject([
    { ...caller, operation: 'AssumeRole', region: 'us-east-1', status: 200 },
    { ...caller, operation: 'AssumeRole', region: 'us-east-1', status: 403, error: 'AccessDenied' },
    { operation: 'GetCallerIdentity', region: 'moon-1', status: 403, error: 'SignatureDoesNotMatch' },
  ]);
  expect(callLog.calls()[0]).not.toHaveProperty('error');
  expect(callLog.calls()[2]).not.toHaveProperty('accountId');
});

describe('the control API', () => {
  it('is handed method, path, query and body', async () => {
    await start({ handleControl: async request => ({ status: 201, body: { ...request, query: [...request.query] } }) });
    const answer = await fetch(`${aws.url}/_control/faults?a=1`, { method: 'PUT', body: '{"b":2}' });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({
      method: 'PUT',
      path: '/_control/faults',
      query: [['a', '1']],
      body: '{"b":2}',
    });
  });

  it('is not there without a handler', async () => {
    await start();
    expect((await fetch(`${aws.url}/_control/faults`)).status).toBe(404);
  });

  it('refuses web pages', async () => {
    await start({ handleControl: async () => ({ status: 200, body: {} }) });
    const headers = { origin: 'https://example.com' };
    expect((await fetch(`${aws.url}/_control/faults`, { headers })).status).toBe(403);
  });
});

async function start(options: Partial<SimulatedAwsOptions> = {}) {
  const made = hubAndMember();
  hubKey = made.hubKey;
  aws = await startSimulatedAws({ world: made.world, ...options });
}

function hub(region = 'us-east-1') {
  return clientsOf({ endpoint: aws.url, credentials: credentialsOf(hubKey), region });
}

function config() {
  return { endpoint: aws.url, region: 'us-east-1', maxAttempts: 1, credentials: credentialsOf(hubKey) };
}

function assume(ExternalId = EXTERNAL_ID) {
  return hub().sts.send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'run-1', ExternalId }));
}

/** A signed request that no SDK would make. */
async function signedPost(
  service: string,
  body: string,
  more: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' },
): Promise<string> {
  const { hostname, host, port } = new URL(aws.url);
  const signer = new SignatureV4({ service, region: 'us-east-1', sha256: Sha256, credentials: credentialsOf(hubKey) });
  const { headers } = await signer.sign({
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    method: 'POST',
    headers: { host, ...more },
    body,
  });
  return (await fetch(aws.url, { method: 'POST', headers, body })).text();
}
