import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { accountOf } from '../../simulator/world/build.ts';
import { generateWorld } from '../../simulator/world/generate.ts';
import { createPrng, type Prng } from '../../simulator/world/prng.ts';
import { type Queue, startQueue } from '../../src/jobs/queue.ts';
import { requestRun } from '../../src/jobs/request-run.ts';
import { silentLog } from '../../src/log.ts';
import type { Database } from '../../src/store/database.ts';
import { writePlatformAccounts } from '../support/platform-file.ts';
import { type Bed, count, openBed, platformKey } from '../sync-sim/bed.ts';
import { NETWORK_TYPES } from '../sync-sim/deps.ts';
import { everGone, liveAssets, type TrueAsset, trueAssets } from '../sync-sim/truth.ts';

export const REGIONS = ['us-east-1', 'eu-west-1'];

/** A deployment of real processes: one database, one simulated AWS, and what each process is told. */
export interface Fleet extends AsyncDisposable {
  readonly bed: Bed;
  readonly accountIds: readonly string[];
  readonly connectors: readonly string[];
  readonly env: Record<string, string>;
  readonly prng: Prng;
  /** Asks for a run of each of these connectors; answers their ids. */
  requestRuns(connectors?: readonly string[]): Promise<string[]>;
  /** Deletes some instances of these accounts; their keys, as the inventory names them. */
  takeAwaySome(accountIds: readonly string[]): string[];
  untilRunsAreOver(): Promise<void>;
  /** What must hold whatever happened to the processes: compare it with `nothingWrong`. */
  findings(gone: readonly string[]): Promise<Findings>;
}

export interface Findings {
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
  readonly wronglyGone: readonly string[];
  readonly overlooked: readonly string[];
  readonly duplicates: number;
  readonly appearedTwice: number;
  /** Groups of `asset_counts` that a count of the assets themselves does not give. */
  readonly miscounted: number;
  readonly runsNotOk: number;
  readonly jobsNotDone: number;
  /** More than once per attempt: a scope that was finished was observed again. */
  readonly observedTooOften: readonly string[];
}

export const NOTHING_WRONG: Findings = {
  ...{ missing: [], surplus: [], wronglyGone: [], overlooked: [], duplicates: 0, appearedTwice: 0, miscounted: 0 },
  ...{ runsNotOk: 0, jobsNotDone: 0, observedTooOften: [] },
};

/** @param accounts each with some instances, in two regions, and a connector on it */
export async function openFleet({ seed, accounts }: { seed: number; accounts: number }): Promise<Fleet> {
  const prng = createPrng(seed, 'fleet');
  const bed = await openBed(() =>
    generateWorld({ seed, now: new Date(), accounts, instances: 15 * accounts, regions: REGIONS }),
  );
  keepAll(bed);
  const accountIds = Array.from({ length: accounts }, (_, i) => String(200_000_000_001 + i));
  const connectors = await Promise.all(accountIds.map(id => bed.connect(id, { regions: REGIONS })));
  // None is due: runs begin when a test asks for them, with every process there.
  await sql`update connectors set next_run_at = now() + interval '1 day'`.execute(bed.db);
  const queue = await startQueue({ connectionString: bed.connectionString, log: silentLog });
  const directory = mkdtempSync(path.join(tmpdir(), 'causeway-machines-'));
  return {
    ...{ bed, accountIds, connectors, prng },
    env: {
      DATABASE_URL: bed.connectionString,
      CAUSEWAY_MASTER_KEY: randomBytes(32).toString('base64'),
      CAUSEWAY_DATA_DIR: directory,
      CAUSEWAY_PLATFORM_ACCOUNTS: writePlatformAccounts(directory, { global: platformKey(bed.world) }),
      AWS_ENDPOINT_URL: bed.aws.endpoint,
    },
    requestRuns: (of = connectors) => Promise.all(of.map(connectorId => request(bed, { queue, connectorId }))),
    takeAwaySome: ids => takeAwaySome(bed, { ids, prng }),
    untilRunsAreOver: () => until(async () => (await count(bed.db, "runs where state in ('queued', 'running')")) === 0),
    findings: gone => findingsOf(bed, { accountIds, gone }),
    async [Symbol.asyncDispose]() {
      await queue.stop();
      await bed[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true });
    },
  };
}

