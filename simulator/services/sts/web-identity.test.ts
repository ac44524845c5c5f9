import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCallLog } from '../../call-log.ts';
import { type SimulatedAws, startSimulatedAws } from '../../server.ts';
import { clientsOf, HUB, hubAndMember, sessionCredentials } from '../../testing.ts';
import { accountOf, addRole } from '../../world/build.ts';

const ISSUER = 'https://tokens.example.com/cluster-1';
const ROLE = `arn:aws:iam::${HUB}:role/Workload`;
const callLog = createCallLog();
let aws: SimulatedAws;
let sts: STSClient;

beforeEach(async () => {
  const { world } = hubAndMember();
  addRole(world, HUB, {
    name: 'Workload',
    trustPolicy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${HUB}:oidc-provider/tokens.example.com/cluster-1` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              'tokens.example.com/cluster-1:aud': 'sts.amazonaws.com',
              'tokens.example.com/cluster-1:sub': 'system:serviceaccount:causeway:worker',
            },
          },
        },
      ],
    },
  });
  aws = await startSimulatedAws({ world, callLog });
  // No credentials at all: the token is the credential.
  sts = new STSClient({ endpoint: aws.url, region: 'us-east-1', maxAttempts: 1 });
});
afterEach(() => aws.close());

it('gives a session to the bearer of the right token', async () => {
  const session = await assume({});
  expect(session).toMatchObject({
    SubjectFromWebIdentityToken: 'system:serviceaccount:causeway:worker',
    Audience: 'sts.amazonaws.com',
    AssumedRoleUser: { Arn: `arn:aws:sts::${HUB}:assumed-role/Workload/run-1` },
  });
  const clients = clientsOf({ endpoint: aws.url, credentials: sessionCredentials(session) });
  expect((await clients.sts.send(new GetCallerIdentityCommand({}))).Account).toBe(HUB);
  expect(callLog.calls().at(-2)).toMatchObject({ operation: 'AssumeRoleWithWebIdentity', resource: ROLE, status: 200 });
});

it.each([
  ['an expired token', { exp: 1_700_000_000 }, 'ExpiredTokenException', /^Token expired: current date\/time/],
  [
    'another issuer',
    { iss: 'https://other.example.com' },
    'InvalidIdentityToken',
    /^No OpenIDConnect provider found in your account for https:\/\/other/,
  ],
  ['another subject', { sub: 'somebody' }, 'AccessDenied', /^Not authorized to perform sts:AssumeRoleWithWebIdentity$/],
  ['another audience', { aud: 'somewhere' }, 'AccessDenied', /^Not authorized/],
  ['a token without a subject', { sub: undefined }, 'InvalidIdentityToken', /not a valid JWT/],
])('refuses %s', async (_claim, claims, code, message) => {
  await expect(assume(claims)).rejects.toMatchObject({ Code: code, message: expect.stringMatching(message) });
});

it('refuses what is no token', async () => {
  await expect(send('not-a-token')).rejects.toMatchObject({ Code: 'InvalidIdentityToken' });
});

it('refuses a role that does not exist as one that does not trust the token', async () => {
  delete accountOf(aws.world, HUB).roles.Workload;
  await expect(assume({})).rejects.toMatchObject({ Code: 'AccessDenied' });
});

it('all other operations need a signature', async () => {
  const body = new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' });
  expect(await (await fetch(aws.url, { method: 'POST', body })).text()).toContain('MissingAuthenticationToken');
});

function assume(claims: Record<string, unknown>) {
  const all = {
    iss: ISSUER,
    aud: 'sts.amazonaws.com',
    sub: 'system:serviceaccount:causeway:worker',
    exp: Math.floor(Date.now() / 1_000) + 600,
    ...claims,
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return send(`${part({ alg: 'none' })}.${part(all)}.signature`);
}

function send(WebIdentityToken: string) {
  return sts.send(new AssumeRoleWithWebIdentityCommand({ RoleArn: ROLE, RoleSessionName: 'run-1', WebIdentityToken }));
}
