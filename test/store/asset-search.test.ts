import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/domain/limits.ts';
import { type AssetQuery, withoutGone } from '../../src/query/tree.ts';
import { readAsset, readAssetHistory } from '../../src/store/asset-reads.ts';
import { type AssetSearch, countAssets, searchAssets } from '../../src/store/asset-search.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { accepts } from './accepts.ts';
import {
  type Account,
  AS_OF,
  insertAssets,
  insertConnector,
  insertFailedRun,
  insertScope,
  madeUp,
  type StoredAsset,
  worldOf,
} from './asset-world.ts';
import { anyQuery, queryOf } from './random-queries.ts';

let database: TestDatabase;
let world: StoredAsset[];
let accounts: Account[];

beforeAll(async () => {
  database = await createTestDatabase();
  ({ assets: world, accounts } = worldOf({ assets: 3_000, seed: 7 }));
  for (const account of accounts) await insertConnector(database.db, account);
  await insertAssets(database.db, world);
});
afterAll(() => database?.drop());

async function pageOf(search: Partial<AssetSearch>) {
  const page = await searchAssets(database.db, {
    asOf: AS_OF,
    query: queryOf(''),
    sort: 'name',
    limit: 1_000,
    ...search,
  });
  if (!page.ok) throw new Error(page.fault.detail);
  return page.value;
}

async function idsFound(search: Partial<AssetSearch>): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await pageOf({ ...search, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.items.map(asset => asset.id));
    cursor = page.nextCursor;
  }
  return ids;
}

function idsExpected(query: AssetQuery): string[] {
  const shown = withoutGone(query);
  return world.filter(asset => accepts(shown, asset)).map(asset => asset.id);
}

