import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inParallel } from '../../src/domain/in-parallel.ts';
import { type CausewayProcess, startWork } from '../support/server-process.ts';
import { type Bed, count } from '../sync-sim/bed.ts';
import { type Fleet, NOTHING_WRONG, openFleet, until } from './fleet.ts';

const ACCOUNTS = 16;
/** `SEED=…` plays another world. */
const SEED = Number(process.env.SEED ?? 20_261_125);
const TABLES = ['assets', 'asset_history', 'scopes', 'runs', 'connectors'];

test(`of four workers two are killed and one is frozen: nothing is lost, doubled or falsely gone (SEED=${SEED})`, {
  timeout: 200_000,
}, async () => {
  await using fleet = await openFleet({ seed: SEED, accounts: ACCOUNTS });
  const { bed, prng } = fleet;
  // Half of the accounts have been observed before and have lost instances since; the other half are new.
  await inParallel(fleet.connectors.slice(0, ACCOUNTS / 2), { limit: 8 }, async id => void (await bed.sync(id)));
  const gone = fleet.takeAwaySome(fleet.accountIds.slice(0, ACCOUNTS / 2));
  expect(gone.length).toBeGreaterThan(0);
  // Each worker takes what is asked for while it alone has room, and is at it for long enough to be hit in the middle.
  bed.aws.faults.put({ id: 'slow', match: { service: 'ec2' }, effect: { kind: 'slow', delayMs: 1_500 } });
  const workers: CausewayProcess[] = [];
  const takeOnFour = async () => {
    const worker = await startWork(fleet.env);
    const from = workers.push(worker) * 4 - 4;
    await fleet.requestRuns(fleet.connectors.slice(from, from + 4));
    await until(async () => (await count(bed.db, "runs where state = 'queued'")) === 0);
    await sleep(prng.int(0, 1_000));
    return worker;
  };
  try {
    const frozen = await takeOnFour();
    frozen.child.kill('SIGSTOP');
    await (await takeOnFour()).kill();
    await (await takeOnFour()).kill();
    makeAwsUnruly(fleet);
    const last = await takeOnFour();
    await fleet.untilRunsAreOver();
    await until(async () => (await count(bed.db, "queue.job where name = 'runs' and state <> 'completed'")) === 0);
    expect(await count(bed.db, 'runs where fence > 2')).toBeGreaterThanOrEqual(3 * 4);

    const before = await bed.versions(TABLES);
    frozen.child.kill('SIGCONT');
    // Time for all that it has in hand: answers that came while it slept, and what it would write of them.
    await sleep(4_000);
    expect(await frozen.stop()).toBe(0);
    expect(await bed.versions(TABLES), 'the woken worker wrote').toEqual(before);
    expect(await fleet.findings(gone)).toEqual(NOTHING_WRONG);
    expect(await last.stop()).toBe(0);
  } finally {
    await endAll(workers);
  }
});

test(`a worker that wakes up while others carry out its runs is kept from writing, and they go on (SEED=${SEED})`, {
  timeout: 200_000,
}, async () => {
  await using fleet = await openFleet({ seed: SEED, accounts: 8 });
  const { bed } = fleet;
  bed.aws.faults.put({ id: 'slow', match: { service: 'ec2' }, effect: { kind: 'slow', delayMs: 1_500 } });
  const frozen = await startWork(fleet.env);
  await fleet.requestRuns();
  const workers = [frozen];
  try {
    await until(() => instancesListed(bed) > 0);
    frozen.child.kill('SIGSTOP');
    const other = await startWork(fleet.env);
    workers.push(other);
    await until(async () => (await count(bed.db, "runs where state = 'running' and fence > 1")) > 0);
    frozen.child.kill('SIGCONT');
    bed.aws.faults.clear();
    await until(() => TAKEN_OVER.test(frozen.output()));
    await fleet.untilRunsAreOver();
    await Promise.all(workers.map(worker => worker.stop()));
    expect(await fleet.findings([])).toEqual(NOTHING_WRONG);
    // Each run changed hands once: the woken worker did not take back what the other one was at.
    expect(await count(bed.db, 'runs where fence > 3')).toBe(0);
  } finally {
    await endAll(workers);
  }
});

const TAKEN_OVER = /was taken over by another worker/;

/** As AWS is on a bad day: far away, throttling, now and then broken; nothing that a retry would not get over. */
function makeAwsUnruly({ bed }: Fleet): void {
  const { faults } = bed.aws;
  faults.clear();
  faults.put({ id: 'far', match: {}, effect: { kind: 'slow', delayMs: 80 } });
  faults.put({ id: 'busy', match: { operation: 'Describe*' }, effect: { kind: 'throttle' }, probability: 0.01 });
  const broken = { kind: 'server-error', error: 'unavailable' } as const;
  faults.put({ id: 'broken', match: { operation: 'Describe*' }, effect: broken, probability: 0.01 });
  faults.put({ id: 'cut', match: { operation: 'Describe*' }, effect: { kind: 'drop' }, probability: 0.005 });
}

function instancesListed(bed: Bed): number {
  return bed.aws.callLog.calls().filter(({ operation }) => operation === 'DescribeInstances').length;
}

/** A frozen process does not hear SIGTERM. */
async function endAll(workers: readonly CausewayProcess[]): Promise<void> {
  await Promise.all(workers.map(worker => worker.kill()));
}
