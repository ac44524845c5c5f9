import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';
import { crc32Combined } from './crc32.ts';
import { giveBack, takeBuffer } from './piece-buffers.ts';

/**
 * A part of a document that is compressed already: deflate blocks that begin and end at a whole byte, so that a compressed
 * document can be put together of parts that were made at other times, as pigz puts together those of its threads.
 */
export interface PackedPart {
  readonly packed: Uint8Array;
  /** Length and CRC-32 of its text. */
  readonly bytes: number;
  readonly crc: number;
}

/**
 * AWS's: 6 MB of 1,000 instances become 246 KB (https://github.com/aws/aws-sdk-java/pull/256), which zlib's levels up to 5 do not
 * reach. It is not free to choose: what level 1 has packed takes a client twice as long to unpack.
 */
export const GZIP_LEVEL = 6;

/** Compresses a text whose document has `before` in front of it: deflate refers to the last 32 KB. */
export function packedPart(text: Uint8Array, before?: Uint8Array): PackedPart {
  return { packed: deflateRawSync(text, optionsFor(before)), bytes: text.length, crc: crc32(text) };
}

/** The same on another thread. */
export async function packedPartElsewhere(text: Uint8Array, before?: Uint8Array): Promise<PackedPart> {
  return { packed: await deflateRawAsync(text, optionsFor(before)), bytes: text.length, crc: crc32(text) };
}

const deflateRawAsync = promisify<Uint8Array, ZlibOptions, Uint8Array>(deflateRaw);

function optionsFor(before: Uint8Array | undefined): ZlibOptions {
  const dictionary = before?.subarray(-WINDOW_BYTES);
  const ending = { level: GZIP_LEVEL, finishFlush: constants.Z_SYNC_FLUSH };
  return dictionary?.length ? { ...ending, dictionary } : ending;
}

const WINDOW_BYTES = 32 * 1024;

/** A short text as it is, which costs nothing: at most 65,535 bytes. */
export function storedPart(text: string): PackedPart {
  const bytes = Buffer.byteLength(text);
  const packed = Buffer.allocUnsafe(5 + bytes);
  packed[0] = 0;
  packed.writeUInt16LE(bytes, 1);
  packed.writeUInt16LE(bytes ^ 0xffff, 3);
  packed.write(text, 5);
  return { packed, bytes, crc: crc32(packed.subarray(5)) };
}

/**
 * The parts as one gzip file (RFC 1952), in pieces. A piece is overwritten when the next one is asked for.
 */
export function* gzipOf(parts: Iterable<PackedPart>): Iterable<Uint8Array> {
  const out = takeBuffer();
  try {
    let at = 0;
    for (const bytes of fileOf(parts)) {
      for (let from = 0; from < bytes.length; ) {
        if (at === out.length) {
          yield out;
          at = 0;
        }
        const some = bytes.subarray(from, from + out.length - at);
        out.set(some, at);
        at += some.length;
        from += some.length;
      }
    }
    yield out.subarray(0, at);
  } finally {
    giveBack(out);
  }
}

function* fileOf(parts: Iterable<PackedPart>): Iterable<Uint8Array> {
  yield HEADER;
  let [bytes, crc] = [0, 0];
  for (const part of parts) {
    yield part.packed;
    crc = crc32Combined(crc, part.crc, part.bytes);
    bytes += part.bytes;
  }
  const end = Buffer.from(END);
  end.writeUInt32LE(crc, 2);
  end.writeUInt32LE(bytes >>> 0, 6);
  yield end;
}

/** Deflate, no name, no time, Unix. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);

/** An empty last block; room for the CRC-32 and the length. */
const END = [3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
