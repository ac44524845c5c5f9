import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountOf, addRole } from '../../simulator/world/build.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { CONNECTOR_ROLE_NAME } from '../../simulator/world/policies.ts';
import { changeConnector, getConnector } from '../../src/accounts/connectors.ts';
import { deleteConnector } from '../../src/accounts/delete-connector.ts';
import { deleteScopeAssets, loadContents, loadKnown, writePage } from '../../src/store/assets.ts';
import { insertNew } from '../../src/store/new-assets.ts';
import { cancelRuns, claimRun, finishRun, insertRuns, lockConnectorForRun } from '../../src/store/runs.ts';
import { type Bed, count, openBed } from './bed.ts';

/** What others do while, or between, the runs of a connector. */
const ACCOUNT = '200000000001';
const REGION = 'us-east-1';
const SCOPE = { partition: 'aws', accountId: ACCOUNT, region: REGION, assetType: 'AWS::EC2::Instance' };

let bed: Bed;
let connectorId: string;
beforeAll(async () => {
  bed = await openBed(() =>
    generateWorld({ seed: 13, now: new Date(), accounts: 1, instances: 10, regions: [REGION] }),
  );
  connectorId = await bed.connect(ACCOUNT, { regions: [REGION] });
});
afterAll(() => bed[Symbol.asyncDispose]());

test('a role that was made anew is assumed anew, though the session with the one before has not ended', async () => {
  expect((await bed.sync(connectorId)).state).toBe('ok');
  const { roles } = accountOf(bed.world, ACCOUNT);
  const role = roles[CONNECTOR_ROLE_NAME];
  if (!role) throw new Error('the account has a role');
  delete roles[CONNECTOR_ROLE_NAME];
  addRole(bed.world, ACCOUNT, { ...role, name: CONNECTOR_ROLE_NAME });
  expect((await bed.sync(connectorId)).state).toBe('ok');
});

test('a page is written although somebody else locks the same assets in another order', async () => {
  const [first, second] = await loadKnown(bed.db, { scope: SCOPE, connectorNum: 1 });
  if (!first || !second) throw new Error('the account has instances');
  const stored = await loadContents(bed.db, { scope: SCOPE, nativeIds: [first.nativeId, second.nativeId] });
  const assets = [first, second].flatMap(({ id, nativeId }) =>
    stored
      .filter(asset => asset.nativeId === nativeId)
      .map(asset => {
        const changes = [{ path: 'state', before: asset.state, after: 'changed' }];
        return {
          ...asset,
          id,
          state: 'changed',
          hash: '00'.repeat(16),
          rawHash: null,
          search: '',
          sharedFacts: [],
          compared: {},
          changes,
        };
      }),
  );
  const claim = await claimRun(bed.db, { runId: await bed.queueRun(connectorId), now: new Date() });
  if (claim.kind !== 'claimed') throw new Error(`the claim was ${claim.kind}`);
  const seen = { assets, adopted: [], rehashed: [] };
  const page = { scope: SCOPE, connectorNum: 1, connectorTags: {}, ...seen, at: new Date() };
  const writing: ReturnType<typeof writePage>[] = [];
  const lock = (id: string) => sql`select from assets where id = ${id} for update`;
  const inOtherOrder = bed.db.transaction().execute(async other => {
    await lock(second.id).execute(other);
    writing.push(writePage(bed.db, claim.run.hold, page));
    await someoneWaits();
    await lock(first.id).execute(other);
  });
  // PostgreSQL ends one of the two: nearly always the page's statement, which waited first, on a busy machine the other.
  await inOtherOrder.catch(error => expect(error).toMatchObject({ code: '40P01' }));
  expect(await Promise.all(writing)).toMatchObject([{ assets: [{ event: 'changed' }, { event: 'changed' }] }]);
  await cancelRuns(bed.db, { connectorId, at: new Date() });
});

