import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountOf, ec2RegionOf } from '../../simulator/world/build.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { changeConnector } from '../../src/accounts/connectors.ts';
import { deleteConnector } from '../../src/accounts/delete-connector.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { contentHash } from '../../src/inventory/content.ts';
import { detachScope, loadKnown, type PageWrite, retagScope, writePage } from '../../src/store/assets.ts';
import { findConnector } from '../../src/store/connectors.ts';
import { insertNew } from '../../src/store/new-assets.ts';
import { savePlan, saveProgress } from '../../src/store/run-scopes.ts';
import { cancelRuns, claimRun, finishRun, type Hold, lookAtHold, saveReach } from '../../src/store/runs.ts';
import { deleteLedgerScope, finishScope, finishScopes, type ScopeEnd } from '../../src/store/scopes.ts';
import { NOTHING_DONE } from '../../src/sync/run-progress.ts';
import { type Bed, completeEnd, count, openBed } from './bed.ts';
import { everGone, liveAssets, trueAssets } from './truth.ts';

const [ACCOUNT, OTHER, THIRD] = ['200000000001', '200000000002', '200000000003'];
const REGION = 'us-east-1';
const REACHED = { hub: { kind: 'platform-account', accountId: OTHER }, callerArn: 'x' } as const;
const SCOPE = { partition: 'aws', accountId: ACCOUNT, region: REGION, assetType: 'AWS::EC2::VPC' };

let bed: Bed;
let connectorId: string;
beforeAll(async () => {
  bed = await openBed(() =>
    generateWorld({ seed: 11, now: new Date(), accounts: 3, instances: 30, regions: [REGION] }),
  );
  connectorId = await bed.connect(ACCOUNT, { regions: [REGION] });
});
afterAll(() => bed[Symbol.asyncDispose]());

