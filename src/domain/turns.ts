import type { Writable } from 'node:stream';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { LIMITS } from './limits.ts';

/**
 * The turns of this process's event loop, of which work that computes for tens of milliseconds takes whole ones. A socket
 * takes some 200 KB a turn: what is sent to the database would need twenty of them for a page of assets, and the database
 * would wait while the next pages are computed.
 */

/** Streams that long work gives way to while they are full. */
const favoured = new Set<Writable>();
const waiting = new Set<() => void>();
let lastTurn: Promise<void> = Promise.resolve();

/** Whether something is being sent to a favoured stream that it has not taken yet. */
export function isSending(): boolean {
  for (const stream of favoured) if (stream.writableNeedDrain) return true;
  return false;
}

/** Long work waits, for a moment, while this stream is full. Until it is closed. */
export function favour(stream: Writable): void {
  favoured.add(stream);
  stream.on('drain', goOn).once('close', () => {
    favoured.delete(stream);
    goOn();
  });
}

/**
 * Waits for a turn that no other long work has: however much of it comes together, everything else gets a turn in between, and
 * what is being sent to a favoured stream is sent before, unless that takes longer than `LIMITS.longTurnWaitMs`.
 */
export async function longTurn(): Promise<void> {
  lastTurn = lastTurn.then(async () => {
    await setImmediate();
    if (isSending()) await Promise.race([sent(), setTimeout(LIMITS.longTurnWaitMs, undefined, { ref: false })]);
  });
  await lastTurn;
}

async function sent(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.add(resolve);
  await promise;
}

function goOn(): void {
  if (isSending()) return;
  for (const resolve of waiting) resolve();
  waiting.clear();
}
