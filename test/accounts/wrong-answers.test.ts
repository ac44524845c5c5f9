import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeAws, openAws } from '../../src/aws/aws.ts';
import { patient } from '../../src/aws/call.ts';
import type { HubIdentity } from '../../src/aws/credentials.ts';
import { openSession } from '../../src/aws/session.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { systemIds } from '../../src/domain/ids.ts';
import { factsOfAccountType } from '../../src/domain/partition.ts';
import { ok } from '../../src/domain/result.ts';
import { parseRoleArn } from '../../src/domain/role-arn.ts';

/** Answers that AWS would not give: a server that is told what to say. */
let server: Server;
let answers: { sts: string; asked: number };

beforeEach(async () => {
  answers = { sts: '', asked: 0 };
  server = createServer(async (request, response) => {
    const action = new URLSearchParams(await text(request)).get('Action');
    if (action === 'AssumeRole') answers.asked++;
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(action === 'AssumeRole' ? answers.sts : identity('111111111111'));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

const identity = (account: string) => `<GetCallerIdentityResponse><GetCallerIdentityResult>
  <Arn>arn:aws:iam::${account}:user/u</Arn><UserId>AIDA</UserId><Account>${account}</Account>
  </GetCallerIdentityResult></GetCallerIdentityResponse>`;

const credentials = `<Credentials><AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
  <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`;
const assumed = (arn: string, more = credentials) => `<AssumeRoleResponse><AssumeRoleResult>
  <AssumedRoleUser><Arn>${arn}</Arn><AssumedRoleId>AROA:x</AssumedRoleId></AssumedRoleUser>${more}
  </AssumeRoleResult></AssumeRoleResponse>`;
const right = 'arn:aws:sts::222222222222:assumed-role/Reader/causeway-r';

function open() {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const aws = openAws({
    clock: systemClock,
    ids: systemIds,
    endpoints: { all: `http://127.0.0.1:${address.port}`, byService: {} },
  });
  const role = parseRoleArn('arn:aws:iam::222222222222:role/audit/Reader');
  if (!role.ok) throw new Error(role.fault.detail);
  const hub: HubIdentity = {
    id: 'h',
    hub: { kind: 'base-account', accountId: '111111111111' },
    facts: factsOfAccountType('global'),
    credentials: { kind: 'access-key', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', openSecret: async () => ok('secret') },
  };
  const request = { hub, role: role.value, externalId: 'x1', purpose: 'r', onUse: async () => {} };
  return openSession(aws, request, { budget: { ...patient(systemClock), triesMax: 2 } }).finally(() => closeAws(aws));
}

describe('a session', () => {
  it('of the role that was asked for is used', async () => {
    answers.sts = assumed(right);
    expect(await open()).toMatchObject({ ok: true, value: { callerArn: right, accountId: '222222222222' } });
  });

  it.each([
    ['another account', 'arn:aws:sts::333333333333:assumed-role/Reader/causeway-r'],
    ['another partition', 'arn:aws-cn:sts::222222222222:assumed-role/Reader/causeway-r'],
    ['another role', 'arn:aws:sts::222222222222:assumed-role/Reader2/causeway-r'],
    ['a user', 'arn:aws:iam::222222222222:user/Reader'],
  ])('of %s is not used', async (_claim, arn) => {
    answers.sts = assumed(arn);
    expect(await open()).toMatchObject({
      ok: false,
      fault: { code: 'wrong-account', detail: expect.stringContaining(arn) },
    });
  });

  it.each([
    ['without credentials', assumed(right, '')],
    ['without a token', assumed(right, credentials.replace(/<SessionToken>.*?<\/SessionToken>/, ''))],
    ['cut off in the middle', assumed(right).slice(0, 200)],
    ['that is a web page', '<html><body>Sign in to the guest network</body></html>'],
    ['that is no document at all', 'hello'],
    ['that is empty', ''],
  ])('%s is an incomplete answer, and asked for again', async (_claim, body) => {
    answers.sts = body;
    expect(await open()).toMatchObject({ ok: false, fault: { code: 'incomplete-answer' } });
    expect(answers.asked).toBe(2);
  });
});
