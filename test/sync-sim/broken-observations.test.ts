import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FaultEffect } from '../../simulator/faults.ts';
import { accountOf, ec2RegionOf } from '../../simulator/world/build.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { CONNECTOR_ROLE_NAME, readPolicy, trustsNobodyPolicy } from '../../simulator/world/policies.ts';
import type { SimulatedInstance } from '../../simulator/world/world.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { factsOfPartition } from '../../src/domain/partition.ts';
import type { AssetType } from '../../src/inventory/define.ts';
import { type Bed, count, openBed } from './bed.ts';
import { NETWORK_TYPES } from './deps.ts';
import { inSmallPages, SMALL_PAGE_ITEMS } from './small-pages.ts';
import { everGone, liveAssets, trueAssets } from './truth.ts';

const ACCOUNT = '200000000001';
const REGION = 'us-east-1';
/** More than one page of instances. */
const INSTANCES = 3 * SMALL_PAGE_ITEMS + 2;

let bed: Bed;
let connectorId: string;
let attemptMs = 8_000;
let unseen: SimulatedInstance | undefined;

beforeAll(async () => {
  bed = await openBed(
    () => generateWorld({ seed: 5, now: new Date(), accounts: 1, instances: INSTANCES, regions: [REGION] }),
    {
      assetTypes: NETWORK_TYPES.map(inSmallPages),
      callBudget: () => ({ triesMax: 2, attemptMs, deadlineMs: systemClock.monotonicMs() + 1.5 * attemptMs }),
    },
  );
  connectorId = await bed.connect(ACCOUNT, { regions: [REGION] });
  expect((await bed.sync(connectorId)).state).toBe('ok');
});
afterAll(() => bed[Symbol.asyncDispose]());

describe('an instance is deleted, and its listing', () => {
  // Each of these must leave the inventory as it is: nobody has looked, so nobody can say that something is gone.
  test.each<[string, FaultEffect, unknown, unknown]>([
    ['is denied by a policy', { kind: 'deny', by: 'identity' }, 'denied', 'access-denied'],
    ['is denied by a service control policy', { kind: 'deny', by: 'scp' }, 'denied', 'denied-by-scp'],
    ['is throttled', { kind: 'throttle' }, 'throttled', 'aws-throttled'],
    ['is never answered', { kind: 'hang' }, 'timed-out', 'aws-timeout'],
    // Which of the two it is depends on what the connection was doing.
    [
      'loses its connection',
      { kind: 'drop' },
      expect.stringMatching(/^(failed|timed-out)$/),
      expect.stringMatching(/^aws-(unreachable|timeout)$/),
    ],
    ['ends in the middle of the document', { kind: 'truncate' }, 'failed', 'incomplete-answer'],
    ['meets an error of AWS', { kind: 'server-error', error: 'internal' }, 'failed', 'aws-error'],
    ['meets a region that does not know the session', { kind: 'region-off' }, 'failed', 'session-not-accepted'],
  ])('%s', async (_what, effect, outcome, code) => {
    attemptMs = effect.kind === 'hang' ? 1_000 : 8_000;
    for (const page of [1, 2]) {
      const match = { operation: 'DescribeInstances' };
      // From the second page on, every call after the first page is struck.
      bed.aws.faults.put({ id: 'break', match, effect, from: page });
      const run = await bed.sync(connectorId);
      expect(run).toMatchObject({ state: 'problems', fault: null, counts: { complete: 2, added: 0, gone: 0 } });
      expect(run.scopes.find(scope => scope.outcome !== 'complete')).toMatchObject({
        assetType: 'AWS::EC2::Instance',
        outcome,
        fault: { code },
      });
      expect(await everGone(bed.db)).toEqual([]);
      expect(await count(bed.db, "assets where asset_type = 'AWS::EC2::Instance' and gone_at is null")).toBe(INSTANCES);
    }
  });

  beforeAll(() => {
    const region = ec2RegionOf(accountOf(bed.world, ACCOUNT), REGION);
    unseen = region.instances.splice(10, 1)[0];
  });
  afterEach(() => {
    attemptMs = 8_000;
    bed.aws.faults.clear();
  });

  test('has pages without items, and is read to its end all the same', async () => {
    bed.aws.faults.put({
      id: 'empty',
      match: { operation: 'DescribeInstances' },
      effect: { kind: 'empty-page' },
      to: 3,
    });
    expect(await bed.sync(connectorId)).toMatchObject({ state: 'ok', counts: { complete: 3, gone: 1 } });
    expect(await everGone(bed.db)).toEqual([`aws/${ACCOUNT}/${REGION}/AWS::EC2::Instance/${unseen?.InstanceId}`]);
    expect(await liveAssets(bed.db)).toEqual(trueAssets(bed.world, { accountIds: [ACCOUNT], now: new Date() }));
  });
});

