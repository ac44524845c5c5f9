import { hash } from 'node:crypto';
import type { HttpRequest, RequestSigner } from '@smithy/types';
import type { CredentialsProvider } from './credentials.ts';
import { hmac } from './sha256.ts';

/**
 * Signs the requests of a service whose every operation is a form that is posted to the root, as EC2's are: by Signature
 * Version 4, of host, content type and all `x-amz-*`. Throws for any other request.
 *
 * The SDK makes a signer for each request, which goes through all headers four times and through six digests of a promise
 * each: a third of what a small call costs. A signing key is not worth keeping: there is one for each account and region.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function formSigner({
  credentials,
  service,
  region,
}: {
  credentials: CredentialsProvider;
  service: string;
  region: string;
}): RequestSigner {
  return {
    async sign(request, { signingDate, signingRegion = region, signingService = service } = {}) {
      if (!isForm(request) || signingDate === undefined)
        throw new Error('a request that is no form, or without a time');
      const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
      const at = new Date(signingDate).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
      const { headers } = request;
      headers['x-amz-date'] = at;
      if (sessionToken !== undefined) headers['x-amz-security-token'] = sessionToken;
      const names = Object.keys(headers).filter(isSigned).sort();
      const lines = names.map(name => `${name}:${(headers[name] ?? '').trim().replaceAll(/\s+/g, ' ')}\n`).join('');
      const canonical = `POST\n/\n\n${lines}\n${names.join(';')}\n${hash('sha256', request.body)}`;
      const parts = [at.slice(0, 8), signingRegion, signingService, 'aws4_request'];
      const scope = parts.join('/');
      const key = parts.reduce(hmacOf, Buffer.from(`AWS4${secretAccessKey}`));
      const signature = hmacOf(key, `${ALGORITHM}\n${at}\n${scope}\n${hash('sha256', canonical)}`).toString('hex');
      const credential = `${accessKeyId}/${scope}`;
      headers.authorization = `${ALGORITHM} Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
      return request;
    },
  };
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

function isForm({ method, path, query, body }: HttpRequest): boolean {
  return method === 'POST' && path === '/' && typeof body === 'string' && Object.keys(query ?? {}).length === 0;
}

/** The SDK's names are in lower case. */
function isSigned(header: string): boolean {
  return header === 'host' || header === 'content-type' || header.startsWith('x-amz-');
}

function hmacOf(key: Buffer, text: string): Buffer {
  return hmac(key, [Buffer.from(text)]);
}
