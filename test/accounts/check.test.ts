import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { trustPolicy } from '../../simulator/world/policies.ts';
import { createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { checkConnector } from '../../src/accounts/check.ts';
import { changeConnector, createConnector, getConnector } from '../../src/accounts/connectors.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { listAudit } from '../../src/store/audit.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  EXTERNAL_ID,
  keyOf,
  must,
  PLATFORM,
  PRODUCTION,
  SECURITY,
  startCauseway,
  trustOf,
} from './support.ts';

let causeway: Causeway;
let id: string;
const actor = 'user:ada';
const platform = { kind: 'platform-account', accountId: PLATFORM };
const security = { kind: 'base-account', accountId: SECURITY };
const REFUSED = { withExternalId: 'accepted', withoutExternalId: 'refused', wrongExternalId: 'refused' };
const NOT_REACHED = { withExternalId: 'refused', withoutExternalId: 'refused', wrongExternalId: 'refused' };

beforeAll(async () => {
  causeway = await startCauseway();
});
beforeEach(async () => {
  await causeway.reset();
  id = must(await createConnector(causeway.deps, { input: connectorInput(PRODUCTION), actor })).id;
});
afterAll(() => causeway.stop());

const check = async () => must(await checkConnector(causeway.deps, { id, actor }));
const connector = async () => must(await getConnector(causeway.deps, id));
const makeBase = async () =>
  must(await createBaseAccount(causeway.deps, { input: baseAccountInput(keyOf(causeway, SECURITY)), actor }));
