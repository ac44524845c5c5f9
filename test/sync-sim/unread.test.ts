import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { ownResources, stockOf } from '../../simulator/world/stock.ts';
import type { AssetType } from '../../src/inventory/define.ts';
import { dynamodbTable } from '../../src/inventory/dynamodb-table.ts';
import { lambdaFunction } from '../../src/inventory/lambda-function.ts';
import { s3Bucket } from '../../src/inventory/s3-bucket.ts';
import { readAssetQuery } from '../../src/query/asset-query.ts';
import { searchAssets } from '../../src/store/asset-search.ts';
import { AS_OF } from '../store/asset-world.ts';
import { type Bed, openBed } from './bed.ts';

/** What happens to what is stored when a listing works and a further call for some of its items does not. */
const ACCOUNT = '200000000001';
const REGION = 'us-east-1';
const OPERATION = 'GetBucketPolicy';

let bed: Bed;
let connectorId: string;
/** Done once, between the listing and the first call for a bucket's tags. */
let meanwhile: (() => void) | undefined;

beforeAll(async () => {
  bed = await openBed(makeWorld, { assetTypes: [interrupted(s3Bucket)] });
  connectorId = await bed.connect(ACCOUNT, { regions: [REGION] });
  expect((await bed.sync(connectorId)).state).toBe('ok');
});
afterAll(() => bed[Symbol.asyncDispose]());
afterEach(() => bed.aws.faults.clear());

describe('the policy of a bucket cannot be read any more', () => {
  test('and the one that was read before stands, unchanged and found, with the fault beside it', async () => {
    const before = await stored();
    deny();
    const run = await bed.sync(connectorId);
    expect(run).toMatchObject({ state: 'ok', counts: { complete: 1, changed: 0, added: 0, gone: 0 } });
    expect(run.scopes[0]).toMatchObject({ outcome: 'complete', fault: { code: 'access-denied' } });
    const after = await stored();
    expect(after.map(({ unknown: _, ...asset }) => asset)).toEqual(before.map(({ unknown: _, ...asset }) => asset));
    for (const asset of after) expect(asset.unknown).toMatchObject({ policy: { code: 'access-denied' } });
    expect(await found('type:bucket and versioning:enabled')).toBe(before.length);
  });

  test('and nothing is written while that stays so', async () => {
    deny();
    const before = await bed.versions(['assets', 'asset_history']);
    await bed.sync(connectorId);
    expect(await bed.versions(['assets', 'asset_history'])).toBe(before);
  });

  test('and when it can be read again, that it could not be is forgotten and no change is told', async () => {
    const before = await stored();
    expect((await bed.sync(connectorId)).scopes[0]).toMatchObject({ outcome: 'complete', fault: null });
    const after = await stored();
    expect(after).toEqual(before.map(asset => ({ ...asset, unknown: {} })));
  });

  test('and a change that was made meanwhile is told when it can be read again', async () => {
    deny();
    await bed.sync(connectorId);
    const [bucket] = buckets();
    const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny"}]}';
    buckets()[0] = { ...bucket, Policy: policy };
    await bed.sync(connectorId);
    bed.aws.faults.clear();
    expect((await bed.sync(connectorId)).counts.changed).toBe(1);
    const [last] = await history(bucket?.Name);
    expect(last).toMatchObject({ event: 'changed', changes: [{ path: 'attributes.policy', after: policy }] });
  });

  test('of a new bucket, and what comes to be known is no change', async () => {
    deny();
    const [bucket] = buckets();
    buckets().push({ ...bucket, Name: 'brand-new', BucketArn: 'arn:aws:s3:::brand-new' });
    expect((await bed.sync(connectorId)).counts).toMatchObject({ added: 1 });
    const [made] = (await stored()).filter(asset => asset.name === 'brand-new');
    expect(made?.attributes).not.toHaveProperty('policy');
    expect(made?.unknown).toMatchObject({ policy: { code: 'access-denied' } });
    bed.aws.faults.clear();
    await bed.sync(connectorId);
    const [known] = (await stored()).filter(asset => asset.name === 'brand-new');
    expect(known).toMatchObject({ unknown: {}, changedAt: made?.changedAt });
    expect(known?.attributes).toHaveProperty('policy');
    expect((await history('brand-new')).map(({ event }) => event)).toEqual(['appeared']);
  });
});

test('a bucket that vanished after it was listed is no fault, keeps what is stored and is gone at the next run', async () => {
  const name = buckets().at(-1)?.Name ?? '';
  const before = (await stored()).find(asset => asset.name === name);
  meanwhile = () => void buckets().pop();
  const run = await bed.sync(connectorId);
  expect(run.scopes[0]).toMatchObject({ outcome: 'complete', fault: null });
  expect((await stored()).find(asset => asset.name === name)).toEqual(before);
  expect((await bed.sync(connectorId)).counts).toMatchObject({ gone: 1 });
  expect((await stored()).find(asset => asset.name === name)).toBeUndefined();
});

test('a bucket without policy has none, which is not unknown', async () => {
  const { Policy: _, ...bucket } = buckets()[0] ?? {};
  buckets()[0] = bucket;
  expect((await bed.sync(connectorId)).scopes[0]).toMatchObject({ outcome: 'complete', fault: null });
  const asset = (await stored()).find(({ name }) => name === bucket.Name);
  expect(asset?.attributes).not.toHaveProperty('policy');
  expect(asset?.unknown).toEqual({});
});

