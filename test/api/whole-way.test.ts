import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulation, startSimulation } from '../../simulator/simulation.ts';
import {
  generatedExternalId,
  generateWorld,
  GENERATED_PLATFORM_ACCOUNT_ID as HUB,
} from '../../simulator/world/generate.ts';
import { CONNECTOR_ROLE_NAME } from '../../simulator/world/policies.ts';
import { attemptRotation } from '../../src/accounts/key-rotation/attempt-rotation.ts';
import { API_PREFIX, ROUTE_NAMES, ROUTES, type RouteName } from '../../src/api/contract.ts';
import { ASSET_TYPES } from '../../src/inventory/registry.ts';
import { attemptRun } from '../../src/sync/run.ts';
import { type Answer, type Sender, send, signIn, startTestApi, type TestApi } from './test-api.ts';

/**
 * Every route about hubs, connectors, runs and assets, in the order in which somebody uses them, with every reply checked
 * against its schema.
 */

const MEMBER = '200000000001';
const NO_ID = '0198c2a4-7c1e-7d3a-9b52-0f6a4e1d2c3b';

let aws: Simulation;
let api: TestApi;
let administrator: Sender;
const called = new Set<RouteName>();

beforeAll(async () => {
  aws = await startSimulation({
    makeWorld: () => generateWorld({ seed: 1, now: new Date(), accounts: 2, instances: 30, regions: ['us-east-1'] }),
  });
  api = await startTestApi({ awsUrl: aws.endpoint });
  administrator = await signIn(api, { username: 'administrator' });
});
afterAll(async () => {
  await api.stop();
  await aws.stop();
});

