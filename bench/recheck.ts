import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { generatedExternalId } from '../simulator/world/generate.ts';
import { CONNECTOR_ROLE_NAME } from '../simulator/world/policies.ts';
import { createBaseAccount } from '../src/accounts/base-accounts.ts';
import { closeAws } from '../src/aws/aws.ts';
import { startQueue } from '../src/jobs/queue.ts';
import { requestRecheck } from '../src/jobs/request-recheck.ts';
import { startWorker } from '../src/jobs/worker.ts';
import { openLog } from '../src/log.ts';
import { verifyAudit } from '../src/store/audit.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { migrate } from '../src/store/migrate.ts';
import { findRecheck, type RecheckRow } from '../src/store/rechecks.ts';
import { depsFor } from '../test/sync-sim/deps.ts';
import type { Bench, Figures } from './main.ts';
import type { Ready, Stats } from './programs/simulated-aws.ts';

const MEMBERS = { full: 10_000, quick: 2_000 };
const SECONDS_MAX = { full: 90, quick: 18 };

/**
 * A re-check of connectors that all run through the platform account and whose roles let a new base account in: three
 * assumptions each, all of them move. Worker, database and simulated AWS, each a process, share the machine.
 */
export const bench: Bench = {
  name: 'recheck',
  title: ({ quick }) => `${quick ? MEMBERS.quick : MEMBERS.full} connectors are checked and move to a base account`,
  async run({ quick }) {
    const members = quick ? MEMBERS.quick : MEMBERS.full;
    const secondsMax = quick ? SECONDS_MAX.quick : SECONDS_MAX.full;
    const directory = await mkdtemp(path.join(tmpdir(), 'causeway-bench-'));
    const log = openLog({ level: 'error' });
    const postgres = must(await startEmbeddedPostgres({ dataDir: directory, log }));
    const { connectionString } = postgres;
    const db = openDatabase({ connectionString, log });
    const aws = fork(path.join(import.meta.dirname, 'programs/simulated-aws.ts'), [String(members)]);
    try {
      must(await migrate({ connectionString, folder: path.join(import.meta.dirname, '../migrations') }));
      const [ready]: Ready[] = await once(aws, 'message');
      if (!ready) throw new Error('simulated AWS says nothing');
      await addConnectors(db, { members, platformId: ready.platform.accountId });
      return await measure({ db, connectionString, ready, members, secondsMax, statsOfAws: () => ask(aws) });
    } finally {
      aws.disconnect();
      await db.destroy();
      await postgres.stop();
      await rm(directory, { recursive: true });
    }
  },
};

async function measure({
  db,
  connectionString,
  ready,
  members,
  secondsMax,
  statsOfAws,
}: {
  db: Database;
  connectionString: string;
  ready: Ready;
  members: number;
  secondsMax: number;
  statsOfAws: () => Promise<Stats>;
}): Promise<Figures> {
  const log = openLog({ level: 'error' });
  const deps = { ...depsFor({ endpoint: ready.endpoint, key: ready.platform, db }), log };
  const input = {
    title: 'Base',
    accountType: 'global',
    credentialsKind: 'access-key',
    ...ready.base,
    useInAssetView: false,
    cutover: 'safe',
    saveUnverified: false,
  } as const;
  must(await createBaseAccount(deps, { input, actor: 'user:bench' }));
  await sql`update connectors set next_run_at = now() + interval '1 day'`.execute(db);
  const queue = await startQueue({ connectionString, log });
  const worker = await startWorker({ ...deps, queue });
  const [before, cpu, from] = [await statsOfAws(), process.cpuUsage(), performance.now()];
  const { id } = must(await requestRecheck({ ...deps, queue }, { accountType: 'global', actor: 'user:bench' }));
  const { recheck, updates } = await waitFor(db, id);
  const seconds = (performance.now() - from) / 1_000;
  const used = process.cpuUsage(cpu);
  const after = await statsOfAws();
  await worker.stop();
  await queue.stop();
  closeAws(deps.aws);
  const calls = after.calls - before.calls;
  const audit = await verifyAudit(db);
  const figures = {
    connectors: members,
    calls,
    seconds: round(seconds),
    callsPerSecond: Math.round(calls / seconds),
    throttled: after.throttled - before.throttled,
    moved: recheck.moved,
    progressUpdates: updates,
    workerCpuSeconds: round((used.user + used.system) / 1e6),
    awsCpuSeconds: round(after.cpuSeconds - before.cpuSeconds),
    workerMemoryMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
    awsMemoryMb: after.memoryMb,
    auditEntries: audit.entries,
  };
  return {
    figures,
    bars: [
      { claim: `all connectors and their probes within ${secondsMax} s`, kept: seconds <= secondsMax },
      { claim: 'no call is throttled', kept: figures.throttled === 0 && recheck.throttled === 0 },
      { claim: 'every connector is tried and moves', kept: recheck.accepted === members && recheck.moved === members },
      { claim: 'three calls for each connector', kept: calls >= 3 * members },
      { claim: 'every use is in an intact audit log', kept: audit.intact && audit.entries >= calls },
    ],
  };
}

/** Also counts how often the progress that people see moved on. */
async function waitFor(db: Database, id: string): Promise<{ recheck: RecheckRow; updates: number }> {
  let [done, updates] = [0, 0];
  for (;;) {
    const recheck = await findRecheck(db, id);
    if (!recheck) throw new Error('the re-check is gone');
    if (recheck.done !== done) updates += 1;
    done = recheck.done;
    if (recheck.state !== 'running') return { recheck, updates };
    await sleep(100);
  }
}

/** Connectors of all members, reached through the platform account, whose last run ended well. */
async function addConnectors(
  db: Database,
  { members, platformId }: { members: number; platformId: string },
): Promise<void> {
  const rows = Array.from({ length: members }, (_, i) => {
    const accountId = String(200_000_000_001 + i);
    const roleArn = `arn:aws:iam::${accountId}:role/${CONNECTOR_ROLE_NAME}`;
    return { accountId, roleArn, externalId: generatedExternalId(accountId) };
  });
  await sql`
    with made as (
      insert into connectors (id, name, description, account_type, partition, account_id, role_arn, external_id,
        polling_minutes, enabled, in_cloud_view, in_asset_view, asset_tags, tags, next_run_at, created_at, updated_at,
        current_hub_kind, current_hub_account_id, current_hub_since, last_run_id)
      select gen_random_uuid(), "accountId", '', 'global', 'aws', "accountId", "roleArn", "externalId",
        240, true, true, false, '{}', '{}', now() + interval '1 day', now(), now(),
        'platform-account', ${platformId}, now(), gen_random_uuid()
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t("accountId" text, "roleArn" text, "externalId" text)
      returning id, account_id, last_run_id
    )
    insert into runs (id, connector_id, state, trigger, requested_by, partition, account_id, job_id, queued_at, started_at,
      finished_at)
    select last_run_id, id, 'ok', 'schedule', 'system', 'aws', account_id, gen_random_uuid(), now(), now(), now() from made
  `.execute(db);
  await sql`analyze connectors, runs`.execute(db);
}

async function ask(aws: ReturnType<typeof fork>): Promise<Stats> {
  aws.send('stats');
  const [stats]: Stats[] = await once(aws, 'message');
  if (!stats) throw new Error('simulated AWS says nothing');
  return stats;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function must<T>(result: { ok: true; value: T } | { ok: false; fault: { detail: string } }): T {
  if (!result.ok) throw new Error(result.fault.detail);
  return result.value;
}
