import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formSigner } from './form-signer.ts';
import { Sha256 } from './sha256.ts';

const SERVICE = { service: 'ec2', region: 'eu-west-1' } as const;
const WORD = fc.stringMatching(/^[a-zA-Z0-9/+=]{1,80}$/);

test('signs a form as the SDK does', async () => {
  const form = fc.record({
    body: fc.string(),
    agent: fc.stringMatching(/^[a-z0-9]+( {1,3}[a-z0-9/]+)*$/),
    accessKeyId: WORD,
    secretAccessKey: WORD,
    sessionToken: fc.option(WORD, { nil: undefined }),
    signingDate: fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
    signingRegion: fc.constantFrom('eu-west-1', 'cn-north-1'),
  });
  await fc.assert(
    fc.asyncProperty(form, async ({ body, agent, signingDate, signingRegion, sessionToken, ...key }) => {
      const identity = { ...key, ...(sessionToken === undefined ? {} : { sessionToken }) };
      const settings = { ...SERVICE, credentials: async () => identity };
      const stock = new SignatureV4({ ...settings, sha256: Sha256, applyChecksum: false });
      const at = { signingDate, signingRegion };
      const [ours, theirs] = await Promise.all([
        formSigner(settings).sign(request({ body, agent }), at),
        stock.sign(request({ body, agent }), at),
      ]);
      expect(ours.headers).toEqual(theirs.headers);
    }),
  );
});

test.each([
  { what: 'is read', method: 'GET' },
  { what: 'has a path', path: '/2015-03-31/functions' },
  { what: 'asks', query: { list: '' } },
  { what: 'has bytes', body: Buffer.from('Action=X') },
])('does not sign a request that $what', async ({ what: _, ...other }) => {
  const signer = formSigner({ ...SERVICE, credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }) });
  const signed = signer.sign(Object.assign(request({ body: '', agent: '' }), other), { signingDate: new Date(0) });
  await expect(signed).rejects.toThrow('no form');
});

function request({ body, agent }: { body: string; agent: string }): HttpRequest {
  const headers = {
    host: 'ec2.eu-west-1.amazonaws.com',
    'content-type': 'application/x-www-form-urlencoded',
    'x-amz-user-agent': agent,
    'user-agent': agent,
  };
  return new HttpRequest({ method: 'POST', hostname: headers.host, path: '/', headers, body });
}
