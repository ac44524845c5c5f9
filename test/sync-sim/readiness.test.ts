import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { CONNECTOR_ROLE_NAME } from '../../simulator/world/policies.ts';
import { stockOf } from '../../simulator/world/stock.ts';
import { type ConnectorReadiness, connectorReadiness } from '../../src/accounts/readiness/connector-readiness.ts';
import { connectorsNotFresh, readinessOfMany } from '../../src/accounts/readiness/estate-readiness.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { ec2Instance } from '../../src/inventory/ec2-instance.ts';
import { ec2Volume } from '../../src/inventory/ec2-volume.ts';
import { ec2Vpc } from '../../src/inventory/ec2-vpc.ts';
import { lambdaFunction } from '../../src/inventory/lambda-function.ts';
import { s3Bucket } from '../../src/inventory/s3-bucket.ts';
import { refreshEstateReadiness } from '../../src/store/estate-readiness.ts';
import { type Bed, openBed } from './bed.ts';

/** What people are told about scopes that are not fresh, and that doing it makes them fresh. */
const ACCOUNT = '200000000001';
const OTHER = '200000000002';
const REGIONS = ['eu-central-1', 'eu-west-1', 'us-east-1'];
const TYPES = [ec2Instance, ec2Volume, ec2Vpc, s3Bucket, lambdaFunction];

let bed: Bed;
let connectorId: string;

beforeAll(async () => {
  const makeWorld = () => {
    const world = generateWorld({ seed: 1, now: new Date(), accounts: 3, instances: 18, regions: ['us-east-1'] });
    world.stock = stockOf(TYPES, { most: 2 });
    return world;
  };
  bed = await openBed(makeWorld, { assetTypes: TYPES });
  connectorId = await bed.connect(ACCOUNT, { regions: REGIONS });
});
afterAll(() => bed[Symbol.asyncDispose]());
afterEach(() => bed.aws.faults.clear());

test('before the first run there is nothing to tell, and no reason why not', async () => {
  expect(await read()).toMatchObject({ scopes: [], reasons: [], policyChange: null });
});

test('when all is observed, every scope is fresh and there is no reason', async () => {
  await bed.sync(connectorId);
  const { totals, scopes, reasons, policyChange } = await read();
  expect(totals).toMatchObject({ fresh: scopes.length, stale: 0, denied: 0 });
  expect(scopes).toHaveLength(REGIONS.length * (TYPES.length - 1) + 1);
  expect({ reasons, policyChange }).toEqual({ reasons: [], policyChange: null });
  expect(scopes.find(at('us-east-1', ec2Instance))).toMatchObject({
    readiness: 'fresh',
    items: expect.any(Number),
    reason: null,
  });
});

