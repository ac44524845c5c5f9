import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAccessKey } from '../../simulator/world/build.ts';
import type { AccessKey } from '../../simulator/world/world.ts';
import { changeBaseAccount, getBaseAccount } from '../../src/accounts/base-accounts.ts';
import { deleteBaseAccount } from '../../src/accounts/delete-base-account.ts';
import { attemptRotation } from '../../src/accounts/key-rotation/attempt-rotation.ts';
import { rollBackBaseAccount } from '../../src/accounts/roll-back.ts';
import { listAudit } from '../../src/store/audit.ts';
import { openRotationBed, type RotationBed, runOf } from './rotation-support.ts';
import { type Causeway, keyOf, must, SECURITY, startCauseway } from './support.ts';

let causeway: Causeway;
let bed: RotationBed;
const actor = 'user:ada';

beforeAll(async () => {
  causeway = await startCauseway();
  bed = await openRotationBed(causeway);
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  await causeway.stop();
});

const actions = async (baseId: string) => {
  const entries = await listAudit(causeway.deps.db, { before: null, limit: 100 });
  return entries
    .filter(({ subject, action }) => subject === `base-account:${baseId}` && action.startsWith('key-rotation.'))
    .map(({ action }) => action.replace('key-rotation.', ''))
    .reverse();
};

describe('a key rotation', () => {
  it('puts a new key in the place of the old one, step by step, and everything goes on', async () => {
    const fleet = await bed.fleet();
    const before = must(await getBaseAccount(causeway.deps, fleet.baseId));
    const started = await bed.start(fleet.baseId);
    expect(started).toMatchObject({ state: 'running', step: 'look', requestedBy: actor, newKeyIdEnding: null });
    const done = await bed.carryOn(fleet.baseId, { afterEach: () => bed.expectSound(fleet) });
    const [key, ...others] = bed.user.accessKeys;
    expect(others).toEqual([]);
    expect(key?.id).not.toBe(fleet.oldKey.id);
    expect(done).toMatchObject({
      state: 'done',
      step: 'delete',
      oldKeyIdEnding: fleet.oldKey.id.slice(-4),
      newKeyIdEnding: key?.id.slice(-4),
      fault: null,
    });
    const after = must(await getBaseAccount(causeway.deps, fleet.baseId));
    expect(after).toMatchObject({ accessKeyIdEnding: key?.id.slice(-4), earlier: [], rotation: { state: 'done' } });
    expect(after.keyCreatedAt.getTime()).toBeGreaterThan(before.keyCreatedAt.getTime());
    expect(after.proof).toMatchObject({ outcome: 'ok', callerArn: keyOf(causeway, SECURITY).userArn });
    await bed.expectRunning(fleet);
    expect(await actions(fleet.baseId)).toEqual([
      'started',
      'looked',
      'key-asked-for',
      'key-created',
      'key-proved',
      'key-switched',
      'old-key-deactivated',
      'old-key-deleted',
    ]);
  });

  it('does not end a session that was opened before it and needs to be renewed after it', async () => {
    const fleet = await bed.fleet();
    const { session } = must(await runOf(causeway.deps, fleet.connectors[0] ?? ''));
    const first = await session.credentials();
    await bed.start(fleet.baseId);
    expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'done' });
    causeway.clock.advance(3_600_000);
    expect((await session.credentials()).accessKeyId).not.toBe(first.accessKeyId);
  });

  it('can be repeated', async () => {
    const fleet = await bed.fleet();
    for (const _ of [1, 2, 3]) {
      await bed.start(fleet.baseId);
      expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'done' });
    }
    expect(bed.user.accessKeys).toHaveLength(1);
    await bed.expectRunning(fleet);
  });

  it('leaves no secret in the database or the audit log', async () => {
    const fleet = await bed.fleet();
    await bed.start(fleet.baseId);
    await bed.carryOn(fleet.baseId);
    const { rows } = await sql<{ text: string }>`
      select (select string_agg(i::text, '') from base_identities i) || (select string_agg(a::text, '') from audit_log a)
        || (select string_agg(r::text, '') from key_rotations r) as text
    `.execute(causeway.deps.db);
    const secret = bed.user.accessKeys[0]?.secret ?? '';
    expect(secret).not.toBe('');
    expect(rows[0]?.text).not.toContain(secret);
  });

  it('waits until IAM has made the new key known', async () => {
    const fleet = await bed.fleet();
    const known = newKeysAreUnknown();
    await bed.start(fleet.baseId);
    let waits = 0;
    const done = await bed.carryOn(fleet.baseId, {
      async afterEach(attempt) {
        await bed.expectSound(fleet);
        if (attempt === 'later' && ++waits === 3) known();
      },
    });
    expect(done.state).toBe('done');
    expect(waits).toBe(3);
  });

  it('does not switch to a key that is never made known, and goes on when it is', async () => {
    const fleet = await bed.fleet();
    const known = newKeysAreUnknown();
    await bed.start(fleet.baseId);
    const blocked = await bed.carryOn(fleet.baseId);
    expect(blocked).toMatchObject({ state: 'blocked', step: 'prove', fault: { code: 'unknown-access-key' } });
    await bed.expectSound(fleet);
    await bed.expectRunning(fleet);
    known();
    await bed.decide(fleet.baseId, { action: 'retry' });
    expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'done' });
  });

  it('switches the old key on again when the new one is not enough', async () => {
    const fleet = await bed.fleet();
    await bed.start(fleet.baseId);
    // Two assumptions prove the new key before the switch and after it; from the second on the hub is denied.
    causeway.faults.put({
      id: 'denied',
      match: { accountId: SECURITY, operation: 'AssumeRole' },
      from: 2,
      effect: { kind: 'deny', by: 'scp' },
    });
    const blocked = await bed.carryOn(fleet.baseId);
    expect(blocked).toMatchObject({ state: 'blocked', step: 'deactivate', fault: { code: 'hub-denied-assume-role' } });
    expect(bed.user.accessKeys.map(({ status }) => status)).toEqual(['Active', 'Active']);
    await expect(bed.decide(fleet.baseId, { action: 'abandon' })).rejects.toThrow('in use already');
    causeway.faults.clear();
    await bed.decide(fleet.baseId, { action: 'retry' });
    expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'done' });
    await bed.expectRunning(fleet);
  });
});

