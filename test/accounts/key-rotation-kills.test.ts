import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../simulator/faults.ts';
import type { RotationWorkerSettings } from './programs/rotation-worker.ts';
import { openRotationBed, type RotationBed } from './rotation-support.ts';
import { type Causeway, SECURITY, startCauseway } from './support.ts';

/** A worker process is killed at every step of a rotation, and another one goes on. */

/** Each holds a worker up at a call: before AWS has done what it was asked, or before the answer comes. */
const MOMENTS: readonly (readonly [step: string, operation: string, when: 'before' | 'after'])[] = [
  ['look', 'ListAccessKeys', 'before'],
  ['create', 'CreateAccessKey', 'before'],
  ['create', 'CreateAccessKey', 'after'],
  ['deactivate', 'UpdateAccessKey', 'before'],
  ['deactivate', 'UpdateAccessKey', 'after'],
  ['delete', 'DeleteAccessKey', 'after'],
];
const EFFECTS: Readonly<Record<'before' | 'after', FaultEffect>> = {
  before: { kind: 'hang' },
  after: { kind: 'slow', delayMs: 600_000 },
};

describe.concurrent('a worker that is killed', () => {
  it.each(MOMENTS)(
    'at the step %s, in the middle of %s, %s it took effect, is taken over by another one',
    async (step, operation, when) => {
      await killedAt(step, async causeway => {
        causeway.faults.put({ id: 'hold', match: { accountId: SECURITY, operation }, effect: EFFECTS[when], times: 1 });
        const held = () => causeway.callLog.calls().some(call => call.operation === operation);
        return { held, release: async () => void causeway.faults.clear() };
      });
    },
    180_000,
  );

  it.each(['look', 'create', 'prove', 'switch', 'deactivate', 'delete'])(
    'at the step %s, while it writes how that ended, is taken over by another one',
    async step => {
      await killedAt(step, async causeway => {
        await sleepInWritesOf(causeway, step);
        const held = async () => (await sleepers(causeway)) > 0;
        return { held, release: () => wakeUp(causeway) };
      });
    },
    180_000,
  );
});

/** The transaction that ends the step waits in the database until it is broken off. */
async function sleepInWritesOf({ deps: { db } }: Causeway, step: string): Promise<void> {
  await sql`
    create function hold_up() returns trigger language plpgsql as $$
    begin
      if old.step = tg_argv[0] and (new.step <> old.step or new.state = 'done') then perform pg_sleep(600); end if;
      return new;
    end $$
  `.execute(db);
  await sql`
    create trigger hold_up before update on key_rotations for each row execute function hold_up(${sql.lit(step)})
  `.execute(db);
}

async function sleepers({ deps: { db } }: Causeway): Promise<number> {
  const { rows } = await sql`
    select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'
  `.execute(db);
  return rows.length;
}

/** As PostgreSQL does by itself when it notices that the client is gone. */
async function wakeUp(causeway: Causeway): Promise<void> {
  const { db } = causeway.deps;
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and wait_event = 'PgSleep'
  `.execute(db);
  await until(async () => (await sleepers(causeway)) === 0);
  await sql`drop trigger hold_up on key_rotations`.execute(db);
}

async function killedAt(
  step: string,
  hold: (causeway: Causeway) => Promise<{ held: () => boolean | Promise<boolean>; release: () => Promise<void> }>,
): Promise<void> {
  const causeway = await startCauseway();
  const bed = await openRotationBed(causeway);
  // Those of this test alone: others run beside it.
  const workers: ChildProcess[] = [];
  try {
    const fleet = await bed.fleet();
    const { held, release } = await hold(causeway);
    await bed.start(fleet.baseId);
    const first = await startWorkerProcess(causeway);
    workers.push(first);
    await until(held);
    expect(await bed.rotation(fleet.baseId)).toMatchObject({ state: 'running', step });
    first.kill('SIGKILL');
    await once(first, 'exit');
    await release();
    await bed.expectSound(fleet);
    await bed.expectRunning(fleet);

    workers.push(await startWorkerProcess(causeway, { aheadMs: 70_000 }));
    await carriedOn(bed, fleet.baseId);
    await bed.expectSound(fleet);
    expect(await bed.rotation(fleet.baseId)).toMatchObject({ state: 'done' });
    expect(bed.user.accessKeys.map(({ status }) => status)).toEqual(['Active']);
    expect(bed.user.accessKeys[0]?.id).not.toBe(fleet.oldKey.id);
    await bed.expectRunning(fleet);
    const { rows } = await sql`select from runs where state = 'failed'`.execute(causeway.deps.db);
    expect(rows, 'no run failed meanwhile').toEqual([]);
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    await bed[Symbol.asyncDispose]();
    await causeway.stop();
  }
}

/** Until the rotation is over; a key whose secret nobody has is deleted as somebody would. */
async function carriedOn(bed: RotationBed, baseId: string): Promise<void> {
  await until(async () => {
    const { state, unknownKeyIdEnding } = await bed.rotation(baseId);
    if (state === 'blocked' && unknownKeyIdEnding !== null) {
      await bed.decide(baseId, { action: 'delete-unknown-key', keyIdEnding: unknownKeyIdEnding });
    }
    return state === 'done';
  });
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(100);
}

async function startWorkerProcess(causeway: Causeway, { aheadMs = 0 } = {}): Promise<ChildProcess> {
  const { connectionString, endpoint } = causeway;
  const settings: RotationWorkerSettings = { connectionString, endpoint, vaultWord: 'test', aheadMs };
  const program = path.join(import.meta.dirname, 'programs/rotation-worker.ts');
  const worker = spawn(process.execPath, [program, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (worker.stdout) await once(worker.stdout, 'data');
  return worker;
}
