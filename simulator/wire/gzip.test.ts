import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mix } from '../fleet/hash.ts';
import { crc32Combined } from './crc32.ts';
import { gzipOf, packedPart, storedPart } from './gzip.ts';

it('the CRC-32 of two texts comes from those of each', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.uint8Array({ maxLength: 5_000 }), (first, second) => {
      const whole = crc32(Buffer.concat([first, second]));
      expect(crc32Combined(crc32(first), crc32(second), second.length)).toBe(whole);
    }),
  );
});

it('parts that were compressed at other times make one file', () => {
  const texts = Array.from({ length: 40 }, (_, i) => `<item>${i}Ü</item>${noise(2_000).toString('hex')}`);
  const before = (i: number) => Buffer.from(texts.slice(0, i).join(''));
  const packed = texts.map((text, i) => packedPart(Buffer.from(text), i > 0 ? before(i) : undefined));
  const file = join(gzipOf([storedPart('<list>'), ...packed, storedPart('</list>')]));
  expect(gunzipSync(file).toString()).toBe(`<list>${texts.join('')}</list>`);
  // What is like what stands before takes next to nothing.
  expect(packed.at(-1)?.packed.length).toBeLessThan(100);
});

it('a file that is longer than a piece comes in several, whole', () => {
  const large = noise(1_200_000);
  const pieces = Array.from(gzipOf([packedPart(large), storedPart('end')]), piece => Buffer.from(piece));
  expect(pieces.length).toBeGreaterThan(1);
  expect(gunzipSync(Buffer.concat(pieces)).equals(Buffer.concat([large, Buffer.from('end')]))).toBe(true);
});

/** Nothing that deflate could make shorter; the same each time. */
function noise(bytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => mix(i)));
}

function join(pieces: Iterable<Uint8Array>): Buffer {
  return Buffer.concat(Array.from(pieces, piece => Buffer.from(piece)));
}