test('denials are not repeated for thousands of items', async () => {
  const [bucket] = buckets();
  const many = Array.from({ length: 100 }, (_, n) => ({ ...bucket, Name: `many-${n}` }));
  buckets().push(...many);
  deny();
  bed.aws.callLog.clear();
  await bed.sync(connectorId);
  expect(bed.aws.callLog.calls().filter(({ operation }) => operation === OPERATION).length).toBeLessThan(40);
  const unknown = (await stored()).filter(asset => 'policy' in asset.unknown);
  expect(unknown).toHaveLength(buckets().length);
});

test('a type whose listing gives names only is complete for existence when nothing can be described', async () => {
  await using own = await openBed(makeWorld, { assetTypes: [dynamodbTable] });
  own.aws.faults.put({ id: 'deny', match: { operation: 'DescribeTable' }, effect: { kind: 'deny', by: 'identity' } });
  const id = await own.connect(ACCOUNT, { regions: [REGION] });
  expect(await own.sync(id)).toMatchObject({ state: 'ok', counts: { complete: 1 } });
  const rows = await storedIn(own);
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    expect(row).toMatchObject({ attributes: { tableName: row.name }, unknown: { '*': { code: 'access-denied' } } });
    // Its tags need the ARN that the description has; they are unknown for the same reason.
    expect(row.unknown.tags).toMatchObject({ code: 'access-denied' });
  }
  own.aws.faults.clear();
  await own.sync(id);
  expect((await storedIn(own)).every(row => row.state === 'ACTIVE' && Object.keys(row.unknown).length === 0)).toBe(
    true,
  );
  const { rows: events } = await sql<{ event: string }>`select distinct event from asset_events`.execute(own.db);
  expect(events).toEqual([{ event: 'appeared' }]);
});

test('what PostgreSQL cannot store is replaced in a resource, and hides neither it nor its neighbours', async () => {
  await using own = await openBed(makeWorld, { assetTypes: [lambdaFunction] });
  const account = accountOf(own.world, ACCOUNT);
  const functions = ownResources(own.world, { account, region: REGION, type: 'AWS::Lambda::Function' });
  functions[0] = { ...functions[0], Description: 'a\0b\ud83d', Tags: { 'k\0': 'v\udc00' } };
  const id = await own.connect(ACCOUNT, { regions: [REGION] });
  expect(await own.sync(id)).toMatchObject({ state: 'ok', counts: { complete: 1, added: functions.length } });
  expect(JSON.stringify(await storedIn(own))).toContain('"description":"a\ufffdb\ufffd"');
  const { rows } = await sql`select from assets where tags @> ${JSON.stringify({ 'k\ufffd': 'v\ufffd' })}`.execute(
    own.db,
  );
  expect(rows).toHaveLength(1);
  const versions = await own.versions(['assets', 'asset_history']);
  await own.sync(id);
  expect(await own.versions(['assets', 'asset_history'])).toBe(versions);
});

function makeWorld() {
  const world = generateWorld({ seed: 3, now: new Date(), accounts: 1, instances: 4, regions: [REGION] });
  return Object.assign(world, { stock: stockOf([s3Bucket, dynamodbTable, lambdaFunction], { most: 6 }) });
}

function deny(): void {
  bed.aws.faults.put({ id: 'deny', match: { operation: OPERATION }, effect: { kind: 'deny', by: 'identity' } });
}

function buckets() {
  const account = accountOf(bed.world, ACCOUNT);
  const own = account.resources?.global?.['AWS::S3::Bucket'];
  return own ?? ownResources(bed.world, { account, region: 'global', type: 'AWS::S3::Bucket' });
}

function interrupted(type: AssetType): AssetType {
  return {
    ...type,
    pages: calls =>
      type.pages(async (service, operation, input, options) => {
        if (String(operation) === 'GetBucketTagging') {
          meanwhile?.();
          meanwhile = undefined;
        }
        return await calls(service, operation, input, options);
      }),
  };
}

interface StoredAsset {
  readonly name: string;
  readonly state: string | null;
  readonly attributes: Record<string, unknown>;
  readonly unknown: Record<string, unknown>;
  readonly changedAt: Date;
}

const stored = () => storedIn(bed);

async function storedIn({ db }: Bed): Promise<StoredAsset[]> {
  const { rows } = await sql<StoredAsset>`
    select name, state, attributes, unknown, changed_at as "changedAt" from assets where gone_at is null order by name
  `.execute(db);
  return rows;
}

async function history(name: string | undefined) {
  const { rows } = await sql<{ event: string; changes: unknown }>`
    select h.event, h.changes from asset_events h join assets a on a.id = h.asset_id where a.name = ${name} order by h.seq desc
  `.execute(bed.db);
  return rows;
}

async function found(text: string): Promise<number> {
  const query = readAssetQuery(text, [s3Bucket]);
  if (!query.ok) throw new Error(query.fault.detail);
  const page = await searchAssets(bed.db, { asOf: AS_OF, query: query.value, limit: 100, sort: 'name' });
  if (!page.ok) throw new Error(page.fault.detail);
  return page.value.items.length;
}
