import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountOf, addAccessKey } from '../../simulator/world/build.ts';
import { changeBaseAccount, createBaseAccount, getBaseAccount } from '../../src/accounts/base-accounts.ts';
import { createConnector, getConnector } from '../../src/accounts/connectors.ts';
import { deleteBaseAccount } from '../../src/accounts/delete-base-account.ts';
import { impactOf, previewBaseAccount, previewBaseAccountChange } from '../../src/accounts/preview.ts';
import { type Purpose, reach } from '../../src/accounts/reach.ts';
import { rollBackBaseAccount } from '../../src/accounts/roll-back.ts';
import type { BaseAccountInput, Impact } from '../../src/accounts/shapes.ts';
import { createPace } from '../../src/aws/pace.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { listAudit } from '../../src/store/audit.ts';
import { readHubFacts } from '../../src/store/hubs.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  DEVELOPMENT,
  EXTERNAL_ID,
  keyOf,
  must,
  OTHER_HUB,
  PLATFORM,
  PRODUCTION,
  SECURITY,
  startCauseway,
  trustOf,
} from './support.ts';

let causeway: Causeway;
let production: string;
let development: string;
const actor = 'user:ada';
const platform = { kind: 'platform-account', accountId: PLATFORM };
const security = { kind: 'base-account', accountId: SECURITY };
const other = { kind: 'base-account', accountId: OTHER_HUB };

beforeAll(async () => {
  causeway = await startCauseway();
});
beforeEach(async () => {
  await causeway.reset();
  production = await connect(PRODUCTION);
  development = await connect(DEVELOPMENT);
});
afterAll(() => causeway.stop());

const connect = async (member: string) =>
  must(await createConnector(causeway.deps, { input: connectorInput(member), actor })).id;
const trust = (memberId: string, ...accountIds: string[]) => trustOf(causeway.world, memberId, accountIds);
const run = (connectorId: string) => {
  const purpose: Purpose = { kind: 'run', runId: causeway.deps.ids.uuid(), trigger: 'schedule' };
  return reach(causeway.deps, { connectorId, purpose });
};
const runBoth = async () => [must(await run(production)).hub, must(await run(development)).hub];
const input = (accountId: string, change: Partial<BaseAccountInput> = {}) =>
  baseAccountInput(keyOf(causeway, accountId), change);
const makeBase = async (accountId = SECURITY, change: Partial<BaseAccountInput> = {}) =>
  must(await createBaseAccount(causeway.deps, { input: input(accountId, change), actor })).id;
const toOtherHub = () => {
  const { accountId, accessKeyId, secretAccessKey } = keyOf(causeway, OTHER_HUB);
  return { accountId, accessKeyId, secretAccessKey };
};
const of = (impact: Impact, member: string) => {
  const found = impact.connectors.find(({ accountId }) => accountId === member);
  if (!found) throw new Error(`no impact on ${member}`);
  return found;
};
const identities = async () => {
  const { rows } = await sql<{ account: string; state: string }>`
    select account_id as account, state from base_identities order by account_id
  `.execute(causeway.deps.db);
  return rows;
};

