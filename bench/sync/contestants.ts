import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../src/store/database.ts';
import type { FleetDigest } from '../programs/simulated-fleet.ts';
import type { FleetMember, SimulatedFleet } from './simulated-fleet.ts';

/** One who keeps a table of all instances: a process that is there before the first sync and for all of them. */
export interface Contestant {
  readonly name: ContestantName;
  readonly pid: number;
  /** Observes the whole fleet once; answers how long it took. */
  sync(): Promise<number>;
  /** What it has now. */
  found(): Promise<Found>;
  stop(): Promise<void>;
}

export interface Found extends FleetDigest {
  /** A checksum of states and tags, which must be the same of all contestants; absent for one that keeps nothing. */
  readonly content?: string;
}

export type ContestantName = 'causeway' | 'sdk' | 'boto3';

export interface ScriptSettings {
  readonly endpoint: string;
  readonly connectionString: string;
  readonly hub: { accountId: string; accessKeyId: string; secretAccessKey: string };
  readonly members: readonly FleetMember[];
  /** Where roles are assumed and regions asked for. */
  readonly homeRegion: string;
}

export interface WorkerSettings extends Pick<ScriptSettings, 'endpoint' | 'connectionString' | 'hub'> {
  readonly assetTypes: readonly string[];
}

export interface Arena {
  readonly db: Database;
  readonly connectionString: string;
  readonly fleet: SimulatedFleet;
}

export async function startContestant(name: ContestantName, arena: Arena): Promise<Contestant> {
  return name === 'causeway' ? await startCauseway(arena) : await startScript(name, arena);
}

/** Undefined where Python or boto3 is not there. */
export function pythonWithBoto3(): { version: string; writes: boolean } | undefined {
  const look = `
import boto3, importlib.util as u
print(boto3.__version__, any(u.find_spec(name) for name in ("psycopg", "psycopg2")))`;
  const { status, stdout } = spawnSync('python3', ['-c', look], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [version = '', writes] = stdout.trim().split(' ');
  return { version, writes: writes === 'True' };
}

/** A worker as `causeway work` starts it. Its connectors become due, and its own schedule and queue do the rest. */
async function startCauseway({ db, connectionString, fleet: { endpoint, hub, members } }: Arena): Promise<Contestant> {
  await addConnectors(db, { members, platformId: hub.accountId });
  const settings: WorkerSettings = { endpoint, connectionString, hub, assetTypes: ['AWS::EC2::Instance'] };
  const { pid, stop } = await startProgram(process.execPath, 'causeway-worker.ts', settings);
  return {
    name: 'causeway',
    pid,
    async sync() {
      const { rows } = await sql<{ at: Date }>`select now() as at`.execute(db);
      const since = rows[0]?.at ?? new Date();
      await sql`update connectors set next_run_at = now()`.execute(db);
      return await runsSince(db, { since, expected: members.length });
    },
    found: () =>
      found(db, sql`select account_id, region, native_id as id, state, tags from assets where gone_at is null`),
    stop,
  };
}

/**
 * Waits for a run of every connector; answers the seconds from when the first was queued to when the last had ended. How
 * long the schedule waits before it looks for due connectors again (`LIMITS.scheduleEverySeconds`) is not work, and is
 * left out.
 */
async function runsSince(db: Database, { since, expected }: { since: Date; expected: number }): Promise<number> {
  for (;;) {
    await sleep(POLL_MS);
    const { rows: waiting } = await sql`
      select from connectors where next_run_at <= now() union all select from runs where state in ('queued', 'running') limit 1
    `.execute(db);
    if (waiting.length > 0) continue;
    const { rows } = await sql<{ well: number; badly: number; why: string | null; seconds: string }>`
      select count(*) filter (where state = 'ok') as well, count(*) filter (where state <> 'ok') as badly,
        max(state || ' ' || coalesce(fault->>'detail', '')) filter (where state <> 'ok') as why,
        extract(epoch from max(finished_at) - min(queued_at)) as seconds
      from runs where queued_at >= ${since}
    `.execute(db);
    const row = rows[0];
    if (!row || row.well + row.badly < expected) continue;
    if (row.badly > 0) throw new Error(`${row.badly} of ${expected} runs did not end well: ${row.why}`);
    return Number(row.seconds);
  }
}

/** The times are PostgreSQL's own: that we look seldom makes no sync longer, and takes less of it. */
const POLL_MS = 500;

const SCRIPTS = {
  sdk: { command: process.execPath, program: 'sdk-script.ts', table: 'script_instances' },
  boto3: { command: 'python3', program: 'boto3-script.py', table: 'boto3_instances' },
} as const;

async function startScript(
  name: 'sdk' | 'boto3',
  { db, connectionString, fleet: { endpoint, hub, members } }: Arena,
): Promise<Contestant> {
  const settings: ScriptSettings = { endpoint, connectionString, hub, members, homeRegion: 'us-east-1' };
  const { command, program, table } = SCRIPTS[name];
  const { pid, ask, stop } = await startProgram(command, program, settings);
  let last: { seconds: number; instances?: number; checksum?: string; writes?: boolean } = { seconds: 0 };
  return {
    name,
    pid,
    async sync() {
      last = JSON.parse(await ask('sync'));
      return last.seconds;
    },
    async found() {
      if (last.writes === false) return { instances: last.instances ?? 0, checksum: last.checksum ?? '' };
      return await found(db, sql`select account_id, region, instance_id as id, state, tags from ${sql.table(table)}`);
    },
    stop,
  };
}

async function startProgram(command: string, program: string, settings: ScriptSettings | WorkerSettings) {
  const file = path.join(import.meta.dirname, '../programs', program);
  const child = spawn(command, [file, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} could not be started`);
  await lineOf(lines, child);
  return {
    pid,
    async ask(question: string): Promise<string> {
      child.stdin.write(`${question}\n`);
      return await lineOf(lines, child);
    },
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

async function lineOf(lines: ReturnType<typeof createInterface>, child: ChildProcess): Promise<string> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a contestant ended with ${code}`);
  });
  try {
    const [line]: string[] = await Promise.race([once(lines, 'line', { signal }), ended]);
    return line ?? '';
  } finally {
    ended.catch(() => {}); // told to wait no more
    waiting.abort();
  }
}

