import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPrng } from '../../simulator/world/prng.ts';
import { readinessOf, type ScopeFacts } from '../../src/domain/readiness.ts';
import { ASSET_TYPES } from '../../src/inventory/registry.ts';
import { readAssetQuery } from '../../src/query/asset-query.ts';
import { type Coverage, readCoverage } from '../../src/store/asset-coverage.ts';
import { findConnector } from '../../src/store/connectors.ts';
import { cancelRuns } from '../../src/store/runs.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { AS_OF, insertConnector, insertScope } from './asset-world.ts';

const TYPES = ['AWS::EC2::Instance', 'AWS::EC2::VPC', 'AWS::S3::Bucket'];
const REGIONS = ['us-east-1', 'eu-west-1', 'ap-south-1'];
const OUTCOMES = ['complete', 'complete', 'complete', 'denied', 'throttled', 'not-applicable'];
const QUERIES = [
  '',
  'type:AWS::EC2::Instance',
  'not type:AWS::EC2::Instance',
  'type:AWS::EC2::* and web',
  'region:us-east-1',
  'region:eu-* or region:us-east-1',
  'not region:us-east-1 and accountId:000000000002',
  'type:AWS::EC2::VPC and region:us-east-1',
  'type:AWS::EC2::VPC or region:us-east-1',
  'accountId:00000000000*',
  'not accountId:000000000003',
];
const HOUR_MS = 3_600_000;
const POLLING_MINUTES = 240;
/**
 * Eight hours are two polling intervals: the first two connectors are observed as they should be. Of the third, only what was
 * found is stale: what was proved to be empty may be 32 hours old.
 */
const AGES_MAX_MS = [8 * HOUR_MS - 1, 8 * HOUR_MS - 1, 31 * HOUR_MS, 48 * HOUR_MS, 48 * HOUR_MS];
let database: TestDatabase;
/** What was written. */
const ledger: (ScopeFacts & { connectorId: string; region: string; assetType: string })[] = [];
let ids: string[];
beforeAll(async () => {
  database = await createTestDatabase();
  const prng = createPrng(5, 'ledger');
  ids = Array.from({ length: 6 }, (_, i) => `00000000-0000-7000-8000-00000000000${i + 1}`);
  for (const [i, id] of ids.entries()) {
    const accountId = `00000000000${i + 1}`;
    await insertConnector(database.db, { num: i + 1, id, accountId, apps: i % 2 ? ['asset-view'] : ['cloud-view'] });
    for (const region of i === 5 ? [] : REGIONS) {
      for (const assetType of TYPES) {
        const outcome = prng.pick(OUTCOMES);
        const fault = outcome === 'complete' ? {} : { fault: { code: 'access-denied', detail: outcome } };
        const ageMs = prng.int(0, AGES_MAX_MS[i] ?? 0);
        const emptyProofs = prng.int(0, 3);
        const completeAt = new Date(AS_OF.now.getTime() - ageMs).toISOString();
        ledger.push({ connectorId: id, region, assetType, outcome, completeAt: new Date(completeAt), emptyProofs });
        await insertScope(database.db, {
          ...{ connectorId: id, accountId, region, assetType, outcome, completeAt, emptyProofs },
          ...fault,
        });
      }
    }
  }
});
afterAll(() => database.drop());

test('coverage from totals is that from the ledger itself', async () => {
  const before = await everyAnswer();
  expect(before.some(({ notObserved }) => notObserved.length > 0)).toBe(true);
  await addUp();
  expect(await everyAnswer()).toEqual(before);
  // The totals it was, and not the ledger once more.
  await sql`update ledger_totals set scopes = scopes + 100`.execute(database.db);
  expect((await everyAnswer())[0]?.scopes).toBe((before[0]?.scopes ?? 0) + 500);
  await addUp();
});

