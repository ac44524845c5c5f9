import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../simulator/faults.ts';
import { addAccessKey } from '../../simulator/world/build.ts';
import type { AccountsDeps } from '../../src/accounts/deps.ts';
import type { KeyRotation } from '../../src/accounts/key-rotation/views.ts';
import { silentLog } from '../../src/log.ts';
import { openDatabase } from '../../src/store/database.ts';
import { type DatabaseProxy, startDatabaseProxy } from '../support/database-proxy.ts';
import { type Fleet, openRotationBed, type RotationBed } from './rotation-support.ts';
import { type Causeway, SECURITY, startCauseway } from './support.ts';

/** Every call to AWS and every write of a rotation fails once, before or after it took effect; then it goes on. */

let causeway: Causeway;
let bed: RotationBed;
let proxy: DatabaseProxy;
let proxied: AccountsDeps;

beforeAll(async () => {
  causeway = await startCauseway();
  bed = await openRotationBed(causeway);
  const { connectionString } = causeway;
  proxy = await startDatabaseProxy({ connectionString, marks: [/\bcommit\0/i, /set fence = r\.fence/] });
  const db = openDatabase({ connectionString: proxy.connectionString, log: silentLog });
  proxied = { ...causeway.deps, db };
});
afterAll(async () => {
  await proxied.db.destroy();
  await proxy[Symbol.asyncDispose]();
  await bed[Symbol.asyncDispose]();
  await causeway.stop();
});

/** Decides as somebody would who reads the fault, until the rotation is over; answers what was decided. */
async function bringToAnEnd(fleet: Fleet, deps?: AccountsDeps): Promise<{ end: KeyRotation; decisions: string[] }> {
  const decisions: string[] = [];
  for (;;) {
    const given = deps ? { deps } : {};
    const rotation = await bed.carryOn(fleet.baseId, { ...given, afterEach: () => bed.expectSound(fleet) });
    if (rotation.state !== 'blocked') return { end: rotation, decisions };
    if (decisions.length > 5) throw new Error(`blocked again and again: ${JSON.stringify(rotation.fault)}`);
    const ending = rotation.unknownKeyIdEnding;
    const action = ending === null ? 'retry' : 'delete-unknown-key';
    decisions.push(action);
    await bed.decide(
      fleet.baseId,
      ending === null ? { action: 'retry' } : { action: 'delete-unknown-key', keyIdEnding: ending },
    );
  }
}

async function expectRotated(fleet: Fleet): Promise<void> {
  await bed.expectSound(fleet);
  expect(bed.user.accessKeys.map(({ status }) => status)).toEqual(['Active']);
  expect(bed.user.accessKeys[0]?.id).not.toBe(fleet.oldKey.id);
  causeway.faults.clear();
  await bed.expectRunning(fleet);
}

const callsOfHub = () => causeway.callLog.calls().filter(call => call.accountId === SECURITY);

/** As a clean rotation makes them. */
const CALLS = [
  'GetCallerIdentity',
  'ListAccessKeys',
  'CreateAccessKey',
  'GetCallerIdentity',
  'GetCallerIdentity',
  'AssumeRole',
  'UpdateAccessKey',
  'GetCallerIdentity',
  'AssumeRole',
  'DeleteAccessKey',
];

it('a rotation makes these calls and no others', async () => {
  const fleet = await bed.fleet();
  await bed.start(fleet.baseId);
  await bed.carryOn(fleet.baseId);
  const made = callsOfHub().map(({ operation }) => operation);
  expect(made).toEqual(CALLS);
});

const EFFECTS: readonly FaultEffect[] = [
  { kind: 'drop' },
  { kind: 'server-error', error: 'internal' },
  { kind: 'throttle' },
  { kind: 'deny', by: 'identity' },
  { kind: 'drop-answer' },
  { kind: 'truncate' },
];

describe.each(EFFECTS.map(effect => [effect.kind, effect] as const))('a call that fails by %s', (kind, effect) => {
  // A call that is tried again by itself fails twice; to make a key is asked for once.
  it.each(CALLS.map((name, i) => [i + 1, name, name === 'CreateAccessKey' ? 1 : 2] as const))(
    'number %i, %s, %i times in a row, leaves a rotation that goes on to its end',
    async (from, name, times) => {
      const fleet = await bed.fleet();
      causeway.faults.put({ id: 'fails', match: { accountId: SECURITY }, from, to: from + times - 1, effect });
      await bed.start(fleet.baseId);
      const { end, decisions } = await bringToAnEnd(fleet);
      expect(end.state).toBe('done');
      const isLost = name === 'CreateAccessKey' && (kind === 'drop-answer' || kind === 'truncate');
      expect(decisions.includes('delete-unknown-key')).toBe(isLost);
      await expectRotated(fleet);
    },
  );
});

describe('a stranger’s key that is there from the start', () => {
  it.each(EFFECTS.map(effect => [effect.kind, effect] as const))(
    'stays when every call fails by %s',
    async (_, effect) => {
      const fleet = await bed.fleet();
      const stranger = addAccessKey(causeway.world, SECURITY, { userName: 'causeway' });
      causeway.faults.put({ id: 'fails', match: { accountId: SECURITY }, probability: 0.5, effect });
      await bed.start(fleet.baseId);
      for (let round = 0; round < 5; round++) {
        await bed.carryOn(fleet.baseId, { afterEach: () => bed.expectSound(fleet, { stranger }) });
        await bed.decide(fleet.baseId, { action: 'retry' });
      }
      causeway.faults.clear();
      expect(await bed.carryOn(fleet.baseId)).toMatchObject({ unknownKeyIdEnding: stranger.id.slice(-4) });
      await bed.decide(fleet.baseId, { action: 'abandon' });
      expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'abandoned' });
      expect(bed.user.accessKeys).toEqual([fleet.oldKey, stranger].map(({ id }) => expect.objectContaining({ id })));
      await bed.expectRunning(fleet);
    },
  );
});

describe('a write that fails', () => {
  /** Claimed; looked; asked for; created; the hub used; proved; switched; the hub used; deactivated; deleted. */
  const WRITES = 10;

  it('is one of those that a rotation makes', async () => {
    const fleet = await bed.fleet();
    await bed.start(fleet.baseId);
    proxy.breakAt(1_000, 'before');
    await bed.carryOn(fleet.baseId, { deps: proxied });
    expect(proxy.writes()).toBe(WRITES);
  });

  it.each(
    (['before', 'after'] as const).flatMap(when => Array.from({ length: WRITES }, (_, i) => [i + 1, when] as const)),
  )('number %i, %s it took effect, leaves a rotation that goes on to its end', async (nth, when) => {
    const fleet = await bed.fleet();
    await bed.start(fleet.baseId);
    proxy.breakAt(nth, when);
    const { end, decisions } = await bringToAnEnd(fleet, proxied);
    expect(end.state).toBe('done');
    expect(decisions, 'a database that is away for a moment costs no key').toEqual([]);
    await expectRotated(fleet);
  });
});
