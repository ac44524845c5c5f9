import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { favour, isSending, longTurn } from './turns.ts';

/** More than a socket takes at once. */
const MUCH = Buffer.alloc(16 * 1_024 * 1_024);

test('long work waits until what is being sent is sent', async () => {
  await using line = await open();
  line.here.write(MUCH);
  expect(isSending()).toBe(true);
  const turn = longTurn().then(() => expect(line.here.writableLength).toBe(0));
  line.there.resume();
  await turn;
});

test('long work does not wait for ever for who takes nothing, nor for a stream that broke', async () => {
  await using line = await open();
  line.here.write(MUCH);
  await longTurn();
  expect(isSending()).toBe(true);
  line.here.destroy();
  await once(line.here, 'close');
  expect(isSending()).toBe(false);
  await longTurn();
});

test('no two pieces of long work have the same turn', async () => {
  let turn = 0;
  let next: NodeJS.Immediate | undefined;
  const count = () => {
    turn += 1;
    next = setImmediate(count);
  };
  count();
  const turns = await Promise.all([1, 2, 3].map(() => longTurn().then(() => turn)));
  clearImmediate(next);
  expect(new Set(turns).size).toBe(3);
});

async function open() {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a listening server has a port');
  const here = new Socket().connect(address.port, '127.0.0.1');
  const [there] = await once(server, 'connection');
  if (!(there instanceof Socket)) throw new Error('a connection is a socket');
  await (here.connecting ? once(here, 'connect') : undefined);
  favour(here);
  return {
    here,
    there,
    async [Symbol.asyncDispose]() {
      here.destroy();
      there.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
