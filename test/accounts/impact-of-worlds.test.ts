import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accountOf, addAccessKey, addRole } from '../../simulator/world/build.ts';
import { assumeRolePolicy, readPolicy, trustPolicy } from '../../simulator/world/policies.ts';
import { changeBaseAccount, createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { createConnector, getConnector } from '../../src/accounts/connectors.ts';
import { deleteBaseAccount } from '../../src/accounts/delete-base-account.ts';
import type { AccountsDeps } from '../../src/accounts/deps.ts';
import { impactOf, previewBaseAccount, previewBaseAccountChange } from '../../src/accounts/preview.ts';
import { reach } from '../../src/accounts/reach.ts';
import { rollBackBaseAccount } from '../../src/accounts/roll-back.ts';
import type { BaseAccountChange, BaseAccountInput, Impact, ImpactOutcome } from '../../src/accounts/shapes.ts';
import { type Hub, sameHub } from '../../src/domain/hub.ts';
import type { Result } from '../../src/domain/result.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  EXTERNAL_ID,
  keyOf,
  must,
  OTHER_HUB,
  PLATFORM,
  PRODUCTION,
  SECURITY,
  startCauseway,
} from './support.ts';

/**
 * A preview tells exactly what a change then does. Worlds are histories: connectors with roles that trust this or that,
 * hubs that are made, changed and deleted, runs in between. Then a change is previewed, made, and every connector is run
 * once; so is a copy of everything in which the change was not made, which tells what worked before.
 */
const CONNECTORS = 8;
/** More look further; with PROPERTY_SEED=random at other worlds. */
const WORLDS = Number(process.env.WORLDS ?? 30);
const actor = 'user:ada';
const HUBS = [SECURITY, OTHER_HUB] as const;
let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway();
});
afterAll(() => causeway.stop());

type Trust =
  | { readonly kind: 'accounts'; readonly accountIds: readonly string[] }
  | { readonly kind: 'orphan' | 'gone' };

type Step =
  | { readonly do: 'connect' | 'run' | 'disable'; readonly at: number }
  | { readonly do: 'trust'; readonly at: number; readonly trust: Trust }
  | { readonly do: 'wait'; readonly days: number }
  | { readonly do: 'narrow'; readonly hub: string; readonly roles: readonly number[] | null }
  | { readonly do: 'create'; readonly hub: string; readonly cutover: 'safe' | 'immediate' }
  | { readonly do: 'edit'; readonly change: Edit }
  | { readonly do: 'roll-back' | 'delete' };

interface Edit {
  readonly hub: string | null;
  readonly cutover?: 'safe' | 'immediate';
  readonly replaced?: 'overlap' | 'immediate';
}

type Change =
  | Extract<Step, { do: 'create' | 'edit' | 'roll-back' | 'delete' }>
  | { readonly do: 'immediate-cutover' | 'nothing' };

const oneOfThem = fc.nat({ max: CONNECTORS - 1 });
const hubs = fc.constantFrom(...HUBS);
const cutover = fc.constantFrom('safe', 'safe', 'immediate' as const);
const trusts: fc.Arbitrary<Trust> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.subarray([PLATFORM, ...HUBS]).map(accountIds => ({ kind: 'accounts' as const, accountIds })),
  },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'orphan' as const }, { kind: 'gone' as const }) },
);
const edits: fc.Arbitrary<Edit> = fc.record(
  {
    hub: fc.option(hubs, { freq: 6 }),
    cutover,
    replaced: fc.constantFrom('overlap', 'overlap', 'immediate' as const),
  },
  { requiredKeys: ['hub'] },
);
const creation = fc.record({ do: fc.constant('create' as const), hub: hubs, cutover });
const edition = fc.record({ do: fc.constant('edit' as const), change: edits });
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('connect' as const), at: oneOfThem }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('run' as const), at: oneOfThem }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('trust' as const), at: oneOfThem, trust: trusts }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disable' as const), at: oneOfThem }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.constantFrom(1, 8) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('narrow' as const),
      hub: fc.constantFrom(PLATFORM, ...HUBS),
      roles: fc.option(fc.uniqueArray(oneOfThem)),
    }),
  },
  { weight: 4, arbitrary: creation },
  { weight: 4, arbitrary: edition },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('roll-back' as const, 'delete' as const) }) },
);
const changes: fc.Arbitrary<Change> = fc.oneof(
  creation,
  edition,
  fc.record({ do: fc.constantFrom('roll-back' as const, 'delete') }),
  fc.record({ do: fc.constantFrom('immediate-cutover' as const, 'nothing') }),
);
const worlds = fc.record({
  platform: fc.constantFrom(true, true, true, false),
  trusts: fc.array(trusts, { minLength: CONNECTORS, maxLength: CONNECTORS }),
  /** Connectors that are there from the start, and those of them that have run. */
  made: fc.subarray(
    Array.from({ length: CONNECTORS }, (_, at) => at),
    { minLength: 3 },
  ),
  ran: fc.subarray(
    Array.from({ length: CONNECTORS }, (_, at) => at),
    { minLength: 2 },
  ),
  steps: fc.array(steps, { minLength: 2, maxLength: 14 }),
  ranLast: fc.subarray(Array.from({ length: CONNECTORS }, (_, at) => at)),
  change: changes,
});
type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

