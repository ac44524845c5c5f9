import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { LIMITS } from '../domain/limits.ts';
import { longTurn } from '../domain/turns.ts';
import type { Slots } from './slots.ts';

/** The call that an answer is of, and what it holds of the room for large answers. */
export interface AnswerRoom {
  /** Whether somebody gives the room back when the answer is not needed any more. */
  readonly wanted: boolean;
  /** Ends the waiting for room. The call's own limit does not: its answer is here. */
  readonly stop: AbortSignal;
  giveBack?: (() => void) | undefined;
  /** The answer as it is read. */
  bytes?: Buffer;
}

/**
 * Gives the memory of an answer's bytes back, when they have been read. Left to the garbage collector
 * they make it look through the whole heap after every few answers: that took a fifth of the time of comparing them.
 */
export function freeBytes({ bytes }: AnswerRoom): void {
  if (bytes) freeMemory(bytes);
}

/**
 * A request handler that asks for compressed answers, and takes either: listings shrink to a twentieth, and the SDK asks
 * for plain ones. The header is added after signing, as a proxy might add it.
 *
 * A large answer waits, packed or not yet read, until there is room for it: what becomes of it takes several times its size
 * until it is written, and AWS answers faster than a database writes.
 */
export function asksForCompressed(
  plain: NodeHttpHandler,
  { slots, roomOfCall }: { slots: Slots; roomOfCall: () => AnswerRoom | undefined },
): NodeHttpHandler {
  const handle: NodeHttpHandler['handle'] = async (request, options) => {
    request.headers['accept-encoding'] = 'gzip';
    const { response } = await plain.handle(request, options);
    const isPacked = response.headers['content-encoding'] === 'gzip';
    const room = roomOfCall();
    const takeRoom = async (bytes: number) => {
      if (!room?.wanted || bytes < (isPacked ? LIMITS.largePackedBytes : LIMITS.largeAnswerBytes)) return;
      room.giveBack = await slots.take({ of: request.hostname, weight: 1, stop: room.stop });
      await longTurn();
    };
    if (isPacked) {
      const bytes = await bytesOf(response.body);
      await takeRoom(bytes.length);
      response.body = unpacked(bytes);
      if (response.body !== bytes) freeMemory(bytes);
    } else {
      // Those that do not say their length are small, or of an endpoint that is not AWS.
      await takeRoom(Number(response.headers['content-length'] ?? 0));
      response.body = await bytesOf(response.body);
    }
    if (room) room.bytes = response.body;
    return { response };
  };
  // Everything else, such as `destroy`, is the plain one's.
  return Object.assign(Object.create(plain), { handle });
}

/** A small buffer shares its memory with others; there is nothing to gain. */
function freeMemory({ buffer, length }: Buffer): void {
  if (length >= LIMITS.largePackedBytes && buffer instanceof ArrayBuffer && buffer.byteLength <= length + 1)
    buffer.transfer(0);
}

/** By its events: an iterator over a stream costs a small answer as much as all else that is done with it here. */
async function bytesOf(body: unknown): Promise<Buffer> {
  if (!(body instanceof Readable)) throw new Error('the body of an answer is no stream');
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  body
    .on('data', (chunk: Buffer) => chunks.push(chunk))
    .once('end', () => resolve(Buffer.concat(chunks)))
    .once('error', reject)
    // After the end, too, when nothing waits for it any more.
    .once('close', () => {
      if (!body.readableEnded) reject(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
    });
  return await promise;
}

/**
 * At once: on another thread it takes more of the processor's time in all. What cannot be unpacked is left as it is, for the
 * SDK to say that it is no answer.
 */
function unpacked(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LIMITS.awsAnswerBytesMax, chunkSize: expectedLength(bytes) });
  } catch {
    return bytes;
  }
}

/**
 * How long it will be unpacked, and one byte, so that it comes in one piece: that halves the time. It stands in the last four
 * bytes (RFC 1952); deflate packs nothing smaller than a 1,032nd, whatever they say.
 */
function expectedLength(bytes: Buffer): number {
  const said = bytes.length < 4 ? 0 : bytes.readUInt32LE(bytes.length - 4);
  return Math.max(64, Math.min(said, 1_032 * bytes.length, LIMITS.awsAnswerBytesMax) + 1);
}
