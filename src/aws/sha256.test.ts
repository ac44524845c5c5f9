import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sha256 } from './sha256.ts';

test('a digest, with a secret of any length or none, is that of Node’s own functions', async () => {
  const part = fc.oneof(fc.string(), fc.uint8Array({ maxLength: 200 }));
  const secret = fc.option(fc.oneof(part, fc.uint8Array({ minLength: 60, maxLength: 70 })), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(secret, fc.array(part), async (secret, parts) => {
      const ours = new Sha256(secret);
      const nodes = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
      for (const one of parts) {
        ours.update(one);
        nodes.update(one);
      }
      expect(Buffer.from(await ours.digest())).toEqual(nodes.digest());
    }),
  );
});
