import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { openLog } from '../../src/log.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { FleetDigest } from '../programs/simulated-fleet.ts';
import { type Contestant, type ContestantName, type Found, startContestant } from './contestants.ts';
import { cpuSeconds, cpuSecondsWithChildren, parentOf, peakMb } from './process-figures.ts';
import { openSettling } from './settle.ts';
import { type FleetPlan, type SimulatedFleet, startSimulatedFleet } from './simulated-fleet.ts';
import { warmUp } from './warm-up.ts';

/** One fleet, observed by one contestant after the other, phase by phase. */
export interface StagePlan extends FleetPlan {
  readonly name: string;
  readonly contestants: readonly ContestantName[];
  readonly phases: readonly Phase[];
}

/**
 * first      nothing is stored yet
 * again      nothing has changed since
 * changed    1 % of the instances have
 */
export type Phase = 'first' | 'again' | 'changed';

/** What one sync of the whole fleet took. */
export interface Measurement {
  readonly stage: string;
  readonly accounts: number;
  readonly latencyMs: number;
  readonly contestant: ContestantName;
  readonly phase: Phase;
  readonly instances: number;
  readonly seconds: number;
  readonly instancesPerSecond: number;
  /** CPU seconds for 1,000 instances: of the contestant, of PostgreSQL, of simulated AWS. */
  readonly clientCpu: number;
  readonly postgresCpu: number;
  readonly awsCpu: number;
  /** Of the contestant, since its start. */
  readonly peakMb: number;
  readonly calls: number;
  readonly callsPerInstance: number;
  readonly throttled: number;
}

/** Each stage has simulated AWS, a PostgreSQL and contestants of its own; the contestants of a stage share the first two. */
export async function runStage(plan: StagePlan, say: (line: Measurement) => void): Promise<Measurement[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'causeway-bench-'));
  const log = openLog({ level: 'error' });
  const postgres = must(await startEmbeddedPostgres({ dataDir: directory, log }));
  const { connectionString } = postgres;
  const db = openDatabase({ connectionString, log });
  const settling = openSettling({ connectionString, log });
  const contestants: Contestant[] = [];
  let fleet: SimulatedFleet | undefined;
  try {
    must(await migrate({ connectionString, folder: path.join(import.meta.dirname, '../../migrations') }));
    fleet = await startSimulatedFleet(plan);
    await warmUp(fleet);
    for (const name of plan.contestants) contestants.push(await startContestant(name, { db, connectionString, fleet }));
    const postmaster = await postmasterOf(db);
    const measured: Measurement[] = [];
    for (const phase of plan.phases) {
      if (phase === 'changed') await fleet.change();
      const truth = await fleet.truth();
      const contents = new Set<string>();
      for (const contestant of contestants) {
        await settling.settle();
        const one = await measure({ plan, phase, contestant, fleet, postmaster, instances: truth.instances });
        const { content } = await compare(contestant, { truth, phase });
        if (content !== undefined) contents.add(content);
        if (contents.size > 1) throw new Error(`${contestant.name} has other states or tags than those before it`);
        measured.push(one);
        say(one);
      }
    }
    return measured;
  } finally {
    for (const contestant of contestants) await contestant.stop();
    fleet?.stop();
    await settling.end();
    await db.destroy();
    await postgres.stop();
    await rm(directory, { recursive: true });
  }
}

async function measure({
  plan,
  phase,
  contestant,
  fleet,
  postmaster,
  instances,
}: {
  plan: StagePlan;
  phase: Phase;
  contestant: Contestant;
  fleet: SimulatedFleet;
  postmaster: number;
  instances: number;
}): Promise<Measurement> {
  const readings = async () => ({
    client: cpuSeconds(contestant.pid),
    postgres: cpuSecondsWithChildren(postmaster),
    aws: cpuSeconds(fleet.pid),
    ...(await fleet.stats()),
  });
  const before = await readings();
  const seconds = await contestant.sync();
  const after = await readings();
  const perThousand = (name: 'client' | 'postgres' | 'aws') => ((after[name] - before[name]) / instances) * 1_000;
  const calls = after.calls - before.calls;
  return {
    stage: plan.name,
    accounts: plan.accounts,
    latencyMs: plan.latencyMs,
    contestant: contestant.name,
    phase,
    instances,
    seconds,
    instancesPerSecond: instances / seconds,
    clientCpu: perThousand('client'),
    postgresCpu: perThousand('postgres'),
    awsCpu: perThousand('aws'),
    peakMb: peakMb(contestant.pid),
    calls,
    callsPerInstance: calls / instances,
    throttled: after.throttled - before.throttled,
  };
}

/** No contestant may be fast by being wrong. */
async function compare(contestant: Contestant, { truth, phase }: { truth: FleetDigest; phase: Phase }): Promise<Found> {
  const found = await contestant.found();
  if (found.instances === truth.instances && found.checksum === truth.checksum) return found;
  const [has, is] = [found, truth].map(({ instances, checksum }) => `${instances} instances (${checksum})`);
  throw new Error(`After "${phase}" ${contestant.name} has ${has}; there are ${is}.`);
}

async function postmasterOf(db: Database): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
  const pid = rows[0]?.pid;
  if (pid === undefined) throw new Error('PostgreSQL does not tell its process');
  return parentOf(pid);
}

export function must<T>(result: { ok: true; value: T } | { ok: false; fault: { detail: string } }): T {
  if (!result.ok) throw new Error(result.fault.detail);
  return result.value;
}
