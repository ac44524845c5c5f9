import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { generateWorld } from '../../simulator/world/generate.ts';
import type { Change } from '../../src/inventory/changes.ts';
import { ASSET_TYPES } from '../../src/inventory/registry.ts';
import { readAssetQuery } from '../../src/query/asset-query.ts';
import { conditionOf } from '../../src/store/asset-condition.ts';
import { searchAssets } from '../../src/store/asset-search.ts';
import { type PageWrite, writePage } from '../../src/store/assets.ts';
import type { Database } from '../../src/store/database.ts';
import { insertNew } from '../../src/store/new-assets.ts';
import { deleteUnusedFacts } from '../../src/store/retention.ts';
import { claimRun, type Hold } from '../../src/store/runs.ts';
import { findSharedFacts } from '../../src/store/shared-facts.ts';
import { AS_OF } from '../store/asset-world.ts';
import { type Bed, openBed } from './bed.ts';

/** Facts that many assets have are stored beside them: none may be missing that a search could ask for. */
const ACCOUNT = '200000000001';
const REGION = 'us-east-1';
const SCOPE = { partition: 'aws', accountId: ACCOUNT, region: REGION, assetType: 'AWS::EC2::VPC' };

let bed: Bed;
let hold: Hold;
beforeAll(async () => {
  bed = await openBed(() =>
    generateWorld({ seed: 17, now: new Date(), accounts: 1, instances: 20, regions: [REGION] }),
  );
  const connectorId = await bed.connect(ACCOUNT, { regions: [REGION] });
  await bed.sync(connectorId);
  const claim = await claimRun(bed.db, { runId: await bed.queueRun(connectorId), now: new Date() });
  if (claim.kind !== 'claimed') throw new Error(`the claim was ${claim.kind}`);
  hold = claim.run.hold;
});
afterAll(() => bed[Symbol.asyncDispose]());

test('a run stores each fact that its assets share, once, and they are found by it', async () => {
  const facts = await factsOfAssets();
  expect(facts.length).toBeGreaterThan(10);
  expect(await storedFacts()).toEqual(facts);
  const { rows } = await sql<{ fact: string; assets: number }>`
    select fact, count(*) as assets from assets cross join unnest(shared_facts) fact group by 1 order by 2 desc limit 1
  `.execute(bed.db);
  const [shared] = rows;
  expect(shared?.assets).toBeGreaterThan(5);
  // The resource itself is found by its id besides.
  expect(await found(shared?.fact ?? '')).toBe((shared?.assets ?? 0) + 1);
});

test('an instance is found by the whole id of its network interface, which is stored with it alone', async () => {
  const { rows } = await sql<{ fact: string }>`
    select fact from assets cross join unnest(shared_facts) fact where fact like 'eni-%' limit 1
  `.execute(bed.db);
  const interfaceId = rows[0]?.fact ?? '';
  expect(interfaceId).toMatch(/^eni-[0-9a-f]{17}$/);
  expect(await storedFacts()).not.toContain(interfaceId);
  expect(await found(interfaceId)).toBe(1);
});

test('pages that are written at once, and share facts, wait for each other but never both', async () => {
  const insert = (db: Database, fact: string) => sql`insert into shared_facts values (${fact})`.execute(db);
  const writing: ReturnType<typeof insertNew>[] = [];
  await bed.db.transaction().execute(async other => {
    await insert(other, 'fact-a');
    // In a transaction, so that it is not tried again.
    const page = pageOf('vpc-0first', ['fact-b', 'fact-a']);
    writing.push(bed.db.transaction().execute(writer => insertNew(writer, [{ hold, page }])));
    await someoneWaits();
    await insert(other, 'fact-b');
  });
  expect(await Promise.all(writing)).toEqual([[new Set(['vpc-0first'])]]);
  expect(await storedFacts()).toEqual(await factsOfAssets());
});

test('a fact that came with a change is stored as well as one that came with a new asset', async () => {
  const changes = [{ path: 'state', before: null, after: null }];
  expect(await writePage(bed.db, hold, pageOf('vpc-0first', ['fact-c'], changes))).toMatchObject({
    assets: [{ event: 'changed' }],
  });
  expect(await storedFacts()).toEqual(expect.arrayContaining(['fact-c']));
  expect(await found('fact-c')).toBe(1);
  expect(await found('fact-a')).toBe(0);
});