test('connectors are stale of which a scope that is looked at has the readiness stale, and the oldest is told', async () => {
  await sql`update connectors set enabled = id <> ${ids[4]}`.execute(database.db);
  const pace = { ...AS_OF, pollingMinutes: POLLING_MINUTES };
  const staleIn = (region: string | undefined) => {
    const scopes = ledger.filter(
      scope => readinessOf(scope, pace) === 'stale' && scope.region === (region ?? scope.region),
    );
    return ids.flatMap((connectorId, i) => {
      const times = scopes.flatMap(scope =>
        scope.connectorId === connectorId && scope.completeAt ? [scope.completeAt] : [],
      );
      const [completeAt] = times.map(time => time.toISOString()).sort();
      return completeAt ? [{ connectorId, name: `connector ${i + 1}`, enabled: i !== 4, completeAt }] : [];
    });
  };
  for (const region of [undefined, ...REGIONS]) {
    const expected = staleIn(region).sort((a, b) => a.completeAt.localeCompare(b.completeAt));
    const { stale, staleConnectors } = await coverage(region ? `region:${region}` : '');
    expect(stale).toEqual(expected);
    expect(staleConnectors).toBe(expected.length);
  }
  expect(staleIn(undefined).map(({ name }) => name)).toEqual(['connector 3', 'connector 4', 'connector 5']);
  expect(Math.min(...REGIONS.map(region => staleIn(region).length))).toBeLessThan(3);
});

test('a connector counts the same scopes as the coverage of its account: none that does not apply', async () => {
  for (const [i, id] of ids.entries()) {
    const { scopes, complete } = await coverage(`accountId:00000000000${i + 1}`);
    // The last has planned none yet, which the coverage counts as one.
    const expected = i === 5 ? [0, 0] : [scopes, complete];
    const found = await findConnector(database.db, id);
    expect([found?.scopesTotal, found?.scopesComplete]).toEqual(expected);
  }
});

test('while a run is under way the ledger itself is read, and its end adds it up, whoever ends it', async () => {
  const [connectorId = ''] = ids;
  const before = await coverage('');
  await beginRun(connectorId);
  await sql`update scopes set last_outcome = 'timed-out' where connector_id = ${connectorId}`.execute(database.db);
  const during = await coverage('');
  expect(during.complete).toBeLessThan(before.complete);
  await cancelRuns(database.db, { connectorId, at: new Date() });
  expect(await coverage('')).toEqual(during);
});

test('a connector whose ledger has two accounts is not added up: each scope counts for its own', async () => {
  const [, connectorId = ''] = ids;
  await beginRun(connectorId);
  await sql`update scopes set account_id = '999999999999' where connector_id = ${connectorId} and region = 'us-east-1'`.execute(
    database.db,
  );
  const during = await coverage('accountId:999999999999');
  expect(during.scopes).toBeGreaterThan(0);
  await cancelRuns(database.db, { connectorId, at: new Date() });
  expect(await coverage('accountId:999999999999')).toEqual(during);
});

async function coverage(text: string, app?: 'cloud-view' | 'asset-view'): Promise<Coverage> {
  const query = readAssetQuery(text, ASSET_TYPES);
  if (!query.ok) throw new Error(query.fault.detail);
  return await readCoverage(database.db, { query: query.value, app, asOf: AS_OF });
}

async function everyAnswer(): Promise<Coverage[]> {
  const answers: Coverage[] = [];
  for (const text of QUERIES) {
    for (const app of [undefined, 'cloud-view', 'asset-view'] as const) answers.push(await coverage(text, app));
  }
  return answers;
}

async function addUp(): Promise<void> {
  await sql`select add_up_ledger(id) from connectors`.execute(database.db);
}

async function beginRun(connectorId: string): Promise<void> {
  await sql`
    insert into runs (id, connector_id, state, trigger, requested_by, partition, account_id, job_id, queued_at, started_at)
    select gen_random_uuid(), id, 'running', 'schedule', 'system', partition, account_id, gen_random_uuid(), now(), now()
    from connectors where id = ${connectorId}
  `.execute(database.db);
}