/** From now on AWS does not know new keys; answers how to make them known. It says the same of keys that are switched off. */
function newKeysAreUnknown(): () => void {
  const keys = bed.user.accessKeys;
  const made: AccessKey[] = [];
  bed.user.accessKeys = new Proxy(keys, {
    set(target, property, value: unknown) {
      if (typeof value === 'object' && value !== null && 'secret' in value && !made.some(key => key === value)) {
        Object.assign(value, { status: 'Inactive' });
        made.push(Object.assign(value as AccessKey));
      }
      return Reflect.set(target, property, value);
    },
  });
  return () => {
    for (const key of made) key.status = 'Active';
    bed.user.accessKeys = [...keys];
  };
}

describe('a second key of the same user', () => {
  it('that the rotation did not make blocks it, and is neither touched nor counted in', async () => {
    const fleet = await bed.fleet();
    const stranger = addAccessKey(causeway.world, SECURITY, {
      userName: 'causeway',
      createdAt: '2025-02-03T04:05:06.000Z',
    });
    await bed.start(fleet.baseId);
    const blocked = await bed.carryOn(fleet.baseId);
    expect(blocked).toMatchObject({
      state: 'blocked',
      step: 'look',
      unknownKeyIdEnding: stranger.id.slice(-4),
      fault: { code: 'second-access-key' },
    });
    expect(blocked.fault?.detail).toContain(stranger.id.slice(-4));
    expect(blocked.fault?.detail).toContain('2025-02-03T04:05:06');
    expect(blocked.fault?.detail).not.toContain(stranger.id);
    await bed.expectSound(fleet, { stranger });
    await bed.decide(fleet.baseId, { action: 'abandon' });
    expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'abandoned' });
    expect(bed.user.accessKeys).toEqual([expect.objectContaining({ id: fleet.oldKey.id }), stranger]);
    await bed.expectRunning(fleet);
  });

  it('is deleted only by the last characters of its ID, and the rotation goes on', async () => {
    const fleet = await bed.fleet();
    const stranger = addAccessKey(causeway.world, SECURITY, { userName: 'causeway' });
    await bed.start(fleet.baseId);
    await bed.carryOn(fleet.baseId);
    await expect(bed.decide(fleet.baseId, { action: 'delete-unknown-key', keyIdEnding: 'XXXX' })).rejects.toThrow(
      'invalid-field',
    );
    await bed.decide(fleet.baseId, { action: 'delete-unknown-key', keyIdEnding: stranger.id.slice(-4) });
    expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'done', unknownKeyIdEnding: null });
    expect(bed.user.accessKeys).toHaveLength(1);
    await bed.expectRunning(fleet);
  });

  it('that somebody makes while Causeway is about to make one blocks it, too', async () => {
    const fleet = await bed.fleet();
    await bed.start(fleet.baseId);
    causeway.faults.put({
      id: 'before create',
      match: { accountId: SECURITY, operation: 'CreateAccessKey' },
      effect: { kind: 'throttle' },
      times: 1,
    });
    let stranger: ReturnType<typeof addAccessKey> | undefined;
    const blocked = await bed.carryOn(fleet.baseId, {
      deps: causeway.deps,
      async afterEach() {
        stranger ??= addAccessKey(causeway.world, SECURITY, { userName: 'causeway' });
      },
    });
    expect(blocked).toMatchObject({ state: 'blocked', step: 'create', unknownKeyIdEnding: stranger?.id.slice(-4) });
    await bed.decide(fleet.baseId, { action: 'retry' });
    expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'blocked' });
    bed.user.accessKeys = bed.user.accessKeys.filter(({ id }) => id !== stranger?.id);
    await bed.decide(fleet.baseId, { action: 'retry' });
    expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'done' });
  });

  it('that may be our own, whose answer was lost, waits for somebody', async () => {
    const fleet = await bed.fleet();
    await bed.start(fleet.baseId);
    causeway.faults.put({
      id: 'lost',
      match: { accountId: SECURITY, operation: 'CreateAccessKey' },
      effect: { kind: 'drop-answer' },
      times: 1,
    });
    const blocked = await bed.carryOn(fleet.baseId);
    const lost = bed.user.accessKeys.find(({ id }) => id !== fleet.oldKey.id);
    expect(blocked).toMatchObject({ state: 'blocked', unknownKeyIdEnding: lost?.id.slice(-4) });
    expect(blocked.fault?.detail).toContain('its answer was lost');
    await bed.expectSound(fleet);
    await bed.decide(fleet.baseId, { action: 'delete-unknown-key', keyIdEnding: lost?.id.slice(-4) ?? '' });
    expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'done' });
    expect(bed.user.accessKeys.map(({ id }) => id)).not.toContain(lost?.id);
    expect(await actions(fleet.baseId)).toContain('answer-lost');
  });
});

