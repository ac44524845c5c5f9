import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeBaseAccount, createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { createConnector } from '../../src/accounts/connectors.ts';
import { deleteBaseAccount } from '../../src/accounts/delete-base-account.ts';
import { reach } from '../../src/accounts/reach.ts';
import { rollBackBaseAccount } from '../../src/accounts/roll-back.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  keyOf,
  must,
  OTHER_HUB,
  PLATFORM,
  PRODUCTION,
  SECURITY,
  startCauseway,
  trustOf,
} from '../accounts/support.ts';

/** One connector, and every order in which a few things can happen to it. */
let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway();
});
afterAll(() => causeway.stop());

/** ORDERS=4 looks further, in minutes. */
const LENGTH = Number(process.env.ORDERS ?? 3);
const actor = 'user:ada';
const TRUSTS = {
  'trust platform': [PLATFORM],
  'trust base': [SECURITY],
  'trust both': [PLATFORM, SECURITY],
  'trust other': [OTHER_HUB],
  'trust base and other': [SECURITY, OTHER_HUB],
} as const;
type Step = keyof typeof TRUSTS | 'create' | 'delete' | 'change account' | 'roll back' | 'run';

it('a run fails only if the role admits neither the platform account nor the base account', {
  timeout: 600_000,
}, async () => {
  const steps = ['create', 'delete', 'trust platform', 'trust base', 'trust both', 'run'] as const;
  const orders = everyOrder<Step>(steps, LENGTH).filter(order => order.includes('create') && isPossible(order));
  expect(orders.length).toBeGreaterThan(25);
  for (const order of orders) {
    const told = order.join(', ');
    const play = await Play.begin();
    for (const step of [...order, 'run'] as const) {
      const through = await play.step(step);
      if (step !== 'run') continue;
      const works = play.admits(PLATFORM) || (play.target === SECURITY && play.admits(SECURITY));
      expect(through, told).toBe(play.admits(play.target) ? play.target : works ? PLATFORM : null);
    }
  }
});

it('after a move, an account ID that is changed and rolled back costs no run while the role admits one of the two', {
  timeout: 600_000,
}, async () => {
  const steps = ['change account', 'roll back', 'trust base', 'trust other', 'trust base and other', 'run'] as const;
  const orders = everyOrder<Step>(steps, LENGTH).filter(order => order.includes('change account') && isPossible(order));
  expect(orders.length).toBeGreaterThan(25);
  for (const order of orders) {
    const told = order.join(', ');
    const play = await Play.begin();
    for (const step of ['create', 'trust base', 'run', ...order, 'run'] as const) {
      const before = play.current;
      const through = await play.step(step);
      if (step !== 'run') continue;
      const works = [play.target, before, SECURITY].find(hub => play.admits(hub) && play.hadTarget(hub));
      expect(through, told).toBe(works ?? null);
    }
  }
});

function everyOrder<T>(steps: readonly T[], length: number): T[][] {
  if (length === 0) return [[]];
  return everyOrder(steps, length - 1).flatMap(order => steps.map(step => [...order, step]));
}

/** What can be done to what is there, and not the same twice in a row. */
function isPossible(order: readonly Step[]): boolean {
  let base = order.includes('change account');
  let changed = false;
  return order.every((step, at) => {
    if (step === order[at - 1] || (step === 'create' && base) || (step === 'delete' && !base)) return false;
    if (step === 'roll back' && !changed) return false;
    if (step === 'change account' && changed) return false;
    if (step === 'create') base = true;
    if (step === 'delete') base = false;
    if (step === 'change account') changed = true;
    return true;
  });
}

class Play {
  target: string = PLATFORM;
  current: string = PLATFORM;
  readonly #connectorId: string;
  readonly #targets = new Set<string>([PLATFORM]);
  #trusted: readonly string[] = [PLATFORM];
  #baseId = '';

  /** A connector that runs through the platform account. */
  static async begin(): Promise<Play> {
    await causeway.reset();
    const { id } = must(await createConnector(causeway.deps, { input: connectorInput(PRODUCTION), actor }));
    const play = new Play(id);
    await play.step('run');
    return play;
  }

  private constructor(connectorId: string) {
    this.#connectorId = connectorId;
  }

  admits(hub: string): boolean {
    return this.#trusted.includes(hub);
  }

  hadTarget(hub: string): boolean {
    return this.#targets.has(hub);
  }

  /** Of a run, the hub that it went through, or null when it failed. */
  async step(step: Step): Promise<string | null> {
    const { deps } = causeway;
    const id = this.#baseId;
    switch (step) {
      case 'run':
        return await this.#run();
      case 'create':
        this.#baseId = must(
          await createBaseAccount(deps, { input: baseAccountInput(keyOf(causeway, SECURITY)), actor }),
        ).id;
        this.#aimAt(SECURITY);
        break;
      case 'delete': {
        const deleted = await deleteBaseAccount(deps, { id, actor });
        if (!deleted.ok) must(await deleteBaseAccount(deps, { id, confirmBreaking: 1, actor }));
        this.#aimAt(PLATFORM);
        break;
      }
      case 'change account': {
        const { accountId, accessKeyId, secretAccessKey } = keyOf(causeway, OTHER_HUB);
        must(await changeBaseAccount(deps, { id, change: { accountId, accessKeyId, secretAccessKey }, actor }));
        this.#aimAt(OTHER_HUB);
        break;
      }
      case 'roll back':
        must(await rollBackBaseAccount(deps, { id, actor }));
        this.#aimAt(SECURITY);
        break;
      default:
        this.#trusted = TRUSTS[step];
        trustOf(causeway.world, PRODUCTION, [...TRUSTS[step]]);
    }
    return null;
  }

  #aimAt(hub: string): void {
    this.target = hub;
    this.#targets.add(hub);
  }

  /** By a process that has no session open. */
  async #run(): Promise<string | null> {
    causeway.deps.aws.sessions.clear();
    const purpose = { kind: 'run', runId: 'r', trigger: 'schedule' } as const;
    const reached = await reach(causeway.deps, { connectorId: this.#connectorId, purpose });
    if (!reached.ok) return null;
    this.current = reached.value.hub.accountId;
    return this.current;
  }
}