describe('a query', () => {
  it.each([
    '',
    'web',
    'name:web-1',
    'name:WEB-1*',
    'name:*-1',
    'name:"a%"',
    'name:*_*',
    'not name:*',
    `id:i-${madeUp(3)}`,
    'arn:*',
    'type:instance and state:running',
    'type:*volume*',
    'state:(running, stopped) and region:eu-*',
    'accountId:111111111111 or accountId:2*',
    'tag.Env:prod',
    'tag.env:prod',
    'tag.Env:PROD',
    'tag.Env:p*',
    'not tag.Env:prod',
    'tag."a b:c":*',
    'connectorTag.Owner:security',
    'privateIp:10.0.0.1*',
    'availabilityZone:eu-west-1a',
    'availabilityZone:*',
    'not snapshotId:*',
    'instanceType:t3.micro',
    'securityGroupId:sg-2',
    'securityGroupId:(sg-1, sg-3)',
    'encrypted:true',
    'size>=100 and size<200',
    'size:100',
    'launchTime>2026-03-01',
    'firstSeen<2026-02-01 or changed>=2026-03-01',
    'gone:true',
    'gone:true or state:stopped',
    'not (gone:true or state:stopped)',
    'name:"x\'; drop table assets; --"',
    'vpc-1',
    'VPC-*1',
    'not vpc-1',
    'not (vpc-1 and web)',
    'web or sg-2',
    // Each volume has another snapshot: some of these are found in more facts than are looked up.
    'snap',
    'snap-*7',
    'snap-10',
    'snap-2777',
    'not snap-1*9',
    'snapshotId:snap-*',
    'snapshotId:*10',
    'not snapshotId:snap-10*',
    'vpcId:vpc-1',
    'vpcId:*-1',
    'securityGroupId:sg-*',
    // Ids that AWS made up.
    `i-${madeUp(3)}`,
    `not I-${madeUp(3).toUpperCase()}`,
    `i-${madeUp(3).slice(0, 6)}`,
    madeUp(3),
    madeUp(3).slice(2),
    `*${madeUp(3).slice(9)}`,
    `not *${madeUp(3).slice(9)}`,
    `i-078*${madeUp(3).slice(-3)}`,
    `eni-${madeUp(3)}`,
    `eni-${madeUp(3).slice(0, 9)}`,
    `not eni-${madeUp(3).slice(0, 9)}`,
    `*eni-${madeUp(3).slice(0, 9)}`,
    'eni-0a1b2c3d',
    'not eni-0a1b2c3d',
    '0a1b2c3d',
    'vpc-0a1',
    'not vpc-0a1',
    'a1b2',
    'not a1b2',
    'i-',
    `id:*${madeUp(3).slice(9)}`,
    `id:i-${madeUp(3).slice(0, 6)}*`,
    `networkInterfaceId:eni-${madeUp(3)}`,
    'networkInterfaceId:(eni-0a1b2c3d, *0a1b2c3d)',
    'networkInterfaceId:eni-0a1b*',
    'networkInterfaceId:none*',
    'not networkInterfaceId:eni-0a1b2c3d',
    `attachedTo:i-${madeUp(3)}`,
    // DNS names.
    'db-1.eu-west-1.internal',
    'not db-1.eu-west-1.internal',
    'WEB-1.eu',
    'not web-1.eu',
    '-1.eu-west-1.e',
    'b-1*1.internal',
    'db*example',
    'not db*example',
    '*b-1.eu*.com',
    'dnsName:db-1.eu-west-1.internal',
    'not dnsName:db-1.eu-west-1.internal',
    'dnsName:db-1.*',
    'dnsName:*.example.com',
    'dnsName:*1.eu*l',
    // From one fact to another: no asset is found by it.
    'web*10.0',
    'sg-2*sg-3',
    'not sg-2*sg-3',
    'snap-1*web',
    '*',
  ])('finds what a plain reading of it finds: %s', async text => {
    const query = queryOf(text);
    expect((await idsFound({ query })).sort()).toEqual(idsExpected(query).sort());
  });

  it('finds in PostgreSQL what it accepts in memory, whatever the query', async () => {
    await fc.assert(
      fc.asyncProperty(anyQuery, async query => {
        expect((await idsFound({ query })).sort()).toEqual(idsExpected(query).sort());
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it('treats every value as a value, never as SQL or as a pattern', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('name', 'id', 'accountId', 'text', 'tag', 'vpcId'),
        fc.string({ unit: fc.constantFrom(...`'"\\%_;-$?:*{}[]`), minLength: 1, maxLength: 12 }),
        async (property, value) => {
          const quoted = `"${value.replace(/["\\*]/g, '\\$&')}"`;
          const query = queryOf(property === 'tag' ? `tag.${quoted}:${quoted}` : `${property}:${quoted}`);
          expect((await idsFound({ query })).sort()).toEqual(idsExpected(query).sort());
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('paging', () => {
  it.each(['name', '-name', 'state', '-state', 'id', '-type', 'accountId', '-region', 'firstSeen', '-changed'])(
    'by %s gives every asset once, in the order of one large page',
    async sort => {
      const query = queryOf('type:instance');
      const whole = await idsFound({ query, sort, limit: LIMITS.listItemsMax });
      expect(await idsFound({ query, sort, limit: 97 })).toEqual(whole);
      expect(new Set(whole).size).toBe(idsExpected(query).length);
    },
  );

  it('puts assets without a name last, whichever way it sorts', async () => {
    for (const sort of ['name', '-name']) {
      const { items } = await pageOf({ query: queryOf('type:instance'), sort });
      const names = items.map(asset => asset.name);
      const firstNull = names.indexOf(null);
      expect(firstNull).toBeGreaterThan(0);
      expect(names.slice(firstNull).every(name => name === null)).toBe(true);
      const named = names.slice(0, firstNull).filter(name => name !== null);
      const ascending = sort === 'name' ? named : [...named].reverse();
      expect(ascending).toEqual([...ascending].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
    }
  });

  it('refuses a cursor of another query, another order, or another origin', async () => {
    const { nextCursor } = await pageOf({ limit: 10 });
    const cursor = nextCursor ?? '';
    const forged = Buffer.from(JSON.stringify(['x', 'y', 'z'])).toString('base64url');
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const nul = Buffer.from(JSON.stringify([parts[0], 'a\0', parts[2]])).toString('base64url');
    for (const search of [
      { cursor, query: queryOf('web') },
      { cursor, sort: '-name' },
      { cursor, app: 'asset-view' as const },
      { cursor: forged },
      { cursor: nul },
      { cursor: 'nonsense' },
      { cursor: '' },
    ]) {
      const page = await searchAssets(database.db, {
        asOf: AS_OF,
        query: queryOf(''),
        sort: 'name',
        limit: 10,
        ...search,
      });
      expect(page).toMatchObject({ ok: false, fault: { code: 'invalid-cursor', field: 'cursor' } });
    }
  });

  it('refuses a sort order that does not exist and names those that do', async () => {
    const page = await searchAssets(database.db, { asOf: AS_OF, query: queryOf(''), sort: 'seen_by', limit: 10 });
    expect(page).toMatchObject({ ok: false, fault: { code: 'invalid-field', field: 'sort' } });
    expect(page.ok || page.fault.detail).toContain('name, id, type');
  });
});

describe('a count', () => {
  it('is exact up to its limit', async () => {
    const { count } = await pageOf({ query: queryOf('type:instance'), limit: 1 });
    expect(count).toEqual({ value: idsExpected(queryOf('type:instance')).length, exact: true });
  });

  it('says "at least" above it', async () => {
    await using other = await createTestDatabase();
    const assets = worldOf({ assets: LIMITS.countMax + 1, seed: 1, gone: false }).assets;
    await insertAssets(other.db, assets.slice(0, LIMITS.countMax));
    const search = { asOf: AS_OF, query: queryOf(''), sort: 'id', limit: 1 };
    expect(await searchAssets(other.db, search)).toMatchObject({
      value: { count: { value: LIMITS.countMax, exact: true } },
    });
    await insertAssets(other.db, assets.slice(LIMITS.countMax));
    expect(await searchAssets(other.db, search)).toMatchObject({
      value: { count: { value: LIMITS.countMax, exact: false } },
    });
  });

  it.each(['accountId', 'region', 'assetType', 'state'] as const)('by %s adds up the assets found', async by => {
    const query = queryOf('size>10 or state:*');
    const expected = Map.groupBy(
      world.filter(asset => accepts(withoutGone(query), asset)),
      asset => asset[by],
    );
    const { items } = await countAssets(database.db, { asOf: AS_OF, by, query });
    expect(new Map(items.map(({ value, count }) => [value, count]))).toEqual(
      new Map([...expected].map(([value, assets]) => [value, assets.length])),
    );
    expect(items.map(item => item.count)).toEqual(items.map(item => item.count).sort((a, b) => b - a));
  });
});

describe('an app', () => {
  it('shows what one of its connectors sees, and what nobody sees any more', async () => {
    for (const app of ['cloud-view', 'asset-view'] as const) {
      const members = new Set(accounts.filter(account => account.apps.includes(app)).map(account => account.num));
      const visible = world.filter(
        ({ goneAt, seenBy }) => goneAt === null && (seenBy.length === 0 || seenBy.some(num => members.has(num))),
      );
      expect(visible.length).toBeLessThan(world.filter(asset => asset.goneAt === null).length);
      expect((await idsFound({ app })).sort()).toEqual(visible.map(asset => asset.id).sort());
      const { items } = await countAssets(database.db, { asOf: AS_OF, by: 'assetType', query: queryOf(''), app });
      expect(items.reduce((sum, item) => sum + item.count, 0)).toBe(visible.length);
    }
  });

  it('marks what nobody sees any more by having no connectors', async () => {
    const { items } = await pageOf({});
    const byId = new Map(world.map(asset => [asset.id, asset]));
    const idOf = new Map(accounts.map(account => [account.num, account.id]));
    for (const asset of items) {
      const seenBy = byId.get(asset.id)?.seenBy ?? [];
      expect(asset.connectorIds).toEqual(seenBy.map(num => idOf.get(num)).sort());
    }
    expect(items.some(asset => asset.connectorIds.length === 0)).toBe(true);
    expect(items.some(asset => asset.connectorIds.length === 2)).toBe(true);
  });
});

describe('whether an asset is observed', () => {
  it('depends on connectors that are enabled: one is enough, none is marked as disabled, no connector as detached', async () => {
    const [one, two] = [accounts[0]?.num ?? expect.fail(), accounts[1]?.num ?? expect.fail()];
    const off = (enabled: boolean, nums: number[]) =>
      sql`update connectors set enabled = ${enabled} where num = any(${nums}::int[])`.execute(database.db);
    const marks = async () => {
      const byId = new Map((await pageOf({})).items.map(asset => [asset.id, asset.observed]));
      const seenBy = (nums: number[]) =>
        new Set(
          world
            .filter(asset => byId.has(asset.id) && asset.seenBy.join() === nums.join())
            .map(asset => byId.get(asset.id)),
        );
      return [seenBy([]), seenBy([one]), seenBy([one, two])].map(found => [...found].join());
    };
    expect(await marks()).toEqual(['detached', 'by-connectors', 'by-connectors']);
    await off(false, [one]);
    expect(await marks()).toEqual(['detached', 'disabled', 'by-connectors']);
    await off(false, [two]);
    expect(await marks()).toEqual(['detached', 'disabled', 'disabled']);
    await off(true, [one, two]);
  });
});

describe('one asset', () => {
  it('is answered with every field as it is stored', async () => {
    const [stored] = world.filter(asset => asset.seenBy.length === 1 && asset.name !== null);
    const { seenBy, search, sharedFacts, compared, goneAt, ...fields } = stored ?? expect.fail();
    expect(await readAsset(database.db, fields.id)).toEqual({
      ok: true,
      value: {
        ...fields,
        goneAt,
        unknown: {},
        connectorIds: accounts.filter(({ num }) => seenBy.includes(num)).map(({ id }) => id),
        observed: 'by-connectors',
      },
    });
  });

  it('that does not exist is a fault', async () => {
    const id = '019fffff-0000-7000-8000-000000000000';
    expect(await readAsset(database.db, id)).toMatchObject({ ok: false, fault: { code: 'not-found' } });
    expect(await readAssetHistory(database.db, { id, limit: 5 })).toMatchObject({ fault: { code: 'not-found' } });
  });

  it('has its history newest first, page by page', async () => {
    const id = world[0]?.id ?? expect.fail();
    expect(await readAssetHistory(database.db, { id, limit: 5 })).toEqual({
      ok: true,
      value: { items: [], nextCursor: null },
    });
    const changes = [{ path: 'state', before: 'running', after: 'stopped' }];
    for (let day = 1; day <= 5; day++) {
      await sql`
        insert into asset_history (asset_id, at, run_id, event, changes)
        values (${id}, ${`2026-01-0${day}T00:00:00Z`}, null, 'changed', ${JSON.stringify(changes)}::jsonb)
      `.execute(database.db);
    }
    const days: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await readAssetHistory(database.db, { id, limit: 2, ...(cursor ? { cursor } : {}) });
      if (!page.ok) throw new Error(page.fault.detail);
      days.push(...page.value.items.map(({ at }) => at.slice(0, 10)));
      expect(page.value.items.every(item => item.event === 'changed')).toBe(true);
      cursor = page.value.nextCursor;
    }
    expect(days).toEqual(['2026-01-05', '2026-01-04', '2026-01-03', '2026-01-02', '2026-01-01']);
    expect(await readAssetHistory(database.db, { id, limit: 2, cursor: 'x' })).toMatchObject({
      fault: { code: 'invalid-cursor' },
    });
  });
});

describe('last seen', () => {
  const [instance, gone, unseen] = ['i-live', 'i-gone', 'i-unseen'];

  it('is the end of the last complete observation by a connector that sees the asset, unless it is gone', async () => {
    await using other = await createTestDatabase();
    const { accounts, template } = worldOf({ assets: 1, seed: 1 });
    const [account] = accounts;
    if (!account || !template) throw new Error('the world is empty');
    await insertConnector(other.db, account);
    const written = { lastSeenAt: '2026-01-01T00:00:00.000Z', goneAt: null, seenBy: [account.num] };
    const live = template(instance);
    await insertAssets(other.db, [
      { ...live, ...written },
      { ...template(gone), ...written, goneAt: '2026-01-02T00:00:00.000Z' },
      { ...template(unseen), ...written, seenBy: [] },
    ]);
    const { region, assetType } = live;
    await insertScope(other.db, { connectorId: account.id, region, assetType, completeAt: '2026-02-01T00:00:00.000Z' });
    const page = await searchAssets(other.db, {
      asOf: AS_OF,
      query: queryOf('gone:(true) or gone:false'),
      sort: 'id',
      limit: 10,
    });
    const seen = page.ok && Object.fromEntries(page.value.items.map(asset => [asset.nativeId, asset.lastSeenAt]));
    expect(seen).toEqual({
      [instance]: '2026-02-01T00:00:00.000Z',
      [gone]: '2026-01-01T00:00:00.000Z',
      [unseen]: '2026-01-01T00:00:00.000Z',
    });
    const found = async (comparison: string) => {
      const query = queryOf(`lastSeen${comparison} and (gone:true or gone:false)`);
      const page = await searchAssets(other.db, { asOf: AS_OF, query, sort: 'id', limit: 10 });
      return page.ok && page.value.items.map(asset => asset.nativeId);
    };
    expect(await found('>=2026-02-01')).toEqual([instance]);
    expect(await found('>2026-02-01')).toEqual([]);
    expect(await found('<=2026-02-01')).toEqual([gone, instance, unseen]);
    expect(await found('<2026-02-01')).toEqual([gone, unseen]);
    expect(await found('<2026-01-01')).toEqual([]);
  });
});

describe('coverage', () => {
  it('counts the scopes that could hold what is asked for, and says which were not observed and why', async () => {
    await using other = await createTestDatabase();
    const [one, two] = worldOf({ assets: 1, seed: 1 }).accounts;
    if (!one || !two) throw new Error('the world is empty');
    await insertConnector(other.db, { ...one, apps: ['cloud-view'] });
    await insertConnector(other.db, { ...two, apps: ['asset-view'] });
    const instances = 'AWS::EC2::Instance';
    const volumes = 'AWS::EC2::Volume';
    const denied = { code: 'access-denied', detail: 'No.' };
    const scope = { connectorId: one.id, accountId: one.accountId };
    await insertScope(other.db, {
      ...scope,
      region: 'eu-west-1',
      assetType: instances,
      completeAt: '2026-01-02T00:00:00.000Z',
    });
    await insertScope(other.db, {
      ...scope,
      region: 'us-east-1',
      assetType: instances,
      completeAt: '2026-01-01T00:00:00.000Z',
      outcome: 'throttled',
    });
    await insertScope(other.db, {
      ...scope,
      region: 'eu-west-1',
      assetType: volumes,
      outcome: 'denied',
      fault: denied,
    });
    await insertScope(other.db, { ...scope, region: 'us-east-1', assetType: volumes, outcome: 'not-applicable' });

    const coverageOf = async (text: string, app?: 'cloud-view' | 'asset-view') => {
      const { coverage } = await countAssets(other.db, { asOf: AS_OF, by: 'region', query: queryOf(text), app });
      return coverage;
    };
    const throttled = { connectorId: one.id, region: 'us-east-1', assetType: instances, outcome: 'throttled' };
    const noVolumes = {
      connectorId: one.id,
      region: 'eu-west-1',
      assetType: volumes,
      outcome: 'denied',
      fault: denied,
    };
    await insertFailedRun(other.db, { connectorId: two.id, fault: denied });
    const neverRun = { connectorId: two.id, region: '*', assetType: '*', outcome: null, fault: denied };

    expect(await coverageOf('', 'cloud-view')).toEqual({
      ...{ staleConnectors: 0, stale: [] },
      scopes: 3,
      complete: 1,
      oldestCompleteAt: '2026-01-01T00:00:00.000Z',
      notObserved: [noVolumes, throttled],
    });
    expect((await coverageOf('')).notObserved).toContainEqual(neverRun);
    expect(await coverageOf('', 'asset-view')).toMatchObject({ scopes: 1, complete: 0, notObserved: [neverRun] });
    expect(await coverageOf('region:eu-west-1 and web', 'cloud-view')).toMatchObject({
      scopes: 2,
      notObserved: [noVolumes],
    });
    expect(await coverageOf('type:instance', 'cloud-view')).toMatchObject({ scopes: 2, notObserved: [throttled] });
    expect(await coverageOf('type:instance or web', 'cloud-view')).toMatchObject({ scopes: 3 });
    expect(await coverageOf('not type:instance', 'cloud-view')).toMatchObject({ scopes: 1, notObserved: [noVolumes] });
    expect(await coverageOf('not (type:instance and web)', 'cloud-view')).toMatchObject({ scopes: 3 });
    expect(await coverageOf(`accountId:${two.accountId}`)).toMatchObject({ scopes: 1, notObserved: [neverRun] });
  });
});
