import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountOf, ec2RegionOf } from '../../simulator/world/build.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { stopped, TERMINATED_VISIBLE_MS, terminated } from '../../simulator/world/instance-state.ts';
import type { Ec2Region, SimulatedInstance } from '../../simulator/world/world.ts';
import { type Bed, count, openBed } from './bed.ts';
import { liveAssets, trueAssets } from './truth.ts';

const ACCOUNT = '200000000001';
const REGION = 'eu-west-1';

describe('syncs of one account, one after the other', () => {
  let bed: Bed;
  let connectorId: string;
  beforeAll(async () => {
    bed = await openBed(() =>
      generateWorld({ seed: 7, now: new Date(), accounts: 1, instances: 60, regions: ['us-east-1', REGION] }),
    );
    connectorId = await bed.connect(ACCOUNT);
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  test('the first holds exactly what the account has', async () => {
    const run = await bed.sync(connectorId);
    expect(run).toMatchObject({ state: 'ok', fault: null, regionsFault: null, counts: { scopes: 51, complete: 51 } });
    expect(run.hub).toEqual({ kind: 'platform-account', accountId: '100000000001' });
    const live = await liveAssets(bed.db);
    expect(live).toEqual(trueAssets(bed.world, { accountIds: [ACCOUNT], now: new Date() }));
    expect(run.counts).toMatchObject({ items: live.length, added: live.length, changed: 0, gone: 0 });
    expect(await count(bed.db, "asset_events where event = 'appeared' and changes = '[]'")).toBe(live.length);
  });

  test('the next writes no asset and no history, and still says that all was seen', async () => {
    const before = await bed.versions(['assets', 'asset_history']);
    const run = await bed.sync(connectorId);
    const items = (await liveAssets(bed.db)).length;
    expect(run.counts).toMatchObject({ complete: 51, items, added: 0, changed: 0, gone: 0 });
    expect(await bed.versions(['assets', 'asset_history'])).toBe(before);
    expect(await count(bed.db, `scopes where last_run_id = '${run.id}' and complete_at is not null`)).toBe(51);
  });

  test('what changed is written, with what it was before', async () => {
    const [first, second] = takeTwo(regionOf(bed).instances);
    replace(regionOf(bed), first, stopped(first, new Date()));
    replace(regionOf(bed), second, { ...second, Tags: [{ Key: 'Owner', Value: 'somebody else' }] });
    const run = await bed.sync(connectorId);
    expect(run.counts).toMatchObject({ added: 0, changed: 2, gone: 0 });
    expect(await liveAssets(bed.db)).toEqual(trueAssets(bed.world, { accountIds: [ACCOUNT], now: new Date() }));
    expect((await historyOf(bed, first.InstanceId)).at(-1)).toMatchObject({
      event: 'changed',
      runId: run.id,
      changes: expect.arrayContaining([{ path: 'state', before: 'running', after: 'stopped' }]),
    });
  });

  test('a terminated instance stays with its state while EC2 lists it, is gone after, and is still stored', async () => {
    const { instances } = regionOf(bed);
    const [, , , last] = instances;
    if (!last) throw new Error('the region has instances');
    const now = new Date();
    replace(regionOf(bed), last, terminated(last, now));
    expect((await bed.sync(connectorId)).counts).toMatchObject({ changed: 1, gone: 0 });
    expect(await stateOf(bed, last.InstanceId)).toEqual({ state: 'terminated', gone: false });

    replace(regionOf(bed), last, terminated(last, new Date(now.getTime() - TERMINATED_VISIBLE_MS)));
    const run = await bed.sync(connectorId);
    expect(run.counts).toMatchObject({ added: 0, changed: 0, gone: 1 });
    expect(await stateOf(bed, last.InstanceId)).toEqual({ state: 'terminated', gone: true });
    expect((await historyOf(bed, last.InstanceId)).at(-1)).toMatchObject({ event: 'gone', runId: run.id });
  });

  test('what is gone was last seen when a run saw it last, not when it was missed', async () => {
    const { rows } = await sql<{ fits: boolean }>`
      select a.last_seen_at < a.gone_at and a.last_seen_at > a.first_seen_at as fits from assets a where gone_at is not null
    `.execute(bed.db);
    expect(rows).toEqual([{ fits: true }]);
  });

  test('what comes back is live again, under the same id and with its history', async () => {
    const region = regionOf(bed);
    const [vpc] = region.vpcs;
    if (!vpc) throw new Error('the region has a VPC');
    region.vpcs = region.vpcs.filter(other => other !== vpc);
    expect((await bed.sync(connectorId)).counts.gone).toBe(1);
    region.vpcs.push({ ...vpc, Tags: [{ Key: 'Name', Value: 'Back again' }] });
    expect((await bed.sync(connectorId)).counts).toMatchObject({ added: 1, changed: 0, gone: 0 });
    expect(await liveAssets(bed.db)).toEqual(trueAssets(bed.world, { accountIds: [ACCOUNT], now: new Date() }));
    const events = await historyOf(bed, vpc.VpcId ?? '');
    expect(events.map(({ event }) => event)).toEqual(['appeared', 'gone', 'returned']);
    expect(events.at(-1)?.changes).toContainEqual(expect.objectContaining({ path: 'tags.Name', after: 'Back again' }));
  });

  test('a resource that a listing has twice is one asset, as it stood last', async () => {
    const region = regionOf(bed);
    const [vpc] = region.vpcs;
    if (!vpc) throw new Error('the region has a VPC');
    region.vpcs.push({ ...vpc, CidrBlock: '192.168.0.0/20' });
    const run = await bed.sync(connectorId);
    region.vpcs.pop();
    expect(run).toMatchObject({ state: 'ok', counts: { added: 0, changed: 1, gone: 0 } });
    const scope = run.scopes.find(({ region: name, assetType }) => name === REGION && assetType === 'AWS::EC2::VPC');
    expect(scope?.items).toBe(region.vpcs.length);
    const [asset] = (await liveAssets(bed.db)).filter(({ key }) => key.endsWith(vpc.VpcId ?? ''));
    expect(asset?.attributes).toMatchObject({ cidrBlock: '192.168.0.0/20' });
    await bed.sync(connectorId);
  });

  test('resources that another account shares with this one are not recorded as this account’s', async () => {
    const region = regionOf(bed);
    const [subnet] = region.subnets;
    if (!subnet) throw new Error('the region has a subnet');
    region.subnets.push({ ...subnet, SubnetId: 'subnet-0shared0000000000', OwnerId: '999999999999' });
    expect(await bed.sync(connectorId)).toMatchObject({ state: 'ok', counts: { added: 0, changed: 0, gone: 0 } });
    region.subnets.pop();
    expect(await count(bed.db, "assets where native_id = 'subnet-0shared0000000000'")).toBe(0);
    expect(await count(bed.db, "assets where attributes ->> 'ownerId' <> account_id")).toBe(0);
  });

  function regionOf({ world }: Bed): Ec2Region {
    return ec2RegionOf(accountOf(world, ACCOUNT), REGION);
  }
});

async function historyOf({ db }: Bed, nativeId: string) {
  const { rows } = await sql<{ event: string; runId: string; changes: unknown[] }>`
    select h.event, h.run_id as "runId", h.changes from asset_events h join assets a on a.id = h.asset_id
    where a.native_id = ${nativeId} order by h.seq
  `.execute(db);
  return rows;
}

async function stateOf({ db }: Bed, nativeId: string) {
  const { rows } = await sql`
    select state, gone_at is not null as gone from assets where native_id = ${nativeId}
  `.execute(db);
  return rows[0];
}

function takeTwo(instances: readonly SimulatedInstance[]): [SimulatedInstance, SimulatedInstance] {
  const [first, second] = instances.filter(({ State }) => State?.Name === 'running');
  if (!first || !second) throw new Error('the region has running instances');
  return [first, second];
}

function replace(region: Ec2Region, old: SimulatedInstance, changed: SimulatedInstance): void {
  region.instances[region.instances.findIndex(({ InstanceId }) => InstanceId === old.InstanceId)] = changed;
}
