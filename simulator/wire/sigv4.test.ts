import { describe, expect, it } from 'vitest';
import type { WireRequest } from './protocol.ts';
import { readSignature, signatureIsRight, signingTimeMs } from './sigv4.ts';

/** Out of AWS's own signature version 4 test suite; all are signed with the same secret at the same time. */
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

const VECTORS: [name: string, request: Partial<WireRequest>, signature: string][] = [
  ['get-vanilla', {}, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', { method: 'POST' }, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'get-vanilla-query-order-key-case',
    { query: 'Param2=value2&Param1=value1' },
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'post-x-www-form-urlencoded',
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from('Param1=value1'),
    },
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
];

describe('AWS’s test suite', () => {
  it.each(VECTORS)('%s', (_name, partial, signature) => {
    const request = signedRequest(partial, signature);
    const reading = readSignature(request);
    if (reading.kind !== 'signature') throw new Error(`read as ${reading.kind}`);
    expect(signatureIsRight(request, reading.signature, SECRET)).toBe(true);
    expect(signatureIsRight(request, reading.signature, `${SECRET}x`)).toBe(false);
    expect(signatureIsRight({ ...request, body: Buffer.from('changed') }, reading.signature, SECRET)).toBe(false);
    expect(signatureIsRight({ ...request, query: 'added=1' }, reading.signature, SECRET)).toBe(false);
  });
});

it('a secret that was replaced is not remembered', () => {
  const [name, partial, signature] = VECTORS[0]!; // the list is not empty
  const request = signedRequest(partial, signature);
  const reading = readSignature(request);
  if (reading.kind !== 'signature') throw new Error(`${name} was read as ${reading.kind}`);
  expect(signatureIsRight(request, reading.signature, SECRET)).toBe(true);
  expect(signatureIsRight(request, reading.signature, 'another')).toBe(false);
  expect(signatureIsRight(request, reading.signature, SECRET)).toBe(true);
});

it.each([
  ['Basic dXNlcjpwYXNz', /Unsupported AWS 'algorithm'/],
  ['AWS4-HMAC-SHA256 Credential=AKIA/20150830/us-east-1/sts/aws4_request', /requires 'Signature' parameter/],
  ['AWS4-HMAC-SHA256 Credential=AKIA/sts, SignedHeaders=host, Signature=00', /exactly 5 slash-delimited elements/],
])('an Authorization header like %s is incomplete', (authorization, message) => {
  const headers = { authorization, 'x-amz-date': '20150830T123600Z' };
  const reading = readSignature({ method: 'GET', path: '/', query: '', headers, body: Buffer.alloc(0) });
  expect(reading).toMatchObject({ kind: 'incomplete', message: expect.stringMatching(message) });
});

it('a request without a signature is unsigned', () => {
  const request = { method: 'GET', path: '/', query: 'Action=GetCallerIdentity', headers: {}, body: Buffer.alloc(0) };
  expect(readSignature(request)).toEqual({ kind: 'unsigned' });
});

it('reads signing times', () => {
  expect(signingTimeMs('20150830T123600Z')).toBe(Date.UTC(2015, 7, 30, 12, 36));
  expect(signingTimeMs('2015-08-30T12:36:00Z')).toBeNaN();
});

function signedRequest(partial: Partial<WireRequest>, signature: string): WireRequest {
  const headers: Record<string, string> = {
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    ...partial.headers,
  };
  const names = Object.keys(headers).toSorted().join(';');
  const credential = 'AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
  return { method: 'GET', path: '/', query: '', body: Buffer.alloc(0), ...partial, headers };
}
