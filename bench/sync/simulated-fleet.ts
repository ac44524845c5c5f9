import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { generatedExternalId } from '../../simulator/world/generate.ts';
import { CONNECTOR_ROLE_NAME } from '../../simulator/world/policies.ts';
import { defaultRegions } from '../../simulator/world/regions.ts';
import type {
  FleetAnswer,
  FleetDigest,
  FleetOptions,
  FleetQuestion,
  FleetReady,
  FleetStats,
} from '../programs/simulated-fleet.ts';

/** How large a fleet is simulated, and how AWS answers. Every member account has `activeRegions` regions with instances. */
export interface FleetPlan {
  readonly accounts: number;
  readonly activeRegions: number;
  readonly instancesPerRegion: number;
  /** Added to every answer. */
  readonly latencyMs: number;
  /** Whether AWS's request rates apply. */
  readonly tokenBuckets: boolean;
}

export interface FleetMember {
  readonly accountId: string;
  readonly roleArn: string;
  readonly externalId: string;
}

/** Simulated AWS in a process of its own. */
export interface SimulatedFleet {
  readonly pid: number;
  readonly endpoint: string;
  /** The account and the key that every member's role trusts. */
  readonly hub: { readonly accountId: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly members: readonly FleetMember[];
  stats(): Promise<FleetStats>;
  /** What an observer of the whole fleet must have found. */
  truth(): Promise<FleetDigest>;
  /** Changes 1 % of the instances of every page: state, a tag, or another instance. */
  change(): Promise<void>;
  stop(): void;
}

export async function startSimulatedFleet(plan: FleetPlan): Promise<SimulatedFleet> {
  const { accounts, activeRegions, instancesPerRegion, latencyMs, tokenBuckets } = plan;
  const instances = { min: instancesPerRegion, max: instancesPerRegion };
  const shape = { regions: defaultRegions('aws'), regionsActive: activeRegions, instances, skew: 0 };
  const options: FleetOptions = { accounts, shape, changeRate: CHANGE_RATE, latencyMs, tokenBuckets };
  const program = path.join(import.meta.dirname, '../programs/simulated-fleet.ts');
  const child = fork(program, [JSON.stringify(options)], { execArgv: SMALL });
  const { endpoint, platform, accountIds } = await next<FleetReady>(child);
  if (child.pid === undefined) throw new Error('simulated AWS has no process');
  return {
    pid: child.pid,
    endpoint,
    hub: platform,
    members: accountIds.map(accountId => ({
      accountId,
      roleArn: `arn:aws:iam::${accountId}:role/${CONNECTOR_ROLE_NAME}`,
      externalId: generatedExternalId(accountId),
    })),
    stats: async () => (await ask(child, { kind: 'stats' })).stats,
    truth: async () => (await ask(child, { kind: 'digest' })).digest,
    async change() {
      await ask(child, { kind: 'advance' });
    },
    stop() {
      if (child.connected) child.disconnect();
    },
  };
}

const CHANGE_RATE = 0.01;

/**
 * Else Node lets 100 MB and more of what is not needed any more lie. New objects have room for as long as a distant call
 * takes: those that outlive it lie longest.
 */
const SMALL = ['--max-semi-space-size=8', '--max-old-space-size=192'];

async function ask<Kind extends FleetQuestion['kind']>(
  child: ChildProcess,
  question: FleetQuestion & { kind: Kind },
): Promise<Extract<FleetAnswer, { kind: Kind }>> {
  child.send(question);
  return await next(child);
}

async function next<Message>(child: ChildProcess): Promise<Message> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`simulated AWS ended with ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message;
  } finally {
    ended.catch(() => {}); // told to wait no more
    waiting.abort();
  }
}