describe('a worker whose run was claimed by another one meanwhile', () => {
  test('writes nothing, whichever statement it comes to', async () => {
    await bed.sync(connectorId);
    const runId = await bed.queueRun(connectorId);
    const stale = await claim(runId);
    expect(
      await savePlan(bed.db, stale, {
        scopes: [{ ...SCOPE, outcome: null, fault: null }],
        known: [],
        reached: REACHED,
        regionsFault: null,
        at: new Date(),
      }),
    ).toBe(true);
    const current = await claim(runId);
    expect(current.fence).toBeGreaterThan(stale.fence);

    const before = await everything();
    const known = await loadKnown(bed.db, { scope: SCOPE, connectorNum: 1 });
    expect(known.length).toBeGreaterThan(0);
    expect(await lookAtHold(bed.db, stale)).toBe('lost');
    expect(await saveReach(bed.db, stale, REACHED)).toBe(false);
    expect(
      await savePlan(bed.db, stale, {
        scopes: [{ ...SCOPE, region: 'eu-west-1', outcome: null, fault: null }],
        known: [],
        reached: REACHED,
        regionsFault: null,
        at: new Date(),
      }),
    ).toBe(false);
    expect(await retagScope(bed.db, stale, { scope: SCOPE, connectorNum: 1, after: '', limit: 10 })).toBeUndefined();
    expect(await insertNew(bed.db, [{ hold: stale, page: newVpc() }])).toEqual([undefined]);
    expect(await writePage(bed.db, stale, newVpc())).toBeUndefined();
    expect(
      await writePage(bed.db, stale, { ...newVpc(), connectorNum: 99, assets: [], adopted: known.map(({ id }) => id) }),
    ).toBeUndefined();
    expect(await detachScope(bed.db, { scope: SCOPE, connectorNum: 1, at: new Date(), limit: 10, hold: stale })).toBe(
      0,
    );
    expect(await deleteLedgerScope(bed.db, stale, SCOPE)).toBe(false);
    expect(await finishScope(bed.db, stale, endOf(known.map(({ id }) => id)))).toBe(false);
    expect(await finishScope(bed.db, stale, endOf([...known.map(({ id }) => id), crypto.randomUUID()]), 1)).toBe(false);
    expect(await finishScopes(bed.db, [{ hold: stale, end: endOf([]) }])).toEqual([false]);
    expect(await saveProgress(bed.db, stale, { counts: { ...NOTHING_DONE, items: 1 }, underWay: [] })).toBe('lost');
    expect(await finishRun(bed.db, stale, { state: 'ok', fault: null, leftOver: 'failed', at: new Date() })).toBe(
      false,
    );
    expect(await everything()).toEqual(before);

    // The same statements do write for the one who holds the run: the refusals above were the fence's.
    const gathered = [
      { hold: stale, page: newVpc() },
      { hold: current, page: newVpc('vpc-0first') },
    ];
    expect(await insertNew(bed.db, gathered)).toEqual([undefined, new Set(['vpc-0first'])]);
    expect(await count(bed.db, "assets where native_id = 'vpc-0new'")).toBe(0);
    expect(await writePage(bed.db, current, newVpc())).toMatchObject({ assets: [{ event: 'appeared' }] });
    expect(await finishScope(bed.db, current, endOf(known.map(({ id }) => id)))).toBe(true);
    expect(await count(bed.db, "assets where asset_type = 'AWS::EC2::VPC' and gone_at is not null")).toBe(known.length);
    expect(await finishRun(bed.db, current, { state: 'ok', fault: null, leftOver: 'failed', at: new Date() })).toBe(
      true,
    );
  });

  test('cannot end a scope twice, or mark anything as gone by one that was not complete', async () => {
    const runId = await bed.queueRun(connectorId);
    const hold = await claim(runId);
    await savePlan(bed.db, hold, {
      scopes: [{ ...SCOPE, outcome: null, fault: null }],
      known: [],
      reached: REACHED,
      regionsFault: null,
      at: new Date(),
    });
    const live = await loadKnown(bed.db, { scope: SCOPE, connectorNum: 1 });
    const before = (await everGone(bed.db)).length;
    expect(await finishScope(bed.db, hold, { ...endOf(live.map(({ id }) => id)), outcome: 'denied' })).toBe(true);
    expect(await finishScope(bed.db, hold, endOf(live.map(({ id }) => id)))).toBe(false);
    expect(await everGone(bed.db)).toHaveLength(before);
    await finishRun(bed.db, hold, { state: 'problems', fault: null, leftOver: 'failed', at: new Date() });
  });

  test('ends many scopes at once: each once, those of others not, and nothing that makes assets gone', async () => {
    const hold = await claim(await bed.queueRun(connectorId));
    const scopes = ['AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::Instance'].map(assetType => ({
      ...SCOPE,
      assetType,
    }));
    const planned = scopes.map(scope => ({ ...scope, outcome: null, fault: null }));
    await savePlan(bed.db, hold, { scopes: planned, known: [], reached: REACHED, regionsFault: null, at: new Date() });
    const [first, second, third] = scopes.map(scope => ({ ...endOf([]), ...scope, items: 7 }));
    if (!first || !second || !third) throw new Error('there are three scopes');
    const stale = { ...hold, fence: hold.fence - 1 };
    expect(
      await finishScopes(bed.db, [
        { hold: stale, end: first },
        { hold, end: { ...second, outcome: 'denied' } },
        { hold: stale, end: third },
      ]),
    ).toEqual([false, true, false]);
    expect(
      await finishScopes(bed.db, [
        { hold, end: second },
        { hold, end: first },
      ]),
    ).toEqual([false, true]);
    const gone = { ...third, unseen: [crypto.randomUUID()] };
    await expect(finishScopes(bed.db, [{ hold, end: gone }])).rejects.toThrow('by itself');
    await finishRun(bed.db, hold, { state: 'problems', fault: null, leftOver: 'failed', at: new Date() });
    const run = await bed.run(hold.runId);
    expect(run.scopes.map(({ assetType, outcome, items }) => [assetType, outcome, items])).toEqual([
      ['AWS::EC2::Instance', 'failed', 0],
      ['AWS::EC2::Subnet', 'denied', 7],
      ['AWS::EC2::VPC', 'complete', 7],
    ]);
    expect(run.counts).toMatchObject({ scopes: 3, finished: 3, complete: 1, items: 14, pages: 2, calls: 2 });
  });

  test('a run counts the scopes that its connector counts: none that does not apply, known before or found', async () => {
    const id = await bed.connect(THIRD, { regions: [REGION] });
    const hold = await claim(await bed.queueRun(id));
    const scopes = ['AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::Instance', 'AWS::CloudFront::Distribution'].map(
      assetType => ({ ...SCOPE, accountId: THIRD, assetType }),
    );
    const [first, second, third] = scopes.map(scope => ({ ...endOf([]), ...scope }));
    if (!first || !second || !third) throw new Error('there are four scopes');
    await savePlan(bed.db, hold, {
      scopes: scopes.map((scope, i) => ({ ...scope, outcome: i === 3 ? 'not-applicable' : null, fault: null })),
      ...{ known: [], reached: REACHED, regionsFault: null, at: new Date() },
    });
    const counts = async () => (await bed.run(hold.runId)).counts;
    expect(await counts()).toMatchObject({ scopes: 3, finished: 0 });
    await finishScopes(bed.db, [
      { hold, end: first },
      { hold, end: { ...second, outcome: 'not-applicable' } },
      { hold, end: { ...third, outcome: 'denied' } },
    ]);
    await finishRun(bed.db, hold, { state: 'problems', fault: null, leftOver: 'failed', at: new Date() });
    expect(await counts()).toMatchObject({ scopes: 2, finished: 2, complete: 1 });
    expect(await findConnector(bed.db, id)).toMatchObject({ scopesTotal: 2, scopesComplete: 1 });
    expect((await bed.run(hold.runId)).scopes).toHaveLength(4);
  });

  test('that was asleep in the middle of a listing stops quietly when it wakes', async () => {
    await bed.sync(connectorId);
    const region = ec2RegionOf(accountOf(bed.world, ACCOUNT), REGION);
    // The sleeper asks for VPCs and gets its answer late; meanwhile another worker does the whole run.
    bed.aws.faults.put({
      id: 'late',
      match: { operation: 'DescribeVpcs' },
      effect: { kind: 'slow', delayMs: 2_500 },
      to: 1,
    });
    const runId = await bed.queueRun(connectorId);
    const sleeper = bed.attempt(runId);
    while ((await bed.run(runId)).counts.scopes === 0 || bed.aws.callLog.calls().at(-1)?.operation === 'AssumeRole')
      await tick();
    region.vpcs.push({ ...newVpcItem(), VpcId: 'vpc-0made0meanwhile0000' });
    expect(await bed.attempt(runId)).toBe('finished');
    const before = await everything();
    expect(await sleeper).toBe('lost');
    expect(await everything()).toEqual(before);
    expect(await liveAssets(bed.db)).toEqual(trueAssets(bed.world, { accountIds: [ACCOUNT], now: new Date() }));
    bed.aws.faults.clear();
  });
});

