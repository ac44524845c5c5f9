import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../simulator/faults.ts';
import { accountOf } from '../../simulator/world/build.ts';
import { changeBaseAccount, createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { changeConnector, createConnector, getConnector } from '../../src/accounts/connectors.ts';
import { deleteBaseAccount } from '../../src/accounts/delete-base-account.ts';
import { forgetEarlierHubs, type Purpose, reach, reachThrough } from '../../src/accounts/reach.ts';
import type { BaseAccountInput } from '../../src/accounts/shapes.ts';
import { prompt } from '../../src/aws/call.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { listAudit } from '../../src/store/audit.ts';
import { readHubFacts } from '../../src/store/hubs.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  DEVELOPMENT,
  keyOf,
  must,
  OTHER_HUB,
  PLATFORM,
  PRODUCTION,
  SECURITY,
  startCauseway,
  trustOf,
} from './support.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

let causeway: Causeway;
const actor = 'user:ada';
const platform = { kind: 'platform-account', accountId: PLATFORM };
const security = { kind: 'base-account', accountId: SECURITY };
const other = { kind: 'base-account', accountId: OTHER_HUB };

beforeAll(async () => {
  causeway = await startCauseway();
});
beforeEach(() => causeway.reset());
afterAll(() => causeway.stop());

const connect = async (member: string) =>
  must(await createConnector(causeway.deps, { input: connectorInput(member), actor })).id;
const makeBase = async (accountId: string, change: Partial<BaseAccountInput> = {}) =>
  must(await createBaseAccount(causeway.deps, { input: baseAccountInput(keyOf(causeway, accountId), change), actor }))
    .id;
const run = (connectorId: string, trigger: 'schedule' | 'request' = 'schedule') => {
  const purpose: Purpose = { kind: 'run', runId: causeway.deps.ids.uuid(), trigger };
  return reach(causeway.deps, { connectorId, purpose });
};
const hubOf = async (connectorId: string) => must(await run(connectorId)).hub;
const connector = async (id: string) => must(await getConnector(causeway.deps, id));
const trust = (memberId: string, ...accountIds: string[]) => trustOf(causeway.world, memberId, accountIds);
const assumptions = () => causeway.callLog.calls().filter(call => call.operation === 'AssumeRole');

describe('a connector without a base account', () => {
  it('goes through the platform account and is settled there', async () => {
    const id = await connect(PRODUCTION);
    const reached = must(await run(id));
    expect(reached).toMatchObject({
      hub: platform,
      session: { accountId: PRODUCTION, callerArn: expect.stringContaining(`::${PRODUCTION}:assumed-role/Reader/`) },
    });
    expect(reached).not.toHaveProperty('targetFault');
    expect(await connector(id)).toMatchObject({ currentHub: platform, targetHub: platform, moving: false });
  });

  it('keeps its session open without the facts that it was opened with: there may be ten thousand', async () => {
    const id = await connect(PRODUCTION);
    const open = async () => {
      const facts = await readHubFacts(causeway.deps.db, id);
      if (!facts) throw new Error('there is no such connector');
      const purpose: Purpose = { kind: 'run', runId: causeway.deps.ids.uuid(), trigger: 'schedule' };
      must(await reachThrough(causeway.deps, { facts, purpose, fresh: true }));
      return new WeakRef(facts);
    };
    const facts = await open();
    const asked = assumptions().length;
    await sleep(1);
    collectGarbage();
    expect(facts.deref()).toBeUndefined();
    must(await run(id));
    expect(assumptions()).toHaveLength(asked);
  });

  it('says what to change when its role does not trust the platform account', async () => {
    const id = await connect(PRODUCTION);
    trust(PRODUCTION, SECURITY);
    expect(await run(id)).toMatchObject({
      ok: false,
      fault: {
        code: 'role-not-assumable',
        detail: expect.stringContaining(`platform account ${PLATFORM}`),
        remedy: expect.stringContaining(`admit account ${PLATFORM}`),
        subject: `arn:aws:iam::${PRODUCTION}:role/Reader`,
        aws: { name: 'AccessDenied', requestId: expect.any(String) },
      },
    });
    expect((await connector(id)).currentHub).toBeNull();
  });

  it('cannot be reached where no platform account is either', async () => {
    const deps = { ...causeway.deps, platformAccounts: {} };
    const connectorId = await connect(PRODUCTION);
    const purpose: Purpose = { kind: 'run', runId: 'r', trigger: 'schedule' };
    expect(await reach(deps, { connectorId, purpose })).toMatchObject({ ok: false, fault: { code: 'no-hub' } });
    expect(assumptions()).toEqual([]);
  });
});