it('a preview of any change in any world tells what then happens to each connector', {
  timeout: 120_000 + WORLDS * 2_000,
}, async () => {
  const seen: Record<ImpactOutcome, number> = { moves: 0, stays: 0, breaks: 0, unknown: 0 };
  const previewed = new Set<string>();
  await fc.assert(
    fc.asyncProperty(worlds, async world => {
      const play = await Play.of(world);
      const before = await play.hubsNow();
      const preview = await play.preview(world.change);
      if (!preview.ok) return void expect(await play.apply(world.change)).toMatchObject({ ok: false });
      expect(await play.hubsNow()).toEqual(before);
      await play.keepCopy();
      const without = await play.runAll();
      await play.restoreCopy();
      expect(await play.apply(world.change)).toMatchObject({ ok: true });
      const after = await play.runAll();
      const happened = new Map(
        [...before].map(([id, hub]) => [id, judge(hub, { without: without.get(id), after: after.get(id) })]),
      );
      expect(told(preview.value, before)).toEqual(happened);
      for (const { outcome } of preview.value.connectors) seen[outcome] += 1;
      previewed.add(world.change.do);
    }),
    { numRuns: WORLDS },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(3);
  expect(previewed.size).toBe(6);
});

interface Fate {
  readonly outcome: ImpactOutcome;
  readonly worksNow: boolean;
  /** The hub that it goes through; null when it does not work. */
  readonly through: Hub | null;
}

function judge(
  hubNow: Hub | null,
  { without, after }: { without: Hub | null | undefined; after: Hub | null | undefined },
): Fate {
  const through = after ?? null;
  const worksNow = Boolean(without);
  if (through) return { outcome: worksNow && sameHub(hubNow, through) ? 'stays' : 'moves', worksNow, through };
  if (worksNow) return { outcome: 'breaks', worksNow, through };
  return { outcome: hubNow ? 'stays' : 'unknown', worksNow, through };
}

function told({ connectors }: Impact, before: ReadonlyMap<string, Hub | null>): Map<string, Fate> {
  return new Map(
    connectors.map(({ connectorId, outcome, mayBreak, worksNow, hubNow, hubAfter }) => {
      expect(mayBreak).toBe(outcome === 'breaks');
      expect(hubNow).toEqual(before.get(connectorId));
      const works = outcome === 'moves' || (outcome === 'stays' && worksNow);
      return [connectorId, { outcome, worksNow, through: works ? hubAfter : null }];
    }),
  );
}

/** One world, played up to the change. */
class Play {
  readonly #deps: AccountsDeps;
  readonly #connectors = new Map<number, string>();
  #baseId: string | null = null;

  static async of(world: World): Promise<Play> {
    await causeway.reset();
    for (const hub of [PLATFORM, ...HUBS]) narrow(hub, null);
    for (const hub of HUBS) user(hub).accessKeys.splice(1);
    const play = new Play(world.platform ? causeway.deps : { ...causeway.deps, platformAccounts: {} });
    for (const [at, trust] of world.trusts.entries()) setTrust(at, trust);
    for (const at of world.made) await play.#step({ do: 'connect', at });
    for (const at of world.ran) await play.#step({ do: 'run', at });
    for (const step of world.steps) await play.#step(step);
    // Most changes need a base account to be there, and one needs that none is.
    if (world.change.do === 'create') await play.#step({ do: 'delete' });
    else await play.#step({ do: 'create', hub: SECURITY, cutover: 'safe' });
    if (world.change.do === 'roll-back') await play.#step({ do: 'edit', change: { hub: OTHER_HUB, cutover: 'safe' } });
    for (const at of world.ranLast) await play.#step({ do: 'run', at });
    return play;
  }

  private constructor(deps: AccountsDeps) {
    this.#deps = deps;
  }

  async #step(step: Step): Promise<void> {
    const id = 'at' in step ? this.#connectors.get(step.at) : undefined;
    switch (step.do) {
      case 'connect': {
        if (id) return;
        const input = connectorInput(PRODUCTION, { roleArn: roleArn(step.at), name: `connector ${step.at}` });
        this.#connectors.set(step.at, must(await createConnector(this.#deps, { input, actor })).id);
        return;
      }
      case 'run':
        if (id) await this.#run(id);
        return;
      case 'disable':
        await sql`update connectors set enabled = false where id = ${id ?? null}`.execute(this.#deps.db);
        return;
      case 'trust':
        return setTrust(step.at, step.trust);
      case 'wait':
        causeway.clock.advance(step.days * 86_400_000);
        return;
      case 'narrow':
        return narrow(step.hub, step.roles);
      default:
        await this.apply(step);
    }
  }

  async apply(change: Change): Promise<Result<unknown>> {
    const deps = this.#deps;
    if (change.do === 'create') {
      const made = await createBaseAccount(deps, { input: inputOf(change), actor });
      if (made.ok) this.#baseId = made.value.id;
      return made;
    }
    const id = this.#baseId ?? crypto.randomUUID();
    switch (change.do) {
      case 'edit':
        return await changeBaseAccount(deps, { id, change: changeOf(change.change), actor });
      case 'immediate-cutover':
        return await changeBaseAccount(deps, { id, change: { cutover: 'immediate' }, actor });
      case 'roll-back':
        return await rollBackBaseAccount(deps, { id, actor });
      case 'delete': {
        const impact = await impactOf(deps, { id, change: 'delete', actor });
        const confirmBreaking = impact.ok ? impact.value.totals.breaks : undefined;
        const deleted = await deleteBaseAccount(deps, { id, confirmBreaking, actor });
        if (deleted.ok) this.#baseId = null;
        return deleted;
      }
      case 'nothing':
        return await impactOf(deps, { id, change: 'create', actor });
    }
  }

  async preview(change: Change): Promise<Result<Impact>> {
    const deps = this.#deps;
    const id = this.#baseId ?? crypto.randomUUID();
    switch (change.do) {
      case 'create':
        return await previewBaseAccount(deps, { input: inputOf(change), actor });
      case 'edit':
        return await previewBaseAccountChange(deps, { id, change: changeOf(change.change), actor });
      default:
        return await impactOf(deps, { id, change: change.do === 'nothing' ? 'create' : change.do, actor });
    }
  }

  async hubsNow(): Promise<Map<string, Hub | null>> {
    const found = new Map<string, Hub | null>();
    for (const id of this.#connectors.values()) {
      found.set(id, must(await getConnector(this.#deps, id)).currentHub);
    }
    return new Map([...found].sort());
  }

  /** Each connector once, by a process that has no session open; the hub it went through, or null. */
  async runAll(): Promise<Map<string, Hub | null>> {
    this.#deps.aws.sessions.clear();
    const ended = new Map<string, Hub | null>();
    for (const id of this.#connectors.values()) {
      const reached = await this.#run(id);
      ended.set(id, reached.ok ? reached.value.hub : null);
    }
    return ended;
  }

  #run(connectorId: string) {
    return reach(this.#deps, {
      connectorId,
      purpose: { kind: 'run', runId: crypto.randomUUID(), trigger: 'schedule' },
    });
  }

  async keepCopy(): Promise<void> {
    for (const table of TABLES) {
      await sql`drop table if exists ${sql.table(`copy_${table}`)}`.execute(this.#deps.db);
      await sql`create table ${sql.table(`copy_${table}`)} as table ${sql.table(table)}`.execute(this.#deps.db);
    }
  }

  async restoreCopy(): Promise<void> {
    await sql`truncate connectors, base_accounts cascade`.execute(this.#deps.db);
    for (const table of TABLES) {
      await sql`insert into ${sql.table(table)} overriding system value table ${sql.table(`copy_${table}`)}`.execute(
        this.#deps.db,
      );
    }
  }
}

const TABLES = ['base_accounts', 'base_identities', 'connectors', 'hub_evidence'];

function roleArn(at: number): string {
  return `arn:aws:iam::${PRODUCTION}:role/World${at}`;
}

function user(hub: string) {
  const found = accountOf(causeway.world, hub).users.causeway;
  if (!found) throw new Error(`hub ${hub} has no user`);
  return found;
}

/** Lets a hub's user assume these roles only; null: all. */
function narrow(hub: string, roles: readonly number[] | null): void {
  const some = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roles?.map(roleArn) },
  };
  user(hub).inlinePolicies = roles?.length === 0 ? {} : { AssumeRoles: roles ? some : assumeRolePolicy() };
}

function setTrust(at: number, trust: Trust): void {
  const name = `World${at}`;
  const { roles } = accountOf(causeway.world, PRODUCTION);
  delete roles[name];
  if (trust.kind === 'gone') return;
  const orphaned = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: 'AIDAIOSFODNN7EXAMPLE1' }, Action: 'sts:AssumeRole' },
  };
  const [first, ...more] = trust.kind === 'accounts' ? trust.accountIds : [];
  const document = first
    ? trustPolicy({ partition: 'aws', accountIds: [first, ...more], externalId: EXTERNAL_ID })
    : orphaned;
  addRole(causeway.world, PRODUCTION, { name, trustPolicy: document, inlinePolicies: { Read: readPolicy() } });
}

function inputOf({ hub, cutover: wanted }: Extract<Step, { do: 'create' }>): BaseAccountInput {
  return baseAccountInput(keyOf(causeway, hub), { cutover: wanted });
}

/** Another key of the same user, when the account stays. */
function changeOf({ hub, ...rest }: Edit): BaseAccountChange {
  if (!hub) return rest;
  const known = user(hub).accessKeys[1] ?? addAccessKey(causeway.world, hub, { userName: 'causeway' });
  return { ...rest, accountId: hub, accessKeyId: known.id, secretAccessKey: known.secret };
}
