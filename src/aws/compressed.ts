import { gunzipSync } from 'node:zlib';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { LIMITS } from '../domain/limits.ts';

/**
 * A request handler that asks for compressed answers, and takes either: listings shrink to a twentieth, and the SDK asks
 * for plain ones. The header is added after signing, as a proxy might add it.
 */
export function asksForCompressed(plain: NodeHttpHandler): NodeHttpHandler {
  const handle: NodeHttpHandler['handle'] = async (request, options) => {
    request.headers['accept-encoding'] = 'gzip';
    const { response } = await plain.handle(request, options);
    if (response.headers['content-encoding'] === 'gzip') response.body = unpacked(await bytesOf(response.body));
    return { response };
  };
  // Everything else, such as `destroy`, is the plain one's.
  return Object.assign(Object.create(plain), { handle });
}

async function bytesOf(body: unknown): Promise<Buffer> {
  if (!isStream(body)) throw new Error('the body of an answer is no stream');
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * At once: on another thread it takes more of the processor's time in all. What cannot be unpacked is left as it is, for the
 * SDK to say that it is no answer.
 */
function unpacked(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LIMITS.awsAnswerBytesMax });
  } catch {
    return bytes;
  }
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}