const setTrust = (document: object) => {
  const role = accountOf(causeway.world, PRODUCTION).roles.Reader;
  if (role) role.trustPolicy = document;
};
const trusting = (condition: object | undefined) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${PLATFORM}:root` },
      Action: 'sts:AssumeRole',
      ...(condition ? { Condition: condition } : {}),
    },
  ],
});

describe('a check', () => {
  it('of a good role is ok: let in with the external ID only', async () => {
    const checked = await check();
    expect(checked).toEqual({
      outcome: 'ok',
      hub: platform,
      checkedAt: checked.checkedAt,
      callerArn: expect.stringMatching(`^arn:aws:sts::${PRODUCTION}:assumed-role/Reader/causeway-`),
      probes: REFUSED,
    });
    expect(await connector()).toMatchObject({ lastCheck: checked, currentHub: platform });
  });

  it('of a role that does not trust the hub fails, names the hub and what to change', async () => {
    trustOf(causeway.world, PRODUCTION, [SECURITY]);
    const checked = await check();
    expect(checked).toMatchObject({
      outcome: 'failed',
      hub: platform,
      probes: NOT_REACHED,
      fault: { code: 'role-not-assumable', remedy: expect.stringContaining(`admit account ${PLATFORM}`) },
    });
    expect(await connector()).toMatchObject({ lastCheck: checked, state: 'waiting-for-role' });
  });

  it('of a connector with another external ID than the role’s fails', async () => {
    must(await changeConnector(causeway.deps, { id, change: { externalId: 'another' }, actor }));
    expect(await check()).toMatchObject({ outcome: 'failed', fault: { code: 'role-not-assumable' } });
  });

  it.each<[claim: string, condition: object | undefined, words: RegExp, probes: object]>([
    [
      'asks for no external ID',
      undefined,
      /without an external ID and with a wrong one/,
      { withoutExternalId: 'accepted', wrongExternalId: 'accepted' },
    ],
    [
      'asks for it only if there is one',
      { StringEqualsIfExists: { 'sts:ExternalId': EXTERNAL_ID } },
      /without an external ID\.$/,
      { withoutExternalId: 'accepted', wrongExternalId: 'refused' },
    ],
    [
      'takes any external ID',
      { StringLike: { 'sts:ExternalId': '*' } },
      /with a wrong one/,
      { withoutExternalId: 'refused', wrongExternalId: 'accepted' },
    ],
  ])('of a role that %s is ok, with a warning', async (_claim, condition, words, probes) => {
    setTrust(trusting(condition));
    const checked = await check();
    expect(checked).toMatchObject({
      outcome: 'ok',
      probes,
      fault: { code: 'confused-deputy', detail: expect.stringMatching(words) },
    });
    expect((await connector()).lastCheck).toEqual(checked);
  });

  it('of a moving connector is ok through the current hub, and tells why not through the target', async () => {
    await check();
    await makeBase();
    expect(await check()).toMatchObject({
      outcome: 'ok',
      hub: platform,
      probes: REFUSED,
      targetFault: { code: 'role-not-assumable', detail: expect.stringContaining(`base account ${SECURITY}`) },
    });
    setTrust(Object(trustPolicy({ partition: 'aws', accountIds: [SECURITY], externalId: EXTERNAL_ID })));
    const moved = await check();
    expect(moved).toMatchObject({ outcome: 'ok', hub: security, probes: REFUSED });
    expect(moved).not.toHaveProperty('targetFault');
    expect(await connector()).toMatchObject({ currentHub: security, moving: false });
  });

  it('asks AWS even though a session is open', async () => {
    await check();
    trustOf(causeway.world, PRODUCTION, [SECURITY]);
    expect((await check()).outcome).toBe('failed');
  });

  it('is over in ten seconds while both hubs hang, and does not call that a refusal', async () => {
    await check();
    await makeBase();
    causeway.faults.put({ id: 'hang', match: { operation: 'AssumeRole' }, effect: { kind: 'hang' } });
    const before = performance.now();
    expect(await check()).toMatchObject({
      outcome: 'failed',
      probes: { withExternalId: 'not-run' },
      fault: { code: 'aws-timeout' },
    });
    expect(performance.now() - before).toBeLessThan(LIMITS.checkTimeoutMs);
  });

  it('leaves a probe that got no answer open', async () => {
    const rule = { match: { operation: 'AssumeRole' }, effect: { kind: 'throttle' }, from: 2 } as const;
    causeway.faults.put({ id: 'busy', ...rule });
    expect(await check()).toMatchObject({
      outcome: 'ok',
      probes: { withExternalId: 'accepted', withoutExternalId: 'not-run', wrongExternalId: 'not-run' },
    });
  });

  it('makes a connector due that its last run could not reach, if it is good', async () => {
    await sql`update connectors set next_run_at = ${new Date(causeway.clock.now().getTime() + 3_600_000)}`.execute(
      causeway.deps.db,
    );
    trustOf(causeway.world, PRODUCTION, [SECURITY]);
    await check();
    const later = (await connector()).nextRunAt;
    expect(later?.getTime()).toBeGreaterThan(causeway.clock.now().getTime());
    trustOf(causeway.world, PRODUCTION, [PLATFORM]);
    await check();
    expect((await connector()).nextRunAt?.getTime()).toBeLessThanOrEqual(causeway.clock.now().getTime());
  });

  it('is written down assumption by assumption, under the name of who asked', async () => {
    await check();
    const entries = await listAudit(causeway.deps.db, { before: null, limit: 20 });
    const uses = entries.filter(entry => entry.action === 'hub.used' && entry.subject === `connector:${id}`);
    expect(uses.map(({ detail }) => [detail.externalId, detail.outcome]).sort()).toEqual([
      ['none', 'role-not-assumable'],
      ['own', 'accepted'],
      ['random', 'role-not-assumable'],
    ]);
    expect(new Set(uses.map(({ actor }) => actor))).toEqual(new Set([actor]));
  });

  it('of a connector that is not there says so', async () => {
    const nobody = causeway.deps.ids.uuid();
    expect(await checkConnector(causeway.deps, { id: nobody, actor })).toMatchObject({
      ok: false,
      fault: { code: 'not-found' },
    });
  });
});