test('an asset that comes between looking facts up and searching is not taken for one without its fact', async () => {
  const query = readAssetQuery('not fact-d', ASSET_TYPES);
  if (!query.ok) throw new Error(query.fault.detail);
  const facts = await findSharedFacts(bed.db, query.value);
  await insertNew(bed.db, [{ hold, page: pageOf('vpc-0second', ['fact-d']) }]);
  const { rows } = await sql<{ id: string }>`
    select native_id as id from assets a where ${conditionOf(query.value, facts)} and native_id like 'vpc-0%'
  `.execute(bed.db);
  const ids = rows.map(({ id }) => id);
  expect(ids).toContain('vpc-0first');
  expect(ids).not.toContain('vpc-0second');
});

describe('a fact that no asset has any more', () => {
  beforeEach(async () => {
    await sql`update retention set due_at = 'epoch', after_fact = ''`.execute(bed.db);
  });

  test('goes, in batches, and no other does, though its assets be gone', async () => {
    await sql`insert into shared_facts select 'unused-' || n from generate_series(1, 25) n`.execute(bed.db);
    await sql`update assets set gone_at = now() where asset_type = 'AWS::EC2::Instance'`.execute(bed.db);
    const deleted = [];
    for (let n = 0; deleted.at(-1) !== undefined || n === 0; n += 1) deleted.push(await expireFacts(bed.db, n));
    expect(deleted.pop()).toBeUndefined();
    expect(deleted.length).toBeGreaterThan(3);
    expect(deleted.reduce((sum: number, each) => sum + (each ?? 0), 0)).toBeGreaterThanOrEqual(25);
    expect(await storedFacts()).toEqual(await factsOfAssets());
  });

  test('stays when an asset with it is being written, and not committed yet', async () => {
    await sql`insert into shared_facts values ('unused-late')`.execute(bed.db);
    const expiring: Promise<number | undefined>[] = [];
    await bed.db.transaction().execute(async writer => {
      const page = pageOf('vpc-0late', ['unused-late']);
      expect(await insertNew(writer, [{ hold, page }])).toEqual([new Set(['vpc-0late'])]);
      expiring.push(expireFacts(bed.db, 0, 1_000));
      await someoneWaits();
    });
    expect(await Promise.all(expiring)).toEqual([0]);
    expect(await found('unused-late')).toBe(1);
  });

  test('is stored anew by a page that comes while it is being deleted', async () => {
    await sql`insert into shared_facts values ('unused-soon')`.execute(bed.db);
    const writing: ReturnType<typeof insertNew>[] = [];
    await bed.db.transaction().execute(async expiring => {
      expect(await expireFacts(expiring, 0, 1_000)).toBe(1);
      writing.push(insertNew(bed.db, [{ hold, page: pageOf('vpc-0soon', ['unused-soon']) }]));
      await someoneWaits();
    });
    expect(await Promise.all(writing)).toEqual([[new Set(['vpc-0soon'])]]);
    expect(await found('unused-soon')).toBe(1);
  });
});

function expireFacts(db: Database, batches: number, limit = 10): Promise<number | undefined> {
  const now = new Date(Date.now() + batches * 2_000);
  return deleteUnusedFacts(db, { now, limit, pauseSeconds: 1, restMinutes: 60 });
}

function pageOf(nativeId: string, sharedFacts: readonly string[], changes: readonly Change[] = []): PageWrite {
  const content = { nativeId, arn: null, name: null, state: null, tags: {}, attributes: {}, unknown: {} };
  const found = { search: nativeId, sharedFacts, compared: {} };
  const stored = { id: bed.deps.ids.uuid(), hash: null, rawHash: null, ...found, changes };
  return {
    ...{ scope: SCOPE, connectorNum: 1, connectorTags: {}, adopted: [], rehashed: [], at: new Date() },
    assets: [{ ...content, ...stored }],
  };
}

async function found(text: string): Promise<number> {
  const query = readAssetQuery(`"${text}"`, ASSET_TYPES);
  if (!query.ok) throw new Error(query.fault.detail);
  const page = await searchAssets(bed.db, { asOf: AS_OF, query: query.value, sort: 'name', limit: 10 });
  return page.ok ? page.value.count.value : expect.fail();
}

async function factsOfAssets(): Promise<string[]> {
  return await readFacts(
    sql`select distinct fact from assets cross join unnest(shared_facts) fact where fact not like 'eni-%'`,
  );
}

async function storedFacts(): Promise<string[]> {
  return await readFacts(sql`select fact from shared_facts`);
}

async function readFacts(query: ReturnType<typeof sql>): Promise<string[]> {
  const { rows } = await sql<{ fact: string }>`${query}`.execute(bed.db);
  return rows.map(({ fact }) => fact).sort();
}

async function someoneWaits(): Promise<void> {
  const waits = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await expect.poll(async () => (await waits.execute(bed.db)).rows.length, { timeout: 10_000 }).toBeGreaterThan(0);
}
