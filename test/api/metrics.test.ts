import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulation, startSimulation } from '../../simulator/simulation.ts';
import { generatedExternalId, generateWorld } from '../../simulator/world/generate.ts';
import { CONNECTOR_ROLE_NAME } from '../../simulator/world/policies.ts';
import { createConnector } from '../../src/accounts/connectors.ts';
import type { ApiDeps } from '../../src/api/handlers.ts';
import { ec2Instance } from '../../src/inventory/ec2-instance.ts';
import { ec2Volume } from '../../src/inventory/ec2-volume.ts';
import { requestRun } from '../../src/jobs/request-run.ts';
import { attemptRun } from '../../src/sync/run.ts';
import { platformKey } from '../sync-sim/bed.ts';
import { startTestApi, type TestApi } from './test-api.ts';

/** What `/metrics` tells of a run with a throttled and a denied scope, and that what the documents name is there. */
const ACCOUNT = '200000000001';
let aws: Simulation;
let api: TestApi;
let deps: ApiDeps;

beforeAll(async () => {
  aws = await startSimulation({
    makeWorld: () => generateWorld({ seed: 1, now: new Date(), accounts: 1, instances: 5, regions: ['us-east-1'] }),
  });
  api = await startTestApi({ awsUrl: aws.endpoint });
  const { accountId, accessKeyId, secretAccessKey } = platformKey(aws.world);
  const credentials = { kind: 'access-key', accessKeyId, secretAccessKey } as const;
  deps = { ...api.deps, platformAccounts: { global: { accountId, credentials } } };
});
afterAll(async () => {
  await api.stop();
  await aws.stop();
});

test('a run that was queued, ran and ended is counted, with its scopes, its calls and the use of its hub', async () => {
  const made = await createConnector(deps, {
    input: {
      name: 'Production',
      description: '',
      accountType: 'global',
      roleArn: `arn:aws:iam::${ACCOUNT}:role/${CONNECTOR_ROLE_NAME}`,
      externalId: generatedExternalId(ACCOUNT),
      regions: ['us-east-1', 'eu-west-1'],
      pollingMinutes: 240,
      apps: ['cloud-view'],
      enabled: true,
      assetTags: {},
      tags: {},
    },
    actor: 'system',
  });
  if (!made.ok) throw new Error(made.fault.detail);
  api.advance({ minutes: 1 });
  expect(await numbers()).toMatchObject({
    'causeway_connectors{account_type="global",enabled="true"}': 1,
    // An increase is seen only of what was told before.
    'causeway_runs_total{account_type="global",state="failed",trigger="schedule"}': 0,
    'causeway_hub_uses_total{account_type="global",hub="base-account",external_id="own",outcome="refused"}': 0,
  });
  const run = await requestRun(deps, { connectorId: made.value.id, trigger: 'request', requestedBy: 'system' });
  if (!run.ok) throw new Error(run.fault.detail);
  api.advance({ minutes: 2 });
  const waiting = await numbers();
  expect(waiting['causeway_runs_under_way{state="queued"}']).toBe(1);
  expect(waiting.causeway_oldest_queued_run_seconds).toBeGreaterThanOrEqual(120);

  aws.faults.put({
    id: 'throttled-once',
    match: { operation: 'DescribeInstances', region: 'us-east-1' },
    effect: { kind: 'throttle' },
    times: 1,
  });
  aws.faults.put({
    id: 'denied',
    match: { operation: 'DescribeVolumes', region: 'eu-west-1' },
    effect: { kind: 'deny', by: 'identity' },
  });
  const worker = { ...deps, assetTypes: [ec2Instance, ec2Volume] };
  await attemptRun(worker, { runId: run.value.id, stop: new AbortController().signal });
  api.advance({ minutes: 1 });
  const ended = await numbers();
  expect(ended).toMatchObject({
    'causeway_runs_total{account_type="global",state="problems",trigger="request"}': 1,
    'causeway_run_duration_seconds_bucket{le="+Inf"}': 1,
    causeway_run_duration_seconds_count: 1,
    'causeway_scopes_observed_total{outcome="complete"}': 3,
    'causeway_scopes_observed_total{outcome="denied"}': 1,
    'causeway_aws_throttled_total{service="ec2"}': 1,
    'causeway_hub_uses_total{account_type="global",hub="platform-account",external_id="own",outcome="accepted"}': 1,
    'causeway_scopes{account_type="global",asset_type="AWS::EC2::Volume",readiness="fresh"}': 1,
    'causeway_scopes{account_type="global",asset_type="AWS::EC2::Volume",readiness="denied"}': 1,
    'causeway_scopes_complete_within{account_type="global",hours="1"}': 3,
    'causeway_scope_items{account_type="global",asset_type="AWS::EC2::Instance"}': 5,
    'causeway_runs_under_way{state="queued"}': 0,
    causeway_oldest_queued_run_seconds: 0,
  });
  // DescribeRegions, four listings and one of them again.
  expect(ended['causeway_aws_calls_total{service="ec2"}']).toBe(6);
  expect(
    ended['causeway_oldest_complete_seconds{account_type="global",asset_type="AWS::EC2::Instance"}'],
  ).toBeGreaterThanOrEqual(60);
});

test('counters are added up once, however often they are asked for', async () => {
  const before = await numbers();
  api.advance({ minutes: 1 });
  const after = await numbers();
  for (const name of Object.keys(before).filter(name => /_total\b/.test(name) && name.startsWith('causeway_'))) {
    expect([name, after[name]]).toEqual([name, before[name]]);
  }
});

test.each([
  ['docs/operations/prometheus-rules.yml', 8],
  ['docs/operations/README.md', 8],
  ['docs/how-to/get-alerts.md', 2],
])('%s names only metrics that are there', async (file, atLeast) => {
  const named = new Set(readFileSync(file, 'utf8').match(/causeway_\w+/g));
  const text = await scrape();
  const told = new Set([...text.matchAll(/^# TYPE (causeway_\w+)/gm)].map(match => match[1]));
  expect(named.size).toBeGreaterThanOrEqual(atLeast);
  expect([...named].filter(name => !told.has(name))).toEqual([]);
});

test('every metric of Causeway is in the table of the document', async () => {
  const table = readFileSync('docs/operations/README.md', 'utf8').replace(
    '`, `_sum`, `_count`',
    '`, `causeway_run_duration_seconds_sum`, `causeway_run_duration_seconds_count`',
  );
  const told = [...(await scrape()).matchAll(/^# TYPE (causeway_\w+)/gm)].map(match => match[1]);
  expect(told.filter(name => !table.includes(`\`${name}\``))).toEqual([]);
});

async function scrape(): Promise<string> {
  return await (await fetch(`${api.url}/metrics`)).text();
}

/** By name and labels, as they are written. */
async function numbers(): Promise<Record<string, number>> {
  const lines = (await scrape()).split('\n').filter(line => line.startsWith('causeway_'));
  return Object.fromEntries(
    lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}
