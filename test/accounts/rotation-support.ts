import { sql } from 'kysely';
import { expect } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import type { AccessKey, User } from '../../simulator/world/world.ts';
import { createBaseAccount, getBaseAccount } from '../../src/accounts/base-accounts.ts';
import { createConnector } from '../../src/accounts/connectors.ts';
import type { AccountsDeps } from '../../src/accounts/deps.ts';
import { attemptRotation, type RotationAttempt } from '../../src/accounts/key-rotation/attempt-rotation.ts';
import type { RotationDecision } from '../../src/accounts/key-rotation/decide.ts';
import { getKeyRotation, type KeyRotation } from '../../src/accounts/key-rotation/views.ts';
import { rotationStatement } from '../../src/accounts/key-rotation/words.ts';
import { reach } from '../../src/accounts/reach.ts';
import { type Queue, startQueue } from '../../src/jobs/queue.ts';
import { decideKeyRotation, startKeyRotation } from '../../src/jobs/request-rotation.ts';
import { silentLog } from '../../src/log.ts';
import { readSealedSecret } from '../../src/store/base-accounts.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  DEVELOPMENT,
  keyOf,
  must,
  PRODUCTION,
  SECURITY,
  trustOf,
} from './support.ts';

const actor = 'user:ada';

/** A base account whose user may replace its own key, and two connectors that run through it. */
export interface Fleet {
  readonly baseId: string;
  readonly connectors: readonly string[];
  readonly oldKey: AccessKey;
}

/** Rotations without a worker: whoever holds this carries them on. */
export interface RotationBed extends AsyncDisposable {
  readonly causeway: Causeway;
  readonly user: User;
  fleet(): Promise<Fleet>;
  start(baseId: string): Promise<KeyRotation>;
  /** Carries the rotation on until it is over or blocked; time passes whenever it waits. */
  carryOn(baseId: string, given?: CarryOn): Promise<KeyRotation>;
  decide(baseId: string, decision: RotationDecision): Promise<KeyRotation>;
  rotation(baseId: string): Promise<KeyRotation>;
  /** That nothing is ever wrong, whatever happens to a rotation. */
  expectSound(fleet: Fleet, given?: { stranger?: AccessKey }): Promise<void>;
  /** That every connector works, through the base account. */
  expectRunning(fleet: Fleet): Promise<void>;
}

interface CarryOn {
  readonly deps?: AccountsDeps;
  readonly afterEach?: (attempt: RotationAttempt | 'broke') => Promise<void>;
}

export async function openRotationBed(causeway: Causeway): Promise<RotationBed> {
  const queue: Queue = await startQueue({ connectionString: causeway.connectionString, log: silentLog });
  const { deps } = causeway;
  const requesting = { ...deps, queue };
  const account = accountOf(causeway.world, SECURITY);
  const user = account.users.causeway;
  if (!user) throw new Error('the hub has a user');
  const userArn = keyOf(causeway, SECURITY).userArn;
  const rotation = async (baseId: string) => must(await getKeyRotation(deps, baseId));
  return {
    causeway,
    user,
    rotation,
    async fleet() {
      await causeway.reset();
      const original = keyOf(causeway, SECURITY);
      const oldKey: AccessKey = {
        id: original.accessKeyId,
        secret: original.secretAccessKey,
        status: 'Active',
        createdAt: '2024-01-15T09:30:00.000Z',
      };
      user.accessKeys = [oldKey];
      user.inlinePolicies.RotateOwnKey = { Version: '2012-10-17', Statement: [rotationStatement(userArn)] };
      const base = must(await createBaseAccount(deps, { input: baseAccountInput(original), actor }));
      const connectors: string[] = [];
      for (const member of [PRODUCTION, DEVELOPMENT]) {
        trustOf(causeway.world, member, [SECURITY]);
        const { id } = must(await createConnector(deps, { input: connectorInput(member), actor }));
        must(await runOf(deps, id));
        connectors.push(id);
      }
      causeway.callLog.clear();
      return { baseId: base.id, connectors, oldKey };
    },
    async start(baseAccountId) {
      return must(await startKeyRotation(requesting, { baseAccountId, actor }));
    },
    async carryOn(baseId, given = {}) {
      const { id } = await rotation(baseId);
      const stop = new AbortController().signal;
      for (let tries = 0; tries < 100; tries++) {
        const attempt = await attemptRotation(given.deps ?? deps, { rotationId: id, stop }).catch(error => {
          if (given.deps === undefined) throw error;
          return 'broke' as const;
        });
        await given.afterEach?.(attempt);
        if (attempt === 'over') return await rotation(baseId);
        causeway.clock.advance(7_000);
      }
      throw new Error('the rotation does not come to an end');
    },
    async decide(baseAccountId, decision) {
      return must(await decideKeyRotation(requesting, { baseAccountId, decision, actor }));
    },
    async expectSound({ baseId, oldKey }, { stranger } = {}) {
      const base = must(await getBaseAccount(deps, baseId));
      const { rows } = await sql<{ id: string; key: string; state: string }>`
        select id, access_key_id as key, state from base_identities where base_account_id = ${baseId}
      `.execute(deps.db);
      const active = rows.find(row => row.state === 'active');
      const key = user.accessKeys.find(one => one.id === active?.key);
      expect(key?.status, 'the key in use exists and is active').toBe('Active');
      expect(base.accessKeyIdEnding).toBe(key?.id.slice(-4));
      const sealed = await readSealedSecret(deps.db, active?.id ?? '');
      expect(must(deps.vault.open(active?.id ?? '', sealed)), 'its secret is the one that AWS knows').toBe(key?.secret);
      const known = [oldKey.id, stranger?.id, ...rows.map(row => row.key)];
      const unexplained = user.accessKeys.filter(({ id }) => !known.includes(id));
      expect(unexplained.length, 'at most one key is left that nobody knows').toBeLessThanOrEqual(1);
      if (stranger) expect(user.accessKeys, 'the stranger’s key is there').toContainEqual(stranger);
    },
    async expectRunning({ connectors }) {
      deps.aws.sessions.clear();
      deps.aws.provenHubs.clear();
      for (const id of connectors) expect(must(await runOf(deps, id))).not.toHaveProperty('targetFault');
    },
    async [Symbol.asyncDispose]() {
      await queue.stop();
    },
  };
}

export function runOf(deps: AccountsDeps, connectorId: string) {
  return reach(deps, { connectorId, purpose: { kind: 'run', runId: 'r1', trigger: 'schedule' } });
}
