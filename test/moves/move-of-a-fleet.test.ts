import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgetPrincipal } from '../../simulator/iam/stored-policies.ts';
import { accountOf } from '../../simulator/world/build.ts';
import { addHub, type HubCredentials } from '../../simulator/world/hub.ts';
import { createPrng } from '../../simulator/world/prng.ts';
import { changeBaseAccount, createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { listConnectors } from '../../src/accounts/connectors.ts';
import { deleteBaseAccount } from '../../src/accounts/delete-base-account.ts';
import { impactOf } from '../../src/accounts/preview.ts';
import { rollBackBaseAccount } from '../../src/accounts/roll-back.ts';
import type { Connector } from '../../src/accounts/shapes.ts';
import type { Result } from '../../src/domain/result.ts';
import { readTrustPolicies } from '../../src/store/hubs.ts';
import { analyseTrust } from '../../src/trust/analyse.ts';
import {
  dueOnly,
  type Fleet,
  HUB,
  keepOnly,
  OTHER_HUB,
  openFleet,
  PLATFORM,
  roleArnIn,
  settleOnPlatform,
} from './fleet.ts';
import { type Edit, FleetPlay, INTERVAL_MS, STEP_MS } from './fleet-play.ts';

/**
 * The promise of the product, on a fleet: a base account is made, changed, rolled back and deleted while people edit trust
 * policies at random moments, AWS throttles and workers die, and no run fails. A failing run is repeated with SEED=…
 */
const SIZE = Number(process.env.FLEET ?? 1_000);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const actor = 'user:ada';
const hub = { kind: 'base-account', accountId: HUB };
const platform = { kind: 'platform-account', accountId: PLATFORM };

let fleet: Fleet;
let play: FleetPlay;
let baseId: string;
let hubKey: HubCredentials;
/** Roles that nobody edits, and roles that trust a user of the hub which was deleted and made again. */
let untouched: readonly Fleet['connectors'][number][];
let orphaned: readonly Fleet['connectors'][number][];
let edited: readonly Fleet['connectors'][number][];

beforeAll(async () => {
  fleet = await openFleet({ size: SIZE, seed });
  play = new FleetPlay(fleet, seed);
  const prng = createPrng(seed, 'who');
  const drawn = fleet.connectors
    .map(connector => ({ connector, lot: prng.hex(8) }))
    .toSorted((a, b) => a.lot.localeCompare(b.lot));
  const all = drawn.map(({ connector }) => connector);
  [untouched, orphaned, edited] = [
    all.slice(0, 0.03 * SIZE),
    all.slice(0.03 * SIZE, 0.05 * SIZE),
    all.slice(0.05 * SIZE),
  ];
  hubKey = recreateHubUser();
  await settleOnPlatform(fleet);
}, 120_000);
afterAll(() => fleet[Symbol.asyncDispose]());

test(`a base account over ${SIZE} connectors makes no run fail, and each edited role moves within a polling interval (seed ${seed})`, {
  timeout: 300_000,
}, async () => {
  const { accountId, accessKeyId, secretAccessKey } = hubKey;
  const input = {
    title: 'Central Security',
    accountType: 'global',
    credentialsKind: 'access-key',
    useInAssetView: false,
    cutover: 'safe',
    saveUnverified: false,
    ...{ accountId, accessKeyId, secretAccessKey },
  } as const;
  baseId = must(await createBaseAccount(fleet.deps, { input, actor })).id;
  const madeAt = play.now();
  const edits = editsOf(edited, { from: madeAt, within: 1.5 * INTERVAL_MS, to: HUB, keep: PLATFORM });
  await play.pass({ until: madeAt + 1.5 * INTERVAL_MS + STEP_MS, edits });
  await play.pass({ until: madeAt + 2 * INTERVAL_MS + 4 * STEP_MS });

  expect(play.runs.filter(({ fault }) => fault !== null)).toEqual([]);
  expect(play.runs.length).toBeGreaterThan(2 * SIZE);
  for (const { id, name } of edited) {
    const at = play.editedAt.get(id) ?? Number.NaN;
    const next = play.runs
      .filter(run => run.connectorId === id && run.startedAt > at)
      .toSorted((a, b) => a.startedAt - b.startedAt)[0];
    expect(next, `${name} after its edit`).toMatchObject({ hub });
    expect((next?.startedAt ?? Number.NaN) - at, `${name} after its edit`).toBeLessThanOrEqual(
      INTERVAL_MS + 64_000 + STEP_MS,
    );
  }
  const after = await connectors();
  for (const { id } of edited)
    expect(after.get(id)).toMatchObject({ currentHub: hub, moving: false, targetFault: null });
  for (const { id } of [...untouched, ...orphaned]) {
    expect(after.get(id)).toMatchObject({
      currentHub: platform,
      moving: true,
      targetFault: {
        code: 'role-not-assumable',
        detail: expect.stringContaining(HUB),
        remedy: expect.stringContaining(HUB),
      },
    });
  }
  const policies = await readTrustPolicies(fleet.deps.db, 'global');
  const problemsOf = ({ id, accountId: member }: { id: string; accountId: string }) => {
    const policy = policies.get(id);
    const analysis = must(analyseTrust({ policy, roleArn: roleArnIn(member), principalArn: HUB }));
    expect(analysis.decision).toBe('denied');
    return analysis.findings.map(({ code }) => code);
  };
  for (const connector of orphaned) expect(problemsOf(connector)).toContain('orphaned-principal');
  for (const connector of untouched) expect(problemsOf(connector)).not.toContain('orphaned-principal');
});

test('workers that are killed lose no run and make none fail', { timeout: 120_000 }, async () => {
  fleet.advance(STEP_MS);
  await dueOnly(fleet, 40);
  const made = await play.runDueByWorkersThatDie({ kills: 3 });
  expect(made).toBe(40);
  const after = await connectors();
  const ran = [...after.values()].filter(({ lastRun }) => lastRun !== null);
  expect(ran).toHaveLength(40);
  for (const { lastRun } of ran) expect(lastRun).toMatchObject({ state: 'ok', fault: null });
});

test('an account ID that is changed and rolled back makes no run fail, and brings every connector back within a minute', {
  timeout: 120_000,
}, async () => {
  const some = edited.slice(0, 100);
  await keepOnly(fleet, [...some, ...untouched, ...orphaned]);
  const { accountId, accessKeyId, secretAccessKey } = keyOf(OTHER_HUB);
  const change = { accountId, accessKeyId, secretAccessKey };
  must(await changeBaseAccount(fleet.deps, { id: baseId, change, actor }));
  const changedAt = play.now();
  play.runs.length = 0;
  const edits = editsOf(some.slice(0, 60), {
    from: changedAt,
    within: INTERVAL_MS,
    to: OTHER_HUB,
    keep: HUB,
    always: true,
  });
  await play.pass({ until: changedAt + INTERVAL_MS + 2 * STEP_MS, edits });
  expect(play.runs.filter(({ fault }) => fault !== null)).toEqual([]);
  const between = await connectors();
  const onOther = some.filter(({ id }) => between.get(id)?.currentHub?.accountId === OTHER_HUB);
  expect(onOther.length).toBeGreaterThan(20);

  play.runs.length = 0;
  must(await rollBackBaseAccount(fleet.deps, { id: baseId, actor }));
  fleet.advance(60_000);
  await play.runDue();
  expect(play.runs.filter(({ fault }) => fault !== null)).toEqual([]);
  expect(play.runs).toHaveLength(some.length + untouched.length + orphaned.length);
  const after = await connectors();
  for (const { id } of some) expect(after.get(id)).toMatchObject({ currentHub: hub, moving: false });
  for (const { id } of [...untouched, ...orphaned]) expect(after.get(id)).toMatchObject({ currentHub: platform });
});

test('deleting it tells exactly who breaks, and nobody else does', {
  timeout: 120_000,
}, async () => {
  const breaking = edited.slice(0, 7);
  const some = edited.slice(0, 100);
  for (const connector of some) fleet.trust(connector, [HUB, PLATFORM]);
  for (const connector of breaking) fleet.trust(connector, [HUB]);
  const impact = must(await impactOf(fleet.deps, { id: baseId, change: 'delete', actor }));
  expect(impact.totals).toEqual({
    moves: some.length - 7,
    stays: untouched.length + orphaned.length,
    breaks: 7,
    unknown: 0,
  });
  const told = impact.connectors.filter(({ outcome }) => outcome === 'breaks').map(({ connectorId }) => connectorId);
  expect(told.toSorted()).toEqual(breaking.map(({ id }) => id).toSorted());

  must(await deleteBaseAccount(fleet.deps, { id: baseId, confirmBreaking: 7, actor }));
  play.runs.length = 0;
  fleet.advance(SIZE * 100);
  await play.runDue();
  const failed = play.runs.filter(({ fault }) => fault !== null);
  expect(failed.map(({ connectorId }) => connectorId).toSorted()).toEqual(told.toSorted());
  for (const { fault } of failed) expect(fault?.remedy).toContain(`from ${HUB} to ${PLATFORM}`);
  for (const { fault, hub: through } of play.runs) if (!fault) expect(through).toEqual(platform);
});

/** Each role once, at a random moment; the hub before stays beside the new one, or goes (unless `always`). */
function editsOf(
  who: readonly Fleet['connectors'][number][],
  {
    from,
    within,
    to,
    keep,
    always = false,
  }: { from: number; within: number; to: string; keep: string; always?: boolean },
): Edit[] {
  const prng = createPrng(seed, `edits/${to}`);
  return who.map(connector => ({
    connector,
    principals: always || prng.chance(0.5) ? [keep, to] : [to],
    at: from + prng.int(0, within),
  }));
}

/** Roles that name the hub's user trust nobody any more once it is made anew; its key is another one then, too. */
function recreateHubUser(): HubCredentials {
  const { users } = accountOf(fleet.aws.world, HUB);
  const { userArn } = keyOf(HUB);
  for (const connector of orphaned) fleet.trust(connector, [PLATFORM, userArn]);
  forgetPrincipal(fleet.aws.world, { arn: userArn, id: users.causeway?.id ?? '' });
  delete users.causeway;
  return addHub(fleet.aws.world, HUB, 'causeway');
}

async function connectors(): Promise<Map<string, Connector>> {
  const page = must(await listConnectors(fleet.deps, { page: { limit: 1_000 }, filter: {} }));
  return new Map(page.items.map(connector => [connector.id, connector]));
}

function keyOf(accountId: string): HubCredentials {
  const key = fleet.keys[accountId];
  if (!key) throw new Error(`no key of ${accountId}`);
  return key;
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.fault.code}: ${result.fault.detail}`);
  return result.value;
}
