import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { checkBaseAccount, createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { resealSecrets, unreadableSecrets } from '../../src/accounts/reseal.ts';
import { createVault, type MasterKey } from '../../src/accounts/vault.ts';
import { baseAccountInput, type Causeway, keyOf, must, SECURITY, startCauseway } from './support.ts';

let causeway: Causeway;
const actor = 'user:ada';
const keyNamed = (version: string): MasterKey => ({ version, bytes: createHash('sha256').update(version).digest() });

beforeAll(async () => {
  causeway = await startCauseway();
});
beforeEach(() => causeway.reset());
afterAll(() => causeway.stop());

const makeBase = async () =>
  must(await createBaseAccount(causeway.deps, { input: baseAccountInput(keyOf(causeway, SECURITY)), actor })).id;

it('seals every secret under the newest key, so that the old one can go', async () => {
  const id = await makeBase();
  const both = { ...causeway.deps, vault: createVault([keyNamed('new'), keyNamed('test')]) };
  expect(await resealSecrets(both, { actor })).toEqual({ keyVersion: 'new', resealed: 1, faults: [] });
  expect(await resealSecrets(both, { actor })).toMatchObject({ resealed: 0 });
  const onlyNew = { ...causeway.deps, vault: createVault([keyNamed('new')]) };
  expect(must(await checkBaseAccount(onlyNew, { id, actor })).outcome).toBe('ok');
  expect(must(await checkBaseAccount(causeway.deps, { id, actor }))).toMatchObject({
    outcome: 'failed',
    fault: { code: 'secret-unreadable' },
  });
});

it('leaves a secret that it cannot open as it is, and says so', async () => {
  await makeBase();
  const sealed = () =>
    sql`select sealed_secret from base_identities`.execute(causeway.deps.db).then(({ rows }) => rows);
  const before = await sealed();
  const stranger = { ...causeway.deps, vault: createVault([keyNamed('stranger')]) };
  expect(await resealSecrets(stranger, { actor })).toMatchObject({
    resealed: 0,
    faults: [{ code: 'secret-unreadable' }],
  });
  expect(await sealed()).toEqual(before);
});

it('tells which secrets no configured key opens, so that a start says so before any connector fails', async () => {
  await makeBase();
  const moved = createVault([keyNamed('new'), keyNamed('test')]);
  expect(await unreadableSecrets({ ...causeway.deps, vault: moved })).toEqual([]);
  const stranger = createVault([keyNamed('stranger')]);
  expect(await unreadableSecrets({ ...causeway.deps, vault: stranger })).toMatchObject([{ code: 'secret-unreadable' }]);
});
