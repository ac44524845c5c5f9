import { sql, type Transaction } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { changeBaseAccount, createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { changeConnector, createConnector, getConnector } from '../../src/accounts/connectors.ts';
import { reach } from '../../src/accounts/reach.ts';
import { findBaseAccount, putConnectorsInAssetView } from '../../src/store/base-accounts.ts';
import { stopConnector } from '../../src/store/connectors.ts';
import { recordReached } from '../../src/store/hubs.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  keyOf,
  must,
  OTHER_HUB,
  PLATFORM,
  PRODUCTION,
  SECURITY,
  startCauseway,
  trustOf,
} from './support.ts';

/** Two changes at the same moment, the second of which waits for the first to be committed. */
let causeway: Causeway;
let id: string;
const actor = 'user:ada';
const input = connectorInput(PRODUCTION);

beforeAll(async () => {
  causeway = await startCauseway();
});
beforeEach(async () => {
  await causeway.reset();
  id = must(await createConnector(causeway.deps, { input, actor })).id;
});
afterAll(() => causeway.stop());

const run = () => reach(causeway.deps, { connectorId: id, purpose: { kind: 'run', runId: 'r', trigger: 'schedule' } });
const rename = () => changeConnector(causeway.deps, { id, change: { name: 'another' }, actor });

/** Does `first` in a transaction and commits it when `second` waits for one of its locks; answers what `second` did. */
async function whileItWaits<T>(
  first: (tx: Transaction<unknown>) => Promise<unknown>,
  second: () => Promise<T>,
): Promise<T> {
  const { db } = causeway.deps;
  const begun: Promise<T>[] = [];
  await db.transaction().execute(async tx => {
    await first(tx);
    begun.push(second());
    const waits = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await waits.execute(db)).rows.length, { timeout: 10_000 }).toBeGreaterThan(0);
  });
  const [answer] = await Promise.all(begun);
  if (answer === undefined) throw new Error('the second change has no answer');
  return answer;
}

it('a connector that base accounts put into AssetView stays there, whatever an edit had read before', async () => {
  const edited = await whileItWaits(
    tx => putConnectorsInAssetView(tx, { accountType: 'global', at: new Date() }),
    rename,
  );
  expect(edited).toMatchObject({ ok: false, fault: { code: 'edit-conflict' } });
  expect(must(await getConnector(causeway.deps, id)).apps).toEqual(['cloud-view', 'asset-view']);
  must(await rename());
});

it('a connector that is being deleted stays disabled, whatever an edit had read before', async () => {
  const edited = await whileItWaits(tx => stopConnector(tx, { id, at: new Date() }), rename);
  expect(edited).toMatchObject({ ok: false, fault: { code: 'edit-conflict' } });
  expect(must(await getConnector(causeway.deps, id))).toMatchObject({ enabled: false, nextRunAt: null });
});

it('the old key of a base account stays for a connector that moved to it while the account ID was edited', async () => {
  const key = keyOf(causeway, SECURITY);
  const base = must(await createBaseAccount(causeway.deps, { input: baseAccountInput(key), actor }));
  trustOf(causeway.world, PRODUCTION, [PLATFORM, SECURITY]);
  const identityId = (await findBaseAccount(causeway.deps.db, base.id))?.identity.id ?? null;
  const { roleArn, externalId = '' } = input;
  const hub = { kind: 'base-account', accountId: SECURITY } as const;
  const { accountId, accessKeyId, secretAccessKey } = keyOf(causeway, OTHER_HUB);
  const change = { accountId, accessKeyId, secretAccessKey };
  must(
    await whileItWaits(
      tx =>
        recordReached(tx, { connectors: [{ connectorId: id, roleArn, externalId }], hub, identityId, at: new Date() }),
      () => changeBaseAccount(causeway.deps, { id: base.id, change, actor }),
    ),
  );
  expect(must(await run())).toMatchObject({ hub, targetFault: { code: 'role-not-assumable' } });
});