describe('actions that the role lacks', () => {
  test('are one reason each, however many regions deny them, and one statement for all', async () => {
    deny('ec2', 'DescribeVolumes');
    deny('lambda', 'ListFunctions');
    await bed.sync(connectorId);
    const { totals, scopes, reasons, policyChange } = await read();
    expect(totals.denied).toBe(2 * REGIONS.length);
    expect(reasons).toMatchObject([
      { actions: ['ec2:DescribeVolumes'], scopes: 3, regions: REGIONS, policyHelps: true, mender: 'role' },
      { actions: ['lambda:ListFunctions'], scopes: 3, assetTypes: [lambdaFunction.assetType], policyHelps: true },
    ]);
    expect(scopes.find(at('eu-west-1', lambdaFunction))).toMatchObject({ readiness: 'denied', reason: 1 });
    expect(policyChange?.denied).toEqual(['ec2:DescribeVolumes', 'lambda:ListFunctions']);
    // Nobody has got as far as these, because the listing was denied.
    expect(policyChange?.alsoNeeded).toEqual(
      lambdaFunction.iamActions.filter(action => !action.endsWith(':ListFunctions')).toSorted(),
    );
    expect(policyChange?.statement).toMatchObject({
      Effect: 'Allow',
      Action: expect.arrayContaining(['ec2:DescribeVolumes', 'lambda:ListFunctions']),
    });
  });

  test('what was observed before keeps its age and its count', async () => {
    const { scopes } = await read();
    const denied = scopes.filter(({ readiness }) => readiness === 'denied');
    for (const { completeAt } of denied) expect(completeAt).toBeInstanceOf(Date);
    expect(denied.some(({ items }) => items > 0)).toBe(true);
  });

  test('added to the role as the statement says, make the scopes fresh', async () => {
    const role = accountOf(bed.world, ACCOUNT).roles[CONNECTOR_ROLE_NAME];
    if (!role) throw new Error('the account has its role');
    const before = role.inlinePolicies;
    role.inlinePolicies = {
      Read: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }] },
    };
    await bed.sync(connectorId);
    const { totals, policyChange } = await read();
    expect(totals.fresh).toBe(0);
    role.inlinePolicies = {
      ...role.inlinePolicies,
      More: { Version: '2012-10-17', Statement: [policyChange?.statement] },
    };
    await bed.sync(connectorId);
    expect(await read()).toMatchObject({ totals: { denied: 0, failed: 0 }, reasons: [], policyChange: null });
    role.inlinePolicies = before;
  });

  test('of a further call only, leave the scope fresh and are told with it', async () => {
    deny('s3', 'GetBucketPolicy');
    await bed.sync(connectorId);
    const { totals, reasons, scopes, policyChange } = await read();
    expect(totals.denied).toBe(0);
    expect(reasons).toMatchObject([{ readiness: 'fresh', actions: ['s3:GetBucketPolicy'], scopes: 1 }]);
    expect(scopes.find(at('global', s3Bucket))).toMatchObject({ readiness: 'fresh', reason: 0 });
    expect(policyChange).toMatchObject({ denied: ['s3:GetBucketPolicy'], alsoNeeded: [] });
  });
});

describe('denials that no change of the role’s policy mends', () => {
  test.each([
    ['scp', 'organisation', /service control policy/],
    ['boundary', 'account', /permissions boundary/],
    ['identity-deny', 'role', /"Effect": "Deny"/],
    ['endpoint', 'deployment', /VPC endpoint/],
  ] as const)('by %s: %s can mend it, and no change is offered', async (by, mender, words) => {
    deny('ec2', 'DescribeVolumes', by);
    await bed.sync(connectorId);
    const { reasons, policyChange } = await read();
    expect(reasons).toMatchObject([{ mender, policyHelps: false, scopes: 3, actions: ['ec2:DescribeVolumes'] }]);
    expect(reasons[0]?.detail).toMatch(words);
    expect(policyChange).toBeNull();
  });

  test('of some services in a region are one reason, whichever actions they deny', async () => {
    const match = { accountId: ACCOUNT, region: 'eu-west-1', service: 'ec2' };
    bed.aws.faults.put({ id: 'ec2', match, effect: { kind: 'deny', by: 'scp' } });
    await bed.sync(connectorId);
    const { reasons } = await read();
    expect(reasons).toMatchObject([{ scopes: 3, regions: ['eu-west-1'], mender: 'organisation', policyHelps: false }]);
    expect(reasons[0]?.title).toBe('A service control policy denies 3 actions in eu-west-1');
    expect(reasons[0]?.actions).toEqual(['ec2:DescribeInstances', 'ec2:DescribeVolumes', 'ec2:DescribeVpcs']);
  });

  test('of everything in a region are one reason, which is about the region', async () => {
    bed.aws.faults.put({
      id: 'region',
      match: { accountId: ACCOUNT, region: 'eu-central-1' },
      effect: { kind: 'deny', by: 'scp' },
    });
    await bed.sync(connectorId);
    const { reasons } = await read();
    expect(reasons).toMatchObject([{ scopes: 4, regions: ['eu-central-1'], mender: 'organisation' }]);
    expect(reasons[0]?.title).toContain('everything in eu-central-1');
    expect(reasons[0]?.remedy).toContain('leave the regions out');
  });
});