describe('a missing permission', () => {
  it.each(['ListAccessKeys', 'CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey'])(
    'iam:%s blocks the rotation with the statement to add, and a retry goes on',
    async operation => {
      const fleet = await bed.fleet();
      const { RotateOwnKey, ...others } = bed.user.inlinePolicies;
      const deny = { Effect: 'Deny', Action: `iam:${operation}`, Resource: '*' };
      bed.user.inlinePolicies = { RotateOwnKey, ...others, Deny: { Version: '2012-10-17', Statement: [deny] } };
      await bed.start(fleet.baseId);
      const blocked = await bed.carryOn(fleet.baseId);
      const { userArn } = keyOf(causeway, SECURITY);
      expect(blocked).toMatchObject({ state: 'blocked', fault: { code: 'hub-access-denied' } });
      expect(blocked.fault?.detail).toBe(`${userArn} is not allowed to call iam:${operation} on itself.`);
      expect(blocked.fault?.remedy).toContain(`"Resource":"${userArn}"`);
      await bed.expectSound(fleet);
      await bed.expectRunning(fleet);
      delete bed.user.inlinePolicies.Deny;
      await bed.decide(fleet.baseId, { action: 'retry' });
      expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'done' });
      expect(bed.user.accessKeys).toHaveLength(1);
    },
  );
});