describe('a fleet that moves to a base account', () => {
  it('moves where roles trust it; the others go on as before and say why; none fails', async () => {
    const [moved, stays] = [await connect(PRODUCTION), await connect(DEVELOPMENT)];
    for (const id of [moved, stays]) expect(await hubOf(id)).toEqual(platform);
    trust(PRODUCTION, SECURITY);
    await makeBase(SECURITY);
    expect(await connector(moved)).toMatchObject({ currentHub: platform, targetHub: security, moving: true });

    expect(await hubOf(moved)).toEqual(security);
    const reached = must(await run(stays));
    expect(reached).toMatchObject({
      hub: platform,
      targetFault: {
        code: 'role-not-assumable',
        detail: expect.stringContaining(`base account ${SECURITY}`),
        remedy: expect.stringContaining(`change the trusted account from ${PLATFORM} to ${SECURITY}`),
      },
    });
    expect(await connector(moved)).toMatchObject({ currentHub: security, moving: false, targetFault: null });
    expect(await connector(stays)).toMatchObject({
      currentHub: platform,
      moving: true,
      targetFault: { code: 'role-not-assumable' },
    });

    trust(DEVELOPMENT, SECURITY);
    expect(await hubOf(stays)).toEqual(security);
    expect(await connector(stays)).toMatchObject({ currentHub: security, moving: false, targetFault: null });
  });

  it('goes back when the base account is deleted: at once where roles trust the platform account, else with the change to make', async () => {
    const [back, stuck] = [await connect(PRODUCTION), await connect(DEVELOPMENT)];
    trust(PRODUCTION, SECURITY, PLATFORM);
    trust(DEVELOPMENT, SECURITY);
    const base = await makeBase(SECURITY);
    for (const id of [back, stuck]) expect(await hubOf(id)).toEqual(security);

    must(await deleteBaseAccount(causeway.deps, { id: base, confirmBreaking: 1, actor }));
    expect(await connector(stuck)).toMatchObject({ currentHub: security, targetHub: platform, moving: true });
    expect(await hubOf(back)).toEqual(platform);
    expect(await run(stuck)).toMatchObject({
      ok: false,
      fault: { code: 'role-not-assumable', remedy: expect.stringContaining(`from ${SECURITY} to ${PLATFORM}`) },
    });
    trust(DEVELOPMENT, PLATFORM);
    expect(await hubOf(stuck)).toEqual(platform);
  });

  it('does not go back on the strength of a session from before it left', async () => {
    const id = await connect(PRODUCTION);
    expect(await hubOf(id)).toEqual(platform);
    trust(PRODUCTION, SECURITY);
    const base = await makeBase(SECURITY);
    expect(await hubOf(id)).toEqual(security);
    must(await deleteBaseAccount(causeway.deps, { id: base, confirmBreaking: 1, actor }));
    expect(await run(id)).toMatchObject({ ok: false, fault: { code: 'role-not-assumable' } });
    expect(await connector(id)).toMatchObject({ currentHub: security, moving: true });
  });

  it('uses nothing of a deleted base account, not even a session in the making', async () => {
    const id = await connect(PRODUCTION);
    trust(PRODUCTION, SECURITY);
    const base = await makeBase(SECURITY);
    const { session } = must(await run(id));
    must(await deleteBaseAccount(causeway.deps, { id: base, confirmBreaking: 1, actor }));
    causeway.callLog.clear();
    causeway.clock.advance(3_600_000);
    await expect(session.credentials()).rejects.toMatchObject({ fault: { code: 'no-hub-credentials' } });
    expect(causeway.callLog.calls()).toEqual([]);
  });

  it('moves one by one when the base account gets another account ID; the old key goes when nobody can go back', async () => {
    const [first, second] = [await connect(PRODUCTION), await connect(DEVELOPMENT)];
    for (const member of [PRODUCTION, DEVELOPMENT]) trust(member, SECURITY);
    const base = await makeBase(SECURITY);
    for (const id of [first, second]) expect(await hubOf(id)).toEqual(security);

    const { accountId, accessKeyId, secretAccessKey } = keyOf(causeway, OTHER_HUB);
    const change = { accountId, accessKeyId, secretAccessKey };
    must(await changeBaseAccount(causeway.deps, { id: base, change, actor }));
    for (const id of [first, second]) {
      expect(must(await run(id))).toMatchObject({ hub: security, targetFault: { code: 'role-not-assumable' } });
    }
    trust(PRODUCTION, OTHER_HUB);
    expect(await hubOf(first)).toEqual(other);
    expect(await identities()).toEqual([SECURITY, OTHER_HUB]);
    expect(await hubOf(second)).toEqual(security);
    trust(DEVELOPMENT, OTHER_HUB);
    expect(await hubOf(second)).toEqual(other);
    causeway.clock.advance((LIMITS.earlierHubDays - 1) * 86_400_000);
    await forgetEarlierHubs(causeway.deps);
    expect(await identities()).toEqual([SECURITY, OTHER_HUB]);
    causeway.clock.advance(2 * 86_400_000);
    await forgetEarlierHubs(causeway.deps);
    expect(await identities()).toEqual([OTHER_HUB]);
  });

  it('goes back for some days when its role does not let the new hub in any more, and forward again', async () => {
    const id = await connect(PRODUCTION);
    expect(await hubOf(id)).toEqual(platform);
    trust(PRODUCTION, PLATFORM, SECURITY);
    await makeBase(SECURITY);
    expect(await hubOf(id)).toEqual(security);

    trust(PRODUCTION, PLATFORM);
    causeway.deps.aws.sessions.clear();
    expect(must(await run(id))).toMatchObject({ hub: platform, targetFault: { code: 'role-not-assumable' } });
    expect(await connector(id)).toMatchObject({ currentHub: platform, targetHub: security, moving: true });
    trust(PRODUCTION, PLATFORM, SECURITY);
    expect(await hubOf(id)).toEqual(security);
    expect(await connector(id)).toMatchObject({ currentHub: security, moving: false, targetFault: null });

    trust(PRODUCTION, PLATFORM);
    causeway.clock.advance((LIMITS.earlierHubDays + 1) * 86_400_000);
    expect(await run(id)).toMatchObject({ ok: false, fault: { code: 'role-not-assumable' } });
  });

  it('does not go back when the base account asks for an immediate cut-over', async () => {
    const id = await connect(PRODUCTION);
    expect(await hubOf(id)).toEqual(platform);
    trust(PRODUCTION, PLATFORM, SECURITY);
    await makeBase(SECURITY, { cutover: 'immediate' });
    expect(await hubOf(id)).toEqual(security);
    trust(PRODUCTION, PLATFORM);
    causeway.deps.aws.sessions.clear();
    expect(await run(id)).toMatchObject({ ok: false, fault: { code: 'role-not-assumable' } });
  });

  it('goes on at once with another key of the same account', async () => {
    const id = await connect(PRODUCTION);
    trust(PRODUCTION, SECURITY);
    const base = await makeBase(SECURITY);
    expect(await hubOf(id)).toEqual(security);
    await sql`update connectors set next_run_at = now() + interval '1 day'`.execute(causeway.deps.db);
    const { accessKeyId, secretAccessKey } = keyOf(causeway, SECURITY);
    must(await changeBaseAccount(causeway.deps, { id: base, change: { accessKeyId, secretAccessKey }, actor }));
    const { nextRunAt, ...rest } = await connector(id);
    expect(nextRunAt?.getTime()).toBeLessThanOrEqual(causeway.clock.now().getTime());
    expect(rest).toMatchObject({ currentHub: security, moving: false });
    expect(must(await run(id))).not.toHaveProperty('targetFault');
    expect(await identities()).toEqual([SECURITY]);
  });

  it('makes no call through the old hub when the cut-over is immediate', async () => {
    const id = await connect(PRODUCTION);
    expect(await hubOf(id)).toEqual(platform);
    await makeBase(SECURITY, { cutover: 'immediate' });
    causeway.callLog.clear();
    expect(await run(id)).toMatchObject({ ok: false, fault: { code: 'role-not-assumable' } });
    expect(assumptions().map(call => call.accountId)).toEqual([SECURITY]);
  });

  it.each<[claim: string, rule: Pick<FaultRule, 'match' | 'effect'>, code: string]>([
    ['is throttled', { match: { accountId: SECURITY }, effect: { kind: 'throttle' } }, 'aws-throttled'],
    [
      'is down',
      { match: { accountId: SECURITY }, effect: { kind: 'server-error', error: 'unavailable' } },
      'aws-error',
    ],
    ['drops connections', { match: { accountId: SECURITY }, effect: { kind: 'drop' } }, 'aws-unreachable'],
    ['answers half a document', { match: { accountId: SECURITY }, effect: { kind: 'truncate' } }, 'incomplete-answer'],
    [
      'may not assume roles',
      { match: { accountId: SECURITY, operation: 'AssumeRole' }, effect: { kind: 'deny', by: 'scp' } },
      'hub-denied-assume-role',
    ],
  ])('goes on through the current hub while the target %s', async (_claim, rule, code) => {
    const id = await connect(PRODUCTION);
    trust(PRODUCTION, PLATFORM, SECURITY);
    expect(await hubOf(id)).toEqual(platform);
    await makeBase(SECURITY);
    causeway.faults.put({ id: 'trouble', ...rule });
    expect(must(await run(id))).toMatchObject({ hub: platform, targetFault: { code } });
    causeway.faults.clear();
    expect(await hubOf(id)).toEqual(security);
  });

  it('goes on through the current hub when the base account’s key is dead', async () => {
    const id = await connect(PRODUCTION);
    expect(await hubOf(id)).toEqual(platform);
    await makeBase(SECURITY);
    const key = accountOf(causeway.world, SECURITY).users.causeway?.accessKeys[0];
    if (!key) throw new Error('no key');
    key.status = 'Inactive';
    expect(must(await run(id))).toMatchObject({ hub: platform, targetFault: { code: 'unknown-access-key' } });
    key.status = 'Active';
  });

  it('never falls back to a hub that was not the connector’s own', async () => {
    trust(PRODUCTION, PLATFORM);
    await makeBase(SECURITY);
    const id = await connect(PRODUCTION);
    causeway.callLog.clear();
    expect(await run(id)).toMatchObject({ ok: false, fault: { code: 'role-not-assumable' } });
    expect(new Set(causeway.callLog.calls().map(call => call.accountId))).toEqual(new Set([SECURITY]));
  });

  it('lets a connector that was never reached go through the hub that its role was made for, and keeps that hub’s key', async () => {
    const [first, second] = [await connect(PRODUCTION), await connect(DEVELOPMENT)];
    const base = await makeBase(SECURITY);
    expect(must(await run(first))).toMatchObject({ hub: platform, targetFault: { code: 'role-not-assumable' } });
    expect(await connector(first)).toMatchObject({ currentHub: platform, targetHub: security, moving: true });

    trust(DEVELOPMENT, SECURITY);
    const { accountId, accessKeyId, secretAccessKey } = keyOf(causeway, OTHER_HUB);
    const change = { accountId, accessKeyId, secretAccessKey };
    must(await changeBaseAccount(causeway.deps, { id: base, change, actor }));
    await forgetEarlierHubs(causeway.deps);
    expect(await hubOf(second)).toEqual(security);
    trust(DEVELOPMENT, SECURITY, OTHER_HUB);
    expect(await hubOf(second)).toEqual(other);
  });

  it('goes on through the platform account of now, whose ID was another one when it was used last', async () => {
    const id = await connect(PRODUCTION);
    trust(PRODUCTION, OTHER_HUB);
    const { accountId, ...key } = keyOf(causeway, OTHER_HUB);
    const before = { global: { accountId, credentials: { kind: 'access-key', ...key } } } as const;
    const purpose: Purpose = { kind: 'run', runId: 'r', trigger: 'schedule' };
    must(await reach({ ...causeway.deps, platformAccounts: before }, { connectorId: id, purpose }));
    expect((await connector(id)).currentHub).toEqual({ kind: 'platform-account', accountId: OTHER_HUB });
    trust(PRODUCTION, PLATFORM);
    await makeBase(SECURITY);
    expect(await hubOf(id)).toEqual(platform);
    expect((await connector(id)).currentHub).toEqual(platform);
  });

  it('forgets the current hub of the role before when the connector gets another role', async () => {
    const id = await connect(PRODUCTION);
    expect(await hubOf(id)).toEqual(platform);
    await makeBase(SECURITY);
    const change = { roleArn: `arn:aws:iam::${DEVELOPMENT}:role/Reader` };
    must(await changeConnector(causeway.deps, { id, change, actor }));
    expect(await run(id)).toMatchObject({ ok: false, fault: { code: 'role-not-assumable' } });
  });

  async function identities() {
    const { rows } = await sql<{ account: string }>`
      select account_id as account from base_identities order by account_id
    `.execute(causeway.deps.db);
    return rows.map(row => row.account);
  }
});