describe('a preview', () => {
  it('of a creation says who would move and who not, with the time of the proof, the reason and the policy to use', async () => {
    await runBoth();
    trust(PRODUCTION, PLATFORM, SECURITY);
    const impact = must(await previewBaseAccount(causeway.deps, { input: input(SECURITY), actor }));
    expect(impact).toMatchObject({
      change: 'create',
      hubAfter: security,
      totals: { moves: 1, stays: 1, breaks: 0, unknown: 0 },
    });
    expect(of(impact, PRODUCTION)).toMatchObject({
      outcome: 'moves',
      worksNow: true,
      hubNow: platform,
      hubAfter: security,
    });
    expect(of(impact, PRODUCTION)).not.toHaveProperty('fault');
    const stays = of(impact, DEVELOPMENT);
    expect(stays).toMatchObject({
      outcome: 'stays',
      hubAfter: platform,
      provedAt: expect.any(Date),
      fault: { code: 'role-not-assumable', remedy: expect.stringContaining(`from ${PLATFORM} to ${SECURITY}`) },
      trustPolicy: {
        Statement: [
          {
            Principal: {
              AWS: expect.arrayContaining([`arn:aws:iam::${SECURITY}:root`, `arn:aws:iam::${PLATFORM}:root`]),
            },
            Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } },
          },
        ],
      },
    });
  });

  it('with an immediate cut-over says what breaks', async () => {
    await runBoth();
    const impact = must(
      await previewBaseAccount(causeway.deps, { input: input(SECURITY, { cutover: 'immediate' }), actor }),
    );
    expect(impact.totals).toEqual({ moves: 0, stays: 0, breaks: 2, unknown: 0 });
  });

  it('edits the policy that a role has, if it is known', async () => {
    await runBoth();
    const live = {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Ours',
          Effect: 'Allow',
          Principal: { AWS: PLATFORM },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } },
        },
      ],
    };
    await sql`update connectors set trust_policy = ${JSON.stringify(live)} where id = ${production}`.execute(
      causeway.deps.db,
    );
    const impact = must(await previewBaseAccount(causeway.deps, { input: input(SECURITY), actor }));
    expect(of(impact, PRODUCTION).trustPolicy).toMatchObject({
      Statement: [{ Sid: 'Ours', Principal: { AWS: [PLATFORM, `arn:aws:iam::${SECURITY}:root`] } }],
    });
  });

  it('changes nothing, keeps nothing of the credentials, and has its probes in the audit log', async () => {
    await runBoth();
    const before = await sql`select * from connectors order by id`.execute(causeway.deps.db);
    causeway.callLog.clear();
    must(await previewBaseAccount(causeway.deps, { input: input(SECURITY), actor }));
    expect((await sql`select * from connectors order by id`.execute(causeway.deps.db)).rows).toEqual(before.rows);
    expect(await identities()).toEqual([]);
    expect((await readHubFacts(causeway.deps.db, production))?.evidence.map(({ hub }) => hub)).toEqual([platform]);
    const asked = causeway.callLog.calls().filter(({ operation }) => operation === 'AssumeRole');
    const entries = await listAudit(causeway.deps.db, { before: null, limit: asked.length });
    expect(asked).toHaveLength(4);
    for (const entry of entries)
      expect(entry).toMatchObject({ action: 'hub.used', actor, detail: { externalId: 'own' } });
  });

  it('does not take credentials that are not what they say', async () => {
    const wrong = { ...input(SECURITY), accountId: OTHER_HUB };
    expect(await previewBaseAccount(causeway.deps, { input: wrong, actor })).toMatchObject({
      fault: { code: 'other-account-key' },
    });
  });

  it('keeps what it proves about hubs that are there', async () => {
    await runBoth();
    const id = await makeBase();
    must(await impactOf(causeway.deps, { id, change: 'create', actor }));
    const facts = await readHubFacts(causeway.deps.db, production);
    expect(facts?.evidence).toContainEqual(expect.objectContaining({ hub: security, outcome: 'refused' }));
  });

  it('does not guess where AWS does not answer, nor about a connector that was never let in', async () => {
    must(await run(production));
    trust(DEVELOPMENT, OTHER_HUB);
    causeway.faults.put({
      id: 'slow down',
      match: { accountId: SECURITY, operation: 'AssumeRole' },
      effect: { kind: 'throttle' },
    });
    const impact = must(await previewBaseAccount(causeway.deps, { input: input(SECURITY), actor }));
    expect(of(impact, PRODUCTION)).toMatchObject({
      outcome: 'unknown',
      worksNow: true,
      fault: { code: 'aws-throttled' },
    });
    causeway.faults.put({ id: 'all', match: { operation: 'AssumeRole' }, effect: { kind: 'throttle' } });
    const silent = must(await previewBaseAccount(causeway.deps, { input: input(SECURITY), actor }));
    expect(silent.totals.unknown).toBe(2);
    // Every way that it has now is left to it.
    expect(of(silent, PRODUCTION).mayBreak).toBe(false);
    causeway.faults.clear();
    const calm = must(await previewBaseAccount(causeway.deps, { input: input(SECURITY), actor }));
    expect(of(calm, DEVELOPMENT)).toMatchObject({ outcome: 'unknown', worksNow: false, hubNow: null });
  });

  it('learns nothing from a call that was not sent, and has it not in the audit log', async () => {
    await runBoth();
    const id = await makeBase();
    await runBoth();
    const known = async () =>
      (await readHubFacts(causeway.deps.db, production))?.evidence.filter(({ hub }) => hub.accountId === SECURITY);
    const before = await known();
    expect(before).toMatchObject([{ outcome: 'refused' }]);
    const pace = createPace(causeway.clock, { sharePercent: 50 });
    const call = { accountId: SECURITY, region: 'us-east-1', service: 'sts', operation: 'AssumeRole' };
    const waiting = Array.from({ length: 8 * LIMITS.stsCallsPerSecond }, () => pace.turn(call, Infinity));
    causeway.callLog.clear();
    const [last] = await listAudit(causeway.deps.db, { before: null, limit: 1 });
    const busy = { ...causeway.deps, aws: { ...causeway.deps.aws, pace } };
    const impact = must(await impactOf(busy, { id, change: 'create', actor }));
    expect(of(impact, PRODUCTION)).toMatchObject({ outcome: 'unknown', mayBreak: false, fault: { code: 'no-turn' } });
    expect(await known()).toEqual(before);
    const asked = causeway.callLog.calls().filter(({ operation }) => operation === 'AssumeRole');
    const entries = await listAudit(causeway.deps.db, { before: null, limit: 200 });
    const uses = entries.filter(({ action, seq }) => action === 'hub.used' && seq > (last?.seq ?? 0));
    expect(uses).toHaveLength(asked.length);
    expect((await Promise.all(waiting)).length).toBe(waiting.length);
  });

  it('of an account ID that is changed counts on the old one, and of one that is replaced at once does not', async () => {
    for (const member of [PRODUCTION, DEVELOPMENT]) trust(member, SECURITY);
    const id = await makeBase();
    await runBoth();
    const change = toOtherHub();
    const safe = must(await previewBaseAccountChange(causeway.deps, { id, change, actor }));
    expect(safe).toMatchObject({ hubAfter: other, totals: { stays: 2, breaks: 0 } });
    const now = must(
      await previewBaseAccountChange(causeway.deps, { id, change: { ...change, replaced: 'immediate' }, actor }),
    );
    expect(now.totals).toMatchObject({ stays: 0, breaks: 2 });
    expect(of(now, PRODUCTION)).toMatchObject({ hubNow: security, hubAfter: other });
  });
});