describe('a rotation that is under way', () => {
  it.each(['ListAccessKeys', 'CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey'])(
    'is written no more by a worker that was taken for dead in the middle of %s',
    async operation => {
      const fleet = await bed.fleet();
      const { id: rotationId } = await bed.start(fleet.baseId);
      const stop = new AbortController().signal;
      causeway.faults.put({ id: 'slow', match: { operation }, effect: { kind: 'slow', delayMs: 1_500 }, times: 1 });
      const slow = attemptRotation(causeway.deps, { rotationId, stop });
      await expect.poll(() => causeway.callLog.calls().some(call => call.operation === operation)).toBe(true);
      const rotation = await bed.carryOn(fleet.baseId);
      await bed.expectSound(fleet);
      expect(await slow).toBe('lost');
      expect(await bed.rotation(fleet.baseId)).toEqual(rotation);
      // The new key's secret was in the first worker's hands alone.
      expect(rotation.state).toBe(operation === 'CreateAccessKey' ? 'blocked' : 'done');
      await bed.expectSound(fleet);
      await bed.expectRunning(fleet);
    },
    30_000,
  );

  it('keeps others from changing the credentials, and the base account from being deleted', async () => {
    const { baseId } = await bed.fleet();
    await bed.start(baseId);
    const { accessKeyId, secretAccessKey } = keyOf(causeway, SECURITY);
    const change = { accessKeyId, secretAccessKey };
    const refusal = { ok: false, fault: { code: 'rotation-in-progress' } };
    expect(await changeBaseAccount(causeway.deps, { id: baseId, change, actor })).toMatchObject(refusal);
    expect(await deleteBaseAccount(causeway.deps, { id: baseId, confirmBreaking: 2, actor })).toMatchObject(refusal);
    expect(await rollBackBaseAccount(causeway.deps, { id: baseId, actor })).toMatchObject(refusal);
    must(await changeBaseAccount(causeway.deps, { id: baseId, change: { title: 'Hub' }, actor }));
    await expect(bed.start(baseId)).rejects.toThrow('rotation-in-progress');
    expect(await bed.carryOn(baseId)).toMatchObject({ state: 'done' });
  });

  it('can be decided about only while it is blocked', async () => {
    const { baseId } = await bed.fleet();
    await bed.start(baseId);
    await expect(bed.decide(baseId, { action: 'retry' })).rejects.toThrow('rotation-not-blocked');
    await bed.carryOn(baseId);
    await expect(bed.decide(baseId, { action: 'abandon' })).rejects.toThrow('rotation-not-blocked');
  });

  it('deletes the key that it made when it is abandoned, and no other', async () => {
    const fleet = await bed.fleet();
    newKeysAreUnknown();
    const { baseId } = fleet;
    await bed.start(baseId);
    expect(await bed.carryOn(baseId)).toMatchObject({ state: 'blocked', step: 'prove' });
    expect(bed.user.accessKeys).toHaveLength(2);
    await bed.decide(baseId, { action: 'abandon' });
    expect(await bed.carryOn(baseId)).toMatchObject({ state: 'abandoned' });
    expect(bed.user.accessKeys).toEqual([expect.objectContaining({ id: fleet.oldKey.id, status: 'Active' })]);
    await bed.expectSound(fleet);
    await bed.expectRunning(fleet);
  });
});