test('a hub, a connector, a run, its assets, and back', async () => {
  const key = aws.world.accounts[HUB]?.users['causeway-platform']?.accessKeys[0];
  expect(await call('listPlatformAccounts')).toMatchObject({
    status: 200,
    body: { items: [{ accountType: 'global', accountId: null }, {}, {}] },
  });

  const input = {
    title: 'Central Security',
    accountType: 'global',
    accountId: HUB,
    accessKeyId: key?.id,
    secretAccessKey: key?.secret,
  };
  expect(await call('previewBaseAccount', { body: input })).toMatchObject({ status: 200, body: { connectors: [] } });
  const base = await call('createBaseAccount', { body: input });
  expect(base).toMatchObject({
    status: 201,
    body: { accountId: HUB, useInAssetView: false, cutover: 'safe', proof: { outcome: 'ok' } },
  });
  expect(JSON.stringify(base.body)).not.toContain(key?.secret);
  expect(await call('createBaseAccount', { body: input })).toMatchObject({
    status: 409,
    body: { code: 'base-account-exists' },
  });
  const baseId = base.body.id;
  expect((await call('getBaseAccount', { id: baseId })).body).toEqual(base.body);
  expect((await call('listBaseAccounts')).body).toEqual({ items: [base.body], nextCursor: null });
  expect(await call('checkBaseAccount', { id: baseId })).toMatchObject({ status: 200, body: { outcome: 'ok' } });
  const changed = await call('changeBaseAccount', { id: baseId, body: { title: 'Hub', useInAssetView: true } });
  expect(changed).toMatchObject({ status: 200, body: { title: 'Hub', useInAssetView: true } });
  expect(await call('changeBaseAccount', { id: baseId, body: { accountType: 'china' } })).toMatchObject({
    status: 400,
    body: { code: 'account-type-fixed' },
  });

  expect(await call('roleSetup', { query: 'accountType=global' })).toMatchObject({
    status: 200,
    body: { trusted: { kind: 'base-account', accountId: HUB } },
  });
  const roleArn = `arn:aws:iam::${MEMBER}:role/${CONNECTOR_ROLE_NAME}`;
  const connectorInput = {
    name: 'Production',
    accountType: 'global',
    roleArn,
    externalId: generatedExternalId(MEMBER),
    regions: ['us-east-1'],
  };
  expect(await call('previewBaseAccountChange', { id: baseId, body: input })).toMatchObject({
    status: 200,
    body: { change: 'edit', totals: { moves: 0, stays: 0, breaks: 0, unknown: 0 } },
  });
  const connector = await call('createConnector', { body: connectorInput });
  expect(connector).toMatchObject({
    status: 201,
    body: { accountId: MEMBER, state: 'waiting-for-role', pollingMinutes: 240 },
  });
  const { id } = connector.body;
  expect(await call('createConnector', { body: connectorInput })).toMatchObject({
    status: 409,
    body: { code: 'duplicate-role-arn' },
  });
  expect(await call('createConnector', { body: { ...connectorInput, accountType: 'china' } })).toMatchObject({
    status: 400,
    body: { code: 'wrong-partition', field: 'roleArn' },
  });
  expect((await call('hubPolicy', { id: baseId })).body.policies).toMatchObject([{ Version: '2012-10-17' }]);
  expect(await call('hubHealth', { id: baseId })).toMatchObject({ status: 200, body: { proof: { outcome: 'ok' } } });
  expect(await call('connectorRoleSetup', { id })).toMatchObject({
    status: 200,
    body: { externalId: generatedExternalId(MEMBER) },
  });
  expect(await call('checkConnector', { id })).toMatchObject({
    status: 200,
    body: {
      outcome: 'ok',
      hub: { kind: 'base-account', accountId: HUB },
      probes: { withExternalId: 'accepted', withoutExternalId: 'refused', wrongExternalId: 'refused' },
    },
  });
  expect(await call('connectorTrust', { id })).toMatchObject({
    status: 200,
    body: {
      state: 'on-target',
      evidence: [{ outcome: 'accepted', fault: null }],
      policy: { known: true },
      analysis: { decision: 'allowed' },
      advice: { kind: 'edits', overlap: { decision: 'allowed' } },
      diagnosis: null,
    },
  });
  expect(await call('changeConnector', { id, body: { name: 'Prod', description: 'x' } })).toMatchObject({
    status: 200,
    body: { name: 'Prod' },
  });
  expect((await call('removeFromAssetView', { id })).body.apps).toEqual(['cloud-view']);
  expect((await call('addToAssetView', { id })).body.apps).toEqual(
    expect.arrayContaining(['cloud-view', 'asset-view']),
  );

  const run = await call('startRun', { id });
  expect(run).toMatchObject({
    status: 201,
    body: { state: 'queued', trigger: 'request', requestedBy: 'user:administrator' },
  });
  expect(await call('startRun', { id })).toMatchObject({ status: 409, body: { code: 'run-in-progress' } });
  const runId = run.body.id;
  const underWay = await call('listAllRuns', {
    query: `state=under-way&accountType=global&since=${run.body.queuedAt}`,
  });
  expect(underWay.body).toMatchObject({
    items: [{ id: runId, connectorName: 'Prod', accountId: MEMBER, accountType: 'global', progress: null }],
    nextCursor: null,
  });
  await attemptRun({ ...api.deps, assetTypes: ASSET_TYPES }, { runId, stop: new AbortController().signal });
  const ended = await call('getRun', { id: runId });
  expect(ended.body).toMatchObject({ state: 'ok', hub: { kind: 'base-account', accountId: HUB }, counts: { gone: 0 } });
  expect(ended.body.scopes).toHaveLength(ended.body.counts.scopes);
  expect((await call('listRuns', { id })).body.items).toMatchObject([{ id: runId, state: 'ok' }]);
  for (const query of ['state=under-way', 'state=with-problems', 'accountType=china', 'since=2100-01-01T00:00:00Z']) {
    expect((await call('listAllRuns', { query })).body.items).toEqual([]);
  }
  expect((await call('listAllRuns', { query: `connectorId=${id}&state=ok` })).body.items).toMatchObject([
    { id: runId },
  ]);
  expect(
    (await call('listConnectors', { query: `search=${MEMBER}&accountType=global&state=ok` })).body.items,
  ).toMatchObject([{ id, state: 'ok', lastRun: { id: runId } }]);
  expect((await call('countConnectors')).body.items).toContainEqual({ state: 'ok', connectors: 1, needAttention: 0 });
  expect((await call('getConnector', { id })).body).toMatchObject({
    currentHub: { kind: 'base-account', accountId: HUB },
    moving: false,
  });

  expect((await call('connectorReadiness', { id })).body).toMatchObject({
    totals: { fresh: ended.body.counts.scopes, denied: 0 },
    reasons: [],
    policyChange: null,
  });

  expect(await call('estatePlan')).toMatchObject({ status: 200 });
  expect((await call('getReadiness', { query: `accountId=${MEMBER}` })).body).toMatchObject({
    totals: { fresh: ended.body.counts.scopes },
    reasons: [],
  });
  expect(await call('listNotFresh', { query: 'region=us-east-1&assetType=AWS::EC2::Instance' })).toMatchObject({
    status: 200,
    body: { items: [], nextCursor: null },
  });

  const types = await call('listAssetTypes');
  expect(types.body.items).toEqual(
    expect.arrayContaining([expect.objectContaining({ assetType: 'AWS::EC2::Instance' })]),
  );
  const instances = await call('listAssets', {
    query: `query=${encodeURIComponent('type:"AWS::EC2::Instance"')}&limit=2&app=asset-view`,
  });
  expect(instances.body).toMatchObject({
    items: [{ accountId: MEMBER }, { accountId: MEMBER }],
    nextCursor: expect.any(String),
    count: { exact: true },
  });
  expect(await call('listAssets', { query: 'query=colour:red' })).toMatchObject({
    status: 400,
    body: { code: 'invalid-query' },
  });
  const counts = await call('countAssets', { query: 'by=assetType' });
  expect(counts.body.items).toEqual(
    expect.arrayContaining([{ value: 'AWS::EC2::Instance', count: instances.body.count.value }]),
  );
  const [asset] = instances.body.items;
  expect((await call('getAsset', { id: asset.id })).body).toEqual(asset);
  expect((await call('assetHistory', { id: asset.id })).body.items).toMatchObject([{ event: 'appeared', runId }]);

  expect(await call('deleteConnector', { id, query: 'assets=keep' })).toMatchObject({
    status: 400,
    body: { field: 'assets' },
  });
  expect(await call('deleteConnector', { id, query: 'assets=delete' })).toMatchObject({ status: 204, body: '' });
  expect((await call('listAssets')).body.items).toEqual([]);
  const impact = await call('impactOfBaseAccount', { id: baseId, query: 'change=delete' });
  expect(impact).toMatchObject({ status: 200, body: { change: 'delete', hubAfter: null } });
  expect(await call('rollBackBaseAccount', { id: baseId })).toMatchObject({
    status: 409,
    body: { code: 'nothing-to-roll-back' },
  });
  expect(await call('forgetEarlierCredentials', { id: baseId })).toMatchObject({ status: 200, body: { earlier: [] } });
  await rotateKey(baseId);
  expect(await call('deleteBaseAccount', { id: baseId })).toMatchObject({ status: 204, body: '' });
  expect(await call('verifyAudit')).toMatchObject({ body: { intact: true } });
  const actions = (await call('listAudit')).body.items.map((entry: { action: string }) => entry.action);
  for (const action of [
    'base-account.created',
    'connector.created',
    'run.requested',
    'connector.deleted',
    'base-account.deleted',
  ])
    expect(actions).toContain(action);
});

