import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedAws, startSimulatedAws } from '../server.ts';
import {
  type ClientOptions,
  clientsOf,
  credentialsOf,
  EXTERNAL_ID,
  HUB,
  hubAndMember,
  ROLE_ARN,
  sessionCredentials,
} from '../testing.ts';
import { createVirtualClock, type VirtualClock } from '../virtual-clock.ts';
import { accountOf } from '../world/build.ts';
import type { AccessKey } from '../world/world.ts';

/** The three dialects: query (STS, IAM), EC2, JSON (Organizations). Each names what is wrong in its own way. */
let aws: SimulatedAws;
let hubKey: AccessKey;
let clock: VirtualClock;
let session: Required<ClientOptions['credentials']>;

beforeEach(async () => {
  const made = hubAndMember();
  hubKey = made.hubKey;
  clock = createVirtualClock(new Date());
  aws = await startSimulatedAws({ world: made.world, clock });
  const input = { RoleArn: ROLE_ARN, RoleSessionName: 'run-1', ExternalId: EXTERNAL_ID };
  session = sessionCredentials(await as(credentialsOf(hubKey)).sts.send(new AssumeRoleCommand(input)));
});
afterEach(() => aws.close());

const INVALID = [
  ['InvalidClientTokenId', 403, 'The security token included in the request is invalid.'],
  ['AuthFailure', 401, 'AWS was not able to validate the provided access credentials'],
  ['UnrecognizedClientException', 400, 'The security token included in the request is invalid.'],
];

describe('is refused', () => {
  it('a key that does not exist', async () => {
    expect(await errors({ accessKeyId: 'AKIAAAAAAAAAAAAAAAAA', secretAccessKey: 'x' })).toEqual(INVALID);
  });

  it('an inactive key', async () => {
    hubKey.status = 'Inactive';
    expect(await errors(credentialsOf(hubKey))).toEqual(INVALID);
  });

  it('a deleted key', async () => {
    await as(credentialsOf(hubKey)).sts.send(new GetCallerIdentityCommand({}));
    const user = accountOf(aws.world, HUB).users.causeway;
    if (user) user.accessKeys = [];
    expect(await errors(credentialsOf(hubKey))).toEqual(INVALID);
  });

  it('a session without its token, or with another', async () => {
    const { sessionToken, ...bare } = session;
    expect(await errors(bare)).toEqual(INVALID);
    expect(await errors({ ...session, sessionToken: `${sessionToken}x` })).toEqual(INVALID);
  });

  it('a long-term key with a token', async () => {
    expect(await errors({ ...credentialsOf(hubKey), sessionToken: session.sessionToken })).toEqual(INVALID);
  });

  it('a key in another partition’s region', async () => {
    expect(await errors(credentialsOf(hubKey), 'us-gov-west-1')).toEqual(INVALID);
    expect(await errors(credentialsOf(hubKey), 'cn-north-1')).toEqual(INVALID);
  });

  it('a key in a region that the account has not opted in to', async () => {
    // Organizations is one service per partition, whatever the region.
    expect((await errors(credentialsOf(hubKey), 'af-south-1')).slice(0, 2)).toEqual(INVALID.slice(0, 2));
    accountOf(aws.world, HUB).enabledRegions.push('af-south-1');
    await expect(
      as(credentialsOf(hubKey), 'af-south-1').sts.send(new GetCallerIdentityCommand({})),
    ).resolves.toBeDefined();
  });

  it('a wrong secret', async () => {
    const mismatch = expect.stringMatching(/^The request signature we calculated does not match/);
    expect(await errors({ ...credentialsOf(hubKey), secretAccessKey: 'wrong' })).toEqual([
      ['SignatureDoesNotMatch', 403, mismatch],
      INVALID[1],
      ['InvalidSignatureException', 400, mismatch],
    ]);
  });

  it('an expired session', async () => {
    clock.advance(3_600_000);
    // The first answer of each client teaches it the simulation's time.
    const clients = as(session);
    await errorsOf(clients);
    expect(await errorsOf(clients)).toEqual([
      ['ExpiredToken', 403, 'The security token included in the request is expired'],
      ['RequestExpired', 400, 'Request has expired.'],
      ['ExpiredTokenException', 400, 'The security token included in the request is expired'],
    ]);
  });

  it('a signature older than five minutes, for EC2 fifteen', async () => {
    clock.advance(6 * 60_000);
    const old = expect.stringMatching(
      /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
    );
    expect(await errors(credentialsOf(hubKey))).toEqual([
      ['SignatureDoesNotMatch', 403, old],
      ['UnauthorizedOperation', 403, expect.anything()],
      ['InvalidSignatureException', 400, old],
    ]);
    clock.advance(10 * 60_000);
    expect((await errors(credentialsOf(hubKey)))[1]).toEqual(['RequestExpired', 400, 'Request has expired.']);
  });

  it('a signature out of the future', async () => {
    await aws.close();
    const past = createVirtualClock(new Date(Date.now() - 6 * 60_000));
    aws = await startSimulatedAws({ world: aws.world, clock: past });
    const [sts] = await errors(credentialsOf(hubKey));
    expect(sts?.[2]).toMatch(/^Signature not yet current: \d{8}T\d{6}Z is still later than/);
  });

  it('a region that does not exist', async () => {
    const [sts] = await errors(credentialsOf(hubKey), 'moon-1');
    expect(sts).toEqual(['SignatureDoesNotMatch', 403, 'Credential should be scoped to a valid region.']);
  });

  it('a key of a suspended account', async () => {
    accountOf(aws.world, HUB).state = 'SUSPENDED';
    expect((await errors(credentialsOf(hubKey)))[0]).toEqual(INVALID[0]);
  });

  it.each([
    ['sts', '2011-06-15', 403, 'MissingAuthenticationToken'],
    ['ec2', '2016-11-15', 403, 'MissingAuthenticationToken'],
  ])('a request to %s without a signature', async (_service, version, status, code) => {
    const answer = await fetch(aws.url, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'Any', Version: version }),
    });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
  });

  it('a body that was changed on the way', async () => {
    const signed = await signer().sign({
      ...target(),
      method: 'POST',
      headers: { host: new URL(aws.url).host, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });
    const send = (body: string) => fetch(aws.url, { method: 'POST', headers: signed.headers, body });
    expect((await send(signed.body)).status).toBe(200);
    expect((await send(`${signed.body}&Extra=1`)).status).toBe(403);
  });
});