/** Gives up before the test runner does, which would leave processes behind. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 90_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`never so: ${holds}`);
    await sleep(50);
  }
}

/** Nothing vanishes by itself: what is gone in the end is what a test took away. */
function keepAll(bed: Bed): void {
  for (const account of Object.values(bed.world.accounts)) {
    for (const region of Object.values(account.ec2)) {
      region.instances = region.instances.filter(instance => instance.terminatedAt === undefined);
    }
  }
}

async function request(bed: Bed, { queue, connectorId }: { queue: Queue; connectorId: string }): Promise<string> {
  const run = await requestRun({ ...bed.deps, queue }, { connectorId, trigger: 'request', requestedBy: 'system' });
  if (!run.ok) throw new Error(run.fault.detail);
  return run.value.id;
}

function takeAwaySome(bed: Bed, { ids, prng }: { ids: readonly string[]; prng: Prng }): string[] {
  const deleted: string[] = [];
  for (const id of ids) {
    for (const [name, region] of Object.entries(accountOf(bed.world, id).ec2)) {
      region.instances = region.instances.filter(({ InstanceId }) => {
        if (!prng.chance(0.15)) return true;
        deleted.push(`aws/${id}/${name}/AWS::EC2::Instance/${InstanceId}`);
        return false;
      });
    }
  }
  return deleted.sort();
}

async function findingsOf(
  bed: Bed,
  { accountIds, gone }: { accountIds: readonly string[]; gone: readonly string[] },
): Promise<Findings> {
  const types = NETWORK_TYPES.map(type => type.assetType);
  const texts = (assets: readonly TrueAsset[]) => assets.map(asset => JSON.stringify(sorted(asset)));
  const stored = texts((await liveAssets(bed.db)).filter(({ key }) => types.some(type => key.includes(`/${type}/`))));
  const real = texts(trueAssets(bed.world, { accountIds, now: new Date() }));
  const markedGone = await everGone(bed.db);
  const without = (all: readonly string[], some: readonly string[]) => {
    const known = new Set(some);
    return all.filter(one => !known.has(one));
  };
  return {
    missing: without(real, stored),
    surplus: without(stored, real),
    wronglyGone: without(markedGone, gone),
    overlooked: without(gone, markedGone),
    duplicates: stored.length - new Set(stored).size + markedGone.length - new Set(markedGone).size,
    appearedTwice: (await count(bed.db, "asset_events where event = 'appeared'")) - (await count(bed.db, 'assets')),
    miscounted: await miscounted(bed.db),
    runsNotOk: await count(bed.db, "runs where state <> 'ok'"),
    jobsNotDone: await count(bed.db, "queue.job where name = 'runs' and state <> 'completed'"),
    observedTooOften: await observedTooOften(bed),
  };
}

export async function miscounted(db: Database): Promise<number> {
  const columns = sql.raw('partition, account_id, region, asset_type, state, seen_by');
  const { rows } = await sql<{ groups: number }>`
    with counted as (select ${columns}, n from asset_counts),
    real as (select ${columns}, count(*) as n from assets where gone_at is null group by ${columns})
    select (select count(*) from (select * from counted except all select * from real) a)
      + (select count(*) from (select * from real except all select * from counted) b) as groups
  `.execute(db);
  return rows[0]?.groups ?? -1;
}

/** Regions in which AWS listed instances more often than runs of the account were begun, the last of each and those before. */
async function observedTooOften(bed: Bed): Promise<string[]> {
  const { rows } = await sql<{ accountId: string; attempts: number }>`
    select account_id as "accountId", sum(fence - 1) as attempts from runs group by 1
  `.execute(bed.db);
  const attempts = new Map(rows.map(row => [row.accountId, Number(row.attempts)]));
  return bed.aws.callLog
    .counts()
    .filter(({ operation }) => operation === 'DescribeInstances')
    .filter(({ accountId, calls, errors }) => calls - errors > (attempts.get(accountId) ?? 0))
    .map(({ accountId, region, calls }) => `${accountId} ${region}: ${calls} calls`);
}

/** With its keys in one order, at every depth: what is compared is what is said, not how. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, sorted(field)]),
  );
}
