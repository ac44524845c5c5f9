import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { changeBaseAccount, createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { createConnector, getConnector } from '../../src/accounts/connectors.ts';
import { deleteBaseAccount } from '../../src/accounts/delete-base-account.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  DEVELOPMENT,
  keyOf,
  must,
  OTHER_HUB,
  PRODUCTION,
  SECURITY,
  startCauseway,
} from './support.ts';

/** Connectors try a new target hub at once and not at their next polling time, one after the other. */
let causeway: Causeway;
let ids: string[];
const actor = 'user:ada';

beforeAll(async () => {
  causeway = await startCauseway();
});
beforeEach(async () => {
  await causeway.reset();
  const inputs = [PRODUCTION, DEVELOPMENT].map(member => connectorInput(member));
  ids = [];
  for (const input of inputs) ids.push(must(await createConnector(causeway.deps, { input, actor })).id);
});
afterAll(() => causeway.stop());

/** Milliseconds from now until each is due, earliest first. */
const dueIn = async () => {
  const connectors = await Promise.all(ids.map(id => getConnector(causeway.deps, id)));
  const now = causeway.clock.now().getTime();
  return connectors.map(one => (must(one).nextRunAt?.getTime() ?? Number.NaN) - now).sort((a, b) => a - b);
};
const postpone = () => sql`update connectors set next_run_at = now() + interval '1 day'`.execute(causeway.deps.db);
const expectDueInTurn = async () => {
  const [first = Number.NaN, second = Number.NaN] = await dueIn();
  expect(first).toBeLessThanOrEqual(0);
  expect(second - first).toBe(100);
};
const makeBase = async () =>
  must(await createBaseAccount(causeway.deps, { input: baseAccountInput(keyOf(causeway, SECURITY)), actor })).id;

it('a new base account makes the connectors of its type due', async () => {
  await postpone();
  await makeBase();
  await expectDueInTurn();
});

it('another account ID makes them due, a new title does not', async () => {
  const id = await makeBase();
  await postpone();
  must(await changeBaseAccount(causeway.deps, { id, change: { title: 'another' }, actor }));
  expect((await dueIn())[0]).toBeGreaterThan(3_600_000);
  const { accountId, accessKeyId, secretAccessKey } = baseAccountInput(keyOf(causeway, OTHER_HUB));
  must(await changeBaseAccount(causeway.deps, { id, change: { accountId, accessKeyId, secretAccessKey }, actor }));
  await expectDueInTurn();
});

it('a deleted base account makes them due', async () => {
  const id = await makeBase();
  await postpone();
  must(await deleteBaseAccount(causeway.deps, { id, actor }));
  await expectDueInTurn();
});

it('a base account of another type leaves them alone', async () => {
  await sql`update connectors set account_type = 'china', next_run_at = now() + interval '1 day'`.execute(
    causeway.deps.db,
  );
  await makeBase();
  expect((await dueIn())[0]).toBeGreaterThan(3_600_000);
});
