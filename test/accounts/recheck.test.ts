import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { accountOf, addAccount } from '../../simulator/world/build.ts';
import {
  generatedExternalId,
  generateWorld,
  GENERATED_PLATFORM_ACCOUNT_ID as PLATFORM,
} from '../../simulator/world/generate.ts';
import { addHub } from '../../simulator/world/hub.ts';
import { CONNECTOR_ROLE_NAME, trustPolicy, trustsNobodyPolicy } from '../../simulator/world/policies.ts';
import { createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { checkConnector } from '../../src/accounts/check.ts';
import { attemptRecheck, cancelRecheck, getRecheck } from '../../src/accounts/recheck.ts';
import { getTrustMigration } from '../../src/accounts/trust-migrations.ts';
import { inParallel } from '../../src/domain/in-parallel.ts';
import { type Queue, startQueue } from '../../src/jobs/queue.ts';
import { requestRecheck } from '../../src/jobs/request-recheck.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { silentLog } from '../../src/log.ts';
import { verifyAudit } from '../../src/store/audit.ts';
import { inTransaction } from '../../src/store/database.ts';
import { claimRecheck, saveRecheckProgress } from '../../src/store/rechecks.ts';
import { type Bed, openBed, platformKey } from '../sync-sim/bed.ts';
import type { WorkerSettings } from '../sync-sim/programs/worker.ts';
import { baseAccountInput, must } from './support.ts';

const MEMBERS = 300;
const HUB = '111111111111';
const members = Array.from({ length: MEMBERS }, (_, i) => String(200_000_000_001 + i));
const actor = 'user:ada';

/** By the last digit of the account's number: what its owner did with the trust policy. */
const KINDS = ['both', 'both', 'both', 'both', 'both', 'both', 'platform', 'platform', 'open', 'nobody'] as const;
const kindOf = (member: string) => KINDS[Number(member) % 10] ?? 'both';
const countOf = (...kinds: (typeof KINDS)[number][]) => members.filter(one => kinds.includes(kindOf(one))).length;

let bed: Bed;
let queue: Queue;
let connectors: Map<string, string>;
let worker: ChildProcess | undefined;

beforeAll(async () => {
  bed = await openBed(() => generateWorld({ seed: 5, now: new Date(), accounts: MEMBERS, instances: 0 }));
  addAccount(bed.world, { id: HUB, name: 'hub' });
  queue = await startQueue({ connectionString: bed.connectionString, log: silentLog });
  connectors = new Map();
  await inParallel(members, { limit: 8 }, async id => void connectors.set(id, await bed.connect(id)));
}, 120_000);
beforeEach(async () => {
  bed.aws.faults.clear();
  bed.deps.aws.sessions.clear();
  await sql`update rechecks set state = 'cancelled', finished_at = now() where state = 'running'`.execute(bed.db);
  await sql`delete from queue.job where name = 'rechecks'`.execute(bed.db);
  await sql`delete from base_accounts`.execute(bed.db);
  await sql`truncate hub_evidence`.execute(bed.db);
  await sql`
    update connectors set current_hub_kind = 'platform-account', current_hub_account_id = ${PLATFORM}, last_check = null,
      current_hub_since = now(), next_run_at = now() + interval '1 day'
  `.execute(bed.db);
  for (const member of members) trust(member, kindOf(member));
}, 120_000);
afterEach(() => void worker?.kill('SIGKILL'));
afterAll(async () => {
  await queue.stop();
  await bed[Symbol.asyncDispose]();
});

function trust(member: string, kind: (typeof KINDS)[number]): void {
  const role = accountOf(bed.world, member).roles[CONNECTOR_ROLE_NAME];
  if (!role) throw new Error(`member ${member} has no role`);
  const accountIds = kind === 'platform' ? [PLATFORM] : [PLATFORM, HUB];
  const externalId = kind === 'open' ? {} : { externalId: generatedExternalId(member) };
  role.trustPolicy =
    kind === 'nobody' ? trustsNobodyPolicy() : trustPolicy({ partition: 'aws', accountIds, ...externalId });
}

const start = async () => must(await requestRecheck({ ...bed.deps, queue }, { accountType: 'global', actor })).id;
const attempt = (recheckId: string, stop = new AbortController().signal) =>
  attemptRecheck(bed.deps, { recheckId, stop });
const addBase = async () => {
  const input = baseAccountInput(addHub(bed.world, HUB, `causeway-${crypto.randomUUID().slice(0, 8)}`));
  must(await createBaseAccount(bed.deps, { input, actor }));
};
/** Of every connector, by its member account. */
async function states() {
  const { rows } = await sql<{ accountId: string; hub: string; probes: string; outcome: string; fault: string | null }>`
    select account_id as "accountId", current_hub_kind as hub, last_check -> 'fault' ->> 'code' as fault,
      last_check ->> 'outcome' as outcome,
      concat_ws(' ', last_check #>> '{probes,withExternalId}', last_check #>> '{probes,withoutExternalId}', last_check #>> '{probes,wrongExternalId}') as probes
    from connectors order by account_id
  `.execute(bed.db);
  return rows;
}
async function isWaitingForLock() {
  const { rows } = await sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
  `.execute(bed.db);
  return rows.length > 0;
}
async function usesOf(recheckId: string) {
  const { rows } = await sql<{ subject: string; outcome: string; n: number }>`
    select subject, detail ->> 'externalId' || ' ' || (detail #>> '{hub,kind}') as outcome, count(*) as n from audit_log
    where action = 'hub.used' and detail ->> 'sessionName' = ${`causeway-${recheckId}`} group by 1, 2
  `.execute(bed.db);
  return rows;
}

it('moves whom the target lets in, keeps whom it does not, and probes and proves each as a check does', async () => {
  await addBase();
  const id = await start();
  expect(await attempt(id)).toBe('finished');

  const accepted = countOf('both', 'open');
  expect(must(await getRecheck(bed.deps, id))).toMatchObject({
    state: 'done',
    total: MEMBERS,
    done: MEMBERS,
    accepted,
    refused: MEMBERS - accepted,
    unknown: 0,
    moved: accepted,
    throttled: 0,
    requestedBy: actor,
  });
  const wanted = {
    both: { hub: 'base-account', outcome: 'ok', fault: null, probes: 'accepted refused refused' },
    platform: { hub: 'platform-account', outcome: 'ok', fault: null, probes: 'accepted refused refused' },
    open: { hub: 'base-account', outcome: 'ok', fault: 'confused-deputy', probes: 'accepted accepted accepted' },
    nobody: {
      hub: 'platform-account',
      outcome: 'failed',
      fault: 'role-not-assumable',
      probes: 'refused refused refused',
    },
  };
  const found = await states();
  expect(found).toEqual(members.map(accountId => ({ accountId, ...wanted[kindOf(accountId)] })));
  const { totals } = await getTrustMigration(bed.deps, 'global');
  expect(totals).toEqual({ 'on-target': accepted, moving: 0, refused: MEMBERS - accepted, unknown: 0 });

  // Everything that STS was asked is in the audit log, and nothing of it was throttled.
  const uses = await usesOf(id);
  const wantedUses = 3 * accepted + 4 * countOf('platform') + 5 * countOf('nobody');
  expect(uses.reduce((sum, { n }) => sum + n, 0)).toBe(wantedUses);
  expect(bed.aws.callLog.calls().filter(({ error }) => error === 'Throttling')).toEqual([]);
  expect(await verifyAudit(bed.db)).toMatchObject({ intact: true });
  const { rows: moves } = await sql`select from audit_log where action = 'connector.hub-changed'`.execute(bed.db);
  expect(moves).toHaveLength(accepted);

  for (const member of members.slice(0, 10)) {
    must(await checkConnector(bed.deps, { id: connectors.get(member) ?? '', actor }));
  }
  expect(await states()).toEqual(found);
}, 60_000);

it('is one of its account type at a time, tells its progress, and ends within seconds when it is cancelled', async () => {
  bed.aws.faults.put({ id: 'slow', match: { service: 'sts' }, effect: { kind: 'slow', delayMs: 400 } });
  const id = await start();
  expect(await requestRecheck({ ...bed.deps, queue }, { accountType: 'global', actor })).toMatchObject({
    ok: false,
    fault: { code: 'recheck-in-progress' },
  });
  const under = attempt(id);
  await expect.poll(async () => must(await getRecheck(bed.deps, id)).done).toBeGreaterThan(0);
  const cancelled = must(await cancelRecheck(bed.deps, { id, actor: 'user:bob' }));
  expect(cancelled).toMatchObject({ state: 'cancelled' });
  expect(cancelled.done).toBeLessThan(MEMBERS);
  expect(await under).toBe('over');
  expect(await attempt(id)).toBe('over');
  expect(must(await getRecheck(bed.deps, id))).toEqual(cancelled);
  // What was under way then is known all the same.
  const uses = await usesOf(id);
  expect(uses.length).toBeGreaterThan(cancelled.done);
  expect(must(await cancelRecheck(bed.deps, { id, actor }))).toEqual(cancelled);
  await start();
});

it('leaves no notes behind when it is cancelled while its progress is being written', async () => {
  const id = await start();
  const recheck = await claimRecheck(bed.db, id);
  if (!recheck) throw new Error('it was just started');
  let cancelling: Promise<unknown> | undefined;
  await inTransaction(bed.db, async tx => {
    const accepted = [...connectors.values()];
    await saveRecheckProgress(tx, recheck.hold, { accepted, refused: [], unknown: [], throttled: 0 });
    cancelling = cancelRecheck(bed.deps, { id, actor });
    await expect.poll(isWaitingForLock).toBe(true);
  });
  await cancelling;
  expect(must(await getRecheck(bed.deps, id))).toMatchObject({ state: 'cancelled', done: MEMBERS });
  expect((await sql`select from recheck_done`.execute(bed.db)).rows).toEqual([]);
});

it('goes on where a stopped worker and a killed one left it, and counts each connector once', async () => {
  // All 300 take 1,020 calls: however busy the machine is, neither the one who stops nor the one who is killed gets through.
  answerSlowly({ callsMax: 600 });
  const stop = new AbortController();
  const id = await start();
  const first = attempt(id, stop.signal);
  await expect.poll(async () => must(await getRecheck(bed.deps, id)).done).toBeGreaterThan(0);
  stop.abort();
  expect(await first).toBe('stopped');
  const stopped = must(await getRecheck(bed.deps, id));
  expect(stopped.state).toBe('running');

  answerSlowly({ callsMax: 350 });
  await killWorkerAfter(async () => must(await getRecheck(bed.deps, id)).done > stopped.done);
  const killed = must(await getRecheck(bed.deps, id));
  expect(killed.state).toBe('running');
  expect(killed.done).toBeGreaterThan(stopped.done);
  bed.aws.faults.clear();
  expect(await attempt(id)).toBe('finished');
  const refused = countOf('nobody');
  expect(must(await getRecheck(bed.deps, id))).toMatchObject({ done: MEMBERS, accepted: MEMBERS - refused, refused });
  const again = (await usesOf(id)).filter(({ n }) => n > 1);
  expect(again).toEqual([]);
  const { rows } = await sql`select from recheck_done`.execute(bed.db);
  expect(rows).toEqual([]);
}, 60_000);

it('a worker that another one took the re-check from notes no progress more', async () => {
  bed.aws.faults.put({ id: 'slow', match: { service: 'sts' }, effect: { kind: 'slow', delayMs: 300 } });
  const id = await start();
  const first = attempt(id);
  await expect.poll(async () => must(await getRecheck(bed.deps, id)).done).toBeGreaterThan(0);
  bed.aws.faults.clear();
  const second = attempt(id);
  // Which of the two it says depends on whether the other one is through by then.
  expect(['lost', 'over']).toContain(await first);
  expect(await second).toBe('finished');
  expect(must(await getRecheck(bed.deps, id))).toMatchObject({ state: 'done', total: MEMBERS, done: MEMBERS });
});

it('a worker takes what is asked for, and connectors that are disabled or of another type are left out', async () => {
  const [disabled = ''] = connectors.values();
  await sql`update connectors set enabled = false where id = ${disabled}`.execute(bed.db);
  const id = await start();
  const running = await startWorker({ ...bed.deps, queue });
  await expect.poll(async () => must(await getRecheck(bed.deps, id)).state).toBe('done');
  await running.stop();
  expect(must(await getRecheck(bed.deps, id))).toMatchObject({ total: MEMBERS - 1, done: MEMBERS - 1 });
  await sql`update connectors set enabled = true where id = ${disabled}`.execute(bed.db);
});

/** STS takes its time for each of so many calls, and answers none after them. */
function answerSlowly({ callsMax }: { callsMax: number }): void {
  bed.aws.faults.put({ id: 'slow', match: { service: 'sts' }, effect: { kind: 'slow', delayMs: 150 } });
  bed.aws.faults.put({ id: 'hang', match: { service: 'sts' }, effect: { kind: 'hang' }, from: callsMax + 1 });
}

/** Gives the re-check to a worker process that is killed in the middle. */
async function killWorkerAfter(condition: () => Promise<boolean>): Promise<void> {
  const { connectionString, aws, world } = bed;
  const settings: WorkerSettings = { connectionString, endpoint: aws.endpoint, key: platformKey(world) };
  const program = path.join(import.meta.dirname, '../sync-sim/programs/worker.ts');
  worker = spawn(process.execPath, [program, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await expect.poll(condition).toBe(true);
  worker.kill('SIGKILL');
  await sleep(300);
}
