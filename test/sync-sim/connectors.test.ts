import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountOf, addRole, ec2RegionOf } from '../../simulator/world/build.ts';
import { GENERATED_PLATFORM_ACCOUNT_ID, generatedExternalId, generateWorld } from '../../simulator/world/generate.ts';
import { readPolicy, trustPolicy } from '../../simulator/world/policies.ts';
import { changeConnector } from '../../src/accounts/connectors.ts';
import { deleteConnector } from '../../src/accounts/delete-connector.ts';
import type { ConnectorChange } from '../../src/accounts/shapes.ts';
import { type Bed, count, openBed } from './bed.ts';
import { everGone, liveAssets, trueAssets } from './truth.ts';

const ACCOUNT = '200000000001';
const REGIONS = ['us-east-1', 'eu-west-1'];
const AUDITOR = `arn:aws:iam::${ACCOUNT}:role/Auditor`;

let bed: Bed;
let first: string;
let second: string;
beforeAll(async () => {
  bed = await openBed(() => {
    const world = generateWorld({ seed: 13, now: new Date(), accounts: 2, instances: 40, regions: REGIONS });
    addRole(world, ACCOUNT, {
      name: 'Auditor',
      trustPolicy: trustPolicy({
        partition: 'aws',
        accountIds: [GENERATED_PLATFORM_ACCOUNT_ID],
        externalId: generatedExternalId(ACCOUNT),
      }),
      inlinePolicies: { Read: readPolicy() },
    });
    return world;
  });
  first = await bed.connect(ACCOUNT, { regions: REGIONS, assetTags: { from: 'first', team: 'a' } });
  second = await bed.connect(ACCOUNT, { roleArn: AUDITOR, regions: REGIONS, assetTags: { from: 'second' } });
});
afterAll(() => bed[Symbol.asyncDispose]());

test('two connectors of one account see the same assets once', async () => {
  await bed.sync(first);
  const before = await count(bed.db, 'asset_history');
  const run = await bed.sync(second);
  expect(run).toMatchObject({ state: 'ok', counts: { added: 0, changed: 0, gone: 0 } });
  expect(await count(bed.db, 'asset_history')).toBe(before);
  expect(await liveAssets(bed.db)).toEqual(truth());
  expect(await seen()).toEqual([{ seenBy: 2, tags: { from: 'second', team: 'a' } }]);
  const again = await bed.versions(['assets']);
  await bed.sync(first);
  await bed.sync(second);
  expect(await bed.versions(['assets'])).toBe(again);
});

test('what one of them sees is not gone for the other, and what either misses is gone once', async () => {
  const region = ec2RegionOf(accountOf(bed.world, ACCOUNT), 'us-east-1');
  const [launched] = region.vpcs;
  if (!launched) throw new Error('the region has a VPC');
  region.vpcs.push({ ...launched, VpcId: 'vpc-0new00000000000000' });
  expect((await bed.sync(second)).counts).toMatchObject({ added: 1, gone: 0 });
  expect((await bed.sync(first)).counts).toMatchObject({ added: 0, gone: 0 });
  region.vpcs.pop();
  expect((await bed.sync(first)).counts).toMatchObject({ gone: 1 });
  expect((await bed.sync(second)).counts).toMatchObject({ gone: 0 });
  expect(await everGone(bed.db)).toEqual([`aws/${ACCOUNT}/us-east-1/AWS::EC2::VPC/vpc-0new00000000000000`]);
});

test('changed asset tags reach all assets of the connector, and are no change of the asset', async () => {
  await change(first, { assetTags: { team: 'b' } });
  const before = await count(bed.db, 'asset_history');
  expect((await bed.sync(first)).counts.changed).toBe(0);
  expect(await seen('gone_at is null')).toEqual([{ seenBy: 2, tags: { from: 'second', team: 'b' } }]);
  expect(await count(bed.db, 'asset_history')).toBe(before);
});

