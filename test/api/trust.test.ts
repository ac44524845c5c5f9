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
