import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountOf, ec2RegionOf } from '../../simulator/world/build.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { type Bed, count, openBed } from './bed.ts';
import { liveAssets, trueAssets } from './truth.ts';

/**
 * What has the same bytes as before is not read. That something was not read shows when what is stored of it is not what
 * AWS says: reading it would mend it.
 */
const ACCOUNT = '200000000001';
const REGION = 'eu-west-1';
let bed: Bed;
let connectorId: string;

beforeAll(async () => {
  bed = await openBed(() => generateWorld({ seed: 9, now: new Date(), accounts: 1, instances: 40, regions: [REGION] }));
  connectorId = await bed.connect(ACCOUNT, { regions: [REGION] });
  await bed.sync(connectorId);
});
afterAll(() => bed[Symbol.asyncDispose]());

test('every resource of EC2 is stored with the hash of its bytes', async () => {
  expect(await count(bed.db, 'assets where raw_hash is null')).toBe(0);
  expect(await count(bed.db, 'assets where length(raw_hash) = 15')).toBeGreaterThan(40);
});

test('what has the same bytes is seen and not read', async () => {
  await forget();
  const { counts } = await bed.sync(connectorId);
  expect(counts).toMatchObject({ changed: 0, gone: 0, items: (await liveAssets(bed.db)).length });
  expect(await forgotten()).toBe(await count(bed.db, 'assets'));
});

test('of a page, only what changed is read', async () => {
  const { instances } = ec2RegionOf(accountOf(bed.world, ACCOUNT), REGION);
  const index = instances.findIndex(({ State }) => State?.Name === 'running');
  const instance = instances[index];
  if (!instance) throw new Error('one runs');
  instances[index] = { ...instance, Tags: [{ Key: 'Owner', Value: 'somebody else' }] };
  const { counts } = await bed.sync(connectorId);
  expect(counts).toMatchObject({ gone: 0 });
  // With those that were launched together with it, since one page of bytes holds them all.
  const together = instances.filter(({ reservationId }) => reservationId === instance.reservationId).length;
  const read = (await count(bed.db, 'assets')) - (await forgotten());
  expect(read).toBeGreaterThanOrEqual(1);
  expect(read).toBeLessThanOrEqual(together);
});

test('another reader reads everything once, and mends what the earlier one made of it', async () => {
  await sql`update scopes set read_with = 'an earlier one'`.execute(bed.db);
  await bed.sync(connectorId);
  expect(await forgotten()).toBe(0);
  expect(await liveAssets(bed.db)).toEqual(trueAssets(bed.world, { accountIds: [ACCOUNT], now: new Date() }));
  expect(await count(bed.db, "scopes where read_with = 'an earlier one'")).toBe(0);
});

test('the same resource in other bytes is read once, and has neither changed nor a history', async () => {
  await sql`update assets set raw_hash = decode('00', 'hex')`.execute(bed.db);
  const before = await count(bed.db, 'asset_history');
  const { counts } = await bed.sync(connectorId);
  expect(counts).toMatchObject({ added: 0, changed: 0, gone: 0 });
  expect(await count(bed.db, 'asset_history')).toBe(before);
  expect(await count(bed.db, 'assets where length(raw_hash) = 15')).toBe(await count(bed.db, 'assets'));
  const versions = await bed.versions(['assets']);
  await bed.sync(connectorId);
  expect(await bed.versions(['assets'])).toBe(versions);
});

test('a resource that the bytes of another page no longer have is gone as before', async () => {
  const { instances } = ec2RegionOf(accountOf(bed.world, ACCOUNT), REGION);
  const [vanished] = instances.splice(3, 1);
  const { counts } = await bed.sync(connectorId);
  expect(counts.gone).toBeGreaterThanOrEqual(1);
  expect(await count(bed.db, `assets where native_id = '${vanished?.InstanceId}' and gone_at is not null`)).toBe(1);
  expect(await liveAssets(bed.db)).toEqual(trueAssets(bed.world, { accountIds: [ACCOUNT], now: new Date() }));
});

/** Makes what is stored differ from what AWS says, without AWS saying anything else. */
async function forget(): Promise<void> {
  await sql`update assets set content_hash = decode(repeat('00', 16), 'hex'), state = 'forgotten'`.execute(bed.db);
}

async function forgotten(): Promise<number> {
  return await count(bed.db, "assets where state = 'forgotten'");
}