describe('a blocked rotation whose key has died', () => {
  it.each(['DeleteAccessKey', 'UpdateAccessKey'])(
    'after the switch does not keep working credentials out (blocked at %s)',
    async operation => {
      const { baseId, connectors } = await bed.fleet();
      const deny = { Effect: 'Deny', Action: `iam:${operation}`, Resource: '*' };
      bed.user.inlinePolicies.Deny = { Version: '2012-10-17', Statement: [deny] };
      await bed.start(baseId);
      expect(await bed.carryOn(baseId)).toMatchObject({ state: 'blocked' });
      delete bed.user.inlinePolicies.Deny;
      await enterAnother(baseId);
      expect(await bed.rotation(baseId)).toMatchObject({ state: 'abandoned' });
      await bed.expectRunning({ baseId, connectors, oldKey: keyNow() });
    },
  );

  it('before the switch keeps others out until it was abandoned, and then no more', async () => {
    const fleet = await bed.fleet();
    newKeysAreUnknown();
    await bed.start(fleet.baseId);
    expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'blocked', step: 'prove' });
    await expect(enterAnother(fleet.baseId)).rejects.toThrow('rotation-in-progress');
    await bed.decide(fleet.baseId, { action: 'abandon' });
    expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'blocked' });
    await enterAnother(fleet.baseId);
    expect(await actions(fleet.baseId)).toContain('given-up');
    await bed.start(fleet.baseId);
    expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'done' });
    await bed.expectRunning(fleet);
  });

  it('that is deleted with its base account leaves the endings of its keys in the audit log', async () => {
    const { baseId } = await bed.fleet();
    newKeysAreUnknown();
    await bed.start(baseId);
    const { newKeyIdEnding } = await bed.carryOn(baseId);
    must(await deleteBaseAccount(causeway.deps, { id: baseId, confirmBreaking: 2, actor }));
    const entries = await listAudit(causeway.deps.db, { before: null, limit: 5 });
    expect(entries.find(({ action }) => action === 'base-account.deleted')?.detail).toMatchObject({
      rotation: { newKeyIdEnding },
    });
  });
});

function keyNow(): AccessKey {
  const [key] = bed.user.accessKeys;
  if (!key) throw new Error('the user has a key');
  return key;
}

/** The user's keys are gone, and somebody made another and enters it. */
async function enterAnother(baseId: string): Promise<void> {
  bed.user.accessKeys = [];
  const { id: accessKeyId, secret: secretAccessKey } = addAccessKey(causeway.world, SECURITY, { userName: 'causeway' });
  must(await changeBaseAccount(causeway.deps, { id: baseId, change: { accessKeyId, secretAccessKey }, actor }));
}

it('a replaced key that connectors still run through is not offered to be deleted', async () => {
  const fleet = await bed.fleet();
  const { id: accessKeyId, secret: secretAccessKey } = addAccessKey(causeway.world, SECURITY, { userName: 'causeway' });
  const change = { accessKeyId, secretAccessKey };
  must(await changeBaseAccount(causeway.deps, { id: fleet.baseId, change, actor }));
  await bed.start(fleet.baseId);
  expect(await bed.carryOn(fleet.baseId)).toMatchObject({
    state: 'blocked',
    unknownKeyIdEnding: null,
    fault: { code: 'second-access-key', detail: expect.stringContaining('connectors may still run through') },
  });
  const keyIdEnding = fleet.oldKey.id.slice(-4);
  await expect(bed.decide(fleet.baseId, { action: 'delete-unknown-key', keyIdEnding })).rejects.toThrow(
    'rotation-not-blocked',
  );
  expect(bed.user.accessKeys).toHaveLength(2);
});

it('a key that a platform account is configured with is not deleted under it', async () => {
  const fleet = await bed.fleet();
  await bed.start(fleet.baseId);
  const { secretAccessKey } = keyOf(causeway, SECURITY);
  const credentials = { kind: 'access-key', accessKeyId: fleet.oldKey.id, secretAccessKey } as const;
  const deps = { ...causeway.deps, platformAccounts: { global: { accountId: SECURITY, credentials } } };
  expect(await bed.carryOn(fleet.baseId, { deps })).toMatchObject({
    state: 'blocked',
    fault: { code: 'no-key-to-rotate', remedy: expect.stringContaining('CAUSEWAY_PLATFORM_ACCOUNTS') },
  });
  expect(bed.user.accessKeys).toEqual([fleet.oldKey]);
  await bed.decide(fleet.baseId, { action: 'abandon' });
  expect(await bed.carryOn(fleet.baseId)).toMatchObject({ state: 'abandoned' });
  await bed.expectSound(fleet);
});

it('a base account without an access key has none to replace', async () => {
  const fleet = await bed.fleet();
  await sql`
    update base_identities set kind = 'instance-profile', access_key_id = null, sealed_secret = null
    where base_account_id = ${fleet.baseId}
  `.execute(causeway.deps.db);
  await expect(bed.start(fleet.baseId)).rejects.toThrow('no-key-to-rotate');
});