describe('of all connectors', () => {
  test('the share of fresh scopes and the causes are those of the ledgers, whatever is counted lately or now', async () => {
    deny('ec2', 'DescribeVolumes');
    await bed.sync(connectorId);
    const now = await readinessOfMany(bed.deps, { accountId: ACCOUNT });
    expect(now.totals).toEqual((await read()).totals);
    const place = now.cells.find(at('us-east-1', ec2Volume));
    expect(place).toMatchObject({ totals: { denied: 1 }, oldestCompleteAt: expect.stringMatching(/Z$/) });
    expect(now.reasons).toMatchObject([
      {
        title: 'The role is not allowed ec2:DescribeVolumes',
        ...{ actions: ['ec2:DescribeVolumes'], scopes: 3, connectors: 1, policyHelps: true },
        examples: [{ id: connectorId, accountId: ACCOUNT }],
      },
    ]);
    expect(await readinessOfMany(bed.deps, {})).toMatchObject({ totals: now.totals, reasons: now.reasons });
    const china = await readinessOfMany(bed.deps, { accountType: 'china' });
    expect(china).toMatchObject({ cells: [], reasons: [], totals: { fresh: 0, denied: 0 } });
    expect((await readinessOfMany(bed.deps, { accountId: '000000000000' })).cells).toEqual([]);
  });

  test('is counted once for whoever asks shortly after one another, and again later', async () => {
    const first = await readinessOfMany(bed.deps, {});
    await bed.sync(connectorId);
    expect(await readinessOfMany(bed.deps, {})).toEqual(first);
    // A worker counts earlier than a reader does, who takes what is there.
    const soon = new Date(first.at.getTime() + 11_000);
    await refreshEstateReadiness(bed.db, { now: soon, emptyScopesEvery: 6 });
    expect(await readinessOfMany(bed.deps, {})).toMatchObject({ at: soon, reasons: [] });
    const clock = { ...bed.deps.clock, now: () => new Date(first.at.getTime() + 3_600_000) };
    const later = await readinessOfMany({ ...bed.deps, clock }, {});
    expect(later).toMatchObject({ totals: { denied: 0 }, reasons: [] });
  });

  test('that could not be counted is not counted again at once', async () => {
    const { at } = await readinessOfMany(bed.deps, {});
    const late = new Date(at.getTime() + 3_600_000);
    await bed.db.transaction().execute(async other => {
      await sql`lock table scopes in access exclusive mode`.execute(other);
      const counting = refreshEstateReadiness(bed.db, { now: late, emptyScopesEvery: 6 }).catch(String);
      const waits = sql`from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      const waiting = async () => (await sql`select 1 ${waits}`.execute(bed.db)).rows.length;
      await expect.poll(waiting, { timeout: 10_000 }).toBe(1);
      await sql`select pg_sleep(1), pg_cancel_backend(pid) ${waits}`.execute(bed.db);
      expect(await counting).toContain('canceling statement');
      // Would wait for the ledger if it counted.
      const soon = new Date(late.getTime() + 5_000);
      await refreshEstateReadiness(bed.db, { now: soon, emptyScopesEvery: 6 });
    });
    expect((await readinessOfMany(bed.deps, {})).at).toEqual(at);
    const much = new Date(late.getTime() + 120_000);
    await refreshEstateReadiness(bed.db, { now: much, emptyScopesEvery: 6 });
    expect((await readinessOfMany(bed.deps, {})).at).toEqual(much);
  });

  test('a place names the connectors that are not fresh there, page by page', async () => {
    deny('ec2', 'DescribeVolumes');
    const others = await Promise.all([2, 3].map(number => bed.connect(`20000000000${number}`, { regions: REGIONS })));
    await sql`
      insert into scopes (connector_id, region, asset_type, partition, account_id, last_outcome, complete_at)
      select id, 'us-east-1', ${ec2Volume.assetType}, partition, account_id, 'complete', ${new Date(0)}
      from connectors where id = any(${others}::uuid[])
    `.execute(bed.db);
    await bed.sync(connectorId);
    const place = { region: 'us-east-1', assetType: ec2Volume.assetType };
    const first = await connectorsNotFresh(bed.deps, { page: { limit: 2 }, place });
    if (!first.ok || first.value.nextCursor === null) throw new Error('there are three');
    expect(first.value.items).toMatchObject([{ connectorId, readiness: 'denied' }, { readiness: 'stale' }]);
    const page = { limit: 2, cursor: first.value.nextCursor };
    expect(await connectorsNotFresh(bed.deps, { page, place })).toMatchObject({
      value: { items: [{ name: '200000000003', readiness: 'stale' }], nextCursor: null },
    });
    await sql`delete from connectors where id = any(${others}::uuid[])`.execute(bed.db);
  });

  test('what an organisation denies is one cause, whichever actions it denies to how many connectors', async () => {
    const other = await bed.connect(OTHER, { regions: REGIONS });
    bed.aws.faults.put({ id: 'scp', match: { region: 'eu-west-1' }, effect: { kind: 'deny', by: 'scp' } });
    bed.aws.faults.put({
      id: 'role',
      match: { accountId: OTHER, region: 'us-east-1', service: 'lambda' },
      effect: { kind: 'deny', by: 'identity' },
    });
    await bed.sync(connectorId);
    await bed.sync(other);
    await sql`delete from estate_readiness`.execute(bed.db);
    const { reasons } = await readinessOfMany(bed.deps, {});
    expect(reasons).toMatchObject([
      { title: 'A service control policy denies 4 actions', scopes: 8, connectors: 2, mender: 'organisation' },
      { title: 'The role is not allowed lambda:ListFunctions', scopes: 1, connectors: 1 },
    ]);
    expect(reasons[0]?.actions).toEqual([
      ...['ec2:DescribeInstances', 'ec2:DescribeVolumes', 'ec2:DescribeVpcs', 'lambda:ListFunctions'],
    ]);
    expect(reasons[0]?.examples.map(({ id }) => id).toSorted()).toEqual([connectorId, other].toSorted());
    await sql`delete from connectors where id = ${other}`.execute(bed.db);
  });

  test('service and resource control policies are causes of their own words, as are a statement and the lack of one', async () => {
    deny('ec2', 'DescribeVolumes', 'scp');
    deny('ec2', 'DescribeVpcs', 'scp');
    deny('ec2', 'DescribeInstances', 'rcp');
    await bed.sync(connectorId);
    await sql`delete from estate_readiness`.execute(bed.db);
    const causes = async () => (await readinessOfMany(bed.deps, {})).reasons;
    const resource = {
      title: 'A resource control policy denies ec2:DescribeInstances',
      detail: expect.stringContaining('The resource control policy denies it.'),
      scopes: 3,
    };
    expect(await causes()).toMatchObject([
      {
        title: 'A service control policy denies ec2:DescribeVolumes and ec2:DescribeVpcs',
        detail: expect.stringContaining('The service control policy denies it.'),
        scopes: 6,
      },
      resource,
    ]);

    const [explicit, implicit] = ['with an explicit deny in a service', 'because no service'];
    await sql`update scopes set last_fault = replace(last_fault::text, ${explicit}, ${implicit})::jsonb
      where region = 'us-east-1'`.execute(bed.db);
    await sql`delete from estate_readiness`.execute(bed.db);
    expect(await causes()).toMatchObject([
      { detail: expect.stringContaining('The service control policy denies it.'), scopes: 4 },
      resource,
      { detail: expect.stringContaining('No service control policy above the account allows it.'), scopes: 2 },
    ]);
  });

  test('causes are kept such that a server of the release before reads them, too', async () => {
    deny('ec2', 'DescribeVolumes');
    await bed.sync(connectorId);
    await sql`delete from estate_readiness`.execute(bed.db);
    const counted = await readinessOfMany(bed.deps, {});
    const { rows } = await sql<{ causes: unknown }>`select causes from estate_readiness`.execute(bed.db);
    expect(rows).toMatchObject([{ causes: [{ action: null, actions: ['ec2:DescribeVolumes'] }] }]);
    const kept = await readinessOfMany(bed.deps, {});
    expect(kept).toEqual(counted);
    expect(kept.reasons[0]).not.toHaveProperty('action');
  });
});

test('what AWS throttles, and what does not answer, are reasons of their own', async () => {
  bed.aws.faults.put({ id: 't', match: { operation: 'DescribeVolumes' }, effect: { kind: 'throttle' } });
  await bed.sync(connectorId);
  expect((await read()).reasons).toMatchObject([
    { readiness: 'throttled', code: 'aws-throttled', scopes: 3, mender: 'nobody', actions: [] },
  ]);
});

test('an account that does not tell its regions has that as a reason, and the action in the change', async () => {
  await sql`update connectors set regions = null where id = ${connectorId}`.execute(bed.db);
  deny('ec2', 'DescribeRegions');
  await bed.sync(connectorId);
  const { reasons, policyChange } = await read();
  expect(reasons).toMatchObject([{ actions: ['ec2:DescribeRegions'], scopes: 0, policyHelps: true }]);
  expect(policyChange).toMatchObject({ denied: ['ec2:DescribeRegions'] });
});

test('a role that lets nobody in is one reason for every scope', async () => {
  await sql`update connectors set external_id = 'another-one' where id = ${connectorId}`.execute(bed.db);
  await bed.sync(connectorId);
  const { reasons, scopes } = await read();
  expect(reasons).toMatchObject([{ code: 'role-not-assumable', scopes: scopes.length, policyHelps: false }]);
});

test('what nobody has looked at for two intervals is stale, whatever it was; what is proved empty, some later', async () => {
  await sql`update scopes set last_outcome = 'complete', last_fault = null, empty_proofs = (items = 0)::int * 2,
    complete_at = complete_at - make_interval(mins => 481)`.execute(bed.db);
  const { totals: soon, scopes } = await read();
  const empty = scopes.filter(({ items }) => items === 0).length;
  expect(soon).toMatchObject({ fresh: empty, stale: scopes.length - empty });
  // Where each run proves everything, nothing waits longer than the rest.
  const everyRun = { ...bed.deps, emptyScopesEvery: 1 };
  expect(await read(everyRun)).toMatchObject({ totals: { fresh: 0, stale: scopes.length } });
  const now = (deps: typeof bed.deps) => readinessOfMany(deps, { accountId: ACCOUNT });
  expect(await now(bed.deps)).toMatchObject({ totals: soon });
  expect(await now(everyRun)).toMatchObject({ totals: { fresh: 0, stale: scopes.length } });

  await sql`update scopes set complete_at = complete_at
    - make_interval(mins => ${240 * LIMITS.emptyScopesEveryDefault})`.execute(bed.db);
  const { totals, reasons } = await read();
  expect(await read({ ...bed.deps, emptyScopesEvery: LIMITS.emptyScopesEveryDefault + 1 })).toMatchObject({
    totals: soon,
  });
  expect(totals).toMatchObject({ fresh: 0, stale: scopes.length });
  expect(reasons).toMatchObject([{ code: 'stale', scopes: scopes.length }]);
});

test('there is no readiness of a connector that does not exist', async () => {
  const id = '0198c2a4-7c1e-7d3a-9b52-0f6a4e1d2c3b';
  expect(await connectorReadiness(bed.deps, id)).toMatchObject({ ok: false, fault: { code: 'not-found' } });
});

async function read(deps = bed.deps): Promise<ConnectorReadiness> {
  const found = await connectorReadiness(deps, connectorId);
  if (!found.ok) throw new Error(found.fault.detail);
  return found.value;
}

function deny(
  service: string,
  operation: string,
  by: 'identity' | 'scp' | 'rcp' | 'boundary' | 'identity-deny' | 'endpoint' = 'identity',
) {
  bed.aws.faults.put({
    id: operation,
    match: { accountId: ACCOUNT, service, operation },
    effect: { kind: 'deny', by },
  });
}

function at(region: string, { assetType }: { assetType: string }) {
  return (scope: { region: string; assetType: string }) => scope.region === region && scope.assetType === assetType;
}