test('a region that a connector no longer looks at keeps its assets, without that connector', async () => {
  await change(first, { regions: ['us-east-1'] });
  await bed.sync(first);
  expect(await seen("region = 'eu-west-1'")).toEqual([{ seenBy: 1, tags: { from: 'second' } }]);
  expect(await count(bed.db, "asset_history where event = 'detached'")).toBe(0);
  await change(second, { regions: ['us-east-1'] });
  await bed.sync(second);
  expect(await seen("region = 'eu-west-1'")).toEqual([{ seenBy: 0, tags: { from: 'second' } }]);
  expect(await count(bed.db, "asset_history where event = 'detached'")).toBe(
    await count(bed.db, "assets where region = 'eu-west-1'"),
  );
  expect(await liveAssets(bed.db)).toEqual(truth());
  await change(second, { regions: REGIONS });
  expect((await bed.sync(second)).counts).toMatchObject({ added: 0, changed: 0, gone: 0 });
  expect(await seen("region = 'eu-west-1'")).toEqual([{ seenBy: 1, tags: { from: 'second' } }]);
});

test('a connector pointed at another account leaves the assets of the one before, detached', async () => {
  const other = '200000000002';
  await change(second, { regions: ['us-east-1'] });
  await bed.sync(second);
  const role = accountOf(bed.world, other).roles.CausewayReadOnly;
  await change(second, {
    roleArn: `arn:aws:iam::${other}:role/${role?.name}`,
    externalId: generatedExternalId(other),
    regions: REGIONS,
  });
  expect((await bed.sync(second)).state).toBe('ok');
  expect(await count(bed.db, `scopes where account_id = '${other}'`)).toBe(6);
  expect(await seen(`account_id = '${ACCOUNT}' and region = 'us-east-1' and gone_at is null`)).toEqual([
    { seenBy: 1, tags: { team: 'b' } },
  ]);
  expect(await liveAssets(bed.db)).toEqual(trueAssets(bed.world, { accountIds: [ACCOUNT, other], now: new Date() }));
});

test('an asset that is deleted with another connector while it is being seen unchanged is read by the next run', async () => {
  const settings = { roleArn: AUDITOR, externalId: generatedExternalId(ACCOUNT), regions: ['us-east-1'] };
  await change(second, settings);
  await bed.sync(second);
  const { vpcs } = ec2RegionOf(accountOf(bed.world, ACCOUNT), 'us-east-1');
  const [launched] = vpcs;
  if (!launched) throw new Error('the region has a VPC');
  vpcs.push({ ...launched, VpcId: 'vpc-0new00000000000001' });
  await bed.sync(first);

  bed.aws.faults.put({ id: 'late', match: { operation: 'DescribeVpcs' }, effect: { kind: 'slow', delayMs: 2_000 } });
  bed.aws.callLog.clear();
  const runId = await bed.queueRun(second);
  const attempt = bed.attempt(runId);
  await expect.poll(() => bed.aws.callLog.calls().some(call => call.operation === 'DescribeSubnets')).toBe(true);
  expect(await deleteConnector(bed.deps, { id: first, assets: 'delete', actor: 'system' })).toMatchObject({ ok: true });
  expect(await attempt).toBe('finished');
  bed.aws.faults.clear();
  const { scopes } = await bed.run(runId);
  expect(scopes.find(({ assetType }) => assetType === 'AWS::EC2::VPC')).toMatchObject({
    outcome: 'failed',
    fault: { code: 'edit-conflict' },
  });
  expect(await bed.sync(second)).toMatchObject({ state: 'ok', counts: { added: 1, gone: 0 } });
  expect(await count(bed.db, "assets where native_id = 'vpc-0new00000000000001' and gone_at is null")).toBe(1);
});

async function change(id: string, wanted: ConnectorChange): Promise<void> {
  const changed = await changeConnector(bed.deps, { id, change: wanted, actor: 'system' });
  if (!changed.ok) throw new Error(changed.fault.detail);
}

/** How many connectors see the assets and what tags they gave them: one row if it is the same for all. */
async function seen(where = 'true') {
  const { rows } = await sql<{ seenBy: number; tags: Record<string, string> }>`
    select distinct cardinality(seen_by) as "seenBy", connector_tags as tags from assets where ${sql.raw(where)}
  `.execute(bed.db);
  return rows;
}

function truth() {
  return trueAssets(bed.world, { accountIds: [ACCOUNT], now: new Date() });
}