describe('the target hub of a moving connector', () => {
  const tries = async (count: number, trigger: 'schedule' | 'request') => {
    const id = await connect(PRODUCTION);
    expect(await hubOf(id)).toEqual(platform);
    await makeBase(SECURITY);
    causeway.callLog.clear();
    for (let n = 0; n < count; n++)
      expect(must(await run(id, trigger))).toMatchObject({ targetFault: { code: 'role-not-assumable' } });
    return { id, tried: () => assumptions().filter(call => call.accountId === SECURITY).length };
  };

  it('is tried by every scheduled run', async () => {
    expect((await tries(10, 'schedule')).tried()).toBe(10);
  });

  it('is tried only so often a day by runs that somebody asks for, and again the day after', async () => {
    // The first try is the first that is known to be refused.
    const allowed = LIMITS.targetHubTriesPerDayMax + 1;
    const { id, tried } = await tries(allowed + 3, 'request');
    expect(tried()).toBe(allowed);
    causeway.clock.advance(86_400_000);
    trust(PRODUCTION, SECURITY);
    expect(must(await run(id, 'request')).hub).toEqual(security);
  });

  it('is tried once more when the tries of the day are used up and nothing else works', async () => {
    const { id } = await tries(LIMITS.targetHubTriesPerDayMax + 2, 'request');
    trust(PRODUCTION, SECURITY);
    causeway.deps.aws.sessions.clear();
    expect(must(await run(id, 'request')).hub).toEqual(security);
  });
});

