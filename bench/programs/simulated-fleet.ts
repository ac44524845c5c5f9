import { createHash } from 'node:crypto';
import { createFaults } from '../../simulator/faults.ts';
import { accountIdsOf, epochOf, type FleetShape, instancesOf } from '../../simulator/fleet/fleet.ts';
import { type TrueInstance, truthOf } from '../../simulator/fleet/truth.ts';
import { startSimulatedAws } from '../../simulator/server.ts';
import { packFleet } from '../../simulator/services/fleet-instances.ts';
import type { Layout } from '../../simulator/wire/rendered.ts';
import { accountOf } from '../../simulator/world/build.ts';
import { GENERATED_PLATFORM_ACCOUNT_ID } from '../../simulator/world/generate.ts';
import { type FleetShapeName, generateFleet } from '../../simulator/world/generate-fleet.ts';
import { addHub, type HubCredentials } from '../../simulator/world/hub.ts';
import { systemClock } from '../../src/domain/clock.ts';

/**
 * Simulated AWS with a fleet, as a process of its own; its one argument is `FleetOptions` as JSON. It sends `FleetReady`
 * when it can be called, and answers each message, a `FleetQuestion`, with one `FleetAnswer`, in order.
 */
export interface FleetOptions {
  readonly seed?: number;
  readonly accounts: number;
  readonly shape: FleetShapeName | FleetShape;
  /** Default 0.01. */
  readonly changeRate?: number;
  /** AWS's request rates; default off. */
  readonly tokenBuckets?: boolean;
  /** Every answer waits so long; default 0. */
  readonly latencyMs?: number;
  /** Default `indented`, as EC2's answers are. */
  readonly layout?: Layout;
}

export interface FleetReady {
  readonly endpoint: string;
  /** Of the account that all members' roles trust; its user may assume them. */
  readonly platform: HubCredentials;
  readonly accountIds: readonly string[];
  readonly instances: number;
}

export type FleetQuestion =
  | { readonly kind: 'stats' }
  /** Begins the next epoch. */
  | { readonly kind: 'advance' }
  /** What is listed in the present epoch. */
  | { readonly kind: 'truth'; readonly accountId: string; readonly region: string }
  /** The same of all accounts and regions together. */
  | { readonly kind: 'digest' };

export type FleetAnswer =
  | { readonly kind: 'stats'; readonly stats: FleetStats }
  | { readonly kind: 'advance'; readonly epoch: number }
  | { readonly kind: 'truth'; readonly instances: readonly TrueInstance[] }
  | { readonly kind: 'digest'; readonly digest: FleetDigest };

/**
 * How many instances are listed, and the sum of the first four bytes of the MD5 of each one's `account/region/id`, with
 * `/terminated` behind it where it is: one that is missing, doubled or elsewhere shows.
 */
export interface FleetDigest {
  readonly instances: number;
  readonly checksum: string;
}

/** Since the start. */
export interface FleetStats {
  readonly calls: number;
  /** By service and operation, such as `ec2:DescribeInstances`. */
  readonly byOperation: Readonly<Record<string, number>>;
  readonly throttled: number;
  /** Of the answers' bodies, as sent. */
  readonly bytes: number;
  readonly cpuSeconds: number;
  /** At present, and at most so far. */
  readonly memoryMb: number;
  readonly peakMb: number;
}

const options: FleetOptions = JSON.parse(process.argv[2] ?? '{}');
const {
  seed = 1,
  accounts,
  shape,
  changeRate = 0.01,
  tokenBuckets = false,
  latencyMs = 0,
  layout = 'indented',
} = options;
const world = generateFleet({ seed, now: systemClock.now(), accounts, shape, changeRate });
const { fleet } = world;
await packPages();
const platform = addHub(world, accountOf(world, GENERATED_PLATFORM_ACCOUNT_ID).id, 'bench');
const { decide } = createFaults({ clock: systemClock, tokenBuckets });
const byOperation: Record<string, number> = {};
let [calls, throttled] = [0, 0];
const { url: endpoint, sent } = await startSimulatedAws({
  world,
  layout,
  latencyMs,
  decideFault(request) {
    const decision = decide(request);
    const name = `${request.service}:${request.operation}`;
    calls += 1;
    byOperation[name] = (byOperation[name] ?? 0) + 1;
    if (decision.outcome.kind === 'error') throttled += 1;
    return decision;
  },
});
const startCpu = process.cpuUsage();
process.on('message', async (question: FleetQuestion) => process.send?.(await answer(question)));
process.on('disconnect', () => process.exit());
const accountIds = fleet ? accountIdsOf(fleet) : [];
process.send?.({ endpoint, platform, accountIds, instances: fleet ? instancesOf(fleet) : 0 } satisfies FleetReady);

async function answer(question: FleetQuestion): Promise<FleetAnswer> {
  switch (question.kind) {
    case 'stats':
      return { kind: 'stats', stats: stats() };
    case 'advance':
      fleet?.steps.push(systemClock.now().toISOString());
      await packPages();
      return { kind: 'advance', epoch: epoch() };
    case 'truth':
      return { kind: 'truth', instances: fleet ? truthOf(fleet, { ...question, epoch: epoch() }) : [] };
    case 'digest':
      return { kind: 'digest', digest: digest() };
  }
}

/** Simulated AWS must not be what is measured: what it answers is compressed before it is asked. */
async function packPages(): Promise<void> {
  if (fleet) await packFleet(fleet, { layout, now: systemClock.now() });
}

function digest(): FleetDigest {
  let [instances, checksum] = [0, 0n];
  for (const accountId of fleet ? accountIds : []) {
    for (const region of fleet?.shape.regions ?? []) {
      let sum = 0;
      for (const { instanceId, terminated } of fleet ? truthOf(fleet, { accountId, region, epoch: epoch() }) : []) {
        const text = `${accountId}/${region}/${instanceId}${terminated ? '/terminated' : ''}`;
        instances += 1;
        sum += createHash('md5').update(text).digest().readUInt32BE(0);
      }
      checksum += BigInt(sum);
    }
  }
  return { instances, checksum: String(checksum) };
}

function stats(): FleetStats {
  const { user, system } = process.cpuUsage(startCpu);
  return {
    calls,
    byOperation,
    throttled,
    bytes: sent.bytes,
    cpuSeconds: (user + system) / 1e6,
    memoryMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
    peakMb: Math.round(process.resourceUsage().maxRSS / 1_024),
  };
}

function epoch(): number {
  return fleet ? epochOf(fleet, systemClock.now()) : 0;
}
