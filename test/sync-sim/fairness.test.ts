import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { ownResources } from '../../simulator/world/stock.ts';
import type { World } from '../../simulator/world/world.ts';
import { createSlots, type Slots } from '../../src/aws/slots.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { lambdaFunction } from '../../src/inventory/lambda-function.ts';
import { type Bed, openBed } from './bed.ts';

const REGIONS = ['eu-central-1', 'eu-west-1', 'us-east-1', 'us-west-2'];
const [HUGE, ...SMALL] = Array.from({ length: 6 }, (_, n) => String(200_000_000_001 + n));
const FUNCTIONS = 30;

let bed: Bed;
beforeAll(async () => {
  bed = await openBed(makeWorld, { assetTypes: [lambdaFunction] });
  // Without pacing, so that only the slots decide who is next.
  const pace = { turn: async () => true, slowDown: () => {}, buckets: () => 0, sharePercent: 100 };
  Object.assign(bed.deps.aws, { pace });
});
afterAll(() => bed[Symbol.asyncDispose]());

test('small accounts are through while a huge one has many calls waiting, and never wait behind more than one of them', async () => {
  const { slots, waits } = watched(createSlots(2));
  Object.assign(bed.deps.aws, { slots });
  const ended: string[] = [];
  const observe = async (accountId: string) => {
    const run = await bed.sync(await bed.connect(accountId, { regions: REGIONS }));
    expect(run.state).toBe('ok');
    ended.push(accountId);
  };
  const huge = observe(HUGE ?? '');
  await expect.poll(() => waits.filter(({ of }) => of === HUGE).length).toBeGreaterThan(8);
  await Promise.all([huge, ...SMALL.map(observe)]);

  expect(ended.at(-1)).toBe(HUGE);
  const waitsOfSmall = waits.filter(({ of }) => of !== HUGE);
  expect(waitsOfSmall.length).toBeGreaterThan(SMALL.length);
  // A run's own calls wait for each other, and in each round the huge account has one.
  const most = Math.max(...waitsOfSmall.map(({ hugeMeanwhile, ownBefore }) => hugeMeanwhile - ownBefore));
  expect(most).toBeLessThanOrEqual(1);
  const hugeWaiting = waits.filter(({ of }) => of === HUGE).map(({ hugeMeanwhile }) => hugeMeanwhile);
  expect(Math.max(...hugeWaiting)).toBeGreaterThan(LIMITS.detailCallsInFlight);
}, 60_000);

interface Wait {
  readonly of: string;
  /** Calls of the huge account that were sent while this one waited. */
  hugeMeanwhile: number;
  /** Calls of its own run that were waiting already. */
  readonly ownBefore: number;
}

function watched(slots: Slots): { slots: Slots; waits: Wait[] } {
  const waits: Wait[] = [];
  const waiting = new Map<string, number>();
  let huge = 0;
  return {
    waits,
    slots: {
      ...slots,
      async take(request) {
        const { of } = request;
        const [before, ownBefore] = [huge, waiting.get(of) ?? 0];
        waiting.set(of, ownBefore + 1);
        const done = await slots.take(request);
        waiting.set(of, (waiting.get(of) ?? 0) - 1);
        waits.push({ of, hugeMeanwhile: huge - before, ownBefore });
        if (of === HUGE) huge += 1;
        return done;
      },
    },
  };
}

function makeWorld(): World {
  const world = generateWorld({ seed: 5, now: new Date(), accounts: 6, instances: 0, regions: REGIONS });
  const { id: sampleId, item } = lambdaFunction.sample;
  for (const id of [HUGE ?? '', ...SMALL]) {
    for (const region of REGIONS) {
      const place = { account: accountOf(world, id), region, type: 'AWS::Lambda::Function' as const };
      const functions = ownResources(world, place);
      for (let number = 0; number < (id === HUGE ? FUNCTIONS : 1); number++) {
        functions.push(JSON.parse(JSON.stringify(item).replaceAll(sampleId, `function-${number}`)));
      }
    }
  }
  return world;
}