test('what is told of a run waits for no write of it', async () => {
  const hold = await claim(await bed.queueRun(connectorId));
  const told = { counts: { ...NOTHING_DONE, items: 1 }, underWay: [] };
  await bed.db.transaction().execute(async writing => {
    await sql`select from runs where id = ${hold.runId} for share`.execute(writing);
    expect(await saveProgress(bed.db, hold, told)).toBe('busy');
  });
  expect(await saveProgress(bed.db, hold, told)).toBe('written');
  await cancelRuns(bed.db, { connectorId, at: new Date() });
});

describe('one account', () => {
  test('is observed by one run at a time, whoever’s it is', async () => {
    const second = await bed.connect(OTHER, { regions: [REGION] });
    const runId = await bed.queueRun(connectorId);
    await claim(runId);
    // Another role of the same account: made by hand, since a role can have one connector only.
    await bed.pointAt(second, ACCOUNT);
    const other = await bed.queueRun(second);
    expect(await claimRun(bed.db, { runId: other, now: new Date() })).toEqual({ kind: 'busy' });
    await cancelRuns(bed.db, { connectorId, at: new Date() });
    expect(await claimRun(bed.db, { runId: other, now: new Date() })).toMatchObject({ kind: 'claimed' });
    await cancelRuns(bed.db, { connectorId: second, at: new Date() });
    await bed.pointAt(second, OTHER);
  });

  test('is claimed by only one of many workers that come at the same moment', async () => {
    const ids = await Promise.all([connectorId].map(id => bed.queueRun(id)));
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => claimRun(bed.db, { runId: ids[0] ?? '', now: new Date() })),
    );
    const fences = claims.flatMap(it => (it.kind === 'claimed' ? [it.run.hold.fence] : []));
    expect(new Set(fences).size).toBe(fences.length);
    const holding = await Promise.all(fences.map(fence => lookAtHold(bed.db, { runId: ids[0] ?? '', fence })));
    expect(holding.filter(state => state === 'held')).toHaveLength(1);
    await cancelRuns(bed.db, { connectorId, at: new Date() });
  });
});