/** The same sums as the simulation makes, of rows with `account_id`, `region`, `id`, `state` and `tags`. */
async function found(db: Database, rows: RawBuilder<unknown>): Promise<Found> {
  const { rows: sums } = await sql<Found>`
    select count(*) as instances,
      coalesce(sum(${number(sql`account_id || '/' || region || '/' || id || case state when 'terminated' then '/terminated' else '' end`)}), 0) as checksum,
      coalesce(sum(${number(sql`id || '/' || state || '/' || tags`)}), 0) as content
    from (${rows}) as i
  `.execute(db);
  return sums[0] ?? { instances: 0, checksum: '0' };
}

/** The first four bytes of its MD5. */
function number(text: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`('x' || left(md5(${text}), 8))::bit(32)::bigint`;
}

/** Connectors as the API makes them, not due yet. */
async function addConnectors(
  db: Database,
  { members, platformId }: { members: readonly FleetMember[]; platformId: string },
): Promise<void> {
  await sql`
    insert into connectors (id, name, description, account_type, partition, account_id, role_arn, external_id,
      polling_minutes, enabled, in_cloud_view, in_asset_view, asset_tags, tags, next_run_at, created_at, updated_at,
      current_hub_kind, current_hub_account_id, current_hub_since)
    select gen_random_uuid(), "accountId", '', 'global', 'aws', "accountId", "roleArn", "externalId",
      1440, true, true, true, '{}', '{}', now() + interval '1 day', now(), now(), 'platform-account', ${platformId}, now()
    from jsonb_to_recordset(${JSON.stringify(members)}::jsonb) as t("accountId" text, "roleArn" text, "externalId" text)
  `.execute(db);
  await sql`analyze connectors`.execute(db);
}
