import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hideNewRole } from '../../simulator/iam/propagation.ts';
import { changeConnector, createConnector, getConnector } from '../../src/accounts/connectors.ts';
import { reach } from '../../src/accounts/reach.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { LIMITS } from '../../src/domain/limits.ts';
import { check, type FailingWorld, roleOf, setHubPolicy, startMoving, worldKeeper } from './failing-world.ts';
import {
  type Causeway,
  connectorInput,
  must,
  PLATFORM,
  PRODUCTION,
  SECURITY,
  startCauseway,
  trustOf,
} from './support.ts';

/** A role that may have been made or edited a moment ago is tried again soon, and not for long. */
let causeway: Causeway;
let failing: FailingWorld;
let putBack: () => void;
/** AWS's own time. */
const awsClock = {
  aheadMs: 0,
  now: () => new Date(Date.now() + awsClock.aheadMs),
  monotonicMs: systemClock.monotonicMs,
};
const actor = 'user:ada';

beforeAll(async () => {
  causeway = await startCauseway({ awsClock });
  putBack = worldKeeper(causeway);
});
beforeEach(async () => {
  awsClock.aheadMs = 0;
  await causeway.reset();
  putBack();
  const { id } = must(await createConnector(causeway.deps, { input: connectorInput(PRODUCTION), actor }));
  failing = { causeway, connectorId: id };
});
afterAll(() => causeway.stop());

const connector = async () => must(await getConnector(causeway.deps, failing.connectorId));
const refuse = () => trustOf(causeway.world, PRODUCTION, [SECURITY]);
const run = () => {
  const purpose = { kind: 'run', runId: causeway.deps.ids.uuid(), trigger: 'schedule' } as const;
  return reach(causeway.deps, { connectorId: failing.connectorId, purpose });
};
const setNextRun = (at: Date) => sql`update connectors set next_run_at = ${at}`.execute(causeway.deps.db);
const hoursAway = () => setNextRun(new Date(causeway.clock.now().getTime() + 4 * 3_600_000));
/** Seconds from a time to the connector's next run. */
const dueAfter = async (from: Date) =>
  ((await connector()).nextRunAt?.getTime() ?? Number.NaN) / 1_000 - from.getTime() / 1_000;

describe('a role that refuses a run', () => {
  it('is tried again at 7, 17, 37 and 67 seconds after the connector was made, and then at its polling time', async () => {
    refuse();
    const { createdAt } = await connector();
    let at = 0;
    for (const [now, next] of [
      [3, 7],
      [8, 17],
      [20, 37],
      [40, 67],
      [70, null],
    ] as const) {
      causeway.clock.advance((now - at) * 1_000);
      at = now;
      await hoursAway();
      expect(await run()).toMatchObject({ ok: false, fault: { code: 'role-not-assumable' } });
      if (next) expect(await dueAfter(createdAt)).toBeCloseTo(next, 0);
      else expect(await dueAfter(createdAt)).toBeGreaterThan(3_600);
    }
  });

  it('is tried again soon after its external ID was changed', async () => {
    refuse();
    causeway.clock.advance(600_000);
    must(await changeConnector(causeway.deps, { id: failing.connectorId, change: { externalId: 'another' }, actor }));
    await hoursAway();
    await run();
    expect(await dueAfter(causeway.clock.now())).toBeLessThan(3);
  });

  it('waits for its polling time when nothing was changed lately', async () => {
    refuse();
    causeway.clock.advance(600_000);
    await hoursAway();
    await run();
    expect(await dueAfter(causeway.clock.now())).toBeGreaterThan(3_600);
  });

  it('waits for its polling time when the fault is not the role’s', async () => {
    causeway.faults.put({ id: 'off', match: { operation: 'AssumeRole' }, effect: { kind: 'deny', by: 'scp' } });
    await hoursAway();
    await run();
    expect(await dueAfter(causeway.clock.now())).toBeGreaterThan(3_600);
  });
});

describe('a check of a role that refuses', () => {
  it('tells when it is tried again, and makes the next run come then', async () => {
    refuse();
    causeway.clock.advance(600_000);
    await hoursAway();
    const { nextTryAt, checkedAt } = await check(failing);
    expect((nextTryAt?.getTime() ?? 0) - checkedAt.getTime()).toBeGreaterThan(1_000);
    expect((nextTryAt?.getTime() ?? 0) - checkedAt.getTime()).toBeLessThanOrEqual(2_000);
    expect((await connector()).nextRunAt).toEqual(nextTryAt);
    expect((await connector()).lastCheck?.nextTryAt).toEqual(nextTryAt);
    causeway.clock.advance(3_000);
    await hoursAway();
    await run();
    expect(await dueAfter(checkedAt)).toBeCloseTo(7, 0);
  });

  it('does not make a disabled connector run', async () => {
    refuse();
    must(await changeConnector(causeway.deps, { id: failing.connectorId, change: { enabled: false }, actor }));
    expect(await check(failing)).not.toHaveProperty('nextTryAt');
  });

  it('is not tried again when the hub’s own side is proved to deny', async () => {
    setHubPolicy(causeway.world, PLATFORM, {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'iam:SimulatePrincipalPolicy', Resource: '*' },
    });
    expect(await check(failing)).not.toHaveProperty('nextTryAt');
  });

  it('runs a moving connector once more, and no more often than a handful of times a day', async () => {
    await startMoving(failing);
    const tries: (number | undefined)[] = [];
    for (let i = 0; i <= LIMITS.targetHubTriesPerDayMax; i++) {
      const { nextTryAt, checkedAt } = await check(failing);
      tries.push(nextTryAt && Math.round((nextTryAt.getTime() - checkedAt.getTime()) / 1_000));
    }
    const often = Array.from({ length: LIMITS.targetHubTriesPerDayMax }, () => LIMITS.movingTrySeconds);
    expect(tries).toEqual([...often, undefined]);
  });

  it('of a good role tells no next try', async () => {
    expect(await check(failing)).not.toHaveProperty('nextTryAt');
  });
});

const letPass = (ms: number) => {
  causeway.clock.advance(ms);
  awsClock.aheadMs += ms;
};

it('a role that STS knows only after some seconds is reached within the minute, in a handful of tries', async () => {
  causeway.world.propagationSeconds = 25;
  hideNewRole(causeway.world, roleOf(causeway.world), awsClock.now());
  let tries = 0;
  for (let seconds = 0; seconds <= 70; seconds++, letPass(1_000)) {
    const { nextRunAt } = await connector();
    if (nextRunAt && nextRunAt > causeway.clock.now()) continue;
    // As the start of a run does.
    await hoursAway();
    tries += 1;
    if ((await run()).ok) break;
  }
  expect((await connector()).currentHub).toMatchObject({ accountId: PLATFORM });
  expect(tries).toBeGreaterThan(2);
  expect(tries).toBeLessThanOrEqual(6);
});