describe('deleting a base account', () => {
  it('is refused while connectors would break, until exactly their number is confirmed', async () => {
    for (const member of [PRODUCTION, DEVELOPMENT]) trust(member, SECURITY);
    const id = await makeBase();
    await runBoth();
    const remove = (confirmBreaking?: number) => deleteBaseAccount(causeway.deps, { id, confirmBreaking, actor });
    expect(await remove()).toMatchObject({
      fault: {
        code: 'would-break-connectors',
        detail: `2 connectors that work now would stop working without base account "Central Security": member ${PRODUCTION}, member ${DEVELOPMENT}.`,
        remedy: expect.stringContaining('confirm with the number 2'),
      },
    });
    trust(PRODUCTION, SECURITY, PLATFORM);
    expect(await remove(2)).toMatchObject({
      fault: {
        detail: expect.stringMatching(/^1 connector that works now .* not the number that was confirmed, 2\.$/),
      },
    });
    must(await getBaseAccount(causeway.deps, id));
    must(await remove(1));
    expect(must(await run(production)).hub).toEqual(platform);
    expect(await run(development)).toMatchObject({ fault: { code: 'role-not-assumable' } });
  });

  it('is refused, too, while AWS does not say whether connectors that work would break', async () => {
    for (const member of [PRODUCTION, DEVELOPMENT]) trust(member, SECURITY);
    const id = await makeBase();
    await runBoth();
    trust(PRODUCTION, OTHER_HUB);
    const throttled = { match: { operation: 'AssumeRole' }, effect: { kind: 'throttle' } } as const;
    causeway.faults.put({ ...throttled, id: 'platform', match: { ...throttled.match, accountId: PLATFORM } });
    const remove = (confirmBreaking?: number) => deleteBaseAccount(causeway.deps, { id, confirmBreaking, actor });
    expect(await remove()).toMatchObject({
      fault: {
        code: 'would-break-connectors',
        detail: expect.stringMatching(
          `^1 connector that works now would or might .*: member ${DEVELOPMENT}\\. Of 1 AWS`,
        ),
      },
    });
    // Now nothing answers: what worked when it was tried last may be working.
    causeway.faults.put({ ...throttled, id: 'all' });
    expect(await remove()).toMatchObject({ fault: { remedy: expect.stringContaining('with the number 2') } });
    must(await remove(2));
  });

  it('is not refused for connectors that do not work anyway', async () => {
    for (const member of [PRODUCTION, DEVELOPMENT]) trust(member, SECURITY);
    const id = await makeBase();
    await runBoth();
    for (const member of [PRODUCTION, DEVELOPMENT]) trust(member, OTHER_HUB);
    must(await deleteBaseAccount(causeway.deps, { id, actor }));
  });

  it('is refused when the base account was changed while its deletion was tried', async () => {
    const id = await makeBase();
    causeway.faults.put({ id: 'slow', match: { operation: 'AssumeRole' }, effect: { kind: 'slow', delayMs: 500 } });
    const deleting = deleteBaseAccount(causeway.deps, { id, actor });
    await expect.poll(() => causeway.callLog.calls().some(({ operation }) => operation === 'AssumeRole')).toBe(true);
    must(await changeBaseAccount(causeway.deps, { id, change: { title: 'Renamed' }, actor }));
    expect(await deleting).toMatchObject({ fault: { code: 'edit-conflict' } });
    must(await getBaseAccount(causeway.deps, id));
  });
});

