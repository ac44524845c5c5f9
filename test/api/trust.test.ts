import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sender, send, signIn, startTestApi, type TestApi } from './test-api.ts';

let api: TestApi;
let reader: Sender;

beforeAll(async () => {
  api = await startTestApi();
  reader = await signIn(api, { username: 'reader' });
});
afterAll(() => api.stop());

const ask = (body: object) => send(api, reader, { method: 'POST', path: '/api/v1/trust/evaluate', body });

const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Hub',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'our-id' } },
    },
  ],
};
const question = {
  policy,
  roleArn: 'arn:aws:iam::222233334444:role/Reader',
  principalArn: 'arn:aws:iam::111122223333:user/hub',
};

describe('a trust policy is evaluated', () => {
  test('as allowed with its external ID, naming the statement that decides', async () => {
    const { status, body } = await ask({ ...question, externalId: 'our-id' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ decision: 'allowed', statement: { index: 0, sid: 'Hub' } });
  });

  test('as denied without it, naming the condition', async () => {
    const { body } = await ask(question);
    expect(body).toMatchObject({ decision: 'denied', condition: expect.stringContaining('sts:ExternalId') });
  });

  test('as not to tell where a condition asks for what is not known', async () => {
    const [statement] = policy.Statement;
    const asking = { ...statement, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } };
    const { body } = await ask({ ...question, policy: { ...policy, Statement: [asking] } });
    expect(body).toMatchObject({ decision: 'cannot-tell' });
  });

  test('from its JSON text too, with what is weak in it', async () => {
    const open = { ...policy, Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }] };
    const { body } = await ask({ ...question, policy: JSON.stringify(open) });
    expect(body).toMatchObject({
      decision: 'allowed',
      findings: expect.arrayContaining([expect.objectContaining({ statement: 0 })]),
    });
  });
});

test.each([
  ['text that is not JSON', '{"Statement": [', 'malformed-policy'],
  ['a document without statements', {}, 'malformed-policy'],
  ['an unknown effect', { Statement: { ...policy.Statement[0], Effect: 'Maybe' } }, 'malformed-policy'],
])('%s is refused with the place', async (_what, broken, code) => {
  const { status, body } = await ask({ ...question, policy: broken });
  expect(status).toBe(400);
  expect(body).toMatchObject({ code, detail: expect.any(String), remedy: expect.any(String) });
});

describe('advice on a trust policy', () => {
  const advise = (body: object) => send(api, reader, { method: 'POST', path: '/api/v1/trust/advise', body });
  const wanted = {
    policy,
    roleArn: question.roleArn,
    hub: 'arn:aws:iam::555566667777:user/new-hub',
    externalId: 'our-id',
    retiring: ['111122223333'],
  };

  test('names the new hub beside the old one, and then alone', async () => {
    const { status, body } = await advise(wanted);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: 'edits',
      overlap: {
        decision: 'allowed',
        fits: 'default-quota',
        document: {
          Statement: [{ Sid: 'Hub', Principal: { AWS: [expect.stringContaining('111122223333'), NEW_ROOT] } }],
        },
      },
      final: { decision: 'allowed', document: { Statement: [{ Sid: 'Hub', Principal: { AWS: NEW_ROOT } }] } },
    });
    expect(body).toHaveProperty('overlap.diff', expect.arrayContaining([{ kind: 'same', text: '{' }]));
  });

  test('names the user itself where that is asked for', async () => {
    const { body } = await advise({ ...wanted, form: 'exact-principal' });
    expect(body).toHaveProperty('final.document.Statement.0.Principal.AWS', wanted.hub);
  });

  test('says which statement is in the way when no addition helps', async () => {
    const deny = { Sid: 'Never', Effect: 'Deny', Principal: '*', Action: 'sts:*' };
    const { body } = await advise({ ...wanted, policy: { ...policy, Statement: [...policy.Statement, deny] } });
    expect(body).toEqual({ kind: 'blocked', because: expect.stringContaining('Never') });
  });

  test.each([
    ['a hub that is no principal', { hub: 'nobody' }, 'invalid-field', 'hub'],
    ['a retiring hub that is no principal', { retiring: ['111122223333', 'x'] }, 'invalid-field', 'retiring[1]'],
    ['a role that is none', { roleArn: 'arn:aws:iam::222233334444:user/x' }, 'invalid-role-arn', 'roleArn'],
    ['an external ID that AWS would not take', { externalId: 'a b' }, 'invalid-external-id', 'externalId'],
    ['a policy that is none', { policy: '{"Statement": [' }, 'malformed-policy', 'policy'],
  ])('of %s is refused with the field', async (_claim, change, code, field) => {
    const { status, body } = await advise({ ...wanted, ...change });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code, field });
  });
});

const NEW_ROOT = 'arn:aws:iam::555566667777:root';