describe('two runs at the same moment', () => {
  it('assume the role once', async () => {
    const id = await connect(PRODUCTION);
    causeway.faults.put({ id: 'slow', match: { operation: 'AssumeRole' }, effect: { kind: 'slow', delayMs: 300 } });
    const reached = await Promise.all([run(id), run(id), run(id)]);
    expect(reached.every(result => result.ok)).toBe(true);
    expect(assumptions()).toHaveLength(1);
  });

  it('do not share the impatience of a check that began to assume the role', async () => {
    const id = await connect(PRODUCTION);
    const facts = await readHubFacts(causeway.deps.db, id);
    if (!facts) throw new Error('no facts');
    causeway.faults.put({ id: 'slow', match: { operation: 'AssumeRole' }, effect: { kind: 'slow', delayMs: 800 } });
    const within = prompt(causeway.deps.clock, { totalMs: 500 });
    const purpose: Purpose = { kind: 'check', checkId: 'c', actor };
    const check = reachThrough(causeway.deps, { facts, purpose, fresh: true, within });
    await expect.poll(() => assumptions().length).toBe(1);
    const reached = await run(id);
    expect(await check).toMatchObject({ ok: false, fault: { code: 'aws-timeout' } });
    expect(must(reached).hub).toEqual(platform);
  });

  it('write down one change of the hub', async () => {
    const id = await connect(PRODUCTION);
    await Promise.all([run(id), run(id), run(id)]);
    const entries = await listAudit(causeway.deps.db, { before: null, limit: 50 });
    const mine = entries.filter(entry => entry.subject === `connector:${id}`);
    expect(mine.filter(entry => entry.action === 'connector.hub-changed')).toHaveLength(1);
  });
});

