import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { fillRegion, generateWorld } from '../../simulator/world/generate.ts';
import { ownResources, stockOf } from '../../simulator/world/stock.ts';
import type { World } from '../../simulator/world/world.ts';
import { type Aws, openAws } from '../../src/aws/aws.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { systemIds } from '../../src/domain/ids.ts';
import { ec2Instance } from '../../src/inventory/ec2-instance.ts';
import { lambdaFunction } from '../../src/inventory/lambda-function.ts';
import { type Bed, count, openBed } from './bed.ts';
import { inSmallPages, SMALL_PAGE_ITEMS } from './small-pages.ts';

const REGION = 'us-east-1';
const [PACED, HURRIED] = ['200000000001', '200000000002'] as const;
/** More calls than EC2 and Lambda let through at once. */
const PAGES = 110;
const FUNCTIONS = 8;

/** Simulated AWS's; it can be stopped, so that its buckets gain nothing however slow this machine is. */
let stoppedAtMs: number | undefined;
const clock = { now: systemClock.now, monotonicMs: () => stoppedAtMs ?? systemClock.monotonicMs() };

let bed: Bed;
beforeAll(async () => {
  const assetTypes = [inSmallPages(ec2Instance), lambdaFunction];
  bed = await openBed(makeWorld, { assetTypes }, { tokenBuckets: true, clock });
});
afterAll(() => bed[Symbol.asyncDispose]());

test('a big account is read without a refusal for coming too fast, at nine tenths of its quotas', async () => {
  const run = await syncAs({ accountId: PACED, pace: openOwnAws().pace });
  expect(run.state).toBe('ok');
  expect(refusals(PACED)).toEqual([]);
  expect(run.counts.items).toBe(PAGES * SMALL_PAGE_ITEMS + FUNCTIONS);
  expect(await count(bed.db, "assets where unknown <> '{}'")).toBe(0);
}, 60_000);

test('the same account without pacing is refused, and its functions are told in part only', async () => {
  const pace = { turn: async () => true, slowDown: () => {}, buckets: () => 0, sharePercent: 100 };
  stoppedAtMs = clock.monotonicMs();
  await syncAs({ accountId: HURRIED, pace });
  expect([...new Set(refusals(HURRIED))].sort()).toEqual([
    'DescribeInstances',
    'ListAliases',
    'ListFunctionUrlConfigs',
  ]);
  expect(await count(bed.db, "assets where unknown::text like '%aws-throttled%'")).toBeGreaterThan(0);
}, 60_000);

async function syncAs({ accountId, pace }: { accountId: string; pace: Aws['pace'] }) {
  const connectorId = await bed.connect(accountId, { regions: [REGION] });
  Object.assign(bed.deps.aws, { pace });
  return await bed.sync(connectorId);
}

function openOwnAws(): Aws {
  const endpoints = { all: bed.aws.endpoint, byService: {} };
  return openAws({ clock: systemClock, ids: systemIds, endpoints, quotaSharePercent: 90 });
}

function refusals(accountId: string) {
  return bed.aws.callLog
    .counts()
    .filter(one => one.accountId === accountId && one.errors > 0)
    .flatMap(({ operation, errors }) => Array.from({ length: errors }, () => operation));
}

function makeWorld(): World {
  const now = new Date();
  const world = generateWorld({ seed: 5, now, accounts: 2, instances: 0, regions: [REGION] });
  world.stock = stockOf([lambdaFunction], { most: 0 });
  const { id: sampleId, item } = lambdaFunction.sample;
  for (const id of [PACED, HURRIED]) {
    const account = accountOf(world, id);
    fillRegion({ seed: 5, now, account, region: REGION, count: PAGES * SMALL_PAGE_ITEMS });
    const functions = ownResources(world, { account, region: REGION, type: 'AWS::Lambda::Function' });
    for (let number = 0; number < FUNCTIONS; number++) {
      functions.push(JSON.parse(JSON.stringify(item).replaceAll(sampleId, `function-${number}`)));
    }
  }
  return world;
}