test('a run that is not finished within its time is given up, and its scopes say so', async () => {
  const runId = await bed.queueRun(connectorId);
  const hold = await claim(runId);
  const scopes = [{ ...SCOPE, outcome: null, fault: null }];
  await savePlan(bed.db, hold, { scopes, known: [], reached: REACHED, regionsFault: null, at: new Date() });
  const long = LIMITS.runHoursMax * 3_600_000 + 1;
  await sql`update runs set started_at = ${new Date(Date.now() - long)} where id = ${runId}`.execute(bed.db);
  const calls = bed.aws.callLog.calls().length;
  expect(await bed.attempt(runId)).toBe('finished');
  expect(bed.aws.callLog.calls()).toHaveLength(calls);
  expect(await bed.run(runId)).toMatchObject({
    state: 'failed',
    fault: { code: 'run-abandoned' },
    scopes: [{ outcome: 'timed-out', fault: { code: 'run-abandoned' } }],
  });
});

describe('a run whose connector is', () => {
  test('disabled before it began is cancelled', async () => {
    const runId = await bed.queueRun(connectorId);
    await changeConnector(bed.deps, { id: connectorId, change: { enabled: false }, actor: 'system' });
    expect(await bed.attempt(runId)).toBe('over');
    expect((await bed.run(runId)).state).toBe('cancelled');
    await changeConnector(bed.deps, { id: connectorId, change: { enabled: true }, actor: 'system' });
  });

  test('disabled while it is under way is told that it is unwanted', async () => {
    const runId = await bed.queueRun(connectorId);
    const hold = await claim(runId);
    expect(await lookAtHold(bed.db, hold)).toBe('held');
    await changeConnector(bed.deps, { id: connectorId, change: { enabled: false }, actor: 'system' });
    expect(await lookAtHold(bed.db, hold)).toBe('unwanted');
    await changeConnector(bed.deps, { id: connectorId, change: { enabled: true }, actor: 'system' });
    await cancelRuns(bed.db, { connectorId, at: new Date() });
  });

  test('deleted while it is under way writes nothing more, and its assets stay, detached', async () => {
    const id = await bed.connect(OTHER, { name: 'to be deleted', regions: [REGION] }).catch(() => undefined);
    const target = id ?? connectorId;
    await bed.sync(target);
    bed.aws.faults.put({
      id: 'late',
      match: { operation: 'DescribeVpcs' },
      effect: { kind: 'slow', delayMs: 1_500 },
      to: 1,
    });
    const runId = await bed.queueRun(target);
    const attempt = bed.attempt(runId);
    while ((await bed.run(runId)).counts.scopes === 0) await tick();
    const live = await liveAssets(bed.db);
    expect(await deleteConnector(bed.deps, { id: target, assets: 'detach', actor: 'system' })).toMatchObject({
      ok: true,
    });
    expect(await attempt).toBe('lost');
    bed.aws.faults.clear();
    expect(await liveAssets(bed.db)).toEqual(live);
    expect(await count(bed.db, "assets where seen_by = '{}'")).toBeGreaterThan(0);
    expect(await count(bed.db, "asset_history where event = 'detached'")).toBe(
      await count(bed.db, "assets where seen_by = '{}'"),
    );
  });
});

async function claim(runId: string): Promise<Hold> {
  const claimed = await claimRun(bed.db, { runId, now: new Date() });
  if (claimed.kind !== 'claimed') throw new Error(`the claim was ${claimed.kind}`);
  return claimed.run.hold;
}

/** Of which nothing is stored. */
function newVpc(nativeId = 'vpc-0new'): PageWrite {
  const asset = { nativeId, arn: null, name: null, state: 'available', tags: {}, attributes: {} };
  return {
    scope: SCOPE,
    connectorNum: 1,
    connectorTags: {},
    assets: [
      {
        ...asset,
        id: crypto.randomUUID(),
        hash: contentHash(asset),
        rawHash: null,
        unknown: {},
        search: '',
        sharedFacts: ['vpc-0fact'],
        compared: {},
        changes: [],
      },
    ],
    adopted: [],
    rehashed: [],
    at: new Date(),
  };
}

function newVpcItem() {
  const [vpc] = ec2RegionOf(accountOf(bed.world, ACCOUNT), REGION).vpcs;
  if (!vpc) throw new Error('the region has a VPC');
  return vpc;
}

function endOf(unseen: readonly string[]): ScopeEnd {
  return completeEnd(SCOPE, unseen);
}

/** Number and versions of all rows that a worker may write. */
async function everything() {
  return await bed.versions(['assets', 'shared_facts', 'asset_history', 'runs', 'scopes', 'connectors']);
}

function tick(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 10));
}
