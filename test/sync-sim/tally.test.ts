import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateWorld } from '../../simulator/world/generate.ts';
import { reach } from '../../src/accounts/reach.ts';
import { newTally } from '../../src/aws/call.ts';
import { awsCalls } from '../../src/sync/calls.ts';
import { type Bed, openBed } from './bed.ts';

const ACCOUNT = '200000000001';
const REGION = 'us-east-1';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed(() => generateWorld({ seed: 5, now: new Date(), accounts: 1, instances: 0, regions: [REGION] }));
});
afterAll(() => bed[Symbol.asyncDispose]());

test('a tally counts each try that AWS counted, those that it refused as too fast among them', async () => {
  const purpose = { kind: 'run', runId: bed.deps.ids.uuid(), trigger: 'request' } as const;
  const reached = await reach(bed.deps, { connectorId: await bed.connect(ACCOUNT), purpose });
  if (!reached.ok) throw new Error(reached.fault.detail);
  bed.aws.callLog.clear();
  bed.aws.faults.put({ id: 'slow down', match: { operation: 'DescribeVpcs' }, effect: { kind: 'throttle' }, to: 1 });

  const tally = newTally();
  const { session } = reached.value;
  const calls = awsCalls(bed.deps, { session, region: REGION, signal: new AbortController().signal, tally });
  const answers = [await calls('ec2', 'DescribeVpcs', {}), await calls('ec2', 'DescribeSubnets', {})];

  expect(answers.map(({ ok }) => ok)).toEqual([true, true]);
  expect(tally).toMatchObject({ calls: bed.aws.callLog.calls().length, throttled: 1 });
  expect(Object.fromEntries(tally.byOperation)).toEqual({ 'ec2:DescribeVpcs': 2, 'ec2:DescribeSubnets': 1 });
  expect(tally.inFlightMs).toBeGreaterThan(0);
});