describe('a presigned request', () => {
  it('is accepted until it expires', async () => {
    const url = await presigned(120);
    expect(await (await fetch(url)).text()).toContain(`<Arn>arn:aws:iam::${HUB}:user/causeway</Arn>`);
    // AWS allows five minutes of skew on top.
    clock.advance((120 + 5 * 60 + 2) * 1_000);
    expect(await (await fetch(url)).text()).toContain('<Code>SignatureDoesNotMatch</Code>');
  });

  it('is refused when its query was changed', async () => {
    const url = (await presigned(120)).replace('GetCallerIdentity', 'GetSessionToken');
    expect(await (await fetch(url)).text()).toContain('<Code>SignatureDoesNotMatch</Code>');
  });

  async function presigned(expiresIn: number): Promise<string> {
    const { query } = await signer().presign(
      {
        ...target(),
        method: 'GET',
        headers: { host: new URL(aws.url).host },
        query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      },
      { expiresIn },
    );
    return `${aws.url}/?${new URLSearchParams(Object.entries(query ?? {}).map(([key, value]): [string, string] => [key, String(value)]))}`;
  }
});

function signer() {
  return new SignatureV4({ service: 'sts', region: 'us-east-1', sha256: Sha256, credentials: credentialsOf(hubKey) });
}

function target() {
  const { hostname, port } = new URL(aws.url);
  return { protocol: 'http:', hostname, port: Number(port), path: '/' };
}

function as(credentials: ClientOptions['credentials'], region = 'us-east-1') {
  return clientsOf({ endpoint: aws.url, credentials, region });
}

function errors(credentials: ClientOptions['credentials'], region?: string) {
  return errorsOf(as(credentials, region));
}

/** Code, status and message that each dialect answers. */
function errorsOf({ sts, ec2, organizations }: ReturnType<typeof as>) {
  return Promise.all([
    errorOf(sts.send(new GetCallerIdentityCommand({}))),
    errorOf(ec2.send(new DescribeRegionsCommand({}))),
    errorOf(organizations.send(new ListAccountsCommand({}))),
  ]);
}

async function errorOf(sent: Promise<unknown>): Promise<unknown[]> {
  try {
    await sent;
    return ['no error'];
  } catch (error) {
    if (!(error instanceof Error) || !('$metadata' in error)) throw error;
    const { $metadata: metadata } = error;
    const status =
      typeof metadata === 'object' && metadata && 'httpStatusCode' in metadata ? metadata.httpStatusCode : 0;
    return [error.name, status, error.message];
  }
}
