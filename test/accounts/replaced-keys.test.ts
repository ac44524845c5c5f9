import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountOf, addAccessKey, addUser } from '../../simulator/world/build.ts';
import { changeBaseAccount, createBaseAccount, getBaseAccount } from '../../src/accounts/base-accounts.ts';
import { createConnector, getConnector } from '../../src/accounts/connectors.ts';
import { forgetEarlierCredentials } from '../../src/accounts/forget-earlier.ts';
import { hubHealth } from '../../src/accounts/hub-health.ts';
import { rotationStatement } from '../../src/accounts/key-rotation/words.ts';
import { runOf } from './rotation-support.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  DEVELOPMENT,
  keyOf,
  must,
  PRODUCTION,
  SECURITY,
  startCauseway,
  trustOf,
} from './support.ts';

let causeway: Causeway;
const actor = 'user:ada';
let baseId: string;
let connectors: string[];

beforeAll(async () => {
  causeway = await startCauseway();
});
beforeEach(async () => {
  await causeway.reset();
  baseId = must(
    await createBaseAccount(causeway.deps, { input: baseAccountInput(keyOf(causeway, SECURITY)), actor }),
  ).id;
  connectors = [];
  for (const member of [PRODUCTION, DEVELOPMENT]) {
    trustOf(causeway.world, member, [SECURITY]);
    const { id } = must(await createConnector(causeway.deps, { input: connectorInput(member), actor }));
    must(await runOf(causeway.deps, id));
    connectors.push(id);
  }
});
afterAll(() => causeway.stop());

/** A key of another user of the hub, who may assume nothing. */
function keyOfNobody() {
  const name = 'nobody';
  if (!accountOf(causeway.world, SECURITY).users[name]) addUser(causeway.world, SECURITY, { name });
  const { id: accessKeyId, secret: secretAccessKey } = addAccessKey(causeway.world, SECURITY, { userName: name });
  return { accessKeyId, secretAccessKey };
}

function goodKey() {
  const user = accountOf(causeway.world, SECURITY).users.causeway;
  if (user) user.accessKeys = user.accessKeys.slice(0, 1);
  const { id: accessKeyId, secret: secretAccessKey } = addAccessKey(causeway.world, SECURITY, { userName: 'causeway' });
  return { accessKeyId, secretAccessKey };
}

const replaceBy = async (key: { accessKeyId: string; secretAccessKey: string }, replaced?: 'overlap' | 'immediate') =>
  must(await changeBaseAccount(causeway.deps, { id: baseId, change: { ...key, replaced }, actor }));
const runAll = () => Promise.all(connectors.map(id => runOf(causeway.deps, id)));
const base = async () => must(await getBaseAccount(causeway.deps, baseId));
const oldEnding = () => keyOf(causeway, SECURITY).accessKeyId.slice(-4);

describe('a new key', () => {
  it('whose user may not assume the roles breaks nothing and says so', async () => {
    const made = await replaceBy(keyOfNobody());
    expect(made.earlier).toMatchObject([{ accountId: SECURITY, accessKeyIdEnding: oldEnding(), connectors: 2 }]);
    for (let round = 0; round < 2; round++) {
      for (const reached of await runAll()) {
        expect(must(reached)).toMatchObject({
          hub: { kind: 'base-account', accountId: SECURITY },
          targetFault: { code: 'role-not-assumable' },
        });
      }
    }
    for (const id of connectors) {
      expect(must(await getConnector(causeway.deps, id))).toMatchObject({
        moving: false,
        targetFault: { code: 'role-not-assumable' },
      });
    }
    expect((await base()).earlier).toMatchObject([{ accessKeyIdEnding: oldEnding(), connectors: 2 }]);
  });

  it('takes over connector by connector, and the old one goes with the last of them', async () => {
    await replaceBy(goodKey());
    const [first = '', second = ''] = connectors;
    expect(must(await runOf(causeway.deps, first))).not.toHaveProperty('targetFault');
    expect((await base()).earlier).toMatchObject([{ accessKeyIdEnding: oldEnding(), connectors: 1 }]);
    must(await runOf(causeway.deps, second));
    expect((await base()).earlier).toEqual([]);
    const { rows } = await sql`select from base_identities`.execute(causeway.deps.db);
    expect(rows).toHaveLength(1);
  });

  it('that replaces one that leaked destroys it at once', async () => {
    const made = await replaceBy(keyOfNobody(), 'immediate');
    expect(made.earlier).toEqual([]);
    causeway.callLog.clear();
    for (const reached of await runAll()) {
      expect(reached).toMatchObject({ ok: false, fault: { code: 'role-not-assumable' } });
    }
    const signers = causeway.callLog.calls().filter(call => call.operation === 'AssumeRole');
    expect(new Set(signers.map(call => call.callerArn))).toEqual(new Set([`arn:aws:iam::${SECURITY}:user/nobody`]));
  });

  it('leaves no fallback where the cut-over is immediate', async () => {
    must(await changeBaseAccount(causeway.deps, { id: baseId, change: { cutover: 'immediate' }, actor }));
    expect((await replaceBy(keyOfNobody())).earlier).toEqual([]);
    for (const reached of await runAll()) expect(reached.ok).toBe(false);
  });
});

describe('earlier credentials', () => {
  it('are destroyed when nobody runs through them any more', async () => {
    await replaceBy(goodKey());
    await runAll();
    expect(must(await forgetEarlierCredentials(causeway.deps, { id: baseId, actor })).earlier).toEqual([]);
    for (const reached of await runAll()) must(reached);
  });

  it('are not destroyed under connectors that run only through them, unless their number is confirmed', async () => {
    await replaceBy(keyOfNobody());
    for (const confirmBreaking of [undefined, 0, 1, 3]) {
      const refused = await forgetEarlierCredentials(causeway.deps, { id: baseId, confirmBreaking, actor });
      expect(refused).toMatchObject({ ok: false, fault: { code: 'would-break-connectors', field: 'confirmBreaking' } });
    }
    for (const reached of await runAll()) must(reached);
    const forgotten = await forgetEarlierCredentials(causeway.deps, { id: baseId, confirmBreaking: 2, actor });
    expect(must(forgotten).earlier).toEqual([]);
    for (const reached of await runAll()) expect(reached.ok).toBe(false);
  });
});

describe('hub health does not call a key unused', () => {
  beforeEach(() => {
    const { userArn } = keyOf(causeway, SECURITY);
    const user = accountOf(causeway.world, SECURITY).users.causeway;
    Object.assign(user?.inlinePolicies ?? {}, {
      SeeOwnKeys: { Version: '2012-10-17', Statement: [rotationStatement(userArn)] },
    });
  });

  const otherKey = async (deps = causeway.deps) => must(await hubHealth(deps, { id: baseId, actor })).key;

  it('while connectors run through it because it was replaced', async () => {
    await replaceBy(goodKey());
    expect(await otherKey()).toMatchObject({ from: 'aws', otherKeyIdEnding: null });
  });

  it('while a platform account acts with it', async () => {
    const key = goodKey();
    expect((await otherKey())?.otherKeyIdEnding).toBe(key.accessKeyId.slice(-4));
    const credentials = { kind: 'access-key', ...key } as const;
    const platformAccounts = { global: { accountId: SECURITY, credentials } };
    expect((await otherKey({ ...causeway.deps, platformAccounts }))?.otherKeyIdEnding).toBeNull();
  });
});
