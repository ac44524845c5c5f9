import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { FaultRule } from '../../simulator/faults.ts';
import type { HubCredentials } from '../../simulator/world/hub.ts';
import { changeBaseAccount, createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { checkConnector } from '../../src/accounts/check.ts';
import { checkRow } from '../../src/accounts/check-result.ts';
import { changeConnector, createConnector, getConnector } from '../../src/accounts/connectors.ts';
import { deleteBaseAccount } from '../../src/accounts/delete-base-account.ts';
import { forgetEarlierCredentials } from '../../src/accounts/forget-earlier.ts';
import { reach } from '../../src/accounts/reach.ts';
import { saveChecks } from '../../src/store/connectors.ts';
import { inTransaction } from '../../src/store/database.ts';
import { readHubFacts, recordWentBack } from '../../src/store/hubs.ts';
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

/** What somebody changes while STS is answering must not be undone by what comes of the answer. */
let causeway: Causeway;
let id: string;
const actor = 'user:ada';

beforeAll(async () => {
  causeway = await startCauseway();
});
beforeEach(async () => {
  await causeway.reset();
  trustOf(causeway.world, PRODUCTION, [PLATFORM, SECURITY, OTHER_HUB]);
  id = must(await createConnector(causeway.deps, { input: connectorInput(PRODUCTION), actor })).id;
});
afterAll(() => causeway.stop());

const makeBase = async () =>
  must(await createBaseAccount(causeway.deps, { input: baseAccountInput(keyOf(causeway, SECURITY)), actor })).id;
const run = async (connectorId = id) =>
  reach(causeway.deps, { connectorId, purpose: { kind: 'run', runId: 'r', trigger: 'schedule' } });
const currentHub = async () => must(await getConnector(causeway.deps, id)).currentHub;

/** Runs the connector and, once STS was asked and before it answers, does something else; answers how the run went. */
const runAndMeanwhile = (act: () => Promise<unknown>, operation = 'AssumeRole') => meanwhile(run, { act, operation });

/** `trouble` is what STS then answers with, instead of what it would. */
async function meanwhile<T>(
  begin: () => Promise<T>,
  { act, operation, trouble }: { act: () => Promise<unknown>; operation: string; trouble?: FaultRule },
): Promise<T> {
  causeway.callLog.clear();
  causeway.faults.put({ id: 'slow', match: { operation }, effect: { kind: 'slow', delayMs: 500 }, times: 1 });
  if (trouble) causeway.faults.put(trouble);
  const running = begin();
  await expect.poll(() => causeway.callLog.calls().some(call => call.operation === operation)).toBe(true);
  await act();
  const reached = await running;
  causeway.faults.clear();
  return reached;
}

/** Other credentials for the base account; the same ones again are another identity, too. */
const giveKey = async (base: string, { accountId, accessKeyId, secretAccessKey }: HubCredentials) => {
  const change = { accountId, accessKeyId, secretAccessKey };
  must(await changeBaseAccount(causeway.deps, { id: base, change, actor }));
};

it('a base account that was made meanwhile stays the target, and the hub before it is not recorded as new', async () => {
  await runAndMeanwhile(makeBase);
  expect(await currentHub()).toBeNull();
  must(await run());
  expect(await currentHub()).toEqual({ kind: 'base-account', accountId: SECURITY });
});

it('a base account that was deleted meanwhile is nobody’s current hub', async () => {
  const base = await makeBase();
  await runAndMeanwhile(() => deleteBaseAccount(causeway.deps, { id: base, actor }));
  expect(await currentHub()).toBeNull();
  must(await run());
  expect(await currentHub()).toEqual({ kind: 'platform-account', accountId: PLATFORM });
});

it('a base account that got another account ID meanwhile is current only after a success through that', async () => {
  const base = await makeBase();
  // Another connector that runs through the old account ID keeps that identity alive.
  trustOf(causeway.world, DEVELOPMENT, [SECURITY]);
  const other = must(await createConnector(causeway.deps, { input: connectorInput(DEVELOPMENT), actor }));
  must(await run(other.id));
  const { accountId, accessKeyId, secretAccessKey } = keyOf(causeway, OTHER_HUB);
  const change = { accountId, accessKeyId, secretAccessKey };
  await runAndMeanwhile(async () => must(await changeBaseAccount(causeway.deps, { id: base, change, actor })));
  expect(await currentHub()).toBeNull();
  must(await run());
  expect(await currentHub()).toEqual({ kind: 'base-account', accountId: OTHER_HUB });
});

it('a role or external ID that was changed meanwhile counts as never reached', async () => {
  const roleArn = `arn:aws:iam::${PRODUCTION}:role/Other`;
  await runAndMeanwhile(async () => must(await changeConnector(causeway.deps, { id, change: { roleArn }, actor })));
  expect(await currentHub()).toBeNull();
  const { rows } = await sql`select 1 from connectors where current_hub_since is not null`.execute(causeway.deps.db);
  expect(rows).toEqual([]);
});

it.each<[change: string, hub: string, act: (base: string) => Promise<unknown>]>([
  ['gets another key', SECURITY, base => giveKey(base, keyOf(causeway, SECURITY))],
  ['is deleted', PLATFORM, id => deleteBaseAccount(causeway.deps, { id, actor })],
])('a run whose base account %s before its secret was read goes on through what is there then', async (_, hub, act) => {
  const base = await makeBase();
  must(await run());
  // A process that has just started has to ask who the hub is before it uses it.
  causeway.deps.aws.provenHubs.clear();
  causeway.deps.aws.sessions.clear();
  const reached = await runAndMeanwhile(() => act(base), 'GetCallerIdentity');
  expect(must(reached).hub.accountId).toBe(hub);
});

it('why the target hub could not be used is forgotten when it gets another account ID, also while it is being tried', async () => {
  trustOf(causeway.world, PRODUCTION, [PLATFORM]);
  must(await run());
  const base = await makeBase();
  expect(must(await run())).toMatchObject({ targetFault: { code: 'role-not-assumable' } });
  const targetFault = async () => must(await getConnector(causeway.deps, id)).targetFault;
  expect(await targetFault()).toMatchObject({ detail: expect.stringContaining(SECURITY) });
  await giveKey(base, keyOf(causeway, OTHER_HUB));
  expect(await targetFault()).toBeNull();
  const trouble: FaultRule = {
    id: 'down',
    match: { accountId: OTHER_HUB, operation: 'AssumeRole' },
    effect: { kind: 'server-error', error: 'unavailable' },
  };
  const act = () => giveKey(base, keyOf(causeway, SECURITY));
  const reached = await meanwhile(run, { act, operation: 'AssumeRole', trouble });
  expect(must(reached)).toMatchObject({ targetFault: { code: 'aws-error' } });
  expect(await targetFault()).toBeNull();
  must(await run());
  expect(await targetFault()).toMatchObject({ detail: expect.stringContaining(SECURITY) });
});

it.each([
  ['role', { roleArn: `arn:aws:iam::${PRODUCTION}:role/Other` }],
  ['external ID', { externalId: 'another-1234' }],
])('a check is not the last one of a connector that got another %s meanwhile', async (_field, change) => {
  const check = await meanwhile(() => checkConnector(causeway.deps, { id, actor }), {
    act: async () => must(await changeConnector(causeway.deps, { id, change, actor })),
    operation: 'AssumeRole',
  });
  expect(must(check).outcome).toBe('ok');
  expect(must(await getConnector(causeway.deps, id)).lastCheck).toBeNull();
});

it('a check that ended before another one does not take its place when it is written later', async () => {
  const facts = await readHubFacts(causeway.deps.db, id);
  const earlier = must(await checkConnector(causeway.deps, { id, actor }));
  const later = must(await checkConnector(causeway.deps, { id, actor }));
  if (!facts) throw new Error('the connector is there');
  // As a re-check does, which gathers results before it writes them.
  await saveChecks(causeway.deps.db, [{ ...facts, check: checkRow(earlier) }]);
  expect(must(await getConnector(causeway.deps, id)).lastCheck?.checkedAt).toEqual(later.checkedAt);
});

it('earlier credentials that a connector goes back to at that moment are not destroyed without its number', async () => {
  const base = await makeBase();
  must(await run());
  await giveKey(base, keyOf(causeway, OTHER_HUB));
  must(await run());
  const facts = await readHubFacts(causeway.deps.db, id);
  const identity = facts?.earlierIdentity;
  if (!facts || !identity) throw new Error('the connector has moved');
  const hub = { kind: 'base-account', accountId: SECURITY } as const;
  let forgetting: ReturnType<typeof forgetEarlierCredentials> | undefined;
  await inTransaction(causeway.deps.db, async tx => {
    const went = await recordWentBack(tx, { ...facts, hub, identityId: identity.id, at: causeway.clock.now() });
    expect(went).toBe(true);
    forgetting = forgetEarlierCredentials(causeway.deps, { id: base, actor });
    await expect.poll(isWaitingForLock).toBe(true);
  });
  expect(await forgetting).toMatchObject({ ok: false, fault: { code: 'would-break-connectors' } });
});

async function isWaitingForLock(): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
  `.execute(causeway.deps.db);
  return rows.length > 0;
}