describe('a session', () => {
  it('serves for an hour, and is renewed five minutes before its end', async () => {
    const id = await connect(PRODUCTION);
    const { session } = must(await run(id));
    const first = await session.credentials();
    must(await run(id));
    causeway.clock.advance(54 * 60_000);
    expect((await session.credentials()).accessKeyId).toBe(first.accessKeyId);
    expect(assumptions()).toHaveLength(1);
    causeway.clock.advance(2 * 60_000);
    expect((await session.credentials()).accessKeyId).not.toBe(first.accessKeyId);
    expect(assumptions()).toHaveLength(2);
  });
});

describe('every use of a hub', () => {
  it('is in the audit log with the session’s name as CloudTrail has it, refused or not, and only when STS was asked', async () => {
    const id = await connect(PRODUCTION);
    const runId = causeway.deps.ids.uuid();
    const purpose: Purpose = { kind: 'run', runId, trigger: 'schedule' };
    must(await reach(causeway.deps, { connectorId: id, purpose }));
    must(await reach(causeway.deps, { connectorId: id, purpose }));
    await makeBase(SECURITY);
    must(await run(id));
    const entries = await listAudit(causeway.deps.db, { before: null, limit: 20 });
    const uses = entries.filter(entry => entry.action === 'hub.used' && entry.subject === `connector:${id}`);
    expect(uses.map(entry => entry.detail)).toMatchObject([
      { hub: security, outcome: 'role-not-assumable', requestId: expect.any(String) },
      { hub: platform, outcome: 'accepted', sessionName: `causeway-${runId}`, externalId: 'own' },
    ]);
    expect(assumptions()[0]).toMatchObject({ accountId: PLATFORM, resource: `arn:aws:iam::${PRODUCTION}:role/Reader` });
  });
});