describe('a scope that cannot be observed', () => {
  afterEach(() => bed.aws.faults.clear());

  test('keeps in the ledger when it was observed last, and says what is the matter now', async () => {
    const complete = await ledger();
    bed.aws.faults.put({ id: 'deny', match: { operation: 'DescribeVpcs' }, effect: { kind: 'deny', by: 'scp' } });
    await bed.sync(connectorId);
    const denied = await ledger();
    expect(denied).toMatchObject({ outcome: 'denied', fault: { code: 'denied-by-scp' }, items: complete?.items });
    expect(denied?.completeAt).toEqual(complete?.completeAt);
  });

  test('does not stop the others when its reading meets a bug of ours', async () => {
    const broken: AssetType[] = NETWORK_TYPES.map(type =>
      type.assetType === 'AWS::EC2::VPC' ? { ...type, pages: () => brokenPages() } : type,
    );
    await using own = await openBed(smallWorld, { assetTypes: broken });
    const run = await own.sync(await own.connect(ACCOUNT, { regions: [REGION] }));
    expect(run).toMatchObject({ state: 'problems', counts: { complete: 2 } });
    expect(run.scopes.find(scope => scope.outcome === 'failed')?.fault?.code).toBe('internal-error');
  });

  async function ledger() {
    const { rows } = await sql<{ outcome: string; fault: unknown; completeAt: Date; items: number }>`
      select last_outcome as outcome, last_fault as fault, complete_at as "completeAt", items
      from scopes where asset_type = 'AWS::EC2::VPC'
    `.execute(bed.db);
    return rows[0];
  }
});

describe('regions', () => {
  afterEach(() => bed.aws.faults.clear());

  test('that the account has not enabled are said to be so, and are not called', async () => {
    await using own = await openBed(smallWorld);
    const id = await own.connect(ACCOUNT, { regions: [REGION, 'ap-east-1'] });
    const run = await own.sync(id);
    expect(run).toMatchObject({ state: 'problems', counts: { scopes: 6, complete: 3, finished: 6 } });
    const off = run.scopes.filter(scope => scope.region === 'ap-east-1');
    expect(new Set(off.map(scope => scope.outcome))).toEqual(new Set(['region-disabled']));
    expect(off[0]?.fault?.code).toBe('region-disabled');
    expect(own.aws.callLog.calls().filter(call => call.region === 'ap-east-1')).toEqual([]);
  });

  test('that were opted into are observed without being named', async () => {
    await using own = await openBed(() => {
      const world = smallWorld();
      accountOf(world, ACCOUNT).enabledRegions.push('ap-east-1');
      return world;
    });
    const run = await own.sync(await own.connect(ACCOUNT));
    expect(run).toMatchObject({ state: 'ok', regionsFault: null, counts: { complete: 18 * 3 } });
    expect(run.scopes.some(scope => scope.region === 'ap-east-1')).toBe(true);
  });

  test('that the account does not tell are those that every account has, and the run says so', async () => {
    await using own = await openBed(() => {
      const world = smallWorld();
      const role = accountOf(world, ACCOUNT).roles[CONNECTOR_ROLE_NAME];
      if (role) role.inlinePolicies = { Read: readPolicy({ without: ['ec2:DescribeRegions'] }) };
      return world;
    });
    const run = await own.sync(await own.connect(ACCOUNT));
    expect(run).toMatchObject({ state: 'ok', regionsFault: { code: 'access-denied' } });
    const defaults = factsOfPartition('aws')?.defaultRegions ?? [];
    expect([...new Set(run.scopes.map(scope => scope.region))].sort()).toEqual([...defaults].sort());
    expect(await liveAssets(own.db)).toEqual(trueAssets(own.world, { accountIds: [ACCOUNT], now: new Date() }));
  });
});

test('a role that cannot be assumed any more fails the run, keeps every asset and makes the ledger say so', async () => {
  await using own = await openBed(smallWorld);
  const id = await own.connect(ACCOUNT, { regions: [REGION] });
  await own.sync(id);
  const before = await liveAssets(own.db);
  const role = accountOf(own.world, ACCOUNT).roles[CONNECTOR_ROLE_NAME];
  if (role) role.trustPolicy = trustsNobodyPolicy();
  // The session of the first run is still good; another process would have to assume the role anew.
  own.deps.aws.sessions.clear();
  const run = await own.sync(id);
  expect(run).toMatchObject({ state: 'failed', fault: { code: 'role-not-assumable' }, counts: { scopes: 0 } });
  expect(await liveAssets(own.db)).toEqual(before);
  expect(await everGone(own.db)).toEqual([]);
  expect(await count(own.db, `scopes where last_outcome = 'failed' and last_run_id = '${run.id}'`)).toBe(3);
});

function smallWorld() {
  return generateWorld({ seed: 9, now: new Date(), accounts: 1, instances: 12, regions: [REGION] });
}

async function* brokenPages() {
  yield await Promise.reject(new TypeError('nobody foresaw this'));
}
