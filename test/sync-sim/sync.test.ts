import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateWorld } from '../../simulator/world/generate.ts';
import { type Bed, count, openBed } from './bed.ts';
import { liveAssets, trueAssets } from './truth.ts';

const ACCOUNT = '200000000001';
let bed: Bed;

beforeAll(async () => {
  bed = await openBed(() =>
    generateWorld({ seed: 7, now: new Date(), accounts: 1, instances: 60, regions: ['us-east-1', 'eu-west-1'] }),
  );
});
afterAll(() => bed[Symbol.asyncDispose]());

test('the first sync holds exactly what the account has', async () => {
  const run = await bed.sync(await bed.connect(ACCOUNT));
  expect(run).toMatchObject({ state: 'ok', fault: null, counts: { scopes: 51, complete: 51 } });
  const live = await liveAssets(bed.db);
  expect(live).toEqual(trueAssets(bed.world, { accountIds: [ACCOUNT], now: new Date() }));
  expect(run.counts).toMatchObject({ items: live.length, added: live.length, changed: 0, gone: 0 });
  expect(await count(bed.db, "asset_history where event = 'appeared'")).toBe(live.length);
});