/** The hub's user may not replace its key, so that somebody has to decide. */
async function rotateKey(id: string): Promise<void> {
  const begun = await call('startKeyRotation', { id });
  expect(begun).toMatchObject({ status: 201, body: { state: 'running', step: 'look' } });
  expect(await call('startKeyRotation', { id })).toMatchObject({ status: 409, body: { code: 'rotation-in-progress' } });
  const carryOn = { rotationId: begun.body.id, stop: new AbortController().signal };
  expect(await attemptRotation(api.deps, carryOn)).toBe('over');
  const blocked = await call('getKeyRotation', { id });
  expect(blocked).toMatchObject({ status: 200, body: { state: 'blocked', fault: { code: 'hub-access-denied' } } });
  expect((await call('getBaseAccount', { id })).body.rotation).toEqual(blocked.body);
  expect(await call('decideKeyRotation', { id, body: { action: 'abandon' } })).toMatchObject({
    status: 200,
    body: { state: 'running' },
  });
  expect(await attemptRotation(api.deps, carryOn)).toBe('over');
  expect(await call('getKeyRotation', { id })).toMatchObject({ body: { state: 'abandoned', fault: null } });
}

test('what does not exist is not found, by every route with an id', async () => {
  for (const name of ROUTE_NAMES.filter(name => ROUTES[name].path.includes(':id'))) {
    const takesChange = name.startsWith('change') || name === 'previewBaseAccountChange';
    const decides = name === 'decideKeyRotation' ? { body: { action: 'retry' } } : {};
    const needed = { changeUser: { role: 'reader' }, changeAlertChannel: { kind: 'webhook' } };
    const body = takesChange ? { body: name in needed ? needed[name as keyof typeof needed] : {} } : {};
    const answer = await call(name, {
      id: NO_ID,
      ...body,
      ...decides,
      ...(name === 'deleteConnector' ? { query: 'assets=detach' } : {}),
      ...(name === 'impactOfBaseAccount' ? { query: 'change=delete' } : {}),
    });
    expect([name, answer.status, answer.body.code]).toEqual([name, 404, 'not-found']);
  }
});

test('no route about hubs, connectors, runs and assets was left out', () => {
  const elsewhere =
    /Session|sign|User|Token|OwnPassword|OpenApi|evaluateTrust|adviseTrust|Alert|rustMigration|MigrationConnectors|trustEdits|echeck/;
  expect(ROUTE_NAMES.filter(name => !called.has(name) && !elsewhere.test(name))).toEqual([]);
});

function call(
  name: RouteName,
  { id = '', query = '', body }: { id?: string; query?: string; body?: object } = {},
): Promise<Answer> {
  called.add(name);
  const { method, path } = ROUTES[name];
  return send(api, administrator, {
    method,
    path: `${API_PREFIX}${path.replace(':id', id)}${query && `?${query}`}`,
    body,
  });
}
