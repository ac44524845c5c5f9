import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { GENERATED_PLATFORM_ACCOUNT_ID, generateWorld } from '../../simulator/world/generate.ts';
import { CONNECTOR_ROLE_NAME, trustPolicy } from '../../simulator/world/policies.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { appendAuditEntries } from '../../src/store/audit.ts';
import { cancelRuns } from '../../src/store/runs.ts';
import { type Bed, openBed } from './bed.ts';

const [ACCOUNT, OTHER] = ['200000000001', '200000000002'];
const REGION = 'us-east-1';
const PLATFORM = { kind: 'platform-account', accountId: GENERATED_PLATFORM_ACCOUNT_ID };

let bed: Bed;
beforeAll(async () => {
  bed = await openBed(() => generateWorld({ seed: 5, now: new Date(), accounts: 2, instances: 4, regions: [REGION] }));
});
afterAll(() => bed[Symbol.asyncDispose]());

test('a run that is cancelled before it has a plan tells the hub and the session that it came in with', async () => {
  const connectorId = await bed.connect(ACCOUNT, { regions: null });
  // More than are looked at: the place where the run began has to be found.
  await othersDo(LIMITS.auditEntriesOfRunMax + 500, { minutesAgo: 60 });
  bed.aws.faults.put({
    id: 'slow',
    match: { operation: 'DescribeRegions' },
    effect: { kind: 'slow', delayMs: 3_000 },
  });
  const runId = await bed.queueRun(connectorId);
  const attempt = bed.attempt(runId);
  const session = { hub: PLATFORM, sessionName: `causeway-${runId}`, outcome: 'accepted', at: expect.any(Date) };
  await vi.waitFor(async () => expect((await bed.run(runId)).sessions).toEqual([session]), 10_000);
  await cancelRuns(bed.db, { connectorId, at: new Date() });
  await othersDo(300, { minutesAgo: 0 });
  expect(await attempt).toBe('lost');
  bed.aws.faults.clear();
  expect(await bed.run(runId)).toMatchObject({ state: 'cancelled', hub: null, sessions: [session] });
  const next = await bed.sync(connectorId);
  expect(next).toMatchObject({ state: 'ok', hub: PLATFORM, sessions: [] });
});

test('a run whose role refused tells through which hub it was tried', async () => {
  const connectorId = await bed.connect(OTHER, { regions: [REGION] });
  const role = accountOf(bed.world, OTHER).roles[CONNECTOR_ROLE_NAME];
  if (!role) throw new Error('the account has a role');
  role.trustPolicy = trustPolicy({ partition: 'aws', accountIds: [ACCOUNT], externalId: 'another' });
  const { id, ...run } = await bed.sync(connectorId);
  expect(run).toMatchObject({ state: 'failed', hub: null });
  expect(run.sessions).toMatchObject([{ hub: PLATFORM, sessionName: `causeway-${id}`, outcome: 'role-not-assumable' }]);
});

/** Entries of the audit log that are not the run's. */
async function othersDo(entries: number, { minutesAgo }: { minutesAgo: number }): Promise<void> {
  const at = new Date(Date.now() - minutesAgo * 60_000);
  const entry = { at, actor: 'system', action: 'hub.used', subject: 'connector:x', detail: {} } as const;
  await appendAuditEntries(
    bed.db,
    Array.from({ length: entries }, () => entry),
  );
}