describe('a roll back', () => {
  it('takes connectors back to the account ID before, in one action, and none fails', async () => {
    for (const member of [PRODUCTION, DEVELOPMENT]) trust(member, SECURITY);
    const id = await makeBase();
    await runBoth();
    must(await changeBaseAccount(causeway.deps, { id, change: toOtherHub(), actor }));
    trust(PRODUCTION, SECURITY, OTHER_HUB);
    expect(await runBoth()).toEqual([other, security]);

    const rolledBack = must(await rollBackBaseAccount(causeway.deps, { id, actor }));
    expect(rolledBack).toMatchObject({ accountId: SECURITY, connectors: { onThisHub: 1, moving: 1 } });
    expect(await identities()).toEqual([
      { account: SECURITY, state: 'active' },
      { account: OTHER_HUB, state: 'retired' },
    ]);
    const { nextRunAt } = must(await getConnector(causeway.deps, production));
    expect(nextRunAt?.getTime()).toBeLessThanOrEqual(causeway.clock.now().getTime() + LIMITS.rollBackWithinMs);
    trust(PRODUCTION, OTHER_HUB);
    expect(await runBoth()).toEqual([other, security]);
    trust(PRODUCTION, SECURITY, OTHER_HUB);
    expect(await runBoth()).toEqual([security, security]);
    const [latest] = await listAudit(causeway.deps.db, { before: null, limit: 200 }).then(entries =>
      entries.filter(({ action }) => action === 'base-account.rolled-back'),
    );
    expect(latest?.detail).toMatchObject({ from: { accountId: OTHER_HUB }, to: { accountId: SECURITY } });
  });

  it('is possible also when no connector ever ran through the account ID before', async () => {
    await runBoth();
    const id = await makeBase();
    must(await changeBaseAccount(causeway.deps, { id, change: toOtherHub(), actor }));
    await runBoth();
    expect(must(await rollBackBaseAccount(causeway.deps, { id, actor })).accountId).toBe(SECURITY);
  });

  it('takes back a key that does not do what the one before did', async () => {
    for (const member of [PRODUCTION, DEVELOPMENT]) trust(member, SECURITY);
    const id = await makeBase();
    await runBoth();
    const { id: accessKeyId, secret: secretAccessKey } = addAccessKey(causeway.world, SECURITY, {
      userName: 'causeway',
    });
    must(await changeBaseAccount(causeway.deps, { id, change: { accessKeyId, secretAccessKey }, actor }));
    const keys = accountOf(causeway.world, SECURITY).users.causeway?.accessKeys;
    keys?.pop();
    causeway.deps.aws.sessions.clear();
    await runBoth();
    expect(must(await impactOf(causeway.deps, { id, change: 'roll-back', actor })).totals).toMatchObject({ stays: 2 });
    const { accessKeyIdEnding } = must(await rollBackBaseAccount(causeway.deps, { id, actor }));
    expect(keyOf(causeway, SECURITY).accessKeyId).toMatch(new RegExp(`${accessKeyIdEnding}$`));
    expect(must(await run(production))).not.toHaveProperty('targetFault');
  });

  it('says what else to do when nothing is kept', async () => {
    const id = await makeBase();
    const nothing = { ok: false, fault: { code: 'nothing-to-roll-back' } };
    expect(await rollBackBaseAccount(causeway.deps, { id, actor })).toMatchObject(nothing);
    expect(await impactOf(causeway.deps, { id, change: 'roll-back', actor })).toMatchObject(nothing);
    expect(await rollBackBaseAccount(causeway.deps, { id: production, actor })).toMatchObject({
      fault: { code: 'not-found' },
    });
  });
});