test('an asset that another run stored, or that had gone, is no second one because its page took it for new', async () => {
  await bed.sync(connectorId);
  const live = await loadKnown(bed.db, { scope: SCOPE, connectorNum: 1 });
  const [back, same] = live;
  if (!back || !same) throw new Error('the account has instances');
  await sql`update assets set gone_at = now() where id = ${back.id}`.execute(bed.db);
  const contents = await loadContents(bed.db, { scope: SCOPE, nativeIds: [back.nativeId, same.nativeId] });
  const id = 'i-0comes0000000000';
  const [like] = contents;
  if (!like) throw new Error('it is stored');
  // Text that both sides could misread: what quotes, escapes or has more bytes than letters.
  const odd = { nativeId: id, name: 'a "b" \\n {c,NULL} €😀', tags: { 'k"': "\\ 'ü'", '': '' } };
  const assets = [...contents, { ...like, ...odd, arn: null }].map(asset => ({
    ...{
      ...asset,
      id: bed.deps.ids.uuid(),
      hash: null,
      rawHash: 'AAEC',
      search: '',
      sharedFacts: ['vpc-0shared'],
      compared: {},
      changes: [],
    },
  }));
  const claim = await claimRun(bed.db, { runId: await bed.queueRun(connectorId), now: new Date() });
  if (claim.kind !== 'claimed') throw new Error(`the claim was ${claim.kind}`);
  const page = { scope: SCOPE, connectorNum: 1, connectorTags: {}, assets, adopted: [], rehashed: [], at: new Date() };
  expect(await insertNew(bed.db, [{ hold: claim.run.hold, page }])).toEqual([new Set([id])]);
  const fresh = (nativeId: string) => ({
    ...page,
    assets: assets.slice(-1).map(one => ({ ...one, id: bed.deps.ids.uuid(), nativeId })),
  });
  const [held, lost] = [claim.run.hold, { ...claim.run.hold, fence: claim.run.hold.fence - 1 }];
  const more = [fresh('i-0lost00000000000'), fresh('i-0alone0000000000'), fresh('i-0beside000000000')];
  const [ofLost, alone, beside] = more;
  if (!ofLost || !alone || !beside) throw new Error('there are three');
  const gathered = [
    { hold: lost, page: ofLost },
    { hold: held, page: alone },
    { hold: held, page: { ...page, assets: [...page.assets, ...beside.assets] } },
  ];
  expect(await insertNew(bed.db, gathered)).toEqual([
    undefined,
    new Set(['i-0alone0000000000']),
    new Set(['i-0beside000000000']),
  ]);
  await sql`delete from assets where native_id in ('i-0alone0000000000', 'i-0beside000000000')`.execute(bed.db);
  const left = assets.filter(({ nativeId }) => nativeId !== id);
  const written = await writePage(bed.db, claim.run.hold, { ...page, assets: left });
  expect(written?.assets.map(({ nativeId, event }) => [nativeId, event]).sort()).toEqual(
    [[back.nativeId, 'returned'] as const, [same.nativeId, null] as const].sort(),
  );
  expect(written?.assets).toContainEqual({ nativeId: same.nativeId, id: same.id, event: null });
  const stored = await loadKnown(bed.db, { scope: SCOPE, connectorNum: 1 });
  expect(stored.map(({ nativeId }) => nativeId).sort()).toEqual([...live.map(({ nativeId }) => nativeId), id].sort());
  expect(stored.find(({ nativeId }) => nativeId === id)).toMatchObject({ rawHash: 'AAEC', hash: null, mine: true });
  const [read] = await loadContents(bed.db, { scope: SCOPE, nativeIds: [id] });
  expect(read).toEqual({ ...like, ...odd, arn: null });
  await sql`delete from assets where native_id = ${id}`.execute(bed.db);
  await cancelRuns(bed.db, { connectorId, at: new Date() });
});

test('a run ends although somebody asks for the next one at the same moment', async () => {
  const claim = await claimRun(bed.db, { runId: await bed.queueRun(connectorId), now: new Date() });
  if (claim.kind !== 'claimed') throw new Error(`the claim was ${claim.kind}`);
  const ending: Promise<boolean>[] = [];
  const next = {
    id: bed.deps.ids.uuid(),
    jobId: bed.deps.ids.uuid(),
    trigger: 'request',
    requestedBy: 'system',
  } as const;
  const asking = bed.db.transaction().execute(async other => {
    await lockConnectorForRun(other, connectorId);
    const end = { state: 'ok', fault: null, leftOver: 'failed', at: new Date() } as const;
    ending.push(finishRun(bed.db, claim.run.hold, end));
    await someoneWaits();
    await insertRuns(other, [{ ...next, connectorId, queuedAt: new Date() }]);
  });
  // As above: nearly always it is the end of the run that PostgreSQL breaks off.
  await asking.catch(error => expect(error).toMatchObject({ code: '40P01' }));
  expect(await Promise.all(ending)).toEqual([true]);
  await cancelRuns(bed.db, { connectorId, at: new Date() });
});

test('a connector that is enabled again while it is being deleted is not deleted with assets that it sees', async () => {
  await bed.sync(connectorId);
  const remove = () => deleteConnector(bed.deps, { id: connectorId, assets: 'detach', actor: 'system' });
  const removing: ReturnType<typeof remove>[] = [];
  await bed.db.transaction().execute(async other => {
    await sql`select from assets for update`.execute(other);
    removing.push(remove());
    await someoneWaits();
    const change = { enabled: true };
    expect(await changeConnector(bed.deps, { id: connectorId, change, actor: 'system' })).toMatchObject({ ok: true });
  });
  expect(await Promise.all(removing)).toMatchObject([{ ok: false, fault: { code: 'edit-conflict' } }]);
  expect(await getConnector(bed.deps, connectorId)).toMatchObject({ ok: true, value: { enabled: true } });
  await bed.sync(connectorId);
  expect(await remove()).toMatchObject({ ok: true });
  expect(await count(bed.db, "assets where seen_by <> '{}'")).toBe(0);
});

test('an asset that another connector sees meanwhile is not deleted with the one that saw it alone', async () => {
  const again = await bed.connect(ACCOUNT, { regions: [REGION] });
  await bed.sync(again);
  const { rows } = await sql<{ num: number }>`select num from connectors where id = ${again}`.execute(bed.db);
  const connectorNum = rows[0]?.num ?? 0;
  const before = await count(bed.db, `assets where asset_type = '${SCOPE.assetType}'`);
  const deleting: Promise<number>[] = [];
  await bed.db.transaction().execute(async other => {
    await sql`
      update assets set seen_by = seen_by || 99
      where id = (select id from assets where asset_type = ${SCOPE.assetType} and gone_at is null order by id limit 1)
    `.execute(other);
    deleting.push(deleteScopeAssets(bed.db, { scope: SCOPE, connectorNum, limit: 1_000 }));
    await someoneWaits();
  });
  expect(await Promise.all(deleting)).toEqual([before - 1]);
  expect(await count(bed.db, 'assets where seen_by @> array[99]')).toBe(1);
});

async function someoneWaits(): Promise<void> {
  const waits = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await expect.poll(async () => (await waits.execute(bed.db)).rows.length, { timeout: 10_000 }).toBeGreaterThan(0);
}
